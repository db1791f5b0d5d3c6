"""A JupyterLab of its own: a real server on a free port of this machine, with no settings of the person who runs it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60

#: Settings besides those that `make lab` and Binder use. Every cell is in the page, also those far below.
SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


class LabServer:
    """`with LabServer(folder, scratch) as lab`: JupyterLab serves `folder` at `lab.url(...)`.

    scratch: where the server keeps its own files. Raises RuntimeError, with the end of its log, when it does not start.
    """

    def __init__(self, folder: Path, scratch: Path, theme: str = "JupyterLab Light"):
        self.folder, self.scratch, self.theme = folder, scratch, theme
        self.token = secrets.token_hex(16)
        self.port = _free_port()
        self.log = scratch / "server.log"

    def url(self, path: str = "") -> str:
        """The address of the lab, or of a notebook in it, without the tabs that were open before."""
        tree = f"/lab/tree/{path}" if path else "/lab"
        return f"http://127.0.0.1:{self.port}{tree}?reset&token={self.token}"

    def command(self, options: list[str]) -> list[str]:
        """How it is started."""
        return [sys.executable, "-m", "jupyterlab", *options]

    def __enter__(self) -> LabServer:
        self._write_settings()
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.folder,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": self.token,
            "LabApp.expose_app_in_browser": True,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command([f"--{name}={value}" for name, value in options.items()]),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()  # it ends its kernels, too
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON", "GRADLAB", "PYTEST"))}
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "MPLCONFIGDIR": "matplotlib",
        }
        paths = {name: str(self.scratch / folder) for name, folder in own.items()}
        # The student's gradlab, and not the one that this environment may have installed.
        return {**kept, **paths, "PYTHONPATH": str(self.folder), "PYTHONUTF8": "1"}

    def _write_settings(self) -> None:
        ours = json.loads((ROOT / "binder" / "overrides.json").read_text(encoding="utf-8"))
        theme = {"@jupyterlab/apputils-extension:themes": {"theme": self.theme}}
        for name, values in {**ours, **SETTINGS, **theme}.items():
            extension, plugin = name.split(":")
            file = self.scratch / "settings" / extension / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token={self.token}", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        words = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"JupyterLab did not start in {START_SECONDS} seconds. The end of its log:\n{words}")


def has_browser() -> bool:
    return chromium() is not None


def chromium() -> str | None:
    """The Chromium or Chrome to drive: what CHROMIUM names, else what is on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
