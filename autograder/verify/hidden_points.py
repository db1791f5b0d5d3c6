"""Answers earn all points of the hidden tests, stubs earn none."""

from __future__ import annotations

from autograder.hidden import run_hidden
from autograder.verify.job import Job

SEEDS = (1, 2)  # a test that holds for one draw only is found out


def problems(job: Job) -> list[str]:
    found = [said for seed in SEEDS for said in _answers(job, seed)]
    return list(dict.fromkeys([*found, *_stubs(job)]))


def _answers(job: Job, seed: int) -> list[str]:
    engine, found = job.engine(), []
    for exercise in _tested(job):
        for verdict in run_hidden(job.lesson.id, exercise, engine, engine, seed, course=job.course):
            if verdict.earned != verdict.points:
                found.append(f"{exercise}: the answer fails {verdict.name} (seed {seed}): {verdict.reason}")
    return found


def _stubs(job: Job) -> list[str]:
    """With one exercise a stub and the others answered: what earns points then does not test that exercise."""
    answers, found = job.engine(), []
    for exercise in _tested(job):
        engine = job.engine(without=[exercise])
        verdicts = run_hidden(
            job.lesson.id, exercise, engine, answers, SEEDS[0], unwritten=[exercise], course=job.course
        )
        found += [f"{exercise}: a stub earns the {v.points:g} points of {v.name}." for v in verdicts if v.earned]
    return found


def _tested(job: Job) -> list[str]:
    return [cell.name for cell in job.source.of_role("exercise") if cell.points]
