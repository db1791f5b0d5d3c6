"""What a lesson's check says about a recorded graph.

    x = mytorch.tensor(3.0, requires_grad=True)
    expect_graph(x * (x + 1), "Mul(x, Add(x, _))", x=x)

A graph that is as described passes in silence. Any other fails the check; in a notebook both are drawn side by side,
with what is missing, extra, doubled and detached. What is expected stands in the check: no reference is needed.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from gradlab.diff import GraphDiff
from gradlab.dot import Look
from gradlab.graph import Graph, trace
from gradlab.graph_words import graph_of, words_of

STRANGER = "another leaf"


def expect_graph(tensor, words: str, /, **leaves) -> None:
    """Raise AssertionError unless the graph of `tensor` is the one that `words` describe (see gradlab.graph_words).

    leaves: the tensors that the leaves in `words` stand for; a leaf in `words` that is not given may be any.
    """
    __tracebackhide__ = True  # the check is what failed, and IPython shows that
    try:
        diff = compared(tensor, words, leaves)
    except (AttributeError, TypeError, ValueError) as error:  # half-written nodes
        raise AssertionError(f"the recorded graph cannot be read ({error}); expected: {words}") from None
    if diff.same:
        return
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from IPython.display import display

        display(diff)
    yours = words_of(diff.yours)
    raise AssertionError(
        f"the recorded graph is not the expected one. {diff.text()}\nexpected: {words}"
        + (f"\nrecorded: {yours}" if yours else "")
    )


def compared(tensor, words: str, leaves: dict) -> GraphDiff:
    """The graph of `tensor` beside the one that `words` describe."""
    yours, expected = trace(tensor, leaves), graph_of(words)
    known = [
        replace(node, label=STRANGER) if node.kind == "leaf" and not node.label and node.id else node
        for node in yours.nodes
    ]
    known[0] = replace(known[0], label=known[0].label or "the result")
    # A leaf that was not given may be any; the result is drawn as yours is.
    wanted = [replace(n, label=n.label if n.label in leaves else "") for n in expected.nodes]
    wanted[0] = replace(wanted[0], label=known[0].label, shape=known[0].shape, name=known[0].name)
    look = Look(detail="brief", max_nodes=10**6)
    return GraphDiff(Graph(tuple(known), yours.edges), Graph(tuple(wanted), expected.edges), look, "expected")
