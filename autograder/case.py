"""One submission to grade, and all that is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.memo import Memo
from autograder.remote.tapes import Tape
from autograder.sandbox import Isolation
from autograder.watchdog import Logbook


@dataclass
class Case:
    """answers: {exercise: source}. expected: the reference's replies to the hidden tests with this `seed`.

    logbook: what is under way, and what ended the process that tried it before (see watchdog.py). tapes: of taping.py,
    for all trials that the reference passes; without them, all is run, and the verdicts are the same. memo: of earlier
    cases of the same edition, which this one adds to. faults: {exercise: why its answer is not tried}.
    """

    blueprint: Blueprint
    base: Path
    answers: Mapping[str, str]
    expected: Mapping[str, dict]
    seed: int
    isolated: Isolation | None = None
    faults: dict[str, str] = field(default_factory=dict)
    logbook: Logbook = field(default_factory=Logbook)
    tapes: Mapping[str, Tape | None] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo)
