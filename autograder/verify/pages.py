"""Everything that a student gets, as pages of text: one a cell of a notebook, one a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder import places
from autograder.leaks.matching import Page
from autograder.leaks.reading import text_pages
from autograder.shell import shell_files
from gradlab.course import Course

_GRADLAB = Path(__file__).resolve().parents[2] / "gradlab"


def course_pages(course: Course) -> Iterator[Page]:
    """What lies on disk: modules/, the shell of the engine, and the student's side of the tools."""
    for path in _texts(course.root / places.MODULES):
        name = path.relative_to(course.root).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from text_pages(text, name) if path.suffix == ".ipynb" else [Page(name, text)]
    for name, data in shell_files(course).items():
        yield Page(name.removeprefix(f"{places.REFERENCE}/"), data.decode("utf-8", "replace"))
    own = course.root / "gradlab"
    for path in _texts(own if own.is_dir() else _GRADLAB):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield Page(f"gradlab/{path.name}", text, is_lesson=False)


def _texts(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".png"):
            yield path
