"""Two graphs side by side: what is missing, extra, doubled, detached."""

from __future__ import annotations

import re

import pytest

from gradlab.diff import diff_graphs
from gradlab.errors import GradlabError
from gradlab.graph import trace


@pytest.fixture
def leaves(torch):
    return {"x": torch.tensor(3.0, requires_grad=True), "w": torch.tensor(2.0, requires_grad=True)}


def right(x, w):
    return ((x * w).exp() + x * x) * w


def test_the_same(leaves):
    diff = diff_graphs(right(**leaves), right(**leaves))
    assert diff.same and diff.text() == "Both graphs are the same: 5 ops, 9 edges."
    assert "cluster_yours" in diff.dot and "missing" not in diff.dot


WRONG = {
    "detached": (
        lambda x, w: ((x * w.detach()).exp() + x * x) * w,
        "Detached: no gradient goes from Mul to w, its input 1.",
    ),
    "missing op": (lambda x, w: (x * w + x * x) * w, "Missing: Exp between Add and Mul."),
    "extra op": (lambda x, w: ((x * w).exp().tanh() + x * x) * w, "Extra: Tanh between Add and Exp."),
    "another leaf": (
        lambda x, w: ((x * w).exp() + x * w) * w,
        "Extra: the edge from Mul to w, its input 1.\nMissing: the edge from Mul to x, its input 1.",
    ),
    "another op": (lambda x, w: ((x * w).exp() - x * x) * w, "Where Add belongs, yours has Sub."),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_in_words(leaves, kind):
    program, said = WRONG[kind]
    diff = diff_graphs(program(**leaves), right(**leaves), names=leaves)
    assert not diff.same and diff.text() == said and said.split("\n")[0] in diff.alt


def test_doubled(leaves, torch):
    yours = right(**leaves)
    first = yours.grad_fn.next_functions[0][0].next_functions[0][0]  # Exp, whose input is now recorded twice
    first.next = [*first.next, *first.next]
    diff = diff_graphs(yours, right(**leaves), names=leaves)
    assert diff.text() == "Doubled: the edge from Exp to Mul is there more than once."
    assert re.search(r'yours\d+ -> yours\d+ \[color="#8f3a8f".*style=bold.*label="doubled"\]', diff.dot)


def test_graphs_as_values_and_what_is_none(leaves):
    assert diff_graphs(trace(right(**leaves)), trace(right(**leaves))).same
    with pytest.raises(GradlabError, match="a graph hangs from a tensor"):
        diff_graphs(right(**leaves), 3)


def test_every_missing_edge_is_marked(leaves):
    dot = diff_graphs(leaves["x"] * leaves["w"], right(**leaves), names=leaves).dot
    assert dot.count('label="missing"') >= 3 and "style=dashed" in dot
