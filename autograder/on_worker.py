"""The cluster's side of a job: what a worker of dask's does with it.

A job is done in a process of its own below the worker, as on one machine (slots.py): what a hidden test loops in is
ended there by the same watchdog, with the same grade; and the worker itself stays free to answer its scheduler.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from autograder.job import InFile
from autograder.kit import grader_version
from autograder.slots import Slots
from gradlab.errors import GradlabError


@dataclass(frozen=True)
class Parcel:
    """What many jobs need, on its way: each worker writes it to a file of its own, once."""

    data: bytes = field(repr=False)
    name: str = field(default_factory=lambda: uuid4().hex)

    @classmethod
    def of(cls, what: object) -> Parcel:
        return cls(pickle.dumps(what))

    def unpack(self, folder: Path) -> InFile:
        path = folder / self.name
        if not path.exists():
            half = path.with_name(f"{self.name}-{uuid4().hex}")
            half.write_bytes(self.data)
            os.replace(half, path)
        return InFile(str(path))


def keep(parcel: Parcel) -> Parcel:
    """A job that gives back what it gets: so dask has it, and has it again when the worker is lost that had it."""
    return parcel


def do(version: str, job: Callable, *args):
    """`job`, for a grader of this version. Raises GradlabError where another one is installed."""
    if version != grader_version():
        raise GradlabError("a worker runs another version of gradlab. Bring all to the same, and grade again.")
    return (
        _slot().submit(job, *(each.unpack(_folder()) if isinstance(each, Parcel) else each for each in args)).result()
    )


_lock, _mine = threading.Lock(), threading.local()
_place: list[tempfile.TemporaryDirectory] = []


def _folder() -> Path:
    """Of this worker; nobody else may look into it."""
    with _lock:
        if not _place:
            _place.append(tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True))
    return Path(_place[0].name).resolve()


def _slot() -> Slots:
    """Of this thread."""
    if not hasattr(_mine, "slot"):
        # Workers of dask's are daemons, which may have no children lest they stay behind. Ours end when we do.
        multiprocessing.current_process()._config["daemon"] = False
        _stand_somewhere()
        _mine.slot = Slots(1)
    return _mine.slot


def _stand_somewhere() -> None:
    """A worker that dask started again may be in a folder that is gone."""
    try:
        os.getcwd()
    except OSError:
        os.chdir(tempfile.gettempdir())
