"""`autograder mutants`: how many wrong answers do the tests catch?"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from autograder.startup import quicken

NAME = "mutants"
HELP = "run every wrong answer through the tests, and count what they catch"
EXAMPLE = """
autograder mutants               # every lesson: what checks catch, what hidden tests, what nothing
autograder mutants 3 --by-hand   # one lesson, the wrong answers that people wrote
autograder mutants --changed     # the lessons whose published figures are out of date
autograder mutants --write       # and publish the figures: site/mutants.md and README.md
autograder mutants --diagnoses   # what mechanical mutants are told: is it true? (--every 10: of each tenth)

Results are kept in .build/: what has not changed is not run again. Mechanical mutants that survive are named with
their change and line: add a test that catches them, or say in solutions/<id>/equivalents.toml why none can.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="a lesson's number or id; none means all")
    parser.add_argument("--changed", action="store_true", help="only lessons whose published figures are out of date")
    parser.add_argument("--by-hand", action="store_true", help="only the wrong answers written by hand")
    parser.add_argument("--mechanical", action="store_true", help="only the mechanical mutants")
    parser.add_argument("--jobs", type=int, metavar="N", help="mutants at a time (default: one a core)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what became of every mutant")
    parser.add_argument("--write", action="store_true", help="publish the figures: site/mutants.md and README.md")
    parser.add_argument(
        "--diagnoses", action="store_true", help="count what mechanical mutants are told, and what is false"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="with --diagnoses: only each Nth mutant")
    parser.add_argument("--exercises", action="store_true", help="a line for each exercise, too")


def run(args: argparse.Namespace) -> int:
    quicken()
    from rich.console import Console

    from autograder.build import build
    from autograder.diagnose.sealed import write_sealed
    from autograder.mutants import page
    from autograder.mutants.score import BY_HAND, MECHANICAL, RIGHT, score
    from autograder.mutants.told import records, table
    from gradlab.course import load_course
    from gradlab.errors import GradlabError
    from gradlab.files import write_atomic

    if args.jobs is not None and args.jobs < 1:
        raise GradlabError(f"--jobs {args.jobs}: at least one mutant at a time.")
    if args.write and (args.by_hand or args.mechanical):
        raise GradlabError("--write publishes all figures: leave --by-hand and --mechanical out.")
    course = load_course()
    lessons = [course.lesson(text) for text in args.lessons] or list(course.lessons)
    if args.changed:
        stale = page.changed(course)
        lessons = [lesson for lesson in lessons if lesson in stale]
    errors = build(course, course.lessons).errors
    if errors:
        raise GradlabError("\n".join(errors))
    if args.diagnoses:
        return _diagnoses(course, lessons, max(1, args.every), args.jobs or os.cpu_count() or 1)
    kinds = [kind for kind, asked in ((BY_HAND, args.by_hand), (MECHANICAL, args.mechanical)) if asked]
    scores = []
    with _Bar(Console(stderr=True)) as bar:
        for lesson in lessons:
            start = bar.of(lesson.id)
            found = score(
                course,
                lesson,
                kinds or (BY_HAND, MECHANICAL, RIGHT),
                args.jobs or os.cpu_count() or 1,
                start,
                bar.advance,
            )
            scores.append(found)
    print(table(scores, args.exercises) if scores else "Every published figure is up to date.")
    if args.json:
        write_atomic(args.json, json.dumps(records(scores), indent=1, ensure_ascii=False) + "\n")
    if args.write:
        for path in [*page.publish(course, scores), *write_sealed(course, lessons)]:
            print(f"wrote {path.as_posix()}")
    return _conclude(course, scores, lessons == list(course.lessons), not kinds)


def _diagnoses(course, lessons: list, every: int, jobs: int) -> int:
    """Count what mechanical mutants are told, several lessons at a time; a false diagnosis is named."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from autograder.diagnose.truth import table, told_in

    with ProcessPoolExecutor(min(jobs, len(lessons) or 1), get_context("spawn")) as pool:
        futures = {lesson: pool.submit(told_in, course.root, lesson.id, every) for lesson in lessons}
        rows = []
        for lesson, done in futures.items():
            rows += (found := done.result())
            print(f"{lesson.id}\n{table(found)}", flush=True)
    print(f"all\n{table(rows)}")
    false = [each for each in rows if not each.true]
    for each in false:
        print(f"error: {each.mutant}: the {each.side} is told: {each.because}", file=sys.stderr)
    return 1 if false else 0


class _Bar:
    """A progress bar for each lesson."""

    def __init__(self, console):
        from rich import progress

        columns = (progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn())
        self.bar = progress.Progress(*columns, progress.TimeRemainingColumn(), console=console, transient=True)

    def __enter__(self) -> _Bar:
        self.bar.start()
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def of(self, name: str):
        def start(total: int) -> None:
            self.task = self.bar.add_task(name, total=total)

        return start

    def advance(self) -> None:
        self.bar.advance(self.task)


def _conclude(course, scores: list, whole: bool, all_kinds: bool) -> int:
    """Name what survives, is not reached or is published otherwise; the exit code. Goals are for the whole course."""
    from autograder.mutants import page

    survivors = [mutant for each in scores for mutant in each.survivors]
    problems = [line for each in scores for line in each.stale]
    problems += [f"{m} is right, and {by.test} says: {by.reason} ({m.place})" for e in scores for m, by in e.accused]
    problems += (
        page.missed(scores) if whole else [f"{m} is caught by nothing ({m.place})" for m in survivors if m.mistake]
    )
    problems += [*page.different(course, scores), *page.out_of_date(course)] if all_kinds else []
    for mutant in survivors:
        print(f"survives: {mutant} ({mutant.place})")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0
