"""Grades for people: a CSV with a reason for every lost point, a table, a summary line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from autograder.graded import Graded, load
from gradlab.files import write_atomic


class Brief(NamedTuple):
    """What is kept of each grade while thousands are made."""

    lesson: str
    student: str
    score: float
    maximum: float
    problem: str


@dataclass
class Report:
    """What was graded, and what was as before. failed: {whose: why} could not be graded or recorded, by our fault.

    out: where the whole grades are kept; None when they are not recorded, and then they are kept here.
    """

    out: Path | None = None
    graded: list[Brief] = field(default_factory=list)
    unchanged: list[Brief] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    _whole: dict[tuple[str, str], Graded] = field(default_factory=dict)

    def add(self, graded: Graded, new: bool) -> None:
        brief = Brief(graded.lesson, graded.student, graded.score, graded.maximum, graded.problem)
        (self.graded if new else self.unchanged).append(brief)
        if self.out is None:
            self._whole[brief[:2]] = graded

    def __len__(self) -> int:
        return len(self.graded) + len(self.unchanged)

    def every(self) -> Iterator[Graded]:
        """The grades with all their verdicts, by lesson and student, one at a time."""
        for lesson, student, *_ in sorted([*self.graded, *self.unchanged]):
            found = load(self.out, student, lesson) if self.out else self._whole[lesson, student]
            if found:  # else it is among the failed
                yield found

    @property
    def all(self) -> list[Graded]:
        return list(self.every())


COLUMNS = ("student", "lesson", "exercise", "points", "max", "reason")


def rows(graded: Iterable[Graded]) -> Iterator[dict[str, str]]:
    """One row for each student, lesson and exercise."""
    for each in graded:
        for exercise in each.verdicts:
            points, maximum = each.points_of(exercise)
            reason = "; ".join(each.reasons_of(exercise))
            values = (each.student, each.lesson, exercise, f"{points:g}", f"{maximum:g}", reason)
            yield dict(zip(COLUMNS, values, strict=True))


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
    graded = [*report.graded, *report.unchanged]
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
    """A bar for each thing that is done, with rate and time left. start and advance are what grade_class calls."""

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

    def __enter__(self) -> RichProgress:
        self.bar.start()
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def start(self, what: str, total: int) -> None:
        self.task = self.bar.add_task(what, total=total, rate="")

    def advance(self) -> None:
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
