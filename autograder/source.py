"""The source of a lesson as values: solutions/<id>/lesson.py, read by jupytext into frozen cells.

A cell's header says what it is (`# %% exercise="walk" points=4`); solutions/README.md lists the headers. Whatever is
wrong with a file is told at once, every mistake with its line, as one SourceError.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import jupytext

from autograder import headers, places, source_rules
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.export_format import assemble
from gradlab.files import read_text

_HEADER_LINE = re.compile(r"\s*#\s*%%(%*\s|\s*$)")
# `comment_magics` off: the file is plain Python, so a comment that looks like a magic is a comment.
_FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}


class SourceError(GradlabError):
    """A lesson's source cannot be built. One line for each mistake, with file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell. `role` is prose, setup, demo, given, exercise, hints, check or predict; `line` is its header's.

    `name` is that of the exercise for hints and checks; `module` is where it is exported to; `title` folds prose;
    `raises` names the error that a demo shows.
    """

    role: str
    source: str
    line: int
    name: str = ""
    part: str = ""
    points: float = 0
    module: str = ""
    title: str = ""
    raises: str = ""

    @property
    def is_code(self) -> bool:
        return self.role not in ("prose", "hints")

    @property
    def hints(self) -> tuple[str, ...]:
        """The steps of a hints cell, as Markdown."""
        if self.role != "hints":
            return ()
        lines = [re.sub(r"^# ?", "", line) for line in self.source.split("\n")]
        return tuple(step.strip() for step in re.split(r"(?m)^---$", "\n".join(lines)))


@dataclass(frozen=True)
class LessonSource:
    """A lesson's cells in order, valid as far as source_rules.py can tell."""

    lesson: Lesson
    file: Path
    cells: tuple[Cell, ...]

    def of_role(self, role: str) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.role == role)

    def module_text(self, module: str, without: Collection[str] = ()) -> str:
        """The exported module, answers included; `without` names exercises to leave out, as if nobody had done them."""
        cells = [(cell.name, cell.source) for cell in self.cells if cell.module == module and cell.name not in without]
        return assemble(cells, module, self.lesson.id)

    @property
    def points(self) -> float:
        """What the visible checks and the hidden tests add up to."""
        return sum(cell.points for cell in self.cells)


def read_source(course: Course, lesson: Lesson) -> LessonSource:
    """The cells of a lesson. Raises SourceError with every mistake that was found."""
    file = places.lesson_file(course, lesson)
    shown = file.relative_to(course.root).as_posix()
    if not file.is_file():
        raise SourceError(f"{shown} does not exist. solutions/README.md shows how a lesson is written.")
    text = read_text(file)
    cells, problems = _cells(text)
    problems += source_rules.problems(course, lesson, cells)
    if problems:
        lines = sorted({(line, f"{shown}:{line}: {said}") for line, said in problems})
        raise SourceError("\n".join(said for _, said in lines))
    return LessonSource(lesson, file, cells)


def _cells(text: str) -> tuple[tuple[Cell, ...], list[source_rules.Problem]]:
    cells, problems = [], []
    notebook = jupytext.reads(text, fmt=dict(_FORMAT))
    for found, line in zip(notebook.cells, _header_lines(text, notebook.cells), strict=True):
        if line == 1 and not _HEADER_LINE.match(text.split("\n", 1)[0]):
            if any(row.strip() and not row.startswith("#") for row in found.source.split("\n")):
                problems.append((1, "only comments may stand above the first cell (# %% …)"))
            continue
        values, wrong = headers.read(found.cell_type, found.metadata)
        problems += [(line, said) for said in wrong]
        cell = Cell(source=found.source.strip("\n").rstrip(), line=line, **values)
        if cell.role in ("given", "exercise"):
            module, wrong = source_rules.export_target(cell)
            problems += wrong
            cell = replace(cell, module=module)
        if cell.source or cell.name:
            cells.append(cell)
    return tuple(cells), problems


def _header_lines(text: str, cells: list) -> list[int]:
    """The line of each cell's header (from 1); text above the first header is a cell of line 1.

    A `# %%` in a docstring or a fenced block begins no cell. jupytext knows; so a header counts only when the lines
    below it begin the cell that jupytext has read.
    """
    rows = text.split("\n")
    starts = [number for number, row in enumerate(rows, 1) if _HEADER_LINE.match(row)]
    found: list[int] = []
    for index, cell in enumerate(cells):
        if index == 0 and (not starts or any(row.strip() for row in rows[: starts[0] - 1])):
            found.append(1)
            continue
        first = cell.source.split("\n", 1)[0].strip()
        below = [start for start in starts if start > (found[-1] if found else 0)]
        near = (start for start in below if first in "\n".join(rows[start : start + 3]))
        found.append(next(near, below[0] if below else len(rows)))
    return found
