"""Cells of which Python's compiler would make gigabytes are not compiled."""

from __future__ import annotations

import ast
import json

import pytest

from autograder.copies import MOST, written_out
from autograder.engines import fault
from autograder.grade import Options, grade_class
from autograder.slots import Here

LESSON = "01_numbers"


def nested(depth: int, inside: str = "x") -> str:
    """A function with so many `finally`, each below the one before."""
    lines = [f"{' ' * n}try: x\n{' ' * n}finally:" for n in range(1, depth + 1)]
    return "\n".join(["def double(x):", *lines, f"{' ' * (depth + 1)}{inside}", " return 2.0 * x"])


def ways_out(returns: int, last: int) -> str:
    tests = "".join(f"  if x == {n}: return {n}\n" for n in range(returns))
    return f"def double(x):\n try:\n{tests} finally:\n" + "  x = x + 1\n" * last


@pytest.mark.parametrize(
    "make", [lambda n: nested(n), lambda n: nested(4, "; ".join("x" * n)), lambda n: ways_out(n, 5 * n)]
)
def test_as_much_as_python_makes_of_it(make):
    """Twice the estimate is about twice the code."""
    made = []
    for size in (6, 8, 10):
        source = make(size)
        function = next(each for each in compile(source, "f", "exec").co_consts if hasattr(each, "co_code"))
        made.append(len(function.co_code) / written_out(ast.parse(source)))
    assert max(made) < 4 * min(made)


@pytest.mark.parametrize("source", [nested(19), ways_out(1000, 1000)])
def test_a_cell_that_is_written_out_too_often_is_left_out(built, blueprint, answered, tmp_path, source):
    assert len(source) < 50_000 and written_out(ast.parse(source)) > MOST
    path = tmp_path / "submitted" / "ann" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(answered(double=f"#| export numbers.double\n{source}")), encoding="utf-8")
    where = ([built.lesson("1")], tmp_path / "submitted", tmp_path)
    report = grade_class(built, *where, Options(feedback=False), executor=Here())
    (graded,) = report.every()
    assert not report.failed and graded.points_of("double")[0] == 0 and graded.points_of("triple")[0] == 2
    assert "for Python to compile" in " ".join(graded.reasons_of("double"))


def test_a_few_are_no_trouble(blueprint):
    assert fault(blueprint, "double", f"#| export numbers.double\n{nested(3)}") == ""
    assert fault(blueprint, "double", f"#| export numbers.double\n{ways_out(20, 20)}") == ""
