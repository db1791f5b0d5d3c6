"""What came of answers that were tried alone: the same answer need not be tried again, whoever gives it.

Alone, an answer is tried among the reference's answers to all else, and draws what its seed says: nothing of the
student who gave it goes into what comes of it. In a class, many give the same: a known mistake in three lines, a hint
followed to the letter. One that took too long or ended Python is tried every time: that may have been the machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from autograder.same import shape
from autograder.trial import Trial
from gradlab.files import write_atomic

MOST = 20_000  # outcomes in a process; the oldest is forgotten first


class Outcome(NamedTuple):
    """Why a trial is lost, or "".

    said: these are the words of a check, values and all. end: of the reply (see remote/trials.py).
    """

    reason: str
    said: bool = False
    end: str = "done"


class Memo:
    """Of one edition of a lesson. folder: where several processes share it; without one it is this process's own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._outcomes: dict[str, Outcome] = {}

    def of(self, trial: Trial, seed: int, source: str) -> Outcome | None:
        """What came of `source`, alone; None when that is not known."""
        key = _key(trial, seed, source)
        if key not in self._outcomes and self._folder:
            try:
                self._remember(key, Outcome(*json.loads((self._folder / key).read_bytes())))
            except OSError:  # nobody has tried it; or it cannot be read, and is tried again
                pass
        return self._outcomes.get(key)

    def keep(self, trial: Trial, seed: int, source: str, outcome: Outcome) -> None:
        if outcome.end not in ("done", "raised"):
            return
        key = _key(trial, seed, source)
        if key not in self._outcomes and self._folder:
            with contextlib.suppress(OSError):  # on a full disk the others try it themselves
                write_atomic(self._folder / key, json.dumps(outcome))
        self._remember(key, outcome)

    def _remember(self, key: str, outcome: Outcome) -> None:
        self._outcomes[key] = outcome
        if len(self._outcomes) > MOST:
            del self._outcomes[next(iter(self._outcomes))]


def _key(trial: Trial, seed: int, source: str) -> str:
    """Checks draw nothing."""
    drawn = seed if trial.program else None
    return hashlib.sha256(repr((trial.name, drawn, shape(source) or source)).encode("utf-8", "replace")).hexdigest()
