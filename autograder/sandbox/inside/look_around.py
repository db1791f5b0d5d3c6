"""What a worker tries when a rung is probed: each thing that should fail, and each that should not."""

from __future__ import annotations

import importlib
import os
import socket


def problems(looked_for: dict) -> list[str]:
    """What is open that should be closed, or closed that should be open; [] when all is as it should be."""
    found = [what for what, done in _closed(looked_for) if _works(done)]
    return found + [what for what, done in _open(looked_for) if not _works(done)]


def _closed(looked_for: dict):
    for path in looked_for["closed"]:
        yield f"{path} can be read", lambda path=path: _opened(path, "rb")
        yield f"{path} can be written", lambda path=path: _opened(path, "r+b")
    yield "the network is open", lambda: socket.create_connection(tuple(looked_for["address"]), 1)
    yield "its own folder is writable", lambda: _opened(looked_for["readable"], "r+b")
    yield "Python is writable", lambda: _opened(os.__file__, "r+b")
    yield "it can start processes", lambda: os.fork() or os._exit(0)
    yield "it can send signals", lambda: os.kill(-1, 0)
    known = {*looked_for["environment"], "TMPDIR", "LC_CTYPE", "PWD"}
    yield "its environment is not empty", lambda: next(name for name in os.environ if name not in known)


def _open(looked_for: dict):
    yield "its own folder cannot be read", lambda: _opened(looked_for["readable"], "rb")
    yield "/dev/null cannot be used", lambda: _opened(os.devnull, "r+b")
    yield (
        "Python cannot be read (it lies in a folder that is closed to other users)",
        lambda: importlib.import_module("statistics"),
    )
    yield "NumPy does not work", lambda: importlib.import_module("numpy.polynomial").Polynomial([1, 2])(3)


def _opened(path: str, mode: str) -> None:
    with open(path, mode, buffering=0) as file:
        file.read(1)


def _works(done) -> bool:
    try:
        done()
    except Exception:
        return False
    return True
