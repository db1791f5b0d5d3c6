"""The grader's end of a fork server: start it, have it make workers, end them.

A fork server (inside/) has loaded Python and NumPy, so a worker of its costs milliseconds. There is one for all the
submissions whose folders lie in `scratch()`; a folder elsewhere gets one of its own where submissions get rooms.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from autograder.sandbox.visible import INSIDE, environment

START = 60.0  # seconds
END = 20.0
_FIRST_UID = 1 << 30  # no system gives such numbers to people, and 2 ** 31 and more are not taken everywhere


class SandboxError(Exception):
    """A worker cannot be started; the text says why."""


def scratch() -> str:
    """A folder for the folders of submissions, gone when this process ends."""
    global _scratch
    with _once:
        if _scratch is None:
            _scratch = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
            os.chmod(_scratch.name, 0o711)  # a worker with a user of its own must come through, and nobody look around
        return os.path.realpath(_scratch.name)


_scratch: tempfile.TemporaryDirectory | None = None
_once = threading.Lock()


class Hatched:
    """A worker that a fork server made: the `socket` to it, and its end."""

    def __init__(self, server: ForkServer, order: dict):
        self.socket, speaking = socket.socketpair()
        self._leash, holding = socket.socketpair()
        with speaking, holding:
            try:
                server.send(order, [speaking.fileno(), holding.fileno()])
            except OSError:
                self.close()
                raise SandboxError("the fork server has ended") from None

    def problem(self) -> str:
        """Why the worker did not start; "" as far as is known."""
        self._leash.settimeout(0)
        try:
            return self._leash.recv(4096).decode("utf-8", "replace")
        except OSError:
            return ""

    def clear(self) -> None:
        """Take away all that sessions left in the room; none is open. Raises OSError when it cannot be cleared."""
        self._leash.settimeout(END)
        self._leash.sendall(b".")
        if self._leash.recv(1) != b".":
            raise OSError("the room was not cleared")

    def close(self) -> None:
        """Kill the worker and everything it started; return when they are gone."""
        try:
            self._leash.shutdown(socket.SHUT_WR)
            self._leash.settimeout(END)
            while self._leash.recv(4096):
                pass
        except OSError:  # closed before, or never sent
            pass
        self._leash.close()
        self.socket.close()


class ForkServer:
    """A running fork server. plan: the fields of inside/room.py's Plan. before: the command that it runs under.

    shared: the modules that its workers find ready, of worker/engine.py's `compiled`. For others it takes another
    server: what this one has forgotten may still lie in its memory, and in that of its workers.
    """

    def __init__(self, plan: dict, before: list[str], shared: bytes):
        self._lock = threading.Lock()
        self.shared, self._told = shared, False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with tempfile.TemporaryFile() as errors:
            command = [*before, sys.executable, "-I", str(INSIDE), json.dumps(plan)]
            self._process = subprocess.Popen(
                command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=errors, cwd="/", env=environment(),
                start_new_session=True,  # Ctrl-C at the grader is not theirs
            )  # fmt: skip
            theirs.close()
            self._control.settimeout(START)
            try:
                ready = self._control.recv(16) == b"ready"
            except OSError:
                ready = False
            self._control.settimeout(None)
            if not ready:
                self.close()
                errors.seek(0)
                lines = errors.read().decode("utf-8", "replace").strip().splitlines()
                raise SandboxError(lines[-1] if lines else "no reason given")

    def send(self, order: dict, descriptors: list[int]) -> None:
        """The first order takes along, in a file, what workers are to find ready."""
        with self._lock, contextlib.ExitStack() as stack:
            if not self._told:
                file = stack.enter_context(tempfile.TemporaryFile())
                file.write(self.shared)
                file.seek(0)
                descriptors = [*descriptors, file.fileno()]
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
            self._told = True

    def hatch(self, folder: Path, own_user: bool, **more) -> Hatched:
        """A new worker for `folder`. own_user: it becomes a user that nobody is, who may read this folder."""
        uid = _user_of(folder) if own_user else -1
        return Hatched(self, {"folder": str(folder), "uid": uid, **more})

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._control.close()  # the server ends when it notices; its workers have leashes of their own
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_numbers = itertools.count(1)


def _user_of(folder: Path) -> int:
    """The user for the workers of `folder`, and the group that may read it: the same for all of them."""
    with _once:
        uid = os.stat(folder).st_gid
        if uid < _FIRST_UID:
            uid = _FIRST_UID + (os.getpid() % (1 << 14) << 16) + next(_numbers) % (1 << 16)
            try:
                os.chown(folder, -1, uid)
            except OSError:
                raise SandboxError("root of a container has no other users to give away") from None
            os.chmod(folder, 0o750)
        return uid
