"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

COURSE = """\
title: A small course
package: mytorch
lessons:
  - id: 01_first
    title: First
    modules: [alpha, beta]
    points: 10
    minutes: 30
  - id: 02_second
    title: Second things
    modules: [gamma]
    prerequisites: [01_first]
    points: 20
    minutes: 60
"""


PROGRAMS = ("dot", "bwrap")
MODULES = ("torch", "playwright", "axe_playwright_python", "sphinx", "pygraphviz", "nbclient")
LONG_ONES = ("distributed", "psycopg")
"""What the tests marked `full` need besides."""


def pytest_addoption(parser: pytest.Parser) -> None:
    chaos = parser.getgroup("chaos", "tests/autograder/grading/test_chaos.py")
    chaos.addoption("--number", type=int, default=1_000, metavar="N", help="submissions in the long chaos (1000)")
    chaos.addoption("--real", action="store_true", help="to lesson 1 of the course, not to the toy lesson")


def pytest_configure(config: pytest.Config) -> None:
    """In CI what is missing is a failure, not a silence."""
    if os.environ.get("CI", "").lower() not in ("true", "1"):
        return
    modules = MODULES + (LONG_ONES if config.option.markexpr == "full" else ())
    missing = [name for name in modules if not importlib.util.find_spec(name)]
    missing += [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        raise pytest.UsageError(f"CI is set, so these must be here: {', '.join(missing)}. .ci/run installs them.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Elsewhere the tests that need the oracle are skipped without it."""
    if importlib.util.find_spec("torch"):
        return
    skip = pytest.mark.skip(reason="needs PyTorch: make test ORACLE=1")
    for item in items:
        if item.get_closest_marker("torch"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def no_course_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell says about a course must not reach a test."""
    monkeypatch.delenv("GRADLAB_ROOT", raising=False)
    monkeypatch.delenv("GRADLAB_ENGINE", raising=False)


@pytest.fixture
def repo() -> Path:
    """The root of this repository."""
    return ROOT


@pytest.fixture
def course_root(tmp_path: Path) -> Path:
    """An empty folder with a course.yml of two small lessons."""
    (tmp_path / "course.yml").write_text(COURSE, encoding="utf-8")
    return tmp_path
