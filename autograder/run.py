"""The answers of one submission, run: every check and hidden test of every exercise gets its verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.case import Case
from autograder.engines import Workshop, fault, is_written
from autograder.judge import Verdict
from autograder.rounds import Rounds
from autograder.same import same_code
from autograder.sandbox import Worker, scratch
from autograder.trial import Trial, trials_of


class Run(Case):
    """A case that is tried."""

    def verdicts(self, trials: Iterable[Trial] | None = None) -> dict[str, list[Verdict]]:
        """{exercise: a verdict for each of its checks and hidden tests}, or for those in `trials` only.

        Never raises for what a student wrote.
        """
        if trials is None:
            trials = [trial for name in self.blueprint.exercises for trial in trials_of(self.blueprint, name)]
        trials, written = list(trials), self._written()
        can_be_tried = [trial for trial in trials if trial.exercise in written]
        found = {trial: "" for trial in can_be_tried if self._is_reference(trial, written[trial.exercise])}
        left = [trial for trial in can_be_tried if trial not in found]
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

    def _is_reference(self, trial: Trial, answer: str) -> bool:
        """Whether it need not be tried: with the others right, such an engine is the reference, which passes."""
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
