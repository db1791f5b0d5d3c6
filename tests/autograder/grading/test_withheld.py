"""The words of a check stay, the values do not: in them could stand whatever the student's code has found."""

import pytest

from autograder.withheld import withheld

CHECK = """
got = infer_shape(shape, size)
assert got == wanted, f"infer_shape({shape}, {size}) is {got}, not {wanted}"
assert got, "nothing came back"
assert infer_shape(()) == ()
"""
OWN = "def infer_shape(shape, size):\n    return shape[size]"
TEXTS = ("Mine", "my own words")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("infer_shape((3, -1), 12) is SECRET, not (3, 4)", "infer_shape(…, …) is …, not …"),
        ("infer_shape((3, -1), 12) is , not , not (3, 4)", "infer_shape(…, …) is …, not …"),
        ("nothing came back", "nothing came back"),
        ("nothing came back: SECRET", ""),
        ("SECRET", ""),
        ("This does not hold: assert infer_shape(()) == ()", "This does not hold: assert infer_shape(()) == ()"),
        ("This does not hold: SECRET", ""),
        ("`sum` is not written yet: SECRET", "`sum` is not written yet"),
        ("ValueError: SECRET", "ValueError"),
        ("ValueError: my own words", "ValueError: my own words"),
        ("SECRET: my own words", "an error of its own kind: my own words"),
        ("Mine: SECRET", "Mine"),
        (
            "IndexError: tuple index out of range (in `infer_shape`, mytorch/shapes.py, line 2: return shape[size])",
            "IndexError: tuple index out of range (in `infer_shape`, mytorch/shapes.py, line 2: return shape[size])",
        ),
        ("IndexError: SECRET (in `sum`, mytorch/shapes.py, line 9: SECRET)", "IndexError"),
        ("The code ends Python (in the check: SECRET). Take that call out.", ""),
    ],
)
def test_what_is_shown(message, shown):
    assert withheld(message, [CHECK], OWN, TEXTS) == shown


def test_odd_cells_and_long_messages():
    assert withheld("x" * 10_000, ["def broken(", "(" * 5_000, CHECK], OWN, TEXTS) == ""
    assert withheld("infer_shape(" * 100_000, [CHECK], OWN, TEXTS) == ""
