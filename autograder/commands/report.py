"""`autograder report`: what a class did in a lesson, as one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.startup import quicken

NAME = "report"
HELP = "write one page about a graded lesson: scores, misconceptions, leads"
EXAMPLE = """
autograder report 3                              # report-03_backward_pass.html, from what `grade` recorded here
autograder report 3 --grades ../class --out 3.html
autograder report 3 --anonymous                  # numbers for names, no links: to show to others
autograder report 3 --rows lesson3.csv           # a row for each check and student, anonymous: for research
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write one self-contained HTML page about a lesson that was graded: the distribution of scores, how each "
        "exercise went and which misconceptions are behind it, the hardest checks, repaired notebooks, what was too "
        "slow, and answers that are alike. Nothing is run, and the page asks nothing of any other place."
    )
    parser.add_argument("lesson", metavar="LESSON", help="a number or an id")
    parser.add_argument(
        "--grades", type=Path, metavar="DIR", help="where `grade --out` put them (default: the course's folder)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the page (default: report-<lesson>.html beside the grades)"
    )
    parser.add_argument("--anonymous", action="store_true", help="numbers in the place of names, and no links")
    parser.add_argument(
        "--rows", type=Path, metavar="FILE", help="also a .csv or .json, a row for each check; anonymous"
    )


def run(args: argparse.Namespace) -> int:
    quicken()
    from rich.console import Console
    from rich.progress import track

    from autograder.insight.report import write_report
    from gradlab.course import load_course

    course = load_course()
    lesson = course.lesson(args.lesson)
    grades = (args.grades or course.root).resolve()
    console = Console(stderr=True)
    written = write_report(
        course,
        lesson,
        grades,
        args.out,
        args.anonymous,
        args.rows,
        lambda students: track(students, "reading the answers", console=console, transient=True),
    )
    facts = written.facts
    print(f"{lesson.id}: {len(facts.graded)} submissions, median {facts.median:.0%}, mean {facts.mean:.0%}.")
    if written.pairs:
        print(f"{len(written.pairs)} pairs of answers share what is rare in this class: leads to read, never verdicts.")
    for file in written.files:
        print(f"Written: {file}")
    if args.rows:
        salt = grades / ".gradlab" / "salt"
        print(f"Students are numbers in {args.rows.name}; the way back is {salt}: keep that to yourself.")
    return 0
