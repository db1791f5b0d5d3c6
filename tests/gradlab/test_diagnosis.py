"""What a check sees, the smallest program, and sentences that only their own mistake opens."""

import pytest

from gradlab.sealed import open_one, seal
from gradlab.shown import failing_programs
from gradlab.slices import program_of, wider_programs
from gradlab.witness import read_report, witnessed

CHECK = """\
a = f(2)
assert a == 4, f"f(2) is {a}, not 4"
b = [f(n) for n in range(3)]
for n in b:
    assert n >= 0
c = f(10)
c = c + 1
assert np.allclose(c, 21), "no"
"""


def report(f, check=CHECK):
    import numpy as np

    try:
        exec(compile(witnessed(check), "<check>", "exec"), {"f": f, "np": np})
    except AssertionError as error:
        return read_report(str(error))


def test_all_asserts_are_looked_at():
    assert report(lambda x: 2 * x) is None
    found = report(lambda x: x - 1)
    assert [(each.number, each.got, each.wanted) for each in found.failed] == [
        (0, "1", "4"),
        (1, "", ""),
        (2, "10", "21"),
    ]
    assert found.failed[0].message == "f(2) is 1, not 4" and len(found.events) == 3


def test_the_same_mistake_gives_the_same_events_and_another_does_not():
    one, same, other = (report(f).events for f in (lambda x: x - 1, lambda x: -1 + x, lambda x: x - 2))
    assert one == same and set(one) != set(other)


def test_a_check_that_breaks_off_says_where():
    found = report(lambda x: None if x == 10 else 2 * x)
    assert len(found.events) == 1 and found.failed[0].number == 2 and "TypeError" in found.failed[0].message


@pytest.mark.parametrize("message", ["", "no", "[]", '{"events": 1}', '{"events": [], "failed": [[1]]}', "null"])
def test_a_message_that_is_no_report(message):
    assert read_report(message) is None


def test_the_smallest_program_is_what_the_assert_depends_on():
    assert program_of(CHECK, 0) == "a = f(2)\nassert a == 4"
    assert program_of(CHECK, 1) == "b = [f(n) for n in range(3)]\nfor n in b:\n    assert n >= 0"
    assert program_of(CHECK, 2) == "c = f(10)\nc = c + 1\nassert np.allclose(c, 21)"
    assert program_of(CHECK, 3) == ""
    programs = failing_programs({"f-check": CHECK}, {"f-check": report(lambda x: x - 1)})
    assert [(each.got, each.wanted, each.check) for each in programs] == [
        ("1", "4", "f-check"),
        ("10", "21", "f-check"),
    ]
    assert programs[0].program == "a = f(2)\nassert a == 4"


def test_a_statement_that_changes_a_value_belongs_to_it():
    check = "x = leaf(3)\ny = x * x\ny.backward()\nz = leaf(1)\nassert x.grad == 6"
    assert program_of(check, 0) == "x = leaf(3)\ny = x * x\ny.backward()\nassert x.grad == 6"


def test_only_the_mistake_itself_opens_its_sentence():
    entries = [seal(["a 1+", "a 2"], {"because": "one"}), seal(["a 3", "b 4"], {"because": "two"}), seal(["a 5+"], {})]
    assert "one" not in str(entries)
    assert open_one(entries, ["a 2", "a 1+"]) == {"because": "one"}
    assert open_one(entries, ["a 3", "b 4"]) == {"because": "two"}
    assert open_one(entries, ["a 1+"]) is None and open_one(entries, []) is None
    assert open_one(entries, ["a 1+", "a 2", "c 6"]) == {"because": "one"}  # and another mistake beside it
    assert open_one(entries, ["a 3", "b 4", "c 6"]) is None  # no numbers prove it
    assert open_one([*entries, seal(["a 1+", "a 2"], {"because": "twin"})], ["a 1+", "a 2"]) is None


def test_what_a_function_writes_to_belongs_to_it_though_it_is_bound_later():
    check = "def op(x):\n    calls.append(x)\ncalls = []\nother = 1\nop(3)\nassert calls == [4]"
    assert program_of(check, 0) == check.replace("other = 1\n", "")


def test_wider_programs_take_along_what_no_name_connects():
    check = "a = 1\nwith off():\n    pass\nb = 2\nassert enabled()"
    assert program_of(check, 0) == "assert enabled()"
    assert wider_programs(check, 0) == [
        "b = 2\nassert enabled()",
        "with off():\n    pass\nb = 2\nassert enabled()",
        check,
    ]
    assert wider_programs("assert enabled()", 0) == ["assert enabled()"]
