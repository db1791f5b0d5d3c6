"""Answers earn all points of the hidden tests, stubs earn none."""

from __future__ import annotations

from autograder.verify.job import Job

SEEDS = (1, 2)  # a test that holds for one draw only is found out


def problems(job: Job) -> list[str]:
    found = [said for seed in SEEDS for said in _answers(job, seed)]
    return list(dict.fromkeys([*found, *_stubs(job)]))


def _answers(job: Job, seed: int) -> list[str]:
    from autograder.hidden import run_hidden

    engine, found = job.engine(), []
    for exercise in _tested(job):
        verdicts = run_hidden(job.lesson.id, exercise.name, engine, job.reference, seed)
        found += [
            f"{exercise.name}: the answer fails {verdict.name} (seed {seed}): {verdict.reason}"
            for verdict in verdicts
            if verdict.earned != verdict.points
        ]
        total = sum(verdict.points for verdict in verdicts)
        if total != exercise.points:
            found.append(f"{exercise.name}: hidden tests gave {total:g} points, its header says {exercise.points:g}.")
    return found


def _stubs(job: Job) -> list[str]:
    from autograder.hidden import run_hidden

    found = []
    for exercise in _tested(job):
        engine = job.engine(without=[exercise.name])
        for verdict in run_hidden(job.lesson.id, exercise.name, engine, job.reference, SEEDS[0]):
            if verdict.earned:
                found.append(f"{exercise.name}: a stub earns {verdict.earned:g} points of {verdict.name}.")
    return found


def _tested(job: Job):
    return [cell for cell in job.source.of_role("exercise") if cell.points]
