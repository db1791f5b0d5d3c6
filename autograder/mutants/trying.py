"""One answer, tried: which visible check or hidden test of its exercise finds it wrong?

It stands among the reference's answers to the other exercises, as when a submission is graded. Infinite loops end at
the budgets of checks and hidden tests; after the first test that finds something, no other is run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.engines import Engine, Workshop, fault
from autograder.imports import IMPORT_SECONDS
from autograder.judge import difference
from autograder.observe import expected
from autograder.remote.session import Session
from autograder.remote.trials import check, died, imports, program
from autograder.rounds import CHECK_SECONDS
from autograder.sandbox import Worker, scratch, wall_seconds
from autograder.seeds import seed_of
from autograder.talk import Talk
from autograder.trial import Trial, trials_of
from autograder.watchdog import limited
from gradlab.export_format import ExportError

LOOPS = "took longer than a test may take"
CHECK, HIDDEN, NOTHING = "check", "hidden", "nothing"


@dataclass(frozen=True)
class Outcome:
    """by: CHECK, HIDDEN or NOTHING. test: the check's cell or the program that found it; reason: what it said."""

    by: str
    test: str = ""
    reason: str = ""

    @property
    def loops(self) -> bool:
        """It was stopped, and not by a budget that the test itself sets: the kernel's limit ended it."""
        return self.reason == LOOPS


class Bench:
    """Where the answers of one lesson are tried, one after the other. Use as a context manager."""

    def __init__(self, blueprint: Blueprint, base: Path | None = None):
        self.blueprint = blueprint
        self.seed = seed_of(blueprint.lesson.id)
        self._folder = tempfile.TemporaryDirectory(dir=scratch())
        self.workshop = Workshop(blueprint, Path(self._folder.name), base)
        self.talk = Talk(Worker(Path(self._folder.name)))

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.talk.close()
        self._folder.cleanup()

    def expected(self) -> dict[str, dict]:
        """What the reference does in every hidden test."""
        return expected(self.workshop.reference, self.blueprint.programs, self.seed)

    def outcome(self, exercise: str, source: str, wanted: Mapping[str, dict]) -> Outcome:
        """What finds `source`, an answer to `exercise`, wrong: its checks first, then its hidden tests."""
        with self.trying(exercise, source) as (engine, problem):
            if engine is None:
                return Outcome(CHECK, "import", problem)
            for trial in trials_of(self.blueprint, exercise):
                reason = said(self.reply(engine, trial), trial, wanted)
                if reason:
                    return Outcome(CHECK if trial.cell else HIDDEN, trial.name, " ".join(reason.split())[:300])
            return Outcome(NOTHING)

    @contextmanager
    def trying(self, exercise: str, source: str) -> Iterator[tuple[Engine | None, str]]:
        """The engine with one answer in it that is not the reference's; or None and why it cannot be imported."""
        engine, problem = None, fault(self.blueprint, exercise, source)
        if not problem:
            engine, problem = self._engine(exercise, source)
        yield (None, problem) if problem else (engine, "")

    def _engine(self, exercise: str, source: str) -> tuple[Engine | None, str]:
        try:
            engine = self.workshop.engine({**self.blueprint.answers, exercise: source})
        except ExportError as error:
            return None, str(error)
        self.talk.open(engine)
        reply = imports(self.talk.session, engine.modules, IMPORT_SECONDS) if self.talk.session else died()
        if reply["end"] == "done":
            return engine, ""
        return engine, f"importing it fails: {reply['type'] or reply['end']} {reply['text']}".strip()

    def reply(self, engine: Engine, trial: Trial) -> dict:
        """What the worker observes in one check or hidden test."""
        if trial.program:
            limit, ask = trial.program.seconds, lambda session: program(session, engine, trial.program, self.seed)
        else:
            limit, ask = CHECK_SECONDS, lambda session: check(session, engine, trial.cell, CHECK_SECONDS)
        return self.asked(engine, ask, limit)

    def asked(self, engine: Engine, ask: Callable[[Session], dict], seconds: float) -> dict:
        """What comes of `ask` (of remote/trials.py) with a package that was not imported before."""
        self.talk.renew(engine)
        if not self.talk.is_open(engine):
            self.talk.open(engine)
        if self.talk.session is None:
            return died()
        reply = limited(wall_seconds(seconds), lambda: ask(self.talk.session))
        self.talk.used = True
        if reply["end"] == "time":  # perhaps in the middle of a message
            self.talk.break_off("time")
        return reply


def said(reply: dict, trial: Trial, wanted: Mapping[str, dict]) -> str:
    """What a check or hidden test found wrong; "" when nothing."""
    if reply["end"] == "time":
        return LOOPS
    if trial.program:
        return difference(wanted[trial.name], reply) or ""
    return reply["message"] if reply["end"] == "done" else "Python stopped in the middle of it"
