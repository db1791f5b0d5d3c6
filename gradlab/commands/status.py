"""gradlab status: what is done, and what to do next."""

from __future__ import annotations

import argparse

from gradlab.commands.common import describe, points, shown
from gradlab.course import Course, load_course
from gradlab.export import engine_dir
from gradlab.progress import STATES, ExerciseStatus, LessonStatus, overview

NAME = "status"
HELP = "show what is done, the points and the next thing to do"
EXAMPLE = """\
gradlab status     all lessons
gradlab status 3   the exercises of lesson 3
"""

SIGNS = {"done": "✓", "failing": "✗", "unsaved": "◐", "broken": "✗", "missing": "✗", "unwritten": "○"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help="show the exercises of this lesson")


def run(args: argparse.Namespace) -> int:
    """Show what is done, the points and the next thing to do, from what is on disk. Nothing is run.

    Points are those of the visible checks when they ran last, in the notebook or by `gradlab check`.
    """
    course = load_course()
    lessons = overview(course, engine_dir())
    if args.lesson is None:
        lines = _course(course, lessons)
    else:
        wanted = course.lesson(args.lesson)
        lines = _lesson(next(status for status in lessons if status.lesson == wanted))
    print("\n".join(lines))
    return 0


def _course(course: Course, lessons: list[LessonStatus]) -> list[str]:
    earned, visible = sum(s.earned for s in lessons), sum(s.visible for s in lessons)
    hidden = sum(s.hidden for s in lessons)
    lines = [f"{course.title}: {earned:g} of {points(visible)} so far; hidden tests give up to {hidden:g} more.", ""]
    width = max(len(s.lesson.title) for s in lessons)
    for status in lessons:
        lines.append(f"{_sign(status)} {status.lesson.number}  {status.lesson.title:<{width}}  {_progress(status)}")
    return [*lines, "", f"Next: {_next(course, lessons)}"]


def _sign(status: LessonStatus) -> str:
    if status.absent:
        return "·"
    if status.problem:
        return "✗"
    return "✓" if status.complete else "◐" if status.begun else "○"


def _progress(status: LessonStatus) -> str:
    if status.absent:
        return f"comes on {status.lesson.release:%Y-%m-%d}" if status.lesson.release else "not here yet"
    if status.problem:
        return "its notebook cannot be read"
    if not status.begun:
        return f"not begun, about {status.lesson.minutes} minutes"
    line = f"{status.done:>2} of {len(status.exercises):>2} exercises, {status.earned:g} of {points(status.visible)}"
    return f"{line}, submitted {status.submitted[:10]}" if status.submitted else line


def _next(course: Course, lessons: list[LessonStatus]) -> str:
    """The one thing to do now, in a sentence with a place or a command in it."""
    for status in lessons:
        if status.absent:
            return f"nothing. Lesson {status.lesson.number} is not here yet."
        if status.problem:
            return status.problem
        exercise = status.next()
        if exercise is not None:
            place = shown(course.root / status.lesson.notebook)
            return f"`{exercise.name}` in lesson {status.lesson.number}, {_what(status, exercise)}\n      {place}"
        if not status.submitted:
            return f"lesson {status.lesson.number} is done. Hand it in: gradlab submit {status.lesson.number}"
    return f"nothing. All lessons are done and handed in; {course.package} is yours."


def _what(status: LessonStatus, exercise: ExerciseStatus) -> str:
    return STATES[exercise.state].format(number=status.lesson.number, name=exercise.name)


def _lesson(status: LessonStatus) -> list[str]:
    title = f"Lesson {status.lesson.number}, {status.lesson.title}"
    if status.problem or status.absent:
        return [f"{title}: {status.problem or _progress(status)}"]
    lines = [f"{title}: {status.earned:g} of {points(status.visible)} so far, {status.hidden:g} more when graded.", ""]
    width = max((len(exercise.name) for exercise in status.exercises), default=0)
    for exercise in status.exercises:
        what = exercise.state if exercise.done else f"{exercise.state}: {_what(status, exercise)}"
        lines.append(f"{SIGNS.get(exercise.state, '◐')} {exercise.name:<{width}}  {what}".rstrip())
        if exercise.note:
            lines.append(f"    {exercise.note.splitlines()[0]}")
    return lines
