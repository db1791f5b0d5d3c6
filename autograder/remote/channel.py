"""The judge's end of the socket to one session's process: frames, and how much time they may take.

The time that counts is CPU time of that process, by the kernel's clock: the worker, which started the process, is
asked for it. So waiting for a busy machine costs nobody points. Wall-clock time is the second limit.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

from autograder.turns import waiting
from autograder.worker import orders

PATIENCE = 0.25  # seconds of silence after which the clock is looked at
REQUESTS = 60_000  # that one program may make
LARGEST = 64 << 20  # bytes of a frame


class Ended(BaseException):
    """The session can go no further: {"died", "time", "size", "over"}. Programs and checks do not catch it."""

    def __init__(self, end: str, seconds: float = 0.0):
        super().__init__(end)
        self.end, self.seconds = end, seconds


class Channel:
    """clock: seconds of CPU that the session's process has used so far."""

    def __init__(self, stream: socket.socket, clock: Callable[[], float]):
        self.stream, self.clock = stream, clock
        self.received = bytearray()
        self.waiting: list[bytes] = []
        self.told: set[str] = set()
        self.end = ""
        self.allow(60.0, 60.0)

    def allow(self, cpu: float, wall: float) -> None:
        """From now on: so many seconds of CPU and wall-clock time, and `REQUESTS` requests."""
        self.requests, self.budget = REQUESTS, None
        self.until = time.monotonic() + wall
        self.cpu_until = None  # asked for when the process takes its time
        self.cpu, self.cpu_from = cpu, None

    def order(self, body: bytes) -> None:
        """What goes out with the next message, before it."""
        self.waiting.append(body)

    def tell(self, cells: Mapping[str, list]) -> None:
        """Let the process know these cells of the notebook, each once."""
        new = {key: cell for key, cell in cells.items() if key not in self.told}
        if new:
            self.told.update(new)
            self.order(orders.tell(new))

    def send(self, body: bytes) -> None:
        if self.end:
            raise Ended(self.end)
        self.requests -= 1
        if self.requests < 0 or time.monotonic() > self.until:
            raise self._ended("time")
        try:
            self.stream.settimeout(max(0.01, self.until - time.monotonic()))
            self.stream.sendall(b"".join(len(each).to_bytes(8, "big") + each for each in (*self.waiting, body)))
            self.waiting.clear()
        except TimeoutError:
            raise self._ended("time") from None
        except OSError:
            raise self._ended("died") from None

    def receive(self) -> bytes:
        """The next frame's body."""
        received = self.received
        wanted = 8
        while True:
            if len(received) >= 8:
                size = int.from_bytes(received[:8], "big")
                if size > LARGEST:
                    raise self._ended("size")
                wanted = 8 + size
                if len(received) >= wanted:
                    body = bytes(received[8:wanted])
                    del received[:wanted]
                    return body
            chunk = self._read()
            if not chunk:
                raise self._ended("died")
            received += chunk

    def _read(self) -> bytes:
        while True:
            left = self.until - time.monotonic()
            if left <= 0:
                raise self._ended("time")
            self.stream.settimeout(min(left, PATIENCE))
            try:
                with waiting():
                    return self.stream.recv(1 << 18)
            except TimeoutError:
                self.look_at_clock()
            except OSError:
                return b""

    def look_at_clock(self) -> None:
        """End the session when its process has used more CPU time than it may."""
        used = self.clock()
        if self.budget and used > self.budget[0]:
            raise self._ended("over", self.budget[1])
        if self.cpu_from is None:
            self.cpu_from = used
        elif used - self.cpu_from > self.cpu:
            raise self._ended("time")

    def _ended(self, end: str, seconds: float = 0.0) -> Ended:
        self.close(end)
        return Ended(end, seconds)

    def break_off(self, end: str = "size") -> Ended:
        """Hang up, for what came is not what can come."""
        return self._ended(end)

    def close(self, end: str = "died") -> None:
        self.end = self.end or end
        self.stream.close()
