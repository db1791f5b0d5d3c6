"""A worker without a sandbox, for `--unsafe`: a process of yours, with limits on time and memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile

from autograder.sandbox.visible import GRADLAB, WORKER, environment

END = 5.0  # seconds


class Plain:
    """The worker as a child of this process."""

    def __init__(self):
        self.socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(WORKER), str(GRADLAB.parent)],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=tempfile.gettempdir(),
                env=environment(),
                start_new_session=True,  # one group, killed as one; and Ctrl-C at the grader is not theirs
            )

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        """End it: it kills the session's process with its group first. What has left that group stays."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
            self._process.wait(END)
        except (OSError, subprocess.TimeoutExpired):
            pass
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        self._process.kill()
        self._process.wait()
        self.socket.close()
