"""`autograder verify`: what must hold for every lesson, proved."""

from __future__ import annotations

import argparse
import sys

from autograder.startup import quicken

NAME = "verify"
HELP = "prove that stubs fail, answers pass, and nothing is given away"
EXAMPLE = """
autograder verify                # every lesson
autograder verify 3              # one lesson, while you write it
autograder verify --notebooks    # and run every notebook in a real kernel (slow)
autograder verify 3 --only answers --only stubs
"""

SHOWN = 8  # problems of one check of one lesson


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")
    parser.add_argument(
        "--notebooks", action="store_true", help="run the answered notebooks in real kernels too (slow)"
    )
    parser.add_argument("--only", action="append", metavar="CHECK", help="this check only; may be given again")


def run(args: argparse.Namespace) -> int:
    quicken()
    from autograder.verify.runner import verify
    from gradlab.course import load_course

    course = load_course()
    checks = _chosen(args)
    lessons = [course.lesson(text) for text in args.lessons] or list(course.lessons)
    results = verify(course, lessons, [check.name for check in checks], tell=_progress)
    print(_table(results, checks))
    return _conclude(results, checks, " ".join(args.lessons))


def _chosen(args: argparse.Namespace) -> list:
    from autograder.verify.runner import CHECKS, FIRST
    from gradlab.errors import GradlabError, did_you_mean

    known = [*FIRST, *CHECKS]
    names = [check.name for check in known]
    for name in args.only or ():
        if name not in names:
            hint = did_you_mean(name, names) or f" The checks: {', '.join(names)}."
            raise GradlabError(f'there is no check "{name}".{hint}')
    if args.only:
        return [check for check in known if check.name in args.only]
    return [check for check in known if args.notebooks or not check.slow]


def _progress(result) -> None:
    said = "holds" if result.ok else f"does not hold: {', '.join(result.failed)}"
    print(f"{'✓' if result.ok else '✗'} {result.lesson.id}: {said} ({result.seconds:.1f} s)", flush=True)


def _table(results: list, checks: list) -> str:
    """A line a check, a column a lesson."""
    width = max(len(check.proves) for check in checks)
    numbers = "  ".join(f"{result.lesson.number:>2}" for result in results)
    lines = ["", f"{'':<10}{'':<{width}}  {numbers}"]
    for check in checks:
        marks = "  ".join(f"{_mark(result, check.name):>2}" for result in results)
        lines.append(f"{check.name:<10}{check.proves:<{width}}  {marks}")
    return "\n".join(lines)


def _mark(result, name: str) -> str:
    return "–" if name not in result.problems else "✗" if result.problems[name] else "✓"


def _conclude(results: list, checks: list, which: str) -> int:
    failed = [result for result in results if not result.ok]
    for result in failed:
        print()
        for name, problems in result.problems.items():
            for problem in problems[:SHOWN]:
                print(f"{result.lesson.id}: {name}: {problem}")
            if len(problems) > SHOWN:
                print(f"{result.lesson.id}: {name}: … and {len(problems) - SHOWN} more")
    sys.stdout.flush()
    print()
    if not failed:
        # Unless modules/ was looked at, too, a release may be due.
        looked = any(check.name == "released" for check in checks)
        after = "commit solutions/ and modules/." if looked else f"autograder verify {which}".rstrip()
        print(f"All holds for {len(results)} lesson{'s' * (len(results) > 1)}. Next: {after}")
        return 0
    if all(result.failed == ("released",) for result in failed):
        print(f"Only modules/ is behind. Next: autograder release {which}".rstrip())
    else:
        print(f"{len(failed)} of {len(results)} lessons do not hold. Correct them in solutions/, then run this again.")
    return 1
