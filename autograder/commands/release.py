"""`autograder release`: the lessons to modules/, where students open them."""

from __future__ import annotations

import argparse

from autograder.startup import quicken

NAME = "release"
HELP = "write what students open into modules/, without the answers"
EXAMPLE = """
autograder release               # every lesson
autograder release 1 2           # these two; the others stay as they are
autograder release --dry-run     # say what would change
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")
    parser.add_argument("-n", "--dry-run", action="store_true", help="change nothing, say what would change")
    parser.add_argument(
        "--force", action="store_true", help="overwrite notebooks in modules/ that hold somebody's work"
    )
    parser.add_argument("--no-db", action="store_true", help="do not note the lessons in nbgrader's gradebook.db")


def run(args: argparse.Namespace) -> int:
    quicken()
    from autograder.build import build
    from autograder.release import apply, plan_release
    from gradlab.course import load_course
    from gradlab.errors import GradlabError

    course = load_course()
    lessons = [course.lesson(text) for text in args.lessons] or list(course.lessons)
    if not args.dry_run:
        report = build(course, lessons)
        if report.errors:
            raise GradlabError("\n".join(report.errors))
    changes = plan_release(course, lessons, record=not (args.dry_run or args.no_db))
    if not args.dry_run:
        apply(course, changes, args.force)
    for change in changes:
        print(change)
    changed = sum(not change.is_none for change in changes)
    if args.dry_run:
        print(f"{changed} of {len(changes)} lessons would change. Nothing was written.")
        return 0
    print(f"{changed} of {len(changes)} lessons changed in modules/. Next: autograder verify")
    return 0
