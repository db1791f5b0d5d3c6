"""A JupyterHub of its own, with ngshare as its service: from PyPI and npm, in a folder, on free ports."""

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

#: What a hub's own environment has. With SQLAlchemy 2 ngshare answers that it has kept an assignment, and loses it.
HUB = ("jupyterhub==6.1.1", "ngshare==0.6.0", "SQLAlchemy<2")
PROXY = "configurable-http-proxy@5"
#: What the people have, and what it imports; its own list names a jupyter-core that nbgrader of today cannot use.
EXCHANGE = ("ngshare_exchange==0.5.3", "rapidfuzz")
START_SECONDS = 180

CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
ngshare = [{python!r}, "-m", "ngshare", "--database", "sqlite:///{folder}/ngshare.db", "--storage", "{folder}/files",
           "--admins", "root"]
c.JupyterHub.services = [
    {{"name": "ngshare", "url": "http://127.0.0.1:{ports[3]}", "command": ngshare}},
    {{"name": "test", "api_token": {token!r}}},
]
c.JupyterHub.load_roles = [
    {{"name": "test", "scopes": ["admin:users", "tokens"], "services": ["test"]}},
    {{"name": "user", "scopes": ["self", "access:services!service=ngshare"]}},
]
"""


class Hub:
    """`with Hub(folder) as hub`: hub.ngshare is the service's address, hub.token("ada") what Ada's server would have.

    exchange: the folder with ngshare_exchange, for people's PYTHONPATH.
    """

    def __init__(self, folder: Path):
        self.folder, self.exchange = folder, folder / "exchange"
        self.ports, self._token = _free_ports(4), secrets.token_hex(16)
        self.ngshare = f"http://127.0.0.1:{self.ports[0]}/services/ngshare"

    def __enter__(self) -> Hub:
        python = self.folder / "venv" / "bin" / "python"
        _run(sys.executable, "-m", "venv", str(python.parents[1]))
        _run(str(python), "-m", "pip", "install", "--quiet", *HUB)
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(self.exchange), *EXCHANGE)
        _run(shutil.which("npm") or "npm", "install", "--silent", "--prefix", str(self.folder), PROXY)
        proxy = str(self.folder / "node_modules" / ".bin" / "configurable-http-proxy")
        config = CONFIG.format(ports=self.ports, proxy=proxy, python=str(python), folder=self.folder, token=self._token)
        (self.folder / "jupyterhub_config.py").write_text(config, encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
        with (self.folder / "hub.log").open("wb") as log:
            self.process = subprocess.Popen(
                [python, "-m", "jupyterhub"], cwd=self.folder, env=kept, stdout=log, stderr=log
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()  # it ends its proxy and its service
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def token(self, name: str) -> str:
        """The user `name`, made, and a token that says who they are."""
        self._ask("users", {"usernames": [name]})
        return self._ask(f"users/{name}/tokens", {"note": "a server's"})["token"]

    def _ask(self, path: str, data: dict) -> dict:
        headers = {"Authorization": f"token {self._token}"}
        address = f"http://127.0.0.1:{self.ports[1]}/hub/api/{path}"
        request = urllib.request.Request(address, json.dumps(data).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def _wait(self) -> None:
        """Until the service answers through the proxy: then all of it is there."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.ngshare}/healthz", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                if error.code in (401, 403):  # it asks who we are
                    return
            except OSError:
                pass
            time.sleep(0.3)
        words = (self.folder / "hub.log").read_text(encoding="utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"JupyterHub did not start in {START_SECONDS} seconds. The end of its log:\n{words}")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}"


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
