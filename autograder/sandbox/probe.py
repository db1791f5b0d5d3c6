"""Trying a rung out: a worker that looks for what should be closed, and for what should be open."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from pathlib import Path

from autograder.sandbox.server import ForkServer, scratch
from autograder.sandbox.visible import environment

SECONDS = 60.0


def problem(server: ForkServer, folder: str, own_user: bool) -> str:
    """What is wrong with the workers of `server`, or "". folder: a submission's, in which we may write."""
    Path(folder, "note.txt").write_text("its own", encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=scratch()) as other, socket.create_server(("127.0.0.1", 0)) as listener:
        secret = Path(other, "secret.txt")
        secret.write_text("another's", encoding="utf-8")
        looked_for = {
            "readable": os.path.join(folder, "note.txt"),
            "closed": [str(secret), f"/proc/{os.getpid()}/environ", f"/proc/{os.getpid()}/mem"],
            "address": listener.getsockname(),
            "environment": sorted(environment()),
        }
        worker = server.hatch(Path(folder), own_user, probe=looked_for)
        try:
            return _read(worker)
        finally:
            worker.close()


def _read(worker) -> str:
    worker.socket.settimeout(SECONDS)
    try:
        said = worker.socket.recv(1 << 16)
    except OSError:
        return f"it does not answer within {SECONDS:g} s"
    if not said:
        return worker.problem() or "the worker ended at once"
    return "; ".join(json.loads(said))
