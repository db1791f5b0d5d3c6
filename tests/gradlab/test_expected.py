"""What a check expects of a recorded graph: described in a line, compared, and told when it is another."""

from __future__ import annotations

import pytest

from gradlab.errors import GradlabError
from gradlab.expected import compared, expect_graph
from gradlab.graph import trace
from gradlab.graph_words import graph_of, words_of


@pytest.fixture
def leaves(torch):
    return {"x": torch.tensor(3.0, requires_grad=True), "w": torch.tensor(2.0, requires_grad=True)}


PROGRAMS = {
    "Mul(x, Add(x, _))": lambda x, w: x * (x + 1),
    "Mul(x, x)": lambda x, w: x * x,
    "h1 = Exp(x); Mul(h1, Add(h1, w))": lambda x, w: (h := x.exp()) * (h + w),
    "Mul(_, x)": lambda x, w: 2 * x,
    "Mean(Mul(x, w))": lambda x, w: (x * w).mean(),
    "x": lambda x, w: x,
    "_": lambda x, w: x.detach() * 2,
}


@pytest.mark.parametrize("words", PROGRAMS)
def test_as_described(leaves, words):
    tensor = PROGRAMS[words](**leaves)
    expect_graph(tensor, words, **leaves)
    if words != "_":
        assert words_of(trace(tensor, leaves)) == words


def test_the_description_is_a_graph_like_any_other(leaves):
    words = "h1 = Exp(x); Mul(h1, Add(h1, w))"
    made, traced = graph_of(words), trace(PROGRAMS[words](**leaves), leaves)
    assert words_of(made) == words and made.nodes[0].kind == "result"
    assert all(edge.source < edge.target for edge in made.edges) and len(made.edges) == len(traced.edges)
    assert sorted(node.kind for node in made.nodes) == sorted(node.kind for node in traced.nodes)


WRONG = {
    "detached": (lambda x, w: x * (x.detach() + 1), "Mul(x, Add(x, _))", "Detached: no gradient goes from Mul to Add"),
    "nothing": (lambda x, w: x.detach() * 2, "Mul(x, _)", "Missing: the edge from the result to Mul."),
    "another op": (lambda x, w: x + w, "Sub(x, w)", "Where Sub belongs, yours has Add."),
    "too much": (lambda x, w: (x * w).exp(), "Mul(x, w)", "Extra: Exp between the result and Mul."),
    "a copy of the leaf": (
        lambda x, w: x.detach().requires_grad_() * w,
        "Mul(x, w)",
        "Extra: the edge from Mul to another leaf, its input 0.",
    ),
    "twice": (lambda x, w: x.exp() * x.exp(), "h = Exp(x); Mul(h, h)", "Extra: the edge from Mul to Exp, its input 1."),
    "swapped": (lambda x, w: w + x, "Add(x, w)", "Extra: the edge from Add to w, its input 0."),
    "recorded too much": (lambda x, w: x * x, "_", "Extra: the edge from the result to Mul."),
}


@pytest.mark.parametrize("kind", WRONG)
def test_another_graph(leaves, kind):
    program, words, said = WRONG[kind]
    tensor = program(**leaves)
    with pytest.raises(AssertionError) as error:
        expect_graph(tensor, words, **leaves)
    message = str(error.value)
    assert message.startswith("the recorded graph is not the expected one. ") and said in message
    assert f"\nexpected: {words}\nrecorded: " in message
    dot = compared(tensor, words, leaves).dot
    assert 'label="expected"' in dot and ("penwidth=2.6" in dot or "penwidth=4" in dot)


def test_leaves_that_are_not_given_may_be_any(leaves):
    expect_graph(leaves["x"] * 3 + leaves["w"], "Add(Mul(something, _), w)", w=leaves["w"])


def test_half_written_nodes(leaves):
    y = leaves["x"] * 2
    y.grad_fn.next = [7]
    with pytest.raises(AssertionError, match=r"the recorded graph cannot be read \(.*\); expected: Mul\(x, _\)"):
        expect_graph(y, "Mul(x, _)", x=leaves["x"])


@pytest.mark.parametrize("words", ["", "x + 1", "Mul(x", "a = 3", "for i in x: pass", "Mul(x, y=2)", "a.b = x; x"])
def test_what_describes_no_graph(words):
    with pytest.raises(GradlabError, match=r'(?s)write something such as "Mul\(x, Add\(x, _\)\)"'):
        graph_of(words)


def test_in_a_notebook_both_are_drawn(leaves, monkeypatch):
    """What a student sees above the message: the picture, and no frame of ours in the traceback."""
    from IPython.core.interactiveshell import InteractiveShell

    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.setattr("IPython.get_ipython", lambda: InteractiveShell.__new__(InteractiveShell))
    with pytest.raises(AssertionError):
        expect_graph(leaves["x"] * 2, "Mul(x, x)", x=leaves["x"])
    (diff,) = shown
    assert "text/html" in diff._repr_mimebundle_() and "Your graph and the expected one differ" in diff.alt
    expect_graph(leaves["x"] * 2, "Mul(x, _)", x=leaves["x"])
    assert len(shown) == 1
