"""A course in small, with a package of its own name: nothing here touches the real engine, or who has imported it."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

import pytest

from gradlab.course import Course, load_course
from gradlab.export import Exporter
from gradlab.reload import put_first, set_aside

COURSE = """\
title: Tiny
package: tinytorch
lessons:
  - {id: 01_first, title: First, modules: [ops, walk], points: 10, minutes: 10}
  - {id: 02_second, title: Second, modules: [extra], points: 10, minutes: 10, prerequisites: [01_first]}
"""

SHELL = '''\
"""A package that is given; lessons add ops.py, walk.py and extra.py."""
from tinytorch.base import Number, later

square = later("ops", "square")
'''

BASE = """\
import importlib


class Number:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        if not isinstance(other, Number):
            raise TypeError("unsupported operand types: Number and " + type(other).__name__)
        return Number(self.value + other.value)


def later(module, name):
    try:
        return getattr(importlib.import_module("tinytorch." + module), name)
    except (ImportError, AttributeError):
        def missing(*args):
            raise NotImplementedError(f"`{name}` is what you build in lesson 1.")
        return missing
"""

IMPORTS = """\
#| export ops.names
from tinytorch.base import Number

FACTOR = 1"""

SQUARE_STUB = '''\
#| export ops.square
def square(x):
    """x times x."""
    raise NotImplementedError("multiply x by itself")'''

SQUARE = '''\
#| export ops.square
def square(x):
    """x times x."""
    return x * x * FACTOR'''

CUBE = """\
#| export ops.cube
def cube(x):
    return square(x) * x"""

WALK = """\
#| export walk.walk
def walk(n):
    return list(range(n))"""

SQUARE_CHECK = 'assert tinytorch.ops.square(3) == 9, "3 times 3 is 9"'


def code(source: str, role: str = "demo", name: str = "", **nbgrader) -> dict:
    """A code cell as the builder makes it."""
    metadata = {"gradlab": {"role": role, "name": name}}
    if nbgrader:
        metadata["nbgrader"] = {"schema_version": 3, "task": False, **nbgrader}
    cell = {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": source}
    return {**cell, "id": nbgrader.get("grade_id", f"c{abs(hash(source)) % 10**8}")}


def exercise(name: str, source: str) -> dict:
    return code(source, "exercise", name, solution=True, grade=False, locked=False, grade_id=name)


def given(name: str, source: str) -> dict:
    return code(source, "given", name, solution=False, grade=False, locked=True, grade_id=f"given-{name}")


def check(name: str, source: str, points: float = 1, part: str = "") -> dict:
    identity = f"{name}-check{part and '-' + part}"
    return code(source, "check", name, solution=False, grade=True, locked=True, grade_id=identity, points=points)


def hidden(name: str, points: float) -> dict:
    source = f"# Hidden tests of `{name}` run here when your work is graded."
    return code(
        source, "hidden", name, solution=False, grade=True, locked=True, grade_id=f"{name}-hidden", points=points
    )


def prose(text: str) -> dict:
    return {"cell_type": "markdown", "id": f"m{abs(hash(text)) % 10**8}", "metadata": {}, "source": text}


def notebook(cells: list[dict], lesson: str = "01_first", **ours) -> dict:
    metadata = {
        "gradlab": {"course": "Tiny", "lesson": lesson, "format": 1, **ours},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def first_lesson(square: str = SQUARE_STUB, cube: str = CUBE, **ours) -> dict:
    cells = [
        prose("# First"),
        code("import gradlab.lesson", "setup", solution=False, grade=False, locked=True, grade_id="setup"),
        given("names", IMPORTS),
        exercise("square", square),
        check("square", SQUARE_CHECK),
        hidden("square", 3),
        exercise("cube", cube),
        exercise("walk", WALK),
        check("walk", "assert tinytorch.walk.walk(2) == [0, 1]", points=2),
    ]
    return notebook(cells, **ours)


class Place:
    """A small course on disk."""

    def __init__(self, root: Path):
        self.root = root

    @property
    def course(self) -> Course:
        return load_course(self.root)

    def path(self, lesson: str = "01_first") -> Path:
        return self.root / "modules" / lesson / f"{lesson}.ipynb"

    def write(self, raw: dict, lesson: str = "01_first") -> Path:
        path = self.path(lesson)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(raw, indent=1, ensure_ascii=False), encoding="utf-8")
        return path

    def exporter(self) -> Exporter:
        return Exporter(self.course, self.root)

    def module(self, name: str) -> str:
        return (self.root / "tinytorch" / f"{name}.py").read_text(encoding="utf-8")

    def has(self, name: str) -> bool:
        return (self.root / "tinytorch" / f"{name}.py").exists()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A course of two small lessons whose first notebook has one unwritten exercise, `square`."""
    (tmp_path / "course.yml").write_text(COURSE, encoding="utf-8")
    package = tmp_path / "tinytorch"
    package.mkdir()
    (package / "__init__.py").write_text(SHELL, encoding="utf-8")
    (package / "base.py").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    put_first(tmp_path)
    set_aside("tinytorch")
    here = Place(tmp_path)
    here.write(first_lesson())
    yield here
    set_aside("tinytorch")
    sys.path[:] = path


@pytest.fixture(scope="session")
def make():
    """The functions and sources above: with --import-mode=importlib a test cannot import its conftest."""
    return sys.modules[__name__]


# ---- the real engine --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def engine_modules(tmp_path_factory):
    """The modules of a finished `mytorch`, by name: shell and answers, or what MYTORCH_UNDER_TEST names."""
    root = Path(__file__).resolve().parents[2]
    if "MYTORCH_UNDER_TEST" in os.environ:
        folder = Path(os.environ["MYTORCH_UNDER_TEST"])
    else:
        folder = assembled(root, tmp_path_factory.mktemp("engine"))
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "mytorch"}
    sys.path.insert(0, str(folder))
    try:
        importlib.import_module("mytorch")
        importlib.import_module("mytorch.hooks")
        importlib.import_module("mytorch.results")

        return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "mytorch"}
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "mytorch"]:
            del sys.modules[name]
        sys.modules.update(before)


def assembled(root: Path, folder: Path) -> Path:
    """The engine of all lessons that are written."""
    from autograder.build import planned_files
    from autograder.places import REFERENCE
    from autograder.shell import shell_files
    from autograder.source import read_source

    course = load_course(root)
    files = shell_files(course)
    for lesson in course.lessons:
        if (root / "solutions" / lesson.id / "lesson.py").is_file():
            files |= planned_files(course, read_source(course, lesson))
    for name, data in files.items():
        if name.startswith(f"{REFERENCE}/"):
            path = folder / name.removeprefix(f"{REFERENCE}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


@pytest.fixture
def torch(engine_modules, monkeypatch):
    """A finished `mytorch`, the only one there is during the test."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "mytorch"]:
        monkeypatch.delitem(sys.modules, name)
    for name, module in engine_modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(Path(engine_modules["mytorch"].__file__).parents[1])
    return engine_modules["mytorch"]
