"""gradlab catchup: go on with a known-good module of an earlier lesson, and keep your own."""

from __future__ import annotations

import argparse
import datetime as dt

from gradlab.borrowed import loans
from gradlab.catchup import borrow, give_back, known_good, refusal, unneeded
from gradlab.commands.common import add_lesson, describe, shown
from gradlab.course import Course, Lesson, load_course
from gradlab.export import engine_dir
from gradlab.notebooks import NotebookError, find_notebook

NAME = "catchup"
HELP = "go on with a known-good module of an earlier lesson; yours is kept"
EXAMPLE = """\
gradlab catchup 2              borrow the modules of lesson 2, and go on with lesson 3
gradlab check 2                test your own lesson 2; when it passes, yours is taken back
gradlab catchup 2 --give-back  take yours back as it is
gradlab catchup 2 --dry-run    say whether one may borrow, and what; change nothing
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    add_lesson(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--give-back", action="store_true", help="put your own modules back, whether they pass or not")
    what.add_argument("--dry-run", action="store_true", help="say what would be borrowed, and change nothing")


def run(args: argparse.Namespace) -> int:
    """Go on with known-good modules of an earlier lesson while you still work on your own.

    Your modules are put aside, never lost, and your notebook stays as it is. Its checks go on testing your own work;
    as soon as that passes, your modules are back. Your instructor decides whether and when a lesson can be borrowed.
    """
    course, engine = load_course(), engine_dir()
    lesson = course.lesson(args.lesson)
    files = ", ".join(f"{course.package}/{module}.py" for module in lesson.modules)
    if args.give_back:
        give_back(course, lesson, engine)
        print(f"{files}: yours again. Restart the kernels of open notebooks.")
        return 0
    if args.dry_run:
        why = refusal(course, lesson, dt.datetime.now(dt.UTC)) or unneeded(course, lesson, engine)
        if not why:
            known_good(course, lesson)
        print(why or f"{lesson.id} can be borrowed: {files}.")
        return 1 if why else 0
    again = lesson.id in loans(engine)
    kept = borrow(course, lesson, engine)
    print(f"{'Still borrowed' if again else 'Borrowed'}: {files}.")
    print(f"Yours are kept in {shown(kept)}, and your notebook is unchanged. Restart the kernels of open notebooks.")
    print(f"When yours pass, they are back: gradlab check {lesson.number}")
    following = next(each for each in course.lessons if lesson.id in each.prerequisites)
    print(f"Next: {_place(course, following)}")
    return 0


def _place(course: Course, lesson: Lesson) -> str:
    try:
        return f"lesson {lesson.number}, {shown(find_notebook(course, lesson))}"
    except NotebookError:
        return f"lesson {lesson.number}, when it comes"
