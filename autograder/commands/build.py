"""`autograder build`: the lessons to source notebooks and the reference engine."""

from __future__ import annotations

import argparse
import sys

from autograder.startup import quicken

NAME = "build"
HELP = "turn solutions/ into notebooks and the reference engine, under .build/"
EXAMPLE = """
autograder build                 # every lesson
autograder build 3               # one lesson, while you write it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")


def run(args: argparse.Namespace) -> int:
    quicken()
    from autograder.build import build
    from gradlab.course import load_course

    course = load_course()
    lessons = [course.lesson(text) for text in args.lessons] or None
    report = build(course, lessons, tell=lambda line: print(line, flush=True))
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for error in report.errors:
        for line in error.split("\n"):
            print(f"error: {line}", file=sys.stderr)
    changed = len(report.written) + len(report.removed)
    print(f"{changed} files changed in .build/." if changed else "Nothing changed: .build/ is up to date.")
    if report.errors:
        return 2
    which = " ".join(args.lessons)
    print(f"Next: autograder verify {which}".rstrip())
    return 0
