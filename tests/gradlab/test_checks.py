"""Visible checks, run in another process."""

from __future__ import annotations

import textwrap
import time

import pytest

from gradlab.checks import run_checks
from gradlab.errors import GradlabError
from gradlab.notebooks import read_notebook


def results(place, **options):
    return run_checks(place.path(), place.root, package="tinytorch", **options)


def export(place):
    return place.exporter().export_lesson(read_notebook(place.path()))


def lesson(make, *cells):
    return make.notebook([make.code("import gradlab.lesson", "setup", grade_id="setup", locked=True), *cells])


def only(place, make, *cells, timeout=20):
    """The one result of a lesson made of `cells`."""
    place.write(lesson(make, *cells))
    export(place)
    (result,) = results(place, timeout=timeout)
    return result


def quiz(make, source):
    return make.exercise("quiz", source)


def test_results_in_order(place, make):
    place.write(make.first_lesson(square=make.SQUARE))
    export(place)
    first, second = results(place)
    assert (first.name, first.exercise, first.points, first.ok, first.message) == (
        "square-check",
        "square",
        1,
        True,
        "",
    )
    assert (second.name, second.points, second.ok) == ("walk-check", 2, True)
    assert 0 <= first.seconds < 5


def test_stubs_fail_with_what_to_do(place):
    export(place)
    square, walk = results(place)
    assert not square.ok and walk.ok
    assert "has no attribute 'square'" in square.message and "(in the check: assert" in square.message


def test_an_unwritten_exercise_is_called_by_its_name(place, make):
    result = only(place, make, make.given("names", make.IMPORTS), make.exercise("square", make.SQUARE_STUB),
                  make.check("square", "assert square(3) == 9"))  # fmt: skip
    assert result.message == "`square` is not written yet: multiply x by itself"


def test_what_the_package_says_of_lessons_to_come(place, make):
    result = only(place, make, make.check("square", "tinytorch.square(2)"))
    assert result.message == "`square` is what you build in lesson 1."


def test_written_but_not_exported(place, make):
    place.write(lesson(make, make.exercise("square", make.SQUARE), make.check("square", "square(3)")))
    (result,) = results(place)
    assert "`square` is not exported: it is in the notebook, but not in your package." in result.message


def test_the_package_is_tested_not_the_notebook(place, make):
    place.write(make.first_lesson(square=make.SQUARE))
    export(place)
    place.write(make.first_lesson(square=make.SQUARE.replace("x * x", "x + x")))
    assert results(place)[0].ok


@pytest.mark.parametrize(
    ("exercise", "check", "said"),
    [
        ("answer = 41", "assert answer == 42, f'not {answer}'", "not 41"),
        ("answer = 41", "assert answer == 42", "This does not hold: assert answer == 42"),
        ("answer = 1 / 0", "pass", "ZeroDivisionError: division by zero (in `quiz`, line 1: answer = 1 / 0)"),
        ("def f():\n    return None + 1", "f()", "(in `quiz`, line 2: return None + 1)"),
        ("answer = (", "pass", "SyntaxError: '(' was never closed (`quiz`, line 1: answer = ("),
        ("import sys\nsys.exit()", "pass", "The code ends Python (in `quiz`, line 2: sys.exit()). Take that call out."),
        ("def f(): pass", "quit(f())", "The code ends Python (in the check: quit(f())). Take that call out."),
        ("raise NotImplementedError('your answer')", "pass", "`quiz` is not written yet: your answer"),
        ("raise NotImplementedError", "pass", "`quiz` is not written yet."),
        ("x = input('?')", "pass", "EOFError"),
        ("class E(Exception):\n    def __str__(self): raise E", "raise E", "E, and its message could not be shown."),
        ("import os\nos._exit(3)", "pass", "Python ended with exit code 3 while this ran."),
        ("import ctypes\nctypes.string_at(0)", "pass", "Python was killed by signal 11 while this ran."),
        ("def f(): return f()", "f()", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_what_a_failure_says(place, make, exercise, check, said):
    result = only(place, make, quiz(make, exercise), make.check("quiz", check))
    assert not result.ok and said in result.message


def test_the_line_in_the_package(place, make):
    source = "#| export walk.walk\ndef walk(n):\n    return n.no_such"
    result = only(place, make, make.exercise("walk", source), make.check("walk", "tinytorch.walk.walk(2)"))
    assert result.message == (
        "AttributeError: 'int' object has no attribute 'no_such' "
        "(in `walk`, tinytorch/walk.py, line 4: return n.no_such)"
    )


def test_a_package_that_cannot_be_imported(place, make):
    place.root.joinpath("tinytorch/base.py").write_text("def f(:", encoding="utf-8")
    result = results(place)[0]
    assert result.message.startswith("`import tinytorch` fails. SyntaxError: invalid syntax")
    assert "(base.py, line 1: def f(:)" in result.message


def test_each_check_stands_alone(place, make):
    cells = [
        make.given("box", "box = []\ndef put(x):\n    box.append(x)\n    return len(box)"),
        quiz(make, "%matplotlib inline\nanswer = 1"),
        make.check("quiz", "print('noise')\nassert put(1) == 1\nanswer = 2\ntinytorch.base.later = None"),
        make.check("quiz", "assert put(1) == 1 and answer == 1 and tinytorch.base.later", part="2"),
        make.exercise("other", "mine = answer + 1"),
        make.check("other", "assert mine == 2"),
        make.exercise("broken", "1 / 0"),
        make.check("broken", "pass"),
        make.code("left = 1"),
        make.check("last", "assert 'left' not in globals() and __name__ == '__main__' and np.pi > 3 and gradlab"),
    ]
    place.write(lesson(make, *cells))
    found = results(place)
    assert [(r.name, r.ok) for r in found] == [
        ("quiz-check", True),
        ("quiz-check-2", True),
        ("other-check", True),
        ("broken-check", False),
        ("last-check", True),
    ], [r.message for r in found]


def test_postponed_annotations_hold_for_later_cells(place, make):
    given = make.given("names", "#| export ops.names\nfrom __future__ import annotations\n\nX = 1")
    assert only(
        place, make, given, quiz(make, "def f(x: Nothing): return 1"), make.check("quiz", "assert f(1) == X")
    ).ok


def test_a_hang_takes_only_itself_down(place, make):
    cells = [
        make.check("a", "assert True"),
        make.check("b", "while True: pass"),
        make.check("c", "import os; os._exit(0)"),
        make.check("d", "assert True"),
    ]
    place.write(lesson(make, *cells))
    found = results(place, timeout=1)
    assert [r.ok for r in found] == [True, False, False, True]
    assert found[1].message == "stopped after 1 seconds: a loop without end?"


def test_a_numpy_beside_the_notebook_is_not_imported(place, make):
    for folder in (place.root, place.path().parent):
        (folder / "numpy.py").write_text("raise SystemExit", encoding="utf-8")
    assert only(place, make, make.check("a", "assert np.pi > 3")).ok


def test_moved_below_its_check(place, make):
    check, own = make.check("square", "assert square(3) == 9"), make.exercise("square", make.SQUARE)
    assert only(place, make, make.given("names", make.IMPORTS), check, own).ok


def test_no_checks_and_no_notebook(place, make):
    place.write(lesson(make))
    assert results(place) == []
    place.path().write_text(textwrap.dedent("{"), encoding="utf-8")
    with pytest.raises(GradlabError):
        results(place)


@pytest.mark.bench
def test_speed_of_checks(place, make, capsys):
    place.write(lesson(make, *[make.check(f"c{i}", "assert np.arange(9).sum() == 36") for i in range(30)]))
    start = time.perf_counter()
    assert all(r.ok for r in results(place))
    with capsys.disabled():
        print(f"\n30 checks: {time.perf_counter() - start:.2f} s with Python's start")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import sys\nprint('look', file=sys.stderr)", "look"),
        ("np.float32([1e38]) * np.float32([10])", "RuntimeWarning: overflow encountered in multiply"),
        ("import warnings\nwarnings.warn('later', DeprecationWarning)", ""),
        ("print('fine')", ""),
    ],
)
def test_what_a_check_writes_to_stderr(place, make, source, says):
    result = only(place, make, quiz(make, "x = 1"), make.check("quiz", f"assert x\n{source}"))
    assert result.ok and result.stderr == says


def test_warnings_of_other_cells_are_not_the_checks(place, make):
    quiz_cell = quiz(make, "import sys\nx = np.float32([1e38]) * np.float32([10])\nprint('here', file=sys.stderr)")
    assert only(place, make, quiz_cell, make.check("quiz", "assert len(x)")).stderr == ""


def test_what_goes_to_stderr_is_reported(place, make):
    from gradlab.commands.check import report

    cell = make.check("quiz", "import sys\nprint('look', file=sys.stderr)")
    place.write(lesson(make, quiz(make, "x = 1"), cell))
    verdict, *note = report(results(place))
    assert verdict.startswith("✓ passes") and "nbgrader gives 0 points" in " ".join(note) and "look" in note[-1]
