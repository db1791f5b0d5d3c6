"""The toy course: two small lessons with a cell of every kind, on a package of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.course import Course, load_course

TOY = Path(__file__).with_name("toy")
HEAD = '# %% setup=true\nimport gradlab.lesson\n\n# %% given="head"\n#| export numbers.head\n"""Numbers."""\n\n'


@pytest.fixture
def toy(tmp_path: Path) -> Course:
    """A copy of the toy course that a test may change."""
    root = tmp_path / "toy"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("ruff.toml", "__pycache__", ".*"))
    return load_course(root)


@pytest.fixture
def edit(toy: Course) -> Callable[..., None]:
    """Replace text in the first lesson (or in `file`, relative to the course's root); it must be there."""

    def replace(old: str, new: str, file: str = "solutions/01_numbers/lesson.py") -> None:
        path = toy.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")

    return replace


@pytest.fixture
def write(toy: Course) -> Callable[[str], None]:
    """Make the first lesson a setup cell, a given cell and these cells."""

    def replace(cells: str) -> None:
        path = toy.root / "solutions" / "01_numbers" / "lesson.py"
        path.write_text(HEAD + cells, encoding="utf-8", newline="\n")

    return replace
