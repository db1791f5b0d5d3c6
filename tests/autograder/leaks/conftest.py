"""What students get of the real course, as a repository, and a searcher that knows the course's secrets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.distribution import history
from autograder.distribution.contents import contents
from autograder.distribution.writing import plan, put_in_place, stage
from autograder.leaks.search import Searcher
from gradlab.course import load_course

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def searcher() -> Searcher:
    return Searcher.of(load_course(ROOT))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory, searcher: Searcher) -> Path:
    """The first three lessons as a repository."""
    to = tmp_path_factory.mktemp("released") / "course"
    put_in_place(stage(plan(to, contents(searcher.course, searcher.course.lessons[:3]))), to)
    history.commit(to, "main", "Lessons 1 to 3")
    return to


@pytest.fixture
def repository(released: Path, tmp_path: Path) -> Path:
    """A copy of it, to plant something in."""
    return shutil.copytree(released, tmp_path / "course", symlinks=True)


@pytest.fixture(scope="session")
def answer(searcher: Searcher) -> str:
    """An answer of ordinary length, as a student would write it: the cell without the authors' markers."""
    cell = next(cell for cell in searcher.sources[2].of_role("exercise") if cell.name == "walk")
    return "\n".join(line for line in cell.source.split("\n") if "### " not in line)
