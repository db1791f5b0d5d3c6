"""All proofs of some lessons, several lessons at a time."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from autograder.build import build
from autograder.loose_ends import loose_ends
from autograder.release import released_texts
from autograder.slots import Here
from autograder.verify import reproducible
from autograder.verify.job import Job
from autograder.verify.released import strangers
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError


class Check(NamedTuple):
    """A proof: its name in the table, what it proves, and the function (`module:function`) that looks for problems."""

    name: str
    proves: str
    function: str
    slow: bool = False


CHECKS = (
    Check("stubs", "stubs fail every graded check, in words", "stubs_fail:problems"),
    Check("answers", "answers pass every check", "answers_pass:problems"),
    Check("alone", "they do without any later lesson", "answers_pass:problems_without_later_lessons"),
    Check("order", "they do with nothing written below them", "in_order:problems"),
    Check("hidden", "answers earn all hidden points, stubs none", "hidden_points:problems"),
    Check("known", "wrong answers are caught, other right ones pass", "known_answers:problems"),
    Check("script", "lesson.py runs as plain Python", "plain_python:problems"),
    Check("style", "exported modules pass ruff", "style:problems"),
    Check("leaks", "no answer or hidden test is given away", "leaks:problems"),
    Check("released", "modules/ is up to date byte for byte", "released:problems"),
    Check("notebook", "the answered notebook runs in a real kernel", "notebooks:problems", slow=True),
)
# These two come before the others, for all lessons at once.
FIRST = (
    Check("complete", "points add up, every module is written", ""),
    Check("same", "a second build gives the same bytes", ""),
)


@dataclass
class Result:
    """What was found out about one lesson: {name of a check: its problems}."""

    lesson: Lesson
    problems: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not any(self.problems.values())

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, found in self.problems.items() if found)


def verify(
    course: Course,
    lessons: Iterable[Lesson],
    names: Iterable[str],
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Build the lessons, then run the checks called `names` on each. `tell` hears of each lesson when it is done."""
    lessons, names = list(lessons), set(names)
    report = build(course, lessons)
    sources = {source.lesson.id: source for source in report.built}
    results = {lesson.id: Result(lesson) for lesson in lessons}
    for lesson in lessons:
        if lesson.id not in sources:
            own = [error for error in report.errors if lesson.id in error]
            results[lesson.id].problems["build"] = own or ["it could not be built."]
            tell(results[lesson.id])
    released = released_texts(course, sources.values())
    if "complete" in names:
        for source in sources.values():
            results[source.lesson.id].problems["complete"] = loose_ends(course, source)
    if "same" in names and sources:
        for lesson_id, found in reproducible.problems(course, sources.values(), released).items():
            results[lesson_id].problems["same"] = found
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        jobs = [Job(course, source, released[name], Path(folder, name)) for name, source in sources.items()]
        _run(jobs, [check for check in CHECKS if check.name in names], results, tell)
    if "released" in names and len(lessons) == len(course.lessons):
        results[lessons[-1].id].problems.setdefault("released", []).extend(strangers(course))
    return [results[lesson.id] for lesson in lessons]


def _run(jobs: list[Job], checks: list[Check], results: dict[str, Result], tell: Callable[[Result], None]) -> None:
    """Every check of every job, side by side. Not in threads, which cannot all read Python at a time (turns.py)."""
    alone = len(jobs) * len(checks) == 1  # then a process would only have to be started
    with Here() if alone else ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        futures = {pool.submit(_timed, check, job): (check, job) for job in jobs for check in checks}
        left = Counter({job.lesson.id: len(checks) for job in jobs})
        for job in jobs:
            # In the order of the table, whatever ends first.
            results[job.lesson.id].problems |= {check.name: [] for check in checks}
        for done in as_completed(futures):
            check, job = futures[done]
            result = results[job.lesson.id]
            result.problems[check.name], seconds = done.result()
            result.seconds += seconds
            left[job.lesson.id] -= 1
            if not left[job.lesson.id]:
                tell(result)
    if not checks:
        for job in jobs:
            tell(results[job.lesson.id])


def _timed(check: Check, job: Job) -> tuple[list[str], float]:
    start = time.perf_counter()
    return _problems(check, job), time.perf_counter() - start


def _problems(check: Check, job: Job) -> list[str]:
    module, function = check.function.split(":")
    try:
        return getattr(import_module(f"autograder.verify.{module}"), function)(job)
    except GradlabError as error:
        return [str(error)]
    except Exception as error:  # one proof that breaks must not hide the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        return [f"this check itself failed: {type(error).__name__}: {error} ({place})"]
