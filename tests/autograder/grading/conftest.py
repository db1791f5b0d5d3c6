"""The toy course, built once; and students of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import places
from autograder.blueprint import Blueprint, load_blueprint
from autograder.build import build
from autograder.desk import Desk, set_up
from autograder.pretend import right_answers
from autograder.release import released_texts
from autograder.source import read_source
from gradlab.course import Course, load_course

TOY = Path(__file__).parents[1] / "toy"
RELEASED = "released.ipynb"


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Course:
    """A toy course that is built. No test changes it."""
    root = tmp_path_factory.mktemp("course") / "toy"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("ruff.toml", "__pycache__", ".*"))
    course = load_course(root)
    assert not build(course).errors
    for lesson in course.lessons:
        text = released_texts(course, [read_source(course, lesson)])[lesson.id]
        path = course.root / lesson.notebook
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return course


@pytest.fixture(scope="session")
def blueprint(built: Course) -> Blueprint:
    return load_blueprint(built, built.lesson("1"))


@pytest.fixture(scope="session")
def desk(built: Course, tmp_path_factory) -> Desk:
    return set_up(built, built.lesson("1"), tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def answered(built: Course, blueprint: Blueprint) -> Callable[..., dict]:
    """The released notebook of the first lesson, with every exercise answered: answered(double="…") but for that.

    In one's own words: what is the reference's, word for word, would not be run.
    """
    released = (built.root / blueprint.lesson.notebook).read_text(encoding="utf-8")
    answers = {name: f"{source}\nwritten_by = {name!r}" for name, source in right_answers(blueprint).items()}

    def notebook(**instead: str) -> dict:
        made = json.loads(released)
        for cell in made["cells"]:
            if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                name = cell["metadata"]["gradlab"]["name"]
                cell["source"] = instead.get(name.replace("-", "_"), answers[name])
        return made

    return notebook


@pytest.fixture
def source_notebook(built: Course) -> Path:
    return places.source_notebook(built, built.lesson("1"))
