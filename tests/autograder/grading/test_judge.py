"""What counts as the same, and how a difference is put into words."""

import numpy as np
import pytest

from autograder.judge import difference, unlike
from autograder.wording import said, shortened, texts_in
from autograder.worker.wire import snapshot


class Tensor:
    def __init__(self, array):
        self.array = np.asarray(array)


def reply(*saw, end="done", kind="", text="", seconds=0.0, **events):
    found = [{"saw": snapshot(value), "name": ""} for value in saw]
    return {"end": end, "type": kind, "text": text, "seconds": seconds, "events": found}


F32 = np.float32([1, 2, 3])
SAME = [
    (F32, F32 * np.float32(1.00005)),
    (Tensor(F32), Tensor(F32 + np.float32(1e-7))),
    (np.array([1.0]), np.array([1 + 1e-9])),
    (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
    (3, 3.0),
    (1 / 3, np.float32(1 / 3)),
    (np.int64(3), 3),
    ((1, 2), [1, 2]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (10**400, 10**400),
    (np.zeros((0, 2)), np.zeros((0, 2))),
    (None, None),
    (object(), object()),
]
DIFFERENT = [
    (F32, F32 * np.float32(1.001), "differs"),
    (np.array([1.0]), np.array([1 + 1e-6]), "differs"),
    (F32, F32.astype(float), "has the wrong dtype"),
    (F32, F32[None], "has the wrong shape"),
    (Tensor(F32), F32, "is an array, where a tensor belongs"),
    (Tensor(F32), None, "is None, where a tensor belongs"),
    (Tensor(np.array(2.0)), 2.0, "is a number, where a tensor belongs"),
    (F32, F32 * np.nan, "is not a finite number"),
    (True, 1, "is a number, where True or False belongs"),
    (2, 3, "differs"),
    (1.0, float("nan"), "is not a finite number"),
    (10**400, 1.0, "differs"),
    ("mul", "add", "differs"),
    ([1, 2], [1], "has the wrong length"),
    ({"a": 1}, {"b": 1}, "has the wrong keys"),
    ([F32, [1, "x"]], [F32, [1, "y"]], "differs"),
    (object(), print, "is of the wrong type"),
    (np.array([1, 2]), np.array([1, 3]), "differs"),
]


@pytest.mark.parametrize(("theirs", "ours"), SAME)
def test_the_same(theirs, ours):
    assert unlike(snapshot(theirs), snapshot(ours)) is None


@pytest.mark.parametrize(("theirs", "ours", "how"), DIFFERENT)
def test_different(theirs, ours, how):
    assert unlike(snapshot(theirs), snapshot(ours)) == how


RAISED = reply(end="raised", kind="ValueError", text="3.1415 is a secret")
ENDINGS = [
    (reply(1), reply(1), None),
    (RAISED, reply(end="raised", kind="ValueError", text="other words"), None),
    (RAISED, reply(), "raised no error, where ValueError belongs"),
    (RAISED, reply(end="raised", kind="TypeError", text="secret"), "raised TypeError, where ValueError belongs"),
    (
        reply(1),
        reply(end="raised", kind="NameError", text="name 'npp' is not defined"),
        "raised NameError: name 'npp' is not defined",
    ),
    (reply(1), reply(end="raised", kind="x = 3.14; y", text=""), "raised an error of its own kind"),
    (reply(1), reply(2, end="raised", kind="ValueError"), "a value differs"),
    (reply(1), reply(), "it went another way than it should"),
    (reply(1), reply(end="over", seconds=2.0), "took longer than 2 s"),
    (reply(1), reply(end="time"), "took longer than 5 s"),
    (reply(1), reply(end="died"), "Python stopped in the middle of it"),
    (reply(1), reply(end="size"), "gave back more data than the grader takes"),
    (reply(1), {**reply(), "events": ["forged", 3]}, "it cannot be read"),
    (reply(1), {**reply(), "events": "forged"}, "it went another way than it should"),
]


@pytest.mark.parametrize(("expected", "got", "reason"), ENDINGS)
def test_endings(expected, got, reason):
    assert difference(expected, got, limit=5.0) == reason


def test_names_and_errors_that_are_observed():
    def one(**event):
        return {**reply(), "events": [event]}

    assert difference(one(saw=1, name="x.grad"), one(saw=2, name="")) == "a value differs (x.grad)"
    assert difference(one(error="TypeError", name=""), one(error="", name="")) == (
        "raised no error, where TypeError belongs"
    )
    assert difference(one(error="", name="a shape"), one(error="TypeError", name="")) == (
        "raised TypeError, where no error belongs (a shape)"
    )
    assert difference(one(budget=2.0), one(budget=2.0)) is None
    assert difference(one(budget=2.0), one(saw=2.0)) == "it went another way than it should"


SECRET = "array([0.1, 0.2]) of torch.tensor(rng.normal())"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("NameError", "name 'npp' is not defined. Did you mean: 'np'?", "NameError: name 'npp' is not defined"),
        ("AttributeError", "'NoneType' object has no attribute 'sum'", None),
        ("TypeError", "walk() missing 1 required positional argument: 'seed'", None),
        ("TypeError", "unsupported operand type(s) for +: 'Tensor' and 'NoneType'", None),
        (
            "ValueError",
            "operands could not be broadcast together with shapes (3,) (4,) ",
            "ValueError: operands could not be broadcast together",
        ),
        (
            "NotBuilt",
            "`walk` is what you build in lesson 3 (it goes to m/engine.py). Do.",
            "NotBuilt: `walk` is what you build in lesson 3",
        ),
        ("ValueError", SECRET, "ValueError"),
        ("NameError", f"name '{SECRET}' is not defined", "NameError"),
        ("x" * 60, "", "an error of its own kind"),
    ],
)
def test_only_texts_that_hold_no_inputs_are_repeated(kind, text, expected):
    assert said(kind, text) == (expected or f"{kind}: {text}")


def test_texts_of_the_students_own_are_repeated():
    own = texts_in(['raise ValueError("the seed has "\n    "another shape")', "def broken("])
    assert said("ValueError", "the seed has another shape", own) == "ValueError: the seed has another shape"
    assert said("ValueError", "the seed has shape (3,)", own) == "ValueError"


def test_shortened_is_one_line_without_control_characters():
    assert shortened("a\n\x1b[31mb\u202ec" + "x" * 300) == "a [31mb c" + "x" * 190 + "…"
