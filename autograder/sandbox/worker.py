"""A worker process and the pipe to it: requests out, replies back, and its end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from autograder.sandbox.bubblewrap import bubblewrap
from autograder.sandbox.limits import GRACE, LIMITS
from autograder.sandbox.room import GRADLAB, WORKER, command, environment
from autograder.sandbox.rungs import BUBBLEWRAP, Isolation, isolation
from autograder.turns import waiting
from autograder.worker import wire


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
        apart = bubblewrap([WORKER, GRADLAB, self.folder]) if self.isolated == BUBBLEWRAP else []
        process = subprocess.Popen(
            [*apart, *command()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            env=environment(),
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
