"""Cells to the notebook that nbgrader reads: ids and metadata are written here and nowhere else.

The same cells give the same bytes. Every id is also nbgrader's grade_id, so the gradebook speaks the author's names.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.regions import stub_of
from autograder.source import Cell, LessonSource
from gradlab.course import Course
from gradlab.errors import GradlabError

FORMAT = 1
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HIDDEN = """\
# Hidden tests of `{name}` run here when your work is graded.
### BEGIN HIDDEN TESTS
from autograder.hidden import grade
grade("{lesson}", "{name}", points={points})
### END HIDDEN TESTS"""
_SLUG_WORDS, _ID_LENGTH = 6, 64  # 64 is nbformat's limit


def source_notebook(course: Course, source: LessonSource) -> NotebookNode:
    """nbgrader's source notebook of a lesson: answers inside markers, a cell wherever hidden tests give points."""
    notebook = new_notebook(
        metadata={
            "gradlab": {
                "course": course.title,
                "lesson": source.lesson.id,
                "format": FORMAT,
                # `gradlab reset` puts these back, without the sources.
                "stubs": {cell.name: stub_of(cell.source) for cell in source.of_role("exercise")},
            },
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat_minor = 5
    cells = list(_with_hidden(source))
    taken = _named_ids(source, cells)
    for cell in cells:
        grade_id = _named_id(cell) or _free_id(cell, taken)
        taken.add(grade_id)
        notebook.cells.append(_notebook_cell(cell, grade_id))
    nbformat.validate(notebook)
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """The notebook as bytes that depend on its content alone: sorted keys, indent 1, one line end at the end."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT, indent=1, sort_keys=True).rstrip("\n") + "\n"


# ---- cells -----------------------------------------------------------------------------------------------------


def _with_hidden(source: LessonSource) -> Iterator[Cell]:
    """The cells, and after the last check of an exercise (or the exercise itself) the place of its hidden tests."""
    cells = source.cells
    after: dict[int, list[Cell]] = {}
    for exercise in source.of_role("exercise"):
        if not exercise.points:
            continue
        last = max(
            i for i, cell in enumerate(cells) if cell.name == exercise.name and cell.role in ("exercise", "check")
        )
        text = _HIDDEN.format(name=exercise.name, lesson=source.lesson.id, points=exercise.points)
        hidden = Cell("hidden", text, exercise.line, name=exercise.name, points=exercise.points)
        after.setdefault(last, []).append(hidden)
    for index, cell in enumerate(cells):
        yield cell
        yield from after.get(index, ())


def _notebook_cell(cell: Cell, grade_id: str) -> NotebookNode:
    gradlab = {"role": cell.role}
    if cell.name:
        gradlab["name"] = cell.name
    if cell.module:
        gradlab["export"] = cell.module
    metadata: dict = {"gradlab": gradlab}
    nbgrader = _nbgrader(cell, grade_id)
    if nbgrader:
        metadata["nbgrader"] = nbgrader
    if cell.raises:
        metadata["tags"] = ["raises-exception"]
    if cell.is_code:
        return new_code_cell(cell.source, id=grade_id, metadata=metadata)
    return new_markdown_cell(_markdown(cell), id=grade_id, metadata=metadata)


def _nbgrader(cell: Cell, grade_id: str) -> dict | None:
    if cell.role in ("prose", "demo", "predict", "hints"):
        return None
    graded = cell.role in ("check", "hidden")
    solution = cell.role == "exercise"
    meta = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": graded,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
    return {**meta, "points": cell.points} if graded else meta


# ---- ids -------------------------------------------------------------------------------------------------------


def _named_id(cell: Cell) -> str | None:
    """The id that a name gives; None for cells whose id comes from their text."""
    part = f"-{cell.part}" if cell.part else ""
    return {
        "setup": "setup",
        "exercise": cell.name,
        "check": f"{cell.name}-check{part}",
        "hidden": f"{cell.name}-hidden",
        "given": f"given-{cell.name}",
        "hints": f"{cell.name}-hints",
        "predict": f"predict-{cell.name}",
    }.get(cell.role)


def _named_ids(source: LessonSource, cells: list[Cell]) -> set[str]:
    """Every id that a name gives. Raises GradlabError when two cells come to the same one."""
    owner: dict[str, Cell] = {}
    for cell in cells:
        name = _named_id(cell)
        if name and name in owner:
            where = f"solutions/{source.lesson.id}/{source.file.name}:{cell.line}"
            other = f"the {owner[name].role} on line {owner[name].line}"
            raise GradlabError(f'{where}: the id of this {cell.role}, "{name}", is also that of {other}. Rename one.')
        if name:
            owner[name] = cell
    return set(owner)


def _free_id(cell: Cell, taken: set[str]) -> str:
    """An id from the first words of the first line that has any, numbered when it is taken."""
    lines = (re.findall(r"[a-z0-9]+", line.lower()) for line in (cell.title or cell.source).split("\n"))
    words = next(filter(None, lines), [])[:_SLUG_WORDS]
    slug = "-".join(words) or "cell"
    slug = (f"demo-{slug}" if cell.role == "demo" else slug)[: _ID_LENGTH - 4].rstrip("-")
    number = next(n for n in range(1, len(taken) + 2) if (slug if n == 1 else f"{slug}-{n}") not in taken)
    return slug if number == 1 else f"{slug}-{number}"


# ---- Markdown --------------------------------------------------------------------------------------------------


def _markdown(cell: Cell) -> str:
    if cell.role == "hints":
        return _nested(cell.hints)
    return _details(cell.title, cell.source) if cell.title else cell.source


def _nested(hints: tuple[str, ...]) -> str:
    """Each step inside the one before: to see the third hint one must have opened two."""
    text = ""
    for number, hint in reversed(list(enumerate(hints, 1))):
        title = "Hint" if len(hints) == 1 else f"Hint {number} of {len(hints)}"
        text = _details(title, f"{hint}\n\n{text}" if text else hint)
    return text


def _details(title: str, body: str) -> str:
    # The blank lines make renderers read the body as Markdown; the title is HTML to them.
    summary = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(title, quote=False))
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"
