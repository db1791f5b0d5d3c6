"""gradlab export: from the file of a lesson to the package."""

from __future__ import annotations

import argparse

from gradlab.commands.common import add_lesson, describe, open_lesson
from gradlab.export import Exporter

NAME = "export"
HELP = "write the exercises of a lesson into your package, without running them"
EXAMPLE = """\
gradlab export 3             write lesson 3's exercises into mytorch/
gradlab export 3 --dry-run   only say what would be written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    add_lesson(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")


def run(args: argparse.Namespace) -> int:
    """Write the exercises of a lesson's notebook into your package, as the saved file has them.

    Save the notebook first. Exercises that are still to be written are left out; one with a syntax error keeps its
    last good version.
    """
    work = open_lesson(args.lesson)
    outcomes = Exporter(work.course, work.engine).export_lesson(work.notebook, dry_run=args.dry_run)
    for outcome in outcomes:
        print(outcome.message)
    work.tell_copies()
    written = sum(outcome.ok for outcome in outcomes)
    unwritten = sum(outcome.status == "unwritten" for outcome in outcomes)
    would = "would be " if args.dry_run else ""
    print(f"\n{work.lesson.id}: {written} of {len(outcomes)} cells {would}exported, {unwritten} still to be written.")
    if not args.dry_run and written:
        print("A notebook that is open keeps the old version until you restart its kernel or run a cell again.")
    return 1 if any(outcome.status == "failed" for outcome in outcomes) else 0
