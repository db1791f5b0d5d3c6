"""Everything that a student gets, as pages of text: one a cell of a notebook, one a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autograder import places
from autograder.build import shell_files
from gradlab.course import Course

_GRADLAB = Path(__file__).resolve().parents[2] / "gradlab"


class Page(NamedTuple):
    """A name that says where it is, and its text.

    is_lesson: it belongs to a lesson or the engine, and not to the tools. is_given: an author wrote it to be seen.
    """

    name: str
    text: str
    is_lesson: bool = True
    is_given: bool = False


def course_pages(course: Course) -> Iterator[Page]:
    """What lies on disk: modules/, the shell of the engine, and the student's side of the tools."""
    for path in _texts(course.root / places.MODULES):
        name = path.relative_to(course.root).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from notebook_pages(text, name) if path.suffix == ".ipynb" else [Page(name, text)]
    for name, data in shell_files(course).items():
        yield Page(name.removeprefix(f"{places.REFERENCE}/"), data.decode("utf-8", "replace"))
    own = course.root / "gradlab"
    for path in _texts(own if own.is_dir() else _GRADLAB):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield Page(f"gradlab/{path.name}", text, is_lesson=False)


def notebook_pages(text: str, name: str) -> Iterator[Page]:
    """The cells of a notebook, with whatever is in them: source, outputs and metadata."""
    try:
        notebook = json.loads(text)
        cells = notebook.pop("cells")
    except (ValueError, KeyError, AttributeError):
        yield Page(name, text)
        return
    for number, cell in enumerate(cells, 1):
        role = cell.get("metadata", {}).get("gradlab", {}).get("role")
        is_given = role in ("given", "check", "setup")
        yield Page(f"{name}, cell {cell.get('id', number)}", "\n".join(_strings(cell)), is_given=is_given)
    yield Page(f"{name}, metadata", "\n".join(_strings(notebook)))


def _strings(value) -> Iterator[str]:
    """Every text inside a piece of JSON; the lines of a list of lines joined to one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield "".join(value)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)


def _texts(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".png"):
            yield path
