"""`autograder docs`: the rendered course, as a website."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.startup import quicken

NAME = "docs"
HELP = "render the course as a website"
EXAMPLE = """
autograder docs                                    # to .build/docs: for a class, without the answers
autograder docs --edition self-learners            # each answer behind a button
autograder docs --github OWNER/NAME --to public    # with buttons for Binder and Colab
python -m http.server --directory .build/docs      # look at it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from autograder.docs.editions import CLASS, EDITIONS

    parser.description = (
        "Run every lesson with its answers, and write them, with the pages in site/, as a website that works without a "
        "network. A warning of Sphinx is an error, and so is anything that the pages of a class give away."
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="where to (default: .build/docs)")
    parser.add_argument("--edition", choices=EDITIONS, default=CLASS, help=f"who it is for (default: {CLASS})")
    parser.add_argument("--github", metavar="OWNER/NAME", default="", help="the students' repository, for its buttons")


def run(args: argparse.Namespace) -> int:
    quicken()
    from rich.progress import BarColumn, Progress, TextColumn

    from autograder.docs.make import make
    from gradlab.course import load_course

    course = load_course()
    target = args.to or course.root / ".build" / "docs"
    with Progress(TextColumn("{task.description}"), BarColumn(), transient=True) as bar:
        task = bar.add_task("building", total=len(course.lessons) + 2)

        def tell(what: str) -> None:
            bar.update(task, advance=1, description=what)

        pages = make(course, target, args.edition, args.github, tell)
    print(f"{pages} pages in {target}. Look at them: python -m http.server --directory {target}")
    return 0
