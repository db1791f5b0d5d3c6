"""The answers pass every check, in silence: with the whole engine, and with one that ends with this lesson."""

from __future__ import annotations

from pathlib import Path

from autograder.verify.job import Job
from autograder.verify.told import together
from gradlab.checks import run_checks


def problems(job: Job) -> list[str]:
    return _failures(job, job.reference, "with the reference engine")


def problems_without_later_lessons(job: Job) -> list[str]:
    return _failures(job, job.engine(), "with no module of a later lesson")


def _failures(job: Job, engine: Path, when: str) -> list[str]:
    results = run_checks(job.notebook_with_answers, engine, package=job.course.package)
    if not results:
        return ["the lesson has no check."]
    failed = [(result.name, f"– fails {when}: {result.message}") for result in results if not result.ok]
    loud = [
        (result.name, f"– writes to stderr, for which nbgrader gives 0 points: {result.stderr}")
        for result in results
        if result.ok and result.stderr
    ]
    return together(failed + loud)
