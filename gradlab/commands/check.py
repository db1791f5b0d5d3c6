"""gradlab check: the visible checks of a lesson, in a fresh Python."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable

from gradlab.borrowed import loans
from gradlab.catchup import take_back_if_passing
from gradlab.checks import CheckResult, run_checks
from gradlab.commands.common import Work, add_lesson, describe, open_lesson, points
from gradlab.diagnosis import diagnose
from gradlab.progress import lesson_status, save_results

NAME = "check"
HELP = "run the visible checks of a lesson against your package"
EXAMPLE = """\
gradlab check 3                a line for each exercise of lesson 3
gradlab check 3 --timeout 120  give each check two minutes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    describe(parser, run)
    add_lesson(parser)
    parser.add_argument("--timeout", type=float, default=30, metavar="SECONDS", help="for one check (default: 30)")


def run(args: argparse.Namespace) -> int:
    """Run the visible checks of a lesson against your package, in a fresh Python.

    What is tested is what your exercises exported, not what a notebook happens to remember. Exits with 0 when all
    checks pass, else with 1.
    """
    work = open_lesson(args.lesson)
    results = run_checks(work.notebook, work.engine, timeout=args.timeout, package=work.course.package)
    save_results(work.engine, work.notebook, [(r.name, r.ok, r.message) for r in results])
    for line in report(results):
        print(line)
    for line in diagnosed(work, results):
        print(line)
    work.tell_copies()
    if taken_back := take_back_if_passing(work.course, work.lesson, work.engine):
        print(taken_back)
    elif work.lesson.id in loans(work.engine):
        print("note: this lesson's modules are borrowed; what was checked is your own.")
    print()
    print(_summary(work, results))
    return 0 if all(result.ok for result in results) else 1


def report(results: Iterable[CheckResult]) -> list[str]:
    """A line for each exercise, and below it what its checks that failed say."""
    by_exercise: dict[str, list[CheckResult]] = {}
    for result in results:
        by_exercise.setdefault(result.exercise, []).append(result)
    width = max(map(len, by_exercise), default=0)
    lines = []
    for name, own in by_exercise.items():
        verdict = "✓ passes" if all(result.ok for result in own) else "✗ fails "
        earned, total = sum(r.points for r in own if r.ok), sum(r.points for r in own)
        worth = f"{earned:g} of {points(total)}" if total else "graded later"
        lines.append(f"{verdict}  {name:<{width}}  {worth}")
        for message in dict.fromkeys(result.message for result in own if not result.ok):
            lines += textwrap.indent(_wrapped(message), " " * 4).splitlines()
        for stderr in dict.fromkeys(result.stderr for result in own if result.ok and result.stderr):
            warning = f"note: this check writes to stderr, and nbgrader gives 0 points for that. It says: {stderr}"
            lines += textwrap.indent(_wrapped(warning), " " * 4).splitlines()
    return lines


def diagnosed(work: Work, results: Iterable[CheckResult]) -> list[str]:
    """What is behind the first failures: a known mistake, the smallest program that shows it."""
    failed = [result.exercise for result in results if not result.ok]
    found = diagnose(work.notebook, work.engine, failed, work.course.package) if failed else {}
    lines = []
    for exercise, diagnosis in found.items():
        lines += ["", f"{exercise}:"]
        for line in diagnosis.lines():
            indent = "  " + line[: len(line) - len(line.lstrip())]
            wraps = not line.startswith("      ")  # a program stays as it is
            lines += textwrap.indent(_wrapped(line.strip()), indent).splitlines() if wraps else [f"  {line}"]
    return lines


def _wrapped(message: str) -> str:
    """Long sentences in lines that fit a terminal; lines that are there for a reason (arrays) as they are."""
    if "\n" in message:
        return message
    return textwrap.fill(message, 100, break_long_words=False, break_on_hyphens=False)


def _summary(work: Work, results: list[CheckResult]) -> str:
    number = work.lesson.number
    if not results:
        return f"{work.lesson.id} has no checks."
    earned, total = sum(r.points for r in results if r.ok), sum(r.points for r in results)
    line = f"{work.lesson.id}: {earned:g} of {points(total)}."
    status = lesson_status(work.course, work.lesson, work.engine)
    stale = [exercise.name for exercise in status.exercises if exercise.state == "not exported"]
    if stale:
        names = ", ".join(f"`{name}`" for name in stale)
        return f"{line} The notebook has a newer {names} than your package. Next: gradlab export {number}"
    if all(result.ok for result in results):
        more = f" Hidden tests give up to {status.hidden:g} more." if status.hidden else ""
        return f"{line}{more} Next: gradlab submit {number}"
    if earlier := _without_modules(work):
        reason = f"It builds on lesson {earlier}, of which your package has nothing yet."
        return f"{line} {reason} Next: gradlab check {earlier}"
    first = next(result.exercise for result in results if not result.ok)
    return f"{line} Next: work on `{first}`, run its cell, then: gradlab check {number}"


def _without_modules(work: Work) -> int | None:
    """The number of the first earlier lesson none of whose modules is in the package."""
    package = work.engine / work.course.package
    earlier = (each for each in work.course.lessons if each.number < work.lesson.number and each.modules)
    return next((e.number for e in earlier if not any((package / f"{m}.py").is_file() for m in e.modules)), None)
