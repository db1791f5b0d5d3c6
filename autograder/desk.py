"""One lesson's submissions are graded at one desk: on it lies all that is the same for each of them.

`grade_submission(desk, submission, data)` is the whole way from the bytes handed in to the verdicts. It writes nothing
and needs nothing but its arguments, so it may run anywhere, as often as one likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.blueprint import Blueprint, load_blueprint
from autograder.collect import Submission
from autograder.engines import Workshop
from autograder.graded import Graded, now
from autograder.hidden import seed_of
from autograder.judge import Verdict
from autograder.observe import expected
from autograder.rebuild import Rebuilt, Repair, rebuild
from autograder.run import Run, trials_of
from autograder.sandbox import Isolation, chosen
from gradlab.course import Course, Lesson


@dataclass(frozen=True)
class Desk:
    """base: the engine before this lesson. expected: the reference's replies to the hidden tests with `seed`."""

    blueprint: Blueprint
    base: Path
    expected: dict[str, dict]
    seed: int
    isolated: Isolation


def set_up(course: Course, lesson: Lesson, scratch: Path, seed: int | None = None, rung: str = "") -> Desk:
    """The desk for `lesson`, with its engines in `scratch`.

    Raises GradlabError when the lesson is at fault, or when nothing keeps students' code apart (see sandbox.chosen).
    """
    isolated = chosen(rung)
    blueprint = load_blueprint(course, lesson)
    seed = seed_of(lesson.id) if seed is None else seed
    workshop = Workshop(blueprint, scratch)
    replies = expected(workshop.reference, blueprint.programs, seed)
    return Desk(blueprint, workshop.base, replies, seed, isolated)


def grade_submission(desk: Desk, submission: Submission, data: bytes) -> tuple[Graded, Rebuilt]:
    """The grade of one submission, and what was found in it. Runs the student's code in a worker; writes nothing.

    data: the bytes handed in. Never raises for what a student did.
    """
    rebuilt = Rebuilt(problem=submission.problem) if submission.problem else rebuild(data, desk.blueprint)
    if submission.note:
        rebuilt.repairs.insert(0, Repair("", submission.note))
    if rebuilt.problem:
        verdicts = nothing(desk.blueprint, rebuilt.problem)
    else:
        run = Run(desk.blueprint, desk.base, rebuilt.sources, desk.expected, desk.seed, desk.isolated)
        verdicts = run.verdicts()
    graded = Graded(
        student=submission.student,
        lesson=submission.lesson.id,
        verdicts=verdicts,
        problem=rebuilt.problem,
        repairs=rebuilt.repairs,
        seed=desk.seed,
        isolation=desk.isolated.name,
        graded_at=now(),
    )
    return graded, rebuilt


def nothing(blueprint: Blueprint, problem: str) -> dict[str, list[Verdict]]:
    """No points for anything, for one reason."""
    return {
        name: [trial.not_run(problem) for trial in trials]
        for name in blueprint.exercises
        if (trials := trials_of(blueprint, name))
    }
