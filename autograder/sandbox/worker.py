"""A worker process and the socket to it: sessions are opened, timed and ended through it."""

from __future__ import annotations

import functools
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from autograder.remote.channel import Channel, Ended
from autograder.sandbox.limits import GRACE, LIMITS
from autograder.sandbox.plain import Plain
from autograder.sandbox.rungs import NONE, SEES_ALL, Isolation, isolation, shared_server, start
from autograder.sandbox.server import ForkServer, Hatched, SandboxError, scratch
from autograder.turns import waiting
from autograder.worker import wire
from autograder.worker.engine import compiled, engine_frame

TRIES = 3
REPLY = 1 << 16  # bytes; what the worker itself says is short


class Worker:
    """A worker for one submission, started when first asked and again whenever it has ended.

    It runs no student's code itself: each session has a process of its own, forked from it, and a socket of its own.
    folder: all of the submissions' folders that it can see.
    """

    def __init__(self, folder: Path, isolated: Isolation | None = None):
        self.folder = Path(folder).resolve()
        self.isolated = isolated or isolation()
        self._process: Hatched | Plain | None = None
        self._own_server: ForkServer | None = None
        self._base: tuple[Path, str] | None = None

    # ---- sessions -------------------------------------------------------------------------------------------------

    def open(self, base: Path, package: str, texts: Mapping[str, str], **limits: float) -> Channel:
        """The channel to a new process that holds the package in `base`, with the modules in `texts` put into it.

        There is one session at a time: opening the next ends the one before. Raises Ended when there is none.
        """
        if self._base != (base, package):
            self._end()
        channel = Channel(self._opened(base, package, LIMITS | limits), self.clock)
        channel.order(engine_frame(package, texts))  # to that process alone: the next must not find it in the worker
        return channel

    def _opened(self, base: Path, package: str, limits: dict) -> socket.socket:
        """The socket to a new process. Who killed the worker, or its server, was not what ran in it: so it is tried
        again, with new ones."""
        shared = _compiled(base, package)
        for _ in range(TRIES):
            is_new = self._process is None
            if is_new:
                self._start(shared)
                self._base = (base, package)
            try:
                _, theirs = self._ask({"do": "open", "package": package, "limits": limits})
            except Ended:
                if is_new and self.isolated.name != NONE.name:
                    self._server(shared).close()  # it is on its way out, too
                continue
            if theirs is not None:
                return theirs
        raise Ended("died")

    def clock(self) -> float:
        """Seconds of CPU time that the session's process has used, by the kernel's clock."""
        used = self._ask({"do": "clock"})[0].get("cpu")
        return used if isinstance(used, float) else 0.0

    def end_session(self) -> tuple[int, float]:
        """Kill the session's process and all it started. The signal that ended it (0: none), its CPU time."""
        try:
            reply, _ = self._ask({"do": "close"})
        except Ended:
            return signal.SIGKILL, 0.0
        return int(reply.get("signal", 0)), float(reply.get("cpu", 0.0))

    def clear(self) -> None:
        """End the session, and let the next one find nothing that it, or one before, has left.

        Where nothing can be written, nothing is left; where it can, and cannot be taken away, another worker comes.
        """
        if self._process is None:
            return
        self.end_session()
        try:
            if self._process and self.isolated.rooms:
                self._process.clear()
            elif self.isolated.name not in (*SEES_ALL, NONE.name):
                self.close()
        except OSError:
            self.close()

    def _send(self, body: bytes) -> None:
        self._process.socket.settimeout(GRACE)
        try:
            self._process.socket.sendall(len(body).to_bytes(8, "big") + body)
        except OSError:
            self._end()
            raise Ended("died") from None

    def _ask(self, request: dict) -> tuple[dict, socket.socket | None]:
        """The worker's reply, and the socket that came with it."""
        if self._process is None:
            raise Ended("died")
        self._send(wire.pack(request))
        stream = self._process.socket
        try:
            with waiting():
                received, numbers, _, _ = socket.recv_fds(stream, 8, 4)
                while len(received) < 8 or len(received) < 8 + int.from_bytes(received[:8], "big"):
                    chunk = stream.recv(REPLY)
                    if not chunk or len(received) > REPLY:
                        raise OSError("the worker has hung up")
                    received += chunk
            reply = wire.unpack(received[8:])
            if not isinstance(reply, dict):
                raise OSError("the worker answers nonsense")
        except (OSError, wire.WireError):
            self._end()
            raise Ended("died") from None
        return reply, socket.socket(fileno=numbers[0]) if numbers else None

    # ---- the process ----------------------------------------------------------------------------------------------

    def _start(self, shared: bytes) -> None:
        """shared: the modules that all engines of its sessions have, compiled."""
        if self.isolated.name == NONE.name:
            self._process = Plain()
            self._send(shared)
            return
        server = self._server(shared)
        try:
            self._process = server.hatch(self.folder, self.isolated.own_user)
        except SandboxError:  # somebody killed it
            server.close()
            self._process = self._server(shared).hatch(self.folder, self.isolated.own_user)

    def _server(self, shared: bytes) -> ForkServer:
        """The one that all share, or, for a folder that it cannot see, one for this worker."""
        if self.isolated.name in SEES_ALL or (self.isolated.rooms and self.folder.is_relative_to(scratch())):
            return shared_server(self.isolated, shared)
        own = self._own_server
        if own is None or not own.running or own.shared != shared:
            if own:
                own.close()
            self._own_server = start(self.isolated, str(self.folder), shared)
        return self._own_server

    def _end(self) -> None:
        """Kill the process and everything it started."""
        process, self._process = self._process, None
        if process is not None:
            try:
                process.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            process.close()

    def close(self) -> None:
        if self._process is not None:
            self.end_session()  # the worker buries its child: nobody else may, and dead ones count as processes, too
        self._end()
        server, self._own_server = self._own_server, None
        if server is not None:
            server.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_) -> None:
        self.close()


@functools.lru_cache(maxsize=32)
def _compiled(base: Path, package: str) -> bytes:
    """What all submissions to a lesson share, compiled once."""
    return compiled(base, package)
