"""The rounds in which one submission's checks and hidden tests are tried.

First all answers together, as the student has them: tapes are played (remote/tapes.py), and what they do not confirm
is run, all of it in one process, which saves most of the time. What fails is tried once more, exercise by exercise,
with the reference's answers to the others: an exercise is graded as if they were right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from autograder.engines import Engine, Workshop
from autograder.imports import LIVES, Imports
from autograder.judge import difference
from autograder.remote import tapes
from autograder.remote.channel import Ended
from autograder.remote.trials import check, died, program, whole
from autograder.sandbox import Worker, wall_seconds
from autograder.talk import Talk
from autograder.trial import Trial, asked_of
from autograder.watchdog import limited
from autograder.withheld import withheld
from autograder.wording import shortened, texts_in

if TYPE_CHECKING:
    from autograder.run import Run

CHECK_SECONDS = 6.0
PATIENCE = {"together": 1, "alone": 2}
"""After so many tests that took too long, the rest of a round is not tried: the engine most likely loops for ever."""


class Rounds:
    """The rounds of one `run`."""

    def __init__(self, run: Run, workshop: Workshop, worker: Worker):
        self.run, self.workshop, self.talk = run, workshop, Talk(worker)
        self.together: dict[Trial, str] = {}
        self.own = texts_in([*run.answers.values(), *run.blueprint.stubs.values()])

    def reasons(self, answers: Mapping[str, str], trials: Iterable[Trial]) -> dict[Trial, str]:
        """{trial: why its points are lost, or ""} for the trials of exercises that could be tried."""
        imports = Imports(self.talk, self.workshop, self.own)
        answers, together = imports.importable(answers)
        self.run.faults.update(imports.faults)
        trials = [trial for trial in trials if trial.exercise in answers]
        right = self._confirmed(together, trials)
        self.together = self._round(together, [trial for trial in trials if trial not in right])
        found = dict.fromkeys(right, "") | self.together
        for name, source in answers.items():
            again = [trial for trial in trials if trial.exercise == name and found.get(trial, "?")]
            if again:
                found |= self._alone(self.workshop.alone(name, source), again, source)
        return found

    def _alone(self, engine: Engine, trials: list[Trial], source: str) -> dict[Trial, str]:
        """{trial: reason or ""} of one answer, `source`, among the reference's."""
        right = self._confirmed(engine, [trial for trial in trials if trial not in self.together])
        left = [trial for trial in trials if trial not in right]
        return dict.fromkeys(right, "") | self._round(engine, left, source)

    def _confirmed(self, engine: Engine, trials: list[Trial]) -> set[Trial]:
        """The trials in which the engine answers all that the reference does."""
        found: set[Trial] = set()
        stuck = False
        for trial in trials:
            tape = self.run.tapes.get(trial.name)
            cells, key = asked_of(engine, trial)
            if tape is None or tape.notebook != key:
                continue
            self.talk.spoilt = stuck
            if not self._is_ready(engine):
                break
            self.talk.spoilt, stuck = True, False
            try:
                right = tapes.confirmed(self.talk.session, tape, cells)
            except Ended as end:
                if end.end == "time":  # and so may the others
                    break
                continue
            if right:
                found.add(trial)
            stuck = not right and tape.nests
        return found

    def _round(self, engine: Engine, trials: list[Trial], alone: str = "") -> dict[Trial, str]:
        """{trial: reason or ""} as far as patience goes. alone: the source of the one answer that is the student's."""
        found: dict[Trial, str] = {}
        patience = PATIENCE["alone" if alone else "together"]
        for trial in trials:
            if patience > 0:
                found[trial], late = self._tried(engine, trial, alone)
                patience -= late
            elif alone:
                found[trial] = f"not tried: the tests of `{trial.exercise}` before it took too long"
        return found

    def _tried(self, engine: Engine, trial: Trial, alone: str) -> tuple[str, bool]:
        """Why the points of a trial are lost, or ""; and whether that was for time.

        What an answer leaves behind in the process may fail a later trial there, but not for good: alone, what failed
        together has a process of its own.
        """
        before = self.together.get(trial, "")
        if alone and self.talk.used:
            self.talk.spoilt = True
        reply = self._reply(engine, trial, alone)
        self.talk.used = True
        failure = self._failure(trial, reply)
        if trial.cell and alone and failure and failure != before and reply["end"] == "done":
            failure = self._without_values(reply["message"], alone) or before or "it does not hold"
        return failure, reply["end"] == "time"

    def _reply(self, engine: Engine, trial: Trial, alone: str) -> dict:
        """What comes of a trial in the process that is open, or in a new one."""
        if not self.run.logbook.begins(f"{'alone' if alone else 'together'}: {trial.exercise}: {trial.name}"):
            return whole({"end": "time"})
        for _ in range(LIVES):
            reply = self._asked(engine, trial) if self._is_ready(engine) else died()
            if reply["end"] != "died":
                break
        return reply

    def _is_ready(self, engine: Engine) -> bool:
        """Whether there is a process with `engine` to ask; a new one is made where it must be."""
        if self.talk.spoilt or not self.talk.is_open(engine):
            self.talk.open(engine)
        return self.talk.session is not None

    def _asked(self, engine: Engine, trial: Trial) -> dict:
        session = self.talk.session
        if trial.program:
            seconds, ask = trial.program.seconds, lambda: program(session, engine, trial.program, self.run.seed)
        else:
            seconds, ask = CHECK_SECONDS, lambda: check(session, engine, trial.cell, CHECK_SECONDS)
        reply = limited(wall_seconds(seconds), ask)
        if reply["end"] == "time":
            self.talk.break_off("time")
        return reply

    def _failure(self, trial: Trial, reply: dict) -> str:
        """What is wrong with what a trial saw, or ""."""
        if trial.program:
            return difference(self.run.expected[trial.name], reply, self.own, trial.program.seconds) or ""
        if reply["end"] == "time":
            return f"took longer than {CHECK_SECONDS:g} s: a loop without end?"
        if reply["end"] != "done":
            return "Python stopped in the middle of it"
        return shortened(reply["message"], 400)

    def _without_values(self, message: str, source: str) -> str:
        """What a check says of an answer, `source`, that was alone among the reference's; "" if all is secret."""
        given = [cell.source for cell in self.run.blueprint.notebook.cells if cell.role in ("given", "check")]
        return withheld(message, given, source, self.own)
