"""Jobs handed out to an executor, a few at a time, and what many of them need."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.desk import Inputs
from autograder.job import InFile
from autograder.kit import Kit

if TYPE_CHECKING:
    from autograder.diagnose.library import Known


def for_jobs(slots: Executor, what: Kit | Inputs | Known, path: Path):
    """What many jobs need, as those of this executor get it: a file here, or what the executor itself hands round."""
    return slots.hand_round(what) if elsewhere(slots) else InFile.write(what, path)


def elsewhere(slots: Executor) -> bool:
    """Whether jobs are done on other machines."""
    return hasattr(slots, "hand_round")


def in_turn(slots: Executor, jobs: Iterable[tuple], ahead: int) -> Iterator[tuple]:
    """(whose, future) of each (whose, (function, *arguments)) in `jobs` as they get ready, `ahead` at a time."""
    jobs, under_way = iter(jobs), {}
    more = True
    while more or under_way:
        while more and len(under_way) < ahead:
            whose, job = next(jobs, (None, None))
            if job is None:
                more = False
            else:
                under_way[slots.submit(*job)] = whose
        ready = deque(wait(under_way, return_when=FIRST_COMPLETED).done) if under_way else ()
        for future in ready:
            yield under_way.pop(future), future
