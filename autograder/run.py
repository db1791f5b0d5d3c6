"""The answers of one submission, run: every check and hidden test of every exercise gets its verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.engines import Workshop, fault, is_written
from autograder.judge import Verdict
from autograder.memo import Memo
from autograder.remote.tapes import Tape
from autograder.rounds import Rounds
from autograder.same import same_code
from autograder.sandbox import Isolation, Worker, scratch
from autograder.trial import Trial, trials_of
from autograder.watchdog import Logbook


@dataclass
class Run:
    """Grades `answers`, {exercise: source}. expected: the reference's replies to the hidden tests with this seed.

    logbook: what is under way, and what ended the process that tried it before (see watchdog.py). tapes: of taping.py,
    for all trials that the reference passes; without them, all is run, and the verdicts are the same. memo: of earlier
    runs of the same edition, which this one adds to.
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

    def verdicts(self, trials: Iterable[Trial] | None = None) -> dict[str, list[Verdict]]:
        """{exercise: a verdict for each of its checks and hidden tests}, or for those in `trials` only.

        Never raises for what a student wrote.
        """
        if trials is None:
            trials = [trial for name in self.blueprint.exercises for trial in trials_of(self.blueprint, name)]
        trials, written = list(trials), self._written()
        found = {trial: "" for trial in trials if self._is_reference(trial)}
        left = [trial for trial in trials if trial.exercise in written and trial not in found]
        if left:
            workshop = Workshop(self.blueprint, self.base, self.base)
            with tempfile.TemporaryDirectory(dir=scratch()) as folder, Worker(Path(folder), self.isolated) as worker:
                found |= Rounds(self, workshop, worker).reasons(written, left)
        verdicts: dict[str, list[Verdict]] = {}
        for trial in trials:
            reason = found.get(trial)
            verdict = trial.not_run(self.faults[trial.exercise]) if reason is None else trial.verdict(reason)
            verdicts.setdefault(trial.exercise, []).append(verdict)
        return verdicts

    def _is_reference(self, trial: Trial) -> bool:
        """Whether it need not be tried: with the others right, such an engine is the reference, which passes."""
        answer = self.answers.get(trial.exercise, "")
        return trial.name in self.tapes and same_code(answer, self.blueprint.answers[trial.exercise])

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
