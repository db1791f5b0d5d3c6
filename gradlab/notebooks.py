"""Reading a lesson's notebook: as values that cannot change, with errors that say what to do.

    notebook = read_notebook(path, lesson="03_backward_pass")
    notebook.exercises["walk"].source

Reads the JSON itself: importing and validating with nbformat costs more than the whole export of a cell may take.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.export_format import ExportError, export_of
from gradlab.files import read_text, write_atomic


class NotebookError(GradlabError):
    """A notebook that is no notebook, or not the one that was asked for."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a lesson. `role` as the builder wrote it (exercise, check, hidden, given, setup, predict, demo).

    name:   of the exercise it belongs to, or of the given code; "" where there is none.
    module: of the package that it is exported to; None when it lives in the notebook only.
    id:     its grade_id ("walk", "walk-check"); "" when the author gave it none.
    index:  its place among all cells of the notebook.
    """

    source: str
    role: str
    name: str = ""
    module: str | None = None
    id: str = ""
    points: float = 0.0
    index: int = 0


@dataclass(frozen=True)
class Notebook:
    """The code cells of one lesson in order, each id once: of copies the last counts, as for nbgrader."""

    path: Path
    lesson: str
    cells: tuple[Cell, ...]
    copies: tuple[str, ...] = ()
    raw: dict = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def exercises(self) -> dict[str, Cell]:
        return {cell.name: cell for cell in self.cells if cell.role == "exercise"}

    @cached_property
    def checks(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.role == "check")

    @cached_property
    def hidden_points(self) -> dict[str, float]:
        """Points of the hidden tests, by exercise."""
        return {cell.name: cell.points for cell in self.cells if cell.role == "hidden"}

    @cached_property
    def stubs(self) -> dict[str, str]:
        """What the release gave for each exercise, {name: source}; {} from a release that did not keep it."""
        kept = _dict(_dict(_dict(self.raw.get("metadata")).get("gradlab")).get("stubs"))
        return {name: _text(source) for name, source in kept.items()}

    def exported_to(self, module: str) -> list[Cell]:
        """The cells that make up `module`, in order."""
        return [cell for cell in self.cells if cell.module == module]

    def editable(self) -> dict:
        """A copy of the JSON, to be changed and given to write_notebook."""
        return copy.deepcopy(self.raw)


def find_notebook(course: Course, lesson: Lesson) -> Path:
    """The lesson's notebook: where course.yml says, or else the one notebook in that folder that is this lesson.

    Raises NotebookError when there is none.
    """
    place = course.root / lesson.notebook
    if place.is_file():
        return place
    found = [path for path in sorted(place.parent.glob("*.ipynb")) if _lesson_id(path) == lesson.id]
    if len(found) == 1:
        return found[0]
    where = f"{place} does not exist"
    if found:
        where += f", and there is more than one candidate: {', '.join(path.name for path in found)}"
    raise NotebookError(f"{where}. Give the notebook its name back, or download the lesson again.")


def read_notebook(path: Path | str, lesson: str | None = None) -> Notebook:
    """Read the notebook at `path`; when `lesson` is given it must be of that lesson. Raises NotebookError.

    UTF-8 with or without a byte-order mark, any line ends. An unknown or damaged cell is passed over.
    """
    return parse_notebook(read_text(Path(path)), Path(path), lesson)


def parse_notebook(text: str, path: Path, lesson: str | None = None) -> Notebook:
    """read_notebook, for `text` that was read from `path`."""
    raw = _parse_json(text, path)
    found = _lesson_of(raw)
    if lesson and found and found != lesson:
        raise NotebookError(
            f"{path} is the notebook of lesson {found}, not of {lesson}. "
            f"Give it its own name back, {found}.ipynb, and take {lesson} from where you got it."
        )
    cells = [_cell(cell, index) for index, cell in enumerate(raw["cells"]) if _is_code(cell)]
    kept, copies = _last_of_each(cells)
    return Notebook(path, found or lesson or path.stem, tuple(kept), tuple(copies), raw)


def write_notebook(path: Path, raw: dict) -> None:
    """Write the JSON of a notebook, byte for byte as Jupyter writes it."""
    write_atomic(path, json.dumps(raw, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


# ---- the JSON ---------------------------------------------------------------------------------------------------


def _parse_json(text: str, path: Path) -> dict:
    remedy = "Open it in JupyterLab and save it, take an older copy, or download the lesson again."
    if not text.strip():
        raise NotebookError(f"{path} is empty. {remedy}")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        what = "it ends too early" if error.pos >= end - 1 or "Unterminated" in error.msg else error.msg
        raise NotebookError(f"{path}:{error.lineno}: this is no notebook ({what}). {remedy}") from None
    except RecursionError:
        raise NotebookError(f"{path} is no notebook: it is nested too deep. {remedy}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat", 4), int):
        raise NotebookError(f"{path} is JSON, but no notebook. {remedy}")
    if raw.get("nbformat", 4) < 4:
        raise NotebookError(f"{path} is in an old format (nbformat {raw['nbformat']}). Open it in JupyterLab and save.")
    if not isinstance(raw.get("cells"), list):
        raise NotebookError(f"{path} is JSON, but no notebook: it has no list of cells. {remedy}")
    return raw


def _lesson_id(path: Path) -> str | None:
    try:
        return _lesson_of(_parse_json(read_text(path), path))
    except GradlabError:
        return None


def _lesson_of(raw: dict) -> str | None:
    found = _dict(_dict(raw.get("metadata")).get("gradlab")).get("lesson")
    return found if isinstance(found, str) else None


# ---- the cells --------------------------------------------------------------------------------------------------


def _is_code(cell) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _cell(raw: dict, index: int) -> Cell:
    source = _text(raw.get("source"))
    metadata = _dict(raw.get("metadata"))
    ours, graded = _dict(metadata.get("gradlab")), _dict(metadata.get("nbgrader"))
    identity = graded.get("grade_id") or ""
    role, name = ours.get("role"), ours.get("name")
    if role is None:  # another program dropped our metadata; nbgrader's, or the cell's own first line, still tells
        role, name = _role_from_nbgrader(graded, str(identity))
    try:
        target = export_of(source)
    except ExportError:  # a typo in the `#|` line: whoever runs the cell is told
        target = None
    if target:
        name = target.name
        role = role if role in ("exercise", "given") else "exercise"
    if role == "check" and not identity:
        identity = f"{name}-check"
    return Cell(source, str(role), str(name or ""), target and target.module, str(identity), _number(graded), index)


def _role_from_nbgrader(graded: dict, identity: str) -> tuple[str, str]:
    if graded.get("solution"):
        return "exercise", identity
    if graded.get("grade"):
        if identity.endswith("-hidden"):
            return "hidden", identity.removesuffix("-hidden")
        return "check", re.sub(r"-check(-\w+)?$", "", identity)
    if identity.startswith("given-"):
        return "given", identity.removeprefix("given-")
    return ("setup", "") if identity == "setup" else ("demo", "")


def _last_of_each(cells: Iterable[Cell]) -> tuple[list[Cell], list[str]]:
    """The cells without those that a later cell of the same id repeats, and the ids that occur more than once."""
    last: dict[tuple, int] = {}
    cells = list(cells)
    keys = [_key(cell) for cell in cells]
    for place, key in enumerate(keys):
        last[key] = place
    kept = [cell for place, cell in enumerate(cells) if last[keys[place]] == place]
    copies = sorted({cells[place].id or cells[place].name for place, key in enumerate(keys) if last[key] != place})
    return kept, copies


def _key(cell: Cell) -> tuple:
    if cell.module:
        return (cell.module, cell.name)
    return (cell.id,) if cell.id else (None, cell.index)


def _text(source) -> str:
    """The source of a cell, which JSON holds as a string or as a list of lines."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def _dict(value) -> dict:
    return value if isinstance(value, dict) else {}


def _number(graded: dict) -> float:
    points = graded.get("points", 0)
    return float(points) if isinstance(points, int | float) and not isinstance(points, bool) else 0.0
