"""The whole cycle once, in a scratch folder: build, release, eight students hand in, grade, record, report, compare.

Raises GradlabError when a score is not the one that a person would have given.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from nbgrader.api import Gradebook

from autograder import places
from autograder.blueprint import Blueprint, load_blueprint
from autograder.build import build
from autograder.grade import QUIET, Options, Progress, grade_class
from autograder.gradebook import COURSE_ID
from autograder.gradebook_url import FILE, file_url
from autograder.graded import Graded
from autograder.pretend import FULL, PART, ZERO, Student, pretend_class, right_answers
from autograder.release import apply, plan_release
from autograder.report import Report, write_csv
from autograder.shell import shell_files
from gradlab.course import Course, Lesson, load_course
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

CSV = "scores.csv"


def copy_course(course: Course, folder: Path) -> Course:
    """The author's part of the course, alone in `folder`."""
    shutil.copytree(course.root / "solutions", folder / "solutions", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name, data in shell_files(course).items():
        write_atomic(folder / Path(name).relative_to(places.REFERENCE), data)
    for name in ("course.yml", "nbgrader_config.py"):  # the second for formgrader, in a folder that is kept
        if (course.root / name).is_file():
            shutil.copyfile(course.root / name, folder / name)
    return load_course(folder)


def run_demo(
    course: Course,
    lessons: Iterable[Lesson],
    folder: Path,
    tell: Callable[[str], None] = lambda line: None,
    progress: Progress = QUIET,
) -> tuple[Report, dict[tuple[str, str], Student]]:
    """The cycle for these lessons of `course`, in the empty `folder`. Returns the grades and who the students were."""
    there = copy_course(course, folder)
    lessons = [there.lesson(lesson.id) for lesson in lessons]
    needed = [each for each in there.lessons if any(each in (*there.before(lesson), lesson) for lesson in lessons)]
    built = build(there, needed)
    if built.errors:
        raise GradlabError("\n".join(built.errors))
    tell(f"built {len(built.built)} lessons and the reference engine")
    apply(there, plan_release(there, lessons, record=True))
    tell(f"released {', '.join(lesson.id for lesson in lessons)} to {places.MODULES}/")
    students = hand_in(there, lessons)
    tell(f"{len({name for name, _ in students})} students handed in")
    report = grade_class(
        there, lessons, folder / "submitted", folder, Options(rung="any", diagnose=True), progress
    )  # these students are ours
    write_csv(folder / CSV, report.every())
    tell(f"graded {len(report.graded)} notebooks into {FILE}, feedback/ and {CSV}")
    problems = [
        problem for graded in report.all for problem in wrong_scores(graded, students[graded.student, graded.lesson])
    ]
    problems += wrong_records(folder, report)
    problems += [f"{whose}: {why}" for whose, why in report.failed.items()]
    problems += leaks(folder, there, lessons)
    if problems:
        raise GradlabError("the demo's grades are not those that a person would give:\n" + "\n".join(problems))
    return report, students


def hand_in(course: Course, lessons: Iterable[Lesson]) -> dict[tuple[str, str], Student]:
    """Write submitted/<student>/<lesson>/<lesson>.ipynb for the class."""
    students = {}
    for lesson in lessons:
        blueprint = load_blueprint(course, lesson)
        released = (course.root / lesson.notebook).read_text(encoding="utf-8")
        for student in pretend_class(blueprint):
            path = course.root / "submitted" / student.name / lesson.id / lesson.notebook.name
            write_atomic(path, student.notebook(released, right_answers(blueprint)))
            students[student.name, lesson.id] = student
    return students


# ---- by hand ----------------------------------------------------------------------------------------------------


def by_hand(graded: Graded, student: Student) -> tuple[float, float]:
    """The lowest and highest total that a person could give, from what the student did to each exercise."""
    low = high = 0.0
    for exercise in graded.verdicts:
        maximum = graded.points_of(exercise)[1]
        kind = student.by_hand.get(exercise, FULL)
        low += maximum if kind == FULL else 0.0
        high += 0.0 if kind == ZERO else maximum
    return low, high


def wrong_scores(graded: Graded, student: Student) -> Iterable[str]:
    """The exercises whose score is not what the student earned."""
    for exercise in graded.verdicts:
        points, maximum = graded.points_of(exercise)
        kind = student.by_hand.get(exercise, FULL)
        right = points == maximum if kind == FULL else points == 0 if kind == ZERO else points < maximum
        if not right:
            belongs = {FULL: f"{maximum:g}", ZERO: "0", PART: f"less than {maximum:g}"}[kind]
            why = "; ".join(graded.reasons_of(exercise))
            who = f"{graded.student} ({student.story}), {graded.lesson}"
            yield f"{who}: {exercise} got {points:g}, and {belongs} belongs. {why}".rstrip()


def wrong_records(folder: Path, report: Report) -> Iterable[str]:
    """Where nbgrader's gradebook says something else than we do."""
    with Gradebook(file_url(folder), COURSE_ID) as gradebook:
        for graded in report.all:
            recorded = gradebook.find_submission(graded.lesson, graded.student).score
            if abs(recorded - graded.score) > 1e-6:
                yield f"{graded.student}, {graded.lesson}: {FILE} has {recorded:g}, not {graded.score:g}."


def leaks(folder: Path, course: Course, lessons: Iterable[Lesson]) -> Iterable[str]:
    """Feedback that is missing, or that shows something of a hidden test."""
    for lesson in lessons:
        blueprint = load_blueprint(course, lesson)
        for student in sorted((folder / "submitted").iterdir()):
            page = folder / "feedback" / student.name / lesson.id / f"{lesson.id}.html"
            if not page.is_file():
                yield f"{page.relative_to(folder)} is missing."
                continue
            handed_in = (student / lesson.id / lesson.notebook.name).read_text(encoding="utf-8")
            text = html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))
            shown = [secret for secret in _secrets(blueprint, handed_in) if secret in text]
            yield from (f"{page.relative_to(folder)} shows: {secret}" for secret in shown)


def _secrets(blueprint: Blueprint, handed_in: str) -> list[str]:
    """What no page may show: how hidden tests are called, and their lines, but for what the student wrote too."""
    lines = {line.strip() for line in blueprint.tests.splitlines() if "says=" not in line}
    known = handed_in + (blueprint.course.root / blueprint.lesson.notebook).read_text(encoding="utf-8")
    long = sorted(line for line in lines if len(line) > 20 and json.dumps(line, ensure_ascii=False)[1:-1] not in known)
    return ["BEGIN HIDDEN", "autograder.hidden", *long]
