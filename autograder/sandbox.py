"""Where students' code runs: a worker process, behind bubblewrap when this machine can, and the pipe to it.

    with Worker(folder, isolation()) as worker:
        reply = worker.ask({"do": "import", …})

A worker sees Python, NumPy and `folder` (read-only), an empty /tmp, no network and no environment. Without bubblewrap
it is a plain process with limits on time and memory: enough against accidents, not against malice. Which of the two
it was is `Isolation.name`; it is printed and recorded with every grade.
"""

from __future__ import annotations

import functools
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import numpy

import gradlab
from autograder.turns import waiting
from autograder.worker import wire

HERE = Path(__file__).resolve().parent / "worker"
GRADLAB = Path(gradlab.__file__).resolve().parent  # checks run as `gradlab check` runs them
LIMITS = {"cpu": 5.0, "wall": 20.0, "memory": 4 << 30, "file": 16 << 20, "reply": 64 << 20}
#: Seconds that a worker may need to start and to hand a reply over, on top of what the request may take.
GRACE = 20.0


class Isolation(NamedTuple):
    """How students' code is kept apart. `warning` says what is missing, or is empty."""

    name: str
    warning: str = ""


BUBBLEWRAP = Isolation("bubblewrap")


@functools.cache
def isolation() -> Isolation:
    """The best that this machine offers; tried out, not guessed."""
    why = "bubblewrap (bwrap) is not installed"
    if shutil.which("bwrap"):
        try:
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(
                    [*_bubblewrap([HERE, Path(folder)]), sys.executable, "-I", "-c", "import numpy"],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env={},
                )  # fmt: skip
            if done.returncode == 0:
                return BUBBLEWRAP
            why = f"bubblewrap does not work here ({(done.stderr.strip().splitlines() or ['no reason given'])[-1]})"
        except (OSError, subprocess.TimeoutExpired) as error:
            why = f"bubblewrap does not work here ({error})"
    return Isolation("none", f"{why}: students' code runs as you, with limits on time and memory only.")


def _bubblewrap(folders: list[Path]) -> list[str]:
    """The command line up to the program, which will see Python, NumPy and `folders`, all of them read-only."""
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--hostname",
        "sandbox",
    ]
    for system in ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime"):
        command += ["--ro-bind-try", system, system]
    for name, value in _environment().items():
        command += ["--setenv", name, value]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    # After /tmp, which would hide what lies below it: a scratch folder, a virtual environment of a test.
    for place in (*_python_folders(), *map(str, folders)):
        command += ["--ro-bind", place, place]
    return [*command, "--chdir", "/tmp"]


def _python_folders() -> list[str]:
    """The folders that Python and NumPy live in, besides the system's: outer ones first, none inside another."""
    executable = Path(sys.executable)
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), executable.resolve().parents[1]}
    wanted |= {path.resolve() for path in wanted} | {Path(numpy.__file__).resolve().parents[1]}
    outer: list[Path] = []
    for path in sorted(wanted, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(seen) for seen in (*outer, Path("/usr"))):
            outer.append(path)
    return [str(path) for path in outer]


def _environment() -> dict[str, str]:
    """All that a worker's environment holds. One thread: a test's CPU time is then its time."""
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ
    }  # Windows needs them
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}


class Worker:
    """A worker for the engines in `folder`, started when first asked and again whenever it has ended."""

    def __init__(self, folder: Path, isolated: Isolation | None = None):
        self.folder = Path(folder).resolve()
        self.isolated = isolated or isolation()
        self._process: subprocess.Popen | None = None
        self._replies: queue.Queue[bytes | None] = queue.Queue()

    def ask(self, request: dict, **limits: float) -> dict:
        """The reply to `request` (see worker/tasks.py). It came from the student's side: plain data, never trusted.

        When there is none, {"end": "died" | "time" | "size"} says why.
        """
        limits = LIMITS | limits
        reply, broken = self._exchange(wire.pack(request | {"limits": limits}), limits["wall"] + GRACE)
        if broken:
            self.close()
        if not isinstance(reply, dict) or reply.get("end") not in ("done", "raised", "over", "died", "time", "size"):
            reply = {"end": "size"}
        return {"type": "", "text": "", "seconds": 0.0, "events": []} | reply

    def _exchange(self, request: bytes, seconds: float) -> tuple[object, bool]:
        """The worker's reply, and whether the worker is of no more use."""
        process = self._running()
        try:
            wire.write_frame(process.stdin, request)
            with waiting():
                body = self._replies.get(timeout=seconds)
        except queue.Empty:
            return {"end": "time"}, True
        except OSError:  # the pipe is closed
            return {"end": "died"}, True
        if body is None:
            return {"end": "died"}, True
        try:
            return wire.unpack(body), False
        except wire.WireError:
            return {"end": "size"}, False

    def _running(self) -> subprocess.Popen:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = self._start()
        return self._process

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-I", str(HERE), str(GRADLAB.parent)]
        if self.isolated == BUBBLEWRAP:
            command = _bubblewrap([HERE, GRADLAB, self.folder]) + command
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            env=_environment(),
            start_new_session=True,  # one group, killed as one; and Ctrl-C at the grader is not theirs
        )
        self._replies = queue.Queue()
        threading.Thread(target=_listen, args=(process.stdout, self._replies), daemon=True).start()
        return process

    def close(self) -> None:
        """Kill the worker and everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if hasattr(os, "killpg"):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        process.kill()
        process.wait()
        process.stdin.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _listen(stream, replies: queue.Queue) -> None:
    """Put the frames of a worker into `replies`, and None when there will be no more."""
    try:
        while body := wire.read_frame(stream, int(LIMITS["reply"])):
            replies.put(body)
    except (wire.WireError, OSError, ValueError):
        pass
    replies.put(None)
    stream.close()
