"""`autograder leaks`: what students get, searched for answers, hidden tests and wrong answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.startup import quicken

NAME = "leaks"
HELP = "search what students get for answers, hidden tests and wrong answers"
EXAMPLE = """
autograder leaks ../for-students         # a folder that `autograder release --to` wrote, its git history included
autograder leaks dist/*.whl dist/*.tar.gz
autograder leaks course.git              # a bare repository: every object, also those that no branch reaches
"""

SHOWN = 20  # places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Search files and folders for what is in solutions/: by content, line by line, in notebooks with their outputs "
        "and metadata, in archives, compressed and encoded texts, compiled Python and git objects. Exits with 1 when "
        "something is found."
    )
    parser.add_argument("targets", nargs="+", type=Path, metavar="DIR|WHEEL|REPO", help="what students get")


def run(args: argparse.Namespace) -> int:
    quicken()
    from autograder.leaks.search import Searcher
    from gradlab.course import load_course

    searcher = Searcher.of(load_course())
    found = 0
    for target in args.targets:
        problems = searcher.problems(target)
        found += len(problems)
        for problem in problems[:SHOWN]:
            print(f"✗ {target}: {problem}")
        if len(problems) > SHOWN:
            print(f"✗ {target}: … and {len(problems) - SHOWN} more")
        if not problems:
            print(f"✓ {target}: no answer, no hidden test, no wrong answer.")
    if found:
        print("Take these out first. What was in a git history once stays in it: start a new one.")
    return 1 if found else 0
