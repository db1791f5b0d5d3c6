"""Beside the reference's answers a student's code can read them; so what a diagnosis shows is never from there."""

from __future__ import annotations

from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.diagnose.library import Library
from autograder.diagnose.match import diagnose

WRONG = """from autograder.wrong import wrong


@wrong("double", because="You added one.", ask="What is twice 0?")
def double(x):
    return x + 1.0
"""
# Says what the reference's `triple` is, wherever it is to be found, and 5 where it is not.
SPY = """#| export numbers.double
def double(x):
    try:
        from mytorch.numbers import triple
        return 1000.0 + triple(4.0)
    except Exception:
        return 5.0
"""


def test_values_are_those_of_the_students_own_engine(toy):
    (toy.root / "solutions" / "01_numbers" / "wrong_answers.py").write_text(WRONG, encoding="utf-8")
    assert not build(toy, toy.lessons).errors
    blueprint = load_blueprint(toy, toy.lesson("1"))
    with Library(blueprint) as library:
        beside = diagnose(library, "double", SPY)
        own = diagnose(library, "double", SPY, {"double": SPY})
    assert "1012" in beside.shown.got and "1012" not in own.shown.got and own.shown.program == beside.shown.program
