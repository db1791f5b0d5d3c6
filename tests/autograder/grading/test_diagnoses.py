"""Diagnoses while a class is graded: what the wrong answers of a lesson do is found out once."""

import json
import shutil

import pytest

from autograder import places
from autograder.build import build
from autograder.grade import Options, grade_class
from autograder.slots import Here

WRONG = """
from autograder.wrong import wrong


@wrong("double", because="You added one.", ask="What is twice 0?")
def double(x: float) -> float:
    return x + 1
"""


@pytest.fixture
def graded(toy, answered, tmp_path):
    """The diagnosis of somebody who adds one, in a gradebook of this name."""
    (toy.root / "solutions" / "01_numbers" / "wrong_answers.py").write_text(WRONG, encoding="utf-8")
    assert not build(toy).errors
    path = tmp_path / "submitted" / "ann" / "01_numbers" / "01_numbers.ipynb"
    path.parent.mkdir(parents=True)
    mine = "#| export numbers.double\ndef double(x: float) -> float:\n    return 1 + x"
    path.write_text(json.dumps(answered(double=mine)), encoding="utf-8")

    def diagnosis(name):
        options = Options(diagnose=True, feedback=False)
        report = grade_class(toy, [toy.lesson("1")], tmp_path / "submitted", tmp_path / name, options, executor=Here())
        assert not report.failed
        return report.all[0].diagnoses["double"]

    return diagnosis


def test_what_wrong_answers_do_is_found_out_once(toy, graded, monkeypatch):
    first = graded("one")
    assert first["because"] == "You added one." and first["ask"] == "What is twice 0?"
    monkeypatch.setattr("autograder.grade.know", None)
    assert graded("two") == first
    shutil.rmtree(toy.root / places.BUILD / "inputs")
    monkeypatch.setattr("autograder.grade.know", _fails)
    assert graded("three") == first and not list(toy.root.rglob("*-known.pickle"))


def _fails(*_):
    raise RuntimeError("a wrong answer ended the process")
