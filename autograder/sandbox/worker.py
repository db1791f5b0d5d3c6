"""A worker process and the pipe to it: requests out, replies back, and its end."""

from __future__ import annotations

import queue
import socket
import threading
from pathlib import Path

from autograder.sandbox.limits import GRACE, LIMITS
from autograder.sandbox.plain import Plain
from autograder.sandbox.rungs import NONE, SEES_ALL, Isolation, isolation, shared_server, start
from autograder.sandbox.server import ForkServer, Hatched, scratch
from autograder.turns import waiting
from autograder.worker import wire


class Worker:
    """A worker for the engines in `folder`, started when first asked and again whenever it has ended."""

    def __init__(self, folder: Path, isolated: Isolation | None = None):
        self.folder = Path(folder).resolve()
        self.isolated = isolated or isolation()
        self._process: Hatched | Plain | None = None
        self._own_server: ForkServer | None = None
        self._replies: queue.Queue[bytes | None] = queue.Queue()

    def ask(self, request: dict, **limits: float) -> dict:
        """The reply to `request` (see worker/tasks.py). It came from the student's side: plain data, never trusted.

        When there is none, {"end": "died" | "time" | "size"} says why.
        """
        limits = LIMITS | limits
        reply, broken = self._exchange(wire.pack(request | {"limits": limits}), limits["wall"] + GRACE)
        if broken:
            self._end()
        if not isinstance(reply, dict) or reply.get("end") not in ("done", "raised", "over", "died", "time", "size"):
            reply = {"end": "size"}
        return {"type": "", "text": "", "seconds": 0.0, "events": []} | reply

    def _exchange(self, request: bytes, seconds: float) -> tuple[object, bool]:
        """The worker's reply, and whether the worker is of no more use."""
        self._running()
        try:
            wire.write_frame(self._requests, request)
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

    def _running(self) -> None:
        if self._process is None:
            self._process = self._start()
            self._replies = queue.Queue()
            self._requests = self._process.socket.makefile("wb")
            replies = self._process.socket.makefile("rb")
            threading.Thread(target=_listen, args=(replies, self._replies), daemon=True).start()

    def _start(self) -> Hatched | Plain:
        if self.isolated.name == NONE.name:
            return Plain()
        return self._server().hatch(self.folder, self.isolated.own_user)

    def _server(self) -> ForkServer:
        """The one that all share, or, for a folder that it cannot see, one for this worker."""
        if self.isolated.name in SEES_ALL or (self.isolated.rooms and self.folder.is_relative_to(scratch())):
            return shared_server(self.isolated)
        if self._own_server is None or not self._own_server.running:
            self._own_server = start(self.isolated, str(self.folder))
        return self._own_server

    def _end(self) -> None:
        """Kill the process and everything it started."""
        process, self._process = self._process, None
        if process is not None:
            process.socket.shutdown(socket.SHUT_RDWR)
            process.close()

    def close(self) -> None:
        self._end()
        server, self._own_server = self._own_server, None
        if server is not None:
            server.close()

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
