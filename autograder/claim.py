"""One run of the grader at a time in a folder: the next is refused, and told who is at work there.

    with claimed(out):
        …   # the only run that writes into `out`

The claim is the system's own lock on an open file, so it ends with its process however that ended: what `kill -9` left
behind blocks nobody. The file stays, and says who held it last.
"""

from __future__ import annotations

import datetime as dt
import errno
import getpass
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradlab.errors import GradlabError

FILE = Path(".gradlab", "grading.lock")
_BUSY = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)
_FAR = 1 << 30  # Windows locks bytes against reading, too: one that is not there


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Hold the folder `out` for this process. Raises GradlabError when another one does, or when it cannot be written.

    A file system that has no locks (some that are mounted over a network) claims nothing: there, take care yourself.
    """
    path = Path(out) / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    except OSError as error:
        raise no_place(path.parent, error) from None
    with stream:
        try:
            _lock(stream.fileno())
        except OSError as error:
            if error.errno in _BUSY:
                raise _refusal(Path(out), stream) from None
        try:
            stream.truncate(0)
            stream.write(json.dumps(_myself()).encode("utf-8"))
            stream.flush()
        except OSError as error:
            raise no_place(path, error) from None
        yield


def no_place(folder: Path, error: OSError) -> GradlabError:
    """What to tell somebody whose grades cannot be written."""
    what = error.strerror or str(error)
    return GradlabError(
        f"{error.filename or folder} cannot be written ({what}). Make room or correct the rights, and grade again: "
        "what is recorded stays and is not graded twice."
    )


def _lock(descriptor: int) -> None:
    """Raises OSError when another process, or another open file of this one, holds it."""
    if os.name == "nt":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _myself() -> dict:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as containers have them
        user = f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"
    since = dt.datetime.now(dt.UTC).isoformat(sep=" ", timespec="seconds")
    return {"user": user, "process": os.getpid(), "machine": platform.node(), "since": since}


def _refusal(out: Path, stream) -> GradlabError:
    who, stop = "another autograder", "Wait for it to end"
    try:
        stream.seek(0)
        holder = json.loads(stream.read(10_000))
        who = "{user} (process {process} on {machine}, since {since})".format(**holder)
        there = "" if holder["machine"] == platform.node() else f" on {holder['machine']}"
        stop += f", stop it with  kill {holder['process']}{there} "
    except (OSError, ValueError, KeyError, TypeError):  # it has only just begun, and not said yet who it is
        pass
    return GradlabError(
        f"{out} is being graded already, by {who}: two at once would undo each other's grades.\n"
        f"{stop}, or grade into another folder: --out DIR"
    )
