"""The tapes of a lesson: what the reference's process is asked and answers in each check and hidden test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.engines import Engine
from autograder.judge import difference
from autograder.remote import tapes
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.remote.tapes import Tape
from autograder.remote.trials import check, program
from autograder.rounds import CHECK_SECONDS
from autograder.sandbox import Worker, scratch
from autograder.talk import Talk
from autograder.trial import Trial, asked_of
from autograder.watchdog import limited
from gradlab.errors import GradlabError

SECONDS = 60.0


def taped(reference: Engine, trials: Iterable[Trial], seed: int, replies: Mapping[str, dict]) -> dict[str, Tape | None]:
    """{trial: its tape}, for those that the reference passes; None where another process of it does not confirm it.

    replies: the reference's to the hidden tests. Some do not repeat themselves byte for byte: they show addresses.
    Where something in the package counts on from program to program, as the numbers of nodes do, it is imported anew.
    """
    found: dict[str, Tape | None] = {}
    with (
        tempfile.TemporaryDirectory(dir=scratch()) as room,
        tempfile.TemporaryDirectory(dir=scratch()) as another,
        Worker(Path(room)) as one,
        Worker(Path(another)) as other,
    ):
        talk, second = Talk(one), Talk(other)
        for trial in trials:
            for anew in (False, True):
                talk.stuck = second.stuck = anew
                reply, tape = _tape(_session(talk, reference), reference, trial, seed, anew)
                passes = _passes(trial, reply, replies)
                if passes:
                    found[trial.name] = None
                if passes and tape and _is_confirmed(_session(second, reference), tape, reference, trial):
                    found[trial.name] = tape
                if passes and (tape is None or found[trial.name]):  # with a new import it would be none, too
                    break
    return found


def _passes(trial: Trial, reply: dict, replies: Mapping[str, dict]) -> bool:
    """Whether this is what is expected of the reference. It need not be: a test of threads may find none left."""
    if trial.program:
        return difference(replies[trial.name], reply) is None
    return reply["end"] == "done" and not reply["message"]


def _session(talk: Talk, reference: Engine) -> Session:
    """With the process that is open, or a new one where that one is not as it should be."""
    if talk.stuck or not talk.is_open(reference):
        talk.open(reference)
    if talk.session is None:
        raise GradlabError("the reference's process does not start. What works here: autograder sandbox")
    return talk.session


def _tape(session: Session, reference: Engine, trial: Trial, seed: int, anew: bool) -> tuple[dict, Tape | None]:
    """The reference's reply and the tape of it."""

    def run(session: Session) -> dict:
        if trial.program:
            return program(session, reference, trial.program, seed)
        return check(session, reference, trial.cell, CHECK_SECONDS)

    def within_limits(session: Session) -> dict:  # with wrong answers, a program may loop
        return limited(SECONDS, lambda: run(session))

    return tapes.recorded(session, within_limits, asked_of(reference, trial)[1], anew)


def _is_confirmed(session: Session, tape: Tape, reference: Engine, trial: Trial) -> bool:
    """Whether it is twice, one after the other: what counts on from program to program answers otherwise then."""
    cells = asked_of(reference, trial)[0]
    try:
        return all(tapes.confirmed(session, tape, cells) for _ in range(2))
    except Ended:
        return False
