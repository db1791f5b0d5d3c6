"""The answers of one submission, run: every check and hidden test of every exercise gets its verdict.

First all answers together, as the student has them. What fails is tried once more with the reference's answers to the
other exercises: an exercise is graded as if the others were right, so nothing is lost twice to one mistake. Before a
trial is run, its tape is played (remote/tapes.py): what answers as the reference does passes without being run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.engines import Engine, Workshop, fault, is_written
from autograder.judge import Verdict, difference
from autograder.observe import open_session
from autograder.remote import tapes
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.remote.tapes import Tape
from autograder.remote.trials import check, imports, program, whole
from autograder.sandbox import Isolation, Worker, scratch, wall_seconds
from autograder.trial import Trial, asked_of, trials_of
from autograder.watchdog import Logbook, limited
from autograder.withheld import withheld
from autograder.wording import said, shortened, texts_in
from gradlab.export_format import ExportError

IMPORT_SECONDS = 5.0
CHECK_SECONDS = 6.0
PATIENCE = {"together": 1, "alone": 2}
"""After so many tests that took too long, the rest of a round is not tried: the engine most likely loops for ever."""
LIVES = 2  # a process that died may have been killed by the system, for want of memory; not twice in a row
DIED = whole({"end": "died"})


@dataclass
class Run:
    """Grades `answers`, {exercise: source}. expected: the reference's replies to the hidden tests with this seed.

    logbook: what is under way, and what ended the process that tried it before (see watchdog.py). tapes: {trial: what
    the reference's process said in it}; without them, all is run, and the verdicts are the same.
    """

    blueprint: Blueprint
    base: Path
    answers: Mapping[str, str]
    expected: Mapping[str, dict]
    seed: int
    isolated: Isolation | None = None
    faults: dict[str, str] = field(default_factory=dict)
    logbook: Logbook = field(default_factory=Logbook)
    tapes: Mapping[str, Tape] = field(default_factory=dict)

    def verdicts(self, trials: Iterable[Trial] | None = None) -> dict[str, list[Verdict]]:
        """{exercise: a verdict for each of its checks and hidden tests}, or for those in `trials` only.

        Never raises for what a student wrote.
        """
        if trials is None:
            trials = [trial for name in self.blueprint.exercises for trial in trials_of(self.blueprint, name)]
        trials, written = list(trials), self._written()
        found: dict[Trial, str] = {}
        if any(trial.exercise in written for trial in trials):
            workshop = Workshop(self.blueprint, self.base, self.base)
            with tempfile.TemporaryDirectory(dir=scratch()) as folder, Worker(Path(folder), self.isolated) as worker:
                found = _Rounds(self, workshop, worker).reasons(written, trials)
        verdicts: dict[str, list[Verdict]] = {}
        for trial in trials:
            reason = found.get(trial)
            verdict = trial.not_run(self.faults[trial.exercise]) if reason is None else trial.verdict(reason)
            verdicts.setdefault(trial.exercise, []).append(verdict)
        return verdicts

    def _written(self) -> dict[str, str]:
        """The answers that can be tried; why the others cannot goes into `faults`."""
        written = {}
        for name in self.blueprint.exercises:
            if name not in self.answers:
                self.faults[name] = f"the cell of `{name}` is missing"
            elif not is_written(self.answers[name]):
                self.faults[name] = f"`{name}` is not written yet"
            elif problem := fault(self.blueprint, name, self.answers[name]):
                self.faults[name] = f"`{name}` was left out: {problem}"
            else:
                written[name] = self.answers[name]
        return written


class _Rounds:
    """The rounds of one run: import, all together, one by one."""

    def __init__(self, run: Run, workshop: Workshop, worker: Worker):
        self.run, self.blueprint, self.workshop, self.worker = run, run.blueprint, workshop, worker
        self.engine: Engine | None = None
        self.session: Session | None = None
        self.spoilt = False  # the session's process was asked what perhaps no program would ask
        self.together: dict[Trial, str] = {}
        self.own = texts_in([*run.answers.values(), *self.blueprint.stubs.values()])

    def reasons(self, answers: Mapping[str, str], trials: Iterable[Trial]) -> dict[Trial, str]:
        """{trial: why its points are lost, or ""} for the trials of exercises that could be tried."""
        answers, together = self._importable(answers)
        trials = [trial for trial in trials if trial.exercise in answers]
        right = self._confirmed(together, trials)
        for name in answers:  # to play a tape costs little, so it comes before anything is run
            left = [trial for trial in trials if trial.exercise == name and trial not in right]
            if left:
                right |= self._confirmed(self._alone(name, answers[name]), left)
        self.together = self._round(together, [trial for trial in trials if trial not in right])
        found = dict.fromkeys(right, "") | self.together
        for name in answers:
            again = [trial for trial in trials if trial.exercise == name and found.get(trial, "?")]
            if again:
                found = found | self._round(self._alone(name, answers[name]), again, alone=answers[name])
        return found

    def _confirmed(self, engine: Engine, trials: list[Trial]) -> set[Trial]:
        """The trials in which the engine answers all that the reference does."""
        found: set[Trial] = set()
        stuck = False
        for trial in trials:
            tape = self.run.tapes.get(trial.name)
            cells, key = asked_of(engine, trial)
            if tape is None or tape.notebook != key:
                continue
            if stuck or not self._is_open(engine):
                self._open(engine)
            if self.session is None:
                break
            self.spoilt, stuck = True, False
            try:
                right = tapes.confirmed(self.session, tape, cells)
            except Ended as end:
                if end.end == "time":  # and so may the others
                    break
                continue
            if right:
                found.add(trial)
            stuck = not right and tape.nests
        return found

    # ---- import -------------------------------------------------------------------------------------------------

    def _importable(self, answers: Mapping[str, str]) -> tuple[dict[str, str], Engine]:
        """The answers with which the package can be imported, and the engine made of them; the others are faults."""
        answers = dict(answers)
        engine, problem = self._try_import(answers)
        if problem:
            for name in list(answers):
                if self.blueprint.exercises[name].module:
                    reason = self._import_problem(self._alone(name, answers[name]))
                    if reason:
                        self._leave_out(name, reason, answers)
            engine, problem = self._try_import(answers)
        if problem:  # each is fine with the reference's others, and yet not together: keep what goes, from the top
            kept: dict[str, str] = {}
            for name in list(answers):
                engine, problem = self._try_import(kept | {name: answers[name]})
                if problem:
                    self._leave_out(name, f"with the cells above it, {problem}", answers)
                else:
                    kept[name] = answers[name]
            engine, _ = self._try_import(kept)
        return answers, engine

    def _try_import(self, answers: Mapping[str, str]) -> tuple[Engine, str]:
        try:
            engine = self.workshop.engine(answers)
        except ExportError as error:
            return self.workshop.reference, str(error)
        return engine, self._import_problem(engine)

    def _import_problem(self, engine: Engine) -> str:
        """Why the package cannot be imported from `engine`, or "". Its session stays open."""
        for _ in range(LIVES):
            self._open(engine)
            reply = DIED if self.session is None else imports(self.session, engine.modules, IMPORT_SECONDS)
            if reply["end"] != "died":
                break
        if reply["end"] == "done":
            return ""
        self.session = None
        if reply["end"] == "time":
            return f"importing it takes longer than {IMPORT_SECONDS:g} s"
        if reply["end"] == "raised" and reply["type"] != "SystemExit":
            return f"importing it raises {said(str(reply['type']), str(reply['text']), self.own)}"
        return "importing it ends Python"

    def _leave_out(self, name: str, reason: str, answers: dict[str, str]) -> None:
        self.run.faults[name] = f"`{name}` was left out: {reason}"
        del answers[name]

    def _alone(self, name: str, source: str) -> Engine:
        """The engine with one answer of the student's, and the reference's to all other exercises."""
        return self.workshop.engine({**self.blueprint.answers, name: source})

    def _is_open(self, engine: Engine) -> bool:
        """Whether `session` is one with a process that holds `engine`."""
        return self.session is not None and not self.session.channel.end and self.engine is engine

    def _open(self, engine: Engine) -> None:
        """Make `session` one with a new process that holds `engine`; None when there is none.

        Another engine gets another worker, with an empty room: what one answer read of the reference's others, when it
        was alone among them, it could leave there for another answer to find.
        """
        if engine is not self.engine:
            self.worker.close()
        self.engine, self.spoilt = engine, False
        try:
            self.session = open_session(self.worker, engine)
        except Ended:
            self.session = None

    # ---- rounds -------------------------------------------------------------------------------------------------

    def _round(self, engine: Engine, trials: list[Trial], alone: str = "") -> dict[Trial, str]:
        """{trial: reason or ""} as far as patience goes. alone: the source of the one answer that is the student's.

        All together, the trials share a process, which saves most of the time; what an answer leaves behind there may
        fail a later trial, but not for good: alone, each trial has a process of its own.
        """
        found: dict[Trial, str] = {}
        patience = PATIENCE["alone" if alone else "together"]
        for trial in trials:
            if patience > 0:
                found[trial], late = self._try(engine, trial, alone)
                patience -= late
            elif alone:
                found[trial] = f"not tried: the tests of `{trial.exercise}` before it took too long"
        return found

    def _try(self, engine: Engine, trial: Trial, alone: str) -> tuple[str, bool]:
        """Why the points of a trial are lost, or ""; and whether that was for time."""
        step = f"{'alone' if alone else 'together'}: {trial.exercise}: {trial.name}"
        if not self.run.logbook.begins(step):
            return self._reason(trial, whole({"end": "time"}), alone), True
        for _ in range(LIVES):
            if alone or self.spoilt or not self._is_open(engine):
                self._open(engine)
            reply = DIED if self.session is None else self._reply(engine, trial)
            if reply["end"] != "died":
                break
        return self._reason(trial, reply, alone), reply["end"] == "time"

    def _reply(self, engine: Engine, trial: Trial) -> dict:
        if trial.program:
            seconds, ask = trial.program.seconds, lambda: program(self.session, engine, trial.program, self.run.seed)
        else:
            seconds, ask = CHECK_SECONDS, lambda: check(self.session, engine, trial.cell, CHECK_SECONDS)
        reply = limited(wall_seconds(seconds), ask)
        if reply["end"] == "time":  # perhaps in the middle of a message
            self.session.channel.close("time")
            self.worker.close()
        return reply

    def _reason(self, trial: Trial, reply: dict, alone: str) -> str:
        if trial.program:
            return difference(self.run.expected[trial.name], reply, self.own, trial.program.seconds) or ""
        if reply["end"] == "time":
            return f"took longer than {CHECK_SECONDS:g} s: a loop without end?"
        if reply["end"] != "done":
            return "Python stopped in the middle of it"
        message, before = shortened(reply["message"], 400), self.together.get(trial, "")
        if not message or not alone or message == before:
            return message
        given = [cell.source for cell in self.blueprint.notebook.cells if cell.role in ("given", "check")]
        return withheld(reply["message"], given, alone, self.own) or before or "it does not hold"
