"""What counts as the same answer is the same program, whatever it looks like."""

import pytest

from autograder.same import same_code, shape

HALF = "#| export numbers.half\ndef half(x, of=2):\n    result = x / of\n    return result\n"


@pytest.mark.parametrize(
    "other",
    [
        HALF.replace("    result", "    # a half\n    result"),
        HALF.replace("x / of", "(x\n        / of)"),
        HALF.replace("result", "outcome"),
        HALF.replace("2", "1 + 1"),
    ],
    ids=["comment", "layout", "local name", "folded constant"],
)
def test_the_same(other):
    assert same_code(HALF, other)


@pytest.mark.parametrize(
    "other",
    [
        HALF.replace("x", "y"),
        HALF.replace("2", "2.0"),
        HALF.replace("/", "//"),
        HALF.replace("half(", "halves("),
        HALF.replace("return result", "return -result"),
        HALF + "half.calls = 0\n",
        HALF.replace("return result", "return locals()['result']"),
        HALF.replace("return result", "return"),
        "def half(x:",
    ],
    ids=range(9),
)
def test_another(other):
    assert not same_code(HALF, other)


@pytest.mark.parametrize("zero", ["0", "-0.0", "False", "0j", "(0,)", "None"])
def test_constants_that_are_equal_are_not_the_same(zero):
    one = "x = 0.0\n"
    assert not same_code(one, f"x = {zero}\n") and same_code(one, "x = 0.0  # zero\n")


def test_who_looks_names_up_keeps_them():
    one = "def f():\n    a = 1\n    return eval('a')\n"
    assert not same_code(one, one.replace("a = 1", "b = 1"))


def test_names_shared_with_an_inner_function_count():
    one = "def f():\n    a = 1\n    return lambda: a\n"
    assert not same_code(one, one.replace("a", "b"))


def test_what_is_remembered_of_an_answer_has_its_names():
    assert shape(HALF) == shape(HALF + "# half\n") != shape(HALF.replace("result", "outcome"))
    assert shape("def half(x:") is None
