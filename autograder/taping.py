"""The tapes of a lesson: what the reference's process is asked and answers in each check and hidden test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.engines import Engine
from autograder.observe import open_session
from autograder.remote import tapes
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.remote.tapes import Tape
from autograder.remote.trials import check, program
from autograder.rounds import CHECK_SECONDS
from autograder.sandbox import Worker, scratch
from autograder.trial import Trial, asked_of
from autograder.watchdog import limited

SECONDS = 60.0


def taped(reference: Engine, trials: Iterable[Trial], seed: int) -> dict[str, Tape | None]:
    """{trial: its tape}, for those that the reference passes; None where another process of it does not confirm it.

    Some do not repeat themselves byte for byte: addresses, counters that go on from program to program.
    """
    found: dict[str, Tape | None] = {}
    with (
        tempfile.TemporaryDirectory(dir=scratch()) as room,
        tempfile.TemporaryDirectory(dir=scratch()) as another,
        Worker(Path(room)) as one,
        Worker(Path(another)) as other,
    ):
        session, second = open_session(one, reference), open_session(other, reference)
        for trial in trials:
            if session.channel.end:
                session = open_session(one, reference)
            passes, tape = _tape(session, reference, trial, seed)
            if passes:
                confirmed = tape and _is_confirmed(second, tape, asked_of(reference, trial)[0])
                found[trial.name] = tape if confirmed else None
            if second.channel.end:
                second = open_session(other, reference)
    return found


def _tape(session: Session, reference: Engine, trial: Trial, seed: int) -> tuple[bool, Tape | None]:
    """Whether the reference passes, which sets the measure for hidden tests; and the tape of it."""

    def run(session: Session) -> dict:
        if trial.program:
            return program(session, reference, trial.program, seed)
        return check(session, reference, trial.cell, CHECK_SECONDS)

    def within_limits(session: Session) -> dict:  # with wrong answers, a program may loop
        return limited(SECONDS, lambda: run(session))

    reply, tape = tapes.recorded(session, within_limits, asked_of(reference, trial)[1])
    passes = trial.program is not None or (reply["end"] == "done" and not reply["message"])
    return passes, tape if passes else None


def _is_confirmed(session: Session, tape: Tape, cells: list) -> bool:
    try:
        return tapes.confirmed(session, tape, cells)
    except Ended:
        return False
