"""The lesson's wrong answers are wrong, and are found out; its right answers are right, and lose nothing."""

from __future__ import annotations

from collections import Counter

from autograder.blueprint import load_blueprint
from autograder.mutants.alike import alike
from autograder.mutants.library import by_hand
from autograder.mutants.score import BY_HAND, NOTHING, RIGHT, score
from autograder.right import AT_LEAST, load_right_answers
from autograder.verify.job import Job
from autograder.wrong import load_wrong_answers
from gradlab.errors import did_you_mean


def problems(job: Job) -> list[str]:
    found = [*_strangers(job), *_alike(job), *_too_few(job)]
    result = score(job.course, job.lesson, (BY_HAND, RIGHT))
    for mutant, outcome in result.outcomes:
        if mutant.kind == BY_HAND and outcome.by == NOTHING:
            found.append(
                f"{mutant.place}: no check and no hidden test tells it from the right answer to {mutant.exercise}."
            )
        elif mutant.kind == BY_HAND and outcome.loops:
            found.append(f"{mutant.place}: it loops ({outcome.test} {outcome.reason}): a mistake has to show in time.")
    found += [
        f"{mutant.place}: it is right, and {outcome.test} says: {outcome.reason}" for mutant, outcome in result.accused
    ]
    return found


def _strangers(job: Job) -> list[str]:
    """Answers to what is no exercise, such as one that was renamed."""
    names = job.exercises
    files = (("wrong_answers.py", load_wrong_answers), ("right_answers.py", load_right_answers))
    return [
        f"solutions/{job.lesson.id}/{file}:{each.line}: there is no exercise `{each.exercise}`."
        f"{did_you_mean(each.exercise, names)}"
        for file, load in files
        for each in load(job.course, job.lesson)
        if each.exercise not in names
    ]


def _alike(job: Job) -> list[str]:
    """Wrong answers that are the right one, or one another."""
    blueprint = load_blueprint(job.course, job.lesson)
    found, seen = [], []
    for mutant in by_hand(blueprint):
        if alike(mutant.source, blueprint.answers[mutant.exercise]):
            found.append(f"{mutant.place}: this is the right answer to {mutant.exercise}.")
        twin = next(
            (other for other in seen if other.exercise == mutant.exercise and alike(other.source, mutant.source)), None
        )
        if twin:
            found.append(f"{mutant.place}: this is the same answer as {twin.place}.")
        seen.append(mutant)
    return found


def _too_few(job: Job) -> list[str]:
    many = Counter(
        each.exercise for each in load_right_answers(job.course, job.lesson) if each.exercise in job.exercises
    )
    where = f"solutions/{job.lesson.id}/right_answers.py"
    return [
        f"{where}: {name} has {n} right answers; write {AT_LEAST} or none." for name, n in many.items() if n < AT_LEAST
    ]
