"""A worker without a sandbox, for `--unsafe`: a process of yours, with limits on time and memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile

from autograder.sandbox.visible import GRADLAB, WORKER, environment


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
        """Kill it and, as far as they are still in its group, those it started."""
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        self._process.kill()
        self._process.wait()
        self.socket.close()
