"""Grades for people: a CSV with a reason for every lost point, a table, a summary line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from autograder.grade import Progress, Report
from autograder.graded import Graded
from gradlab.files import write_atomic

COLUMNS = ("student", "lesson", "exercise", "points", "max", "reason")


def rows(graded: Iterable[Graded]) -> list[dict[str, str]]:
    """One row for each student, lesson and exercise."""
    found = []
    for each in graded:
        for exercise in each.verdicts:
            points, maximum = each.points_of(exercise)
            reason = "; ".join(each.reasons_of(exercise))
            values = (each.student, each.lesson, exercise, f"{points:g}", f"{maximum:g}", reason)
            found.append(dict(zip(COLUMNS, values, strict=True)))
    return found


def write_csv(path: Path, graded: Iterable[Graded]) -> None:
    """UTF-8 with a byte-order mark, without which Excel takes it for something else."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({name: _inert(value) for name, value in row.items()} for row in rows(graded))
    write_atomic(path, text.getvalue().encode("utf-8-sig"))


def table(graded: Iterable[Graded]):
    """A rich Table: a line for each student and lesson."""
    from rich.markup import escape
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("student", "lesson"):
        shown.add_column(name)
    for name in ("points", ""):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("lost in")
    for each in graded:
        points = (f"{each.score:g}", f"of {each.maximum:g}")
        shown.add_row(escape(each.student), each.lesson, *points, escape(each.problem or lost(each)))
    return shown


def lost(graded: Graded, most: int = 6) -> str:
    """The exercises that lost points, and how many points."""
    found = []
    for exercise in graded.verdicts:
        points, maximum = graded.points_of(exercise)
        if points < maximum:
            found.append(f"{exercise} −{maximum - points:g}")
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def summary(report: Report, seconds: float, where: str) -> str:
    """One line: how many, how well, how fast, and where to look."""
    graded = report.all
    parts = [f"{len(report.graded)} graded"]
    parts += [f"{len(report.unchanged)} unchanged"] * bool(report.unchanged)
    problems = [each for each in graded if each.problem]
    parts += [f"{len(problems)} without a notebook that can be graded"] * bool(problems)
    parts += [f"{len(report.failed)} failed"] * bool(report.failed)
    if not graded and not report.failed:
        return "Nobody has handed anything in."
    maximum = sum(each.maximum for each in graded)
    share = f", {sum(each.score for each in graded) / maximum:.0%} of all points" if maximum else ""
    rate = f" ({len(report.graded) / seconds:.1f} a second)" if report.graded and seconds else ""
    return f"{', '.join(parts)}{share}; {seconds:.1f} s{rate}; {where}"


class RichProgress:
    """A bar for each lesson, with rate and time left. `calls` is what grade_class wants."""

    def __init__(self, console):
        from rich import progress

        self.bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self.calls = Progress(self._start, self._advance)

    def __enter__(self) -> RichProgress:
        self.bar.start()
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def _start(self, lesson, total: int) -> None:
        self.task = self.bar.add_task(lesson.id, total=total, rate="")

    def _advance(self, graded) -> None:
        self.bar.advance(self.task)
        task = self.bar.tasks[self.task]
        rate = task.completed / task.elapsed if task.elapsed else 0.0
        self.bar.update(self.task, rate=f"{rate:.1f}/s")


def _inert(value: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") and not _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
