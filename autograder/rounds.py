"""The rounds in which one submission's checks and hidden tests are tried.

First all answers together, as the student has them: tapes are played (remote/tapes.py), and what they do not confirm
is run, all of it in one process, which saves most of the time. What fails is tried once more, exercise by exercise,
with the reference's answers to the others: an exercise is graded as if they were right. There the package is imported
anew for each trial, for what an answer leaves behind may fail a later one, but not for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from autograder.case import Case
from autograder.engines import Engine, Workshop
from autograder.imports import LIVES, Imports
from autograder.judge import difference
from autograder.memo import Outcome
from autograder.remote import tapes
from autograder.remote.channel import Ended
from autograder.remote.trials import check, died, program, whole
from autograder.sandbox import Worker, wall_seconds
from autograder.talk import Talk
from autograder.trial import Trial, asked_of
from autograder.watchdog import limited
from autograder.withheld import withheld
from autograder.wording import shortened, texts_in

CHECK_SECONDS = 6.0
PATIENCE = 2  # after so many tests of an exercise that took too long, the rest is not tried
BROKEN = 5  # exercises: where so many fail, one has most likely broken the others, which are then tried alone first


class Rounds:
    """The rounds of one `case`."""

    def __init__(self, case: Case, workshop: Workshop, worker: Worker):
        self.case, self.workshop, self.talk = case, workshop, Talk(worker)
        self.own = texts_in([*case.answers.values(), *case.blueprint.stubs.values()])

    def reasons(self, answers: Mapping[str, str], trials: Iterable[Trial]) -> dict[Trial, str]:
        """{trial: why its points are lost, or ""} for the trials of exercises that could be tried."""
        imports = Imports(self.talk, self.workshop, self.own)
        answers, engine = imports.importable(answers)
        self.case.faults.update(imports.faults)
        trials = [trial for trial in trials if trial.exercise in answers]
        right = self._confirmed(engine, trials)
        together = self._together(engine, [trial for trial in trials if trial not in right], BROKEN)
        alone: dict[Trial, Outcome] = {}
        broken = len({trial.exercise for trial, outcome in together.items() if outcome.reason}) >= BROKEN
        for name, source in answers.items():
            left = [trial for trial in trials if trial.exercise == name and trial not in right]
            left = [trial for trial in left if trial not in together or together[trial].reason]
            known = {trial: self.case.memo.of(trial, self.case.seed, source) for trial in left}
            alone |= {trial: outcome for trial, outcome in known.items() if outcome}
            if left := [trial for trial in left if not known[trial]]:
                likely = left if broken else [trial for trial in left if trial not in together]
                alone |= self._alone(name, source, left, likely)
        late = [trial for trial, outcome in alone.items() if outcome.reason and trial not in together]
        together |= self._together(engine, late)
        found = dict.fromkeys(right, "")
        for trial in trials:
            if trial not in right:
                found[trial] = self._reason(together.get(trial), alone.get(trial), answers[trial.exercise])
        return found

    def _reason(self, together: Outcome | None, alone: Outcome | None, source: str) -> str:
        """What a student is told of a trial; "" when it passed in either round. source: of the exercise's answer."""
        if any(outcome and not outcome.reason for outcome in (together, alone)):
            return ""
        if not alone.said or alone == together:
            return shortened(alone.reason, 400)
        given = [cell.source for cell in self.case.blueprint.notebook.cells if cell.role in ("given", "check")]
        before = shortened(together.reason, 400) if together else ""
        return withheld(alone.reason, given, source, self.own) or before or "it does not hold"

    # ---- rounds -------------------------------------------------------------------------------------------------

    def _together(self, engine: Engine, trials: list[Trial], broken: int | None = None) -> dict[Trial, Outcome]:
        """As far as patience goes; and until so many exercises have failed."""
        found: dict[Trial, Outcome] = {}
        failed: set[str] = set()
        for trial in trials:
            if len(failed) == broken and trial.exercise not in failed:
                continue
            found[trial] = self._tried(engine, trial, "together", self.own)
            if found[trial].reason:
                failed.add(trial.exercise)
            if found[trial].end == "time":
                break
        return found

    def _alone(self, name: str, source: str, trials: list[Trial], likely: list[Trial]) -> dict[Trial, Outcome]:
        """The outcomes for one answer among the reference's. likely: those for which playing the tape may pay."""
        engine, own = self.workshop.alone(name, source), texts_in([source, *self.case.blueprint.stubs.values()])
        right = self._confirmed(engine, likely)
        found = dict.fromkeys(right, Outcome(""))
        patience = PATIENCE
        for trial in trials:
            if trial in right:
                continue
            if patience > 0:
                self.talk.renew(engine)
                found[trial] = self._tried(engine, trial, "alone", own)
                patience -= found[trial].end == "time"
            else:
                found[trial] = Outcome(f"not tried: the tests of `{name}` before it took too long", end="time")
        for trial, outcome in found.items():
            self.case.memo.keep(trial, self.case.seed, source, outcome)
        return found

    def _confirmed(self, engine: Engine, trials: list[Trial]) -> set[Trial]:
        """The trials in which the engine answers all that the reference does."""
        found: set[Trial] = set()
        for trial in trials:
            tape = self.case.tapes.get(trial.name)
            cells, key = asked_of(engine, trial)
            if tape is None or tape.notebook != key:
                continue
            if not self._is_ready(engine):
                break
            self.talk.used = True
            try:
                right = tapes.confirmed(self.talk.session, tape, cells)
            except Ended as end:
                if end.end == "time":  # and so may the others
                    break
                continue
            if right:
                found.add(trial)
            self.talk.stuck = not right and tape.nests
        return found

    # ---- trials -------------------------------------------------------------------------------------------------

    def _tried(self, engine: Engine, trial: Trial, how: str, own: Collection[str]) -> Outcome:
        """What comes of a trial in the process that is open, or in a new one. own: the texts that may be repeated."""
        if not self.case.logbook.begins(f"{how}: {trial.exercise}: {trial.name}"):
            return self._outcome(trial, whole({"end": "time"}), own)
        for _ in range(LIVES):
            reply = self._asked(engine, trial) if self._is_ready(engine) else died()
            if reply["end"] != "died":
                break
        self.talk.used = True
        return self._outcome(trial, reply, own)

    def _is_ready(self, engine: Engine) -> bool:
        """Whether there is a process with `engine` to ask; a new one is made where it must be."""
        if self.talk.stuck or not self.talk.is_open(engine):
            self.talk.open(engine)
        return self.talk.session is not None

    def _asked(self, engine: Engine, trial: Trial) -> dict:
        session = self.talk.session
        if trial.program:
            seconds, ask = trial.program.seconds, lambda: program(session, engine, trial.program, self.case.seed)
        else:
            seconds, ask = CHECK_SECONDS, lambda: check(session, engine, trial.cell, CHECK_SECONDS)
        reply = limited(wall_seconds(seconds), ask)
        if reply["end"] == "time":
            self.talk.break_off("time")
        return reply

    def _outcome(self, trial: Trial, reply: dict, own: Collection[str]) -> Outcome:
        end = reply["end"]
        if trial.program:
            found = difference(self.case.expected[trial.name], reply, own, trial.program.seconds)
            return Outcome(found or "", end=end)
        if end == "time":
            return Outcome(f"took longer than {CHECK_SECONDS:g} s: a loop without end?", end=end)
        if end != "done":
            return Outcome("Python stopped in the middle of it", end=end)
        return Outcome(reply["message"], said=True)
