"""What came of answers that were tried alone: the same answer need not be tried again, whoever gives it.

Alone, an answer is tried among the reference's answers to all else, and draws what its seed says: nothing of the
student who gave it goes into what comes of it. In a class, many give the same: a known mistake in three lines, a hint
followed to the letter. One that took too long or ended Python is tried every time: that may have been the machine.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from autograder.same import shape
from autograder.trial import Trial

MOST = 20_000  # outcomes; the oldest is forgotten first


class Outcome(NamedTuple):
    """Why a trial is lost, or "".

    said: these are the words of a check, values and all. end: of the reply (see remote/trials.py).
    """

    reason: str
    said: bool = False
    end: str = "done"


class Memo:
    """Of one edition of a lesson, in one process."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple, Outcome] = {}

    def of(self, trial: Trial, seed: int, source: str) -> Outcome | None:
        """What came of `source`, alone; None when that is not known."""
        return self._outcomes.get(_key(trial, seed, source))

    def keep(self, trial: Trial, seed: int, source: str, outcome: Outcome) -> None:
        if outcome.end in ("done", "raised"):
            self._outcomes[_key(trial, seed, source)] = outcome
            if len(self._outcomes) > MOST:
                del self._outcomes[next(iter(self._outcomes))]


def _key(trial: Trial, seed: int, source: str) -> tuple:
    """Checks draw nothing."""
    code = shape(source) or source
    return trial.name, seed if trial.program else None, hashlib.sha256(code.encode("utf-8", "replace")).digest()
