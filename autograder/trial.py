"""What there is to earn in a lesson: each visible check and each hidden test is a trial."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.blueprint import Blueprint
from autograder.engines import Engine
from autograder.judge import Verdict
from autograder.programs import Program
from autograder.remote import tapes
from autograder.remote.checks import needs
from gradlab.notebooks import Cell


@dataclass(frozen=True)
class Trial:
    """One thing that earns points: a visible check (`cell`) or a hidden test (`program`)."""

    exercise: str
    name: str
    says: str
    points: float
    cell: Cell | None = None
    program: Program | None = None

    def verdict(self, reason: str) -> Verdict:
        """All points when there is no reason against it, else none."""
        return Verdict(self.name, self.says, self.points, 0.0 if reason else self.points, reason)

    def not_run(self, reason: str) -> Verdict:
        return Verdict(self.name, self.says, self.points, 0.0, reason, ran=False)


def trials_of(blueprint: Blueprint, exercise: str) -> list[Trial]:
    """What there is to earn for one exercise, in order."""
    checks = [
        Trial(exercise, cell.id, "the check", cell.points, cell=cell)
        for cell in blueprint.checks_of(exercise)
        if cell.points
    ]
    programs = [
        Trial(exercise, program.name, program.says, program.points, program=program)
        for program in blueprint.programs_of(exercise)
    ]
    return checks + programs


def asked_of(engine: Engine, trial: Trial) -> tuple[list, str]:
    """The cells of the notebook that a trial asks a session for, and what says whether another asks for the same."""
    if trial.cell:
        cells, names, _ = needs(*engine.cells_for(trial.cell))
    elif trial.program.wants_nb:
        cells, names = engine.notebook_for(trial.program)
    else:
        return [], ""
    return cells, tapes.notebook_key(cells, names)
