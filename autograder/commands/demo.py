"""`autograder demo`: the whole cycle with a class of eight simulated students."""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path

from autograder.startup import quicken

NAME = "demo"
HELP = "run the whole cycle once, with eight simulated students"
EXAMPLE = """
autograder demo                  # one lesson
autograder demo 1 3              # these two
autograder demo --all            # every lesson
autograder demo 3 --keep class/  # and keep the folder, to look around or open it in formgrader
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id")
    parser.add_argument("--all", action="store_true", help="every lesson")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this folder (new or empty) and keep it")


def run(args: argparse.Namespace) -> int:
    quicken()
    from gradlab.course import load_course
    from gradlab.errors import GradlabError

    warnings.simplefilter("ignore", SyntaxWarning)  # about students' code, at every compile
    course = load_course()
    lessons = [course.lesson(text) for text in args.lessons]
    if args.all:
        lessons = list(course.lessons)
    lessons = lessons or [course.lessons[(len(course.lessons) - 1) // 2]]
    if args.keep:
        folder = args.keep.resolve()
        if folder.is_dir() and any(folder.iterdir()):
            raise GradlabError(f"{args.keep} is not empty. Name a new folder: --keep DIR")
        folder.mkdir(parents=True, exist_ok=True)
        return _run(course, lessons, folder, keep=True)
    with tempfile.TemporaryDirectory(prefix="autograder-demo-", ignore_cleanup_errors=True) as scratch:
        return _run(course, lessons, Path(scratch).resolve(), keep=False)


def _run(course, lessons, folder: Path, keep: bool) -> int:
    from rich.console import Console

    from autograder.demo import CSV, run_demo
    from autograder.report import RichProgress
    from autograder.sandbox import isolation

    console = Console(highlight=False)
    started = time.monotonic()
    console.print(f"students' code runs in: {isolation().name}")
    if isolation().warning:
        console.print(f"warning: {isolation().warning}")
    with RichProgress(console) as progress:
        report, students = run_demo(course, lessons, folder, lambda line: console.print(f"✓ {line}"), progress)
    for lesson in lessons:
        console.print(_table(lesson, [each for each in report.all if each.lesson == lesson.id], students))
    _show_csv(console, folder / CSV)
    seconds = time.monotonic() - started
    console.print(f"✓ every score is the one that a person would give ({seconds:.0f} s)")
    console.print(
        f"Look around: {folder}" if keep else "The scratch folder is gone; --keep DIR keeps it.", soft_wrap=True
    )
    return 0


def _table(lesson, graded, students):
    from rich.markup import escape
    from rich.table import Table

    from autograder.demo import by_hand
    from autograder.report import lost

    table = Table(title=f"\n{lesson.id}", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name, side in (("student", "left"), ("what they did", "left"), ("points", "right"), ("by hand", "right")):
        table.add_column(name, justify=side, no_wrap=name != "what they did")
    table.add_column("lost in")
    for each in graded:
        student = students[each.student, each.lesson]
        low, high = by_hand(each, student)
        hand = f"{high:g}" if low == high else f"{low:g} … < {high:g}"
        table.add_row(
            each.student, escape(student.story), f"{each.score:g} of {each.maximum:g}", hand, escape(lost(each, 3))
        )
    return table


def _show_csv(console, path: Path) -> None:
    """Some of the CSV's rows: one for each student that lost something."""
    first, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    shown = {line.partition(",")[0]: line for line in reversed(lines) if not line.endswith(",")}
    console.print(f"\n{path.name}, {len(lines)} rows, some of them:")
    for line in [first, *sorted(shown.values())]:
        console.print(f"  {line}", markup=False, soft_wrap=True, style="dim")
    console.print()
