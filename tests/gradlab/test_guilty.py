"""Where the graph of a failing program first parts from what is expected: which edge, in which words and colour."""

from __future__ import annotations

import json

import pytest

from gradlab.guilty.parting import comparable, first_parting
from gradlab.guilty.program import digest_of, may_record, spells_out, watched
from gradlab.guilty.record import LONGEST, read, write
from gradlab.render import has_dot, svg_of

WALK = """\
x = torch.tensor(2.0, requires_grad=True)
h = x * x
(h * (h + x)).backward()
assert x.grad.item() == 44
"""
TWICE = """\
a = torch.tensor([1.0, 2.0], requires_grad=True)
(a * 3).sum().backward()
(a * 10).sum().backward()
assert a.grad.tolist() == [13, 13]
"""
VISIT = """\
x = torch.tensor([2.0, 3.0], requires_grad=True)
grads = (x * 5.0).grad_fn.visit(np.ones(2))
assert grads[0][0] == 5
"""
NAMED = "x = torch.tensor(2.0, requires_grad=True)\ny = x * 3\ncut = y.detach()\nassert not cut.requires_grad"


def seen(torch, program):
    import numpy as np

    try:
        exec(compile(watched(program), "<program>", "exec"), {"torch": torch, "np": np})
    except AssertionError as error:
        assert len(str(error)) <= LONGEST
        return read(str(error))
    raise AssertionError("a watched program ends with its record")


def part(torch, program, breaks):
    expected = comparable(seen(torch, program), program)
    breaks()
    return first_parting(seen(torch, program), expected)


def test_a_right_engine_parts_nowhere(torch):
    for program in (WALK, TWICE, VISIT, NAMED):
        assert may_record(program) and part(torch, program, lambda: None) is None


def test_a_result_with_a_dim_too_many(torch, monkeypatch):
    program = "x = torch.tensor([1.0, 2.0], requires_grad=True)\ny = x * 3\nassert y.shape == (2,)"
    longer = staticmethod(lambda ctx, x, y: (x * y)[None])
    found = part(torch, program, lambda: monkeypatch.setattr(torch.arithmetic.Mul, "forward", longer))
    assert found.text == "The graph is right, but `y` has shape (1, 2), and (2,) is expected."
    assert "shape (1, 2), not (2,)" in found.dot


def test_an_edge_that_gets_lost(torch, monkeypatch):
    """The walk of a student who visits h before the sum has sent its share: x.grad is 28."""

    def early(self, *args):
        self.grad_fn.next_functions[0][0].next_functions[0][0].variable.grad = torch.tensor(28.0)

    parting = part(torch, WALK, lambda: monkeypatch.setattr(torch.Tensor, "backward", early))
    assert parting.kind == "sum"
    assert parting.text == (
        "Every rule sends what it should, but the 4 that Add sends to Mul (h) gets lost: "
        "x.grad is 28, and 44 is expected."
    )
    assert 'style=dashed, penwidth=3, label=" 4: lost "' in parting.dot and parting.dot.count("penwidth=3") == 1
    assert parting.text in parting.alt and "1 leaf (x), 3 ops" in parting.alt


def test_the_gradient_of_before_is_gone(torch, monkeypatch):
    right = torch.Tensor.backward

    def overwriting(self, *args):
        leaf = self.grad_fn.next_functions[0][0].next_functions[0][0].variable
        leaf.grad = None
        right(self, *args)

    parting = part(torch, TWICE, lambda: monkeypatch.setattr(torch.Tensor, "backward", overwriting))
    assert parting.kind == "leaf" and "the gradient that it had before is gone: a.grad is [10, 10]" in parting.text


def test_what_counts_twice(torch, monkeypatch):
    right = torch.Tensor.backward

    def doubling(self, *args):
        right(self, *args)
        leaf = self.grad_fn.next_functions[0][0].variable
        leaf.grad = leaf.grad.detach() * 2

    program = "w = torch.tensor(2.0, requires_grad=True)\n(w * 3).backward()\nassert w.grad.item() == 3"
    parting = part(torch, program, lambda: monkeypatch.setattr(torch.Tensor, "backward", doubling))
    assert "the 3 that Mul sends to w counts twice: w.grad is 6, and 3 is expected." in parting.text
    assert 'label=" 3: twice "' in parting.dot


@pytest.mark.parametrize("program", [VISIT, VISIT.replace(".grad_fn.visit(np.ones(2))", ".sum().backward()")])
def test_a_rule_that_sends_something_else(torch, monkeypatch, program):
    node = type((torch.tensor(1.0, requires_grad=True) * 2.0).grad_fn)

    def halved(ctx, grad):
        return grad * 2.5, None

    parting = part(torch, program, lambda: monkeypatch.setattr(node, "backward", staticmethod(halved)))
    assert parting.kind == "rule" and parting.text.startswith(
        "The graph is right, but the rule of Mul sends [2.5, 2.5] to x, where [5, 5] is expected."
    )
    assert "[2.5, 2.5], not [5, 5]" in parting.dot


def test_a_rule_that_raises(torch, monkeypatch):
    def fails(ctx, grad):
        raise KeyError("x")

    node = type((torch.tensor(1.0, requires_grad=True) * 2.0).grad_fn)
    parting = part(torch, WALK, lambda: monkeypatch.setattr(node, "backward", staticmethod(fails)))
    assert parting.text == "The graph is right, but on the way back the rule of Mul raises KeyError."


def test_another_graph(torch, monkeypatch):
    parting = part(torch, NAMED, lambda: monkeypatch.setattr(torch.Tensor, "detach", lambda self: self * 1))
    assert parting.kind == "graph" and parting.text == "`cut` should have no graph, but Mul, Mul are there."
    parting = part(torch, NAMED.replace("cut = y.detach()", "cut = y"), lambda: monkeypatch.undo())
    assert parting is None


def test_nothing_recorded(torch, monkeypatch):
    def off(self, other):
        return torch.tensor(self.item() * other)

    parting = part(torch, NAMED, lambda: monkeypatch.setattr(torch.Tensor, "__mul__", off))
    assert parting.text == "Nothing was recorded for `y`, and Mul is expected."


@pytest.mark.skipif(not has_dot(), reason="no Graphviz")
def test_the_picture_is_drawn(torch, monkeypatch):
    parting = part(torch, NAMED, lambda: monkeypatch.setattr(torch.Tensor, "detach", lambda self: self * 1))
    assert parting.alt.split(". ")[0] in svg_of(parting.dot, parting.alt)


def test_only_graphs_that_the_program_spells_out_are_compared():
    """A function that the program only calls may be an answer: its graph is nobody's to show, and not the only one."""
    assert spells_out("y = x * (x + 1)\nassert y.exp().mean() == 3", ["Mul", "Add", "Exp", "Mean"])
    assert spells_out("y = Square.apply(x)[0]", ["Square", "Select"])
    assert not spells_out("y = x * x", ["Mul", "Mul"])
    assert not spells_out("loss = nll_loss(x, t)", ["Neg", "Index"])


def test_a_program_is_known_by_what_it_does_not_by_its_asserts():
    assert digest_of(WALK) == digest_of(WALK.replace("== 44", "!= 4, 'no'"))
    assert digest_of(WALK) != digest_of(WALK.replace("h + x", "x + h"))


def test_large_graphs_are_left_out(torch):
    program = "x = torch.tensor(1.0, requires_grad=True)\ny = x\nfor _ in range(500):\n    y = y * 1\ny.backward()"
    assert seen(torch, program) == []


@pytest.mark.parametrize(
    "text",
    ["", "no", "1", "[1]", "[[]]", '[["end", "y", [], [], {}]]', '[["end", "y", [["x", 1, 2, 3, 4, 5]], [], {}]]',
     '[["end", "y", [["r", "T", "", "", 0, null]], [[0, 7, 0, null]], {}]]',
     '[["end", "y", [["r", "T", "", "", 0, [[2], "ab"]]], [], {}]]', "[" * 5000],
)  # fmt: skip
def test_what_is_no_record(text):
    assert read(text) is None


def test_a_record_survives_the_way(torch):
    several = seen(torch, WALK + TWICE.replace("a", "b", 1))
    assert read(write(several)) == several and json.loads(write(several))
