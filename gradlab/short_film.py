"""A walk over a long graph, cut to a movie's length: repeated blocks are passed in one step, as drawings fold them."""

from __future__ import annotations

from dataclasses import replace

from gradlab.errors import GradlabError
from gradlab.folding import Folded, fold_with_places
from gradlab.graph import Graph
from gradlab.slow_walk import Contribution, Step


def shortened(graph: Graph, steps: list[Step], max_nodes: int) -> tuple[Graph, list[Step]]:
    """The graph and the steps, both folded when there are more than `max_nodes` nodes.

    Raises GradlabError for a graph that is still larger then.
    """
    if len(graph.nodes) <= max_nodes:
        return graph, steps
    folded = fold_with_places(graph)
    nodes = len(folded.graph.nodes)
    if nodes > max_nodes:
        raise GradlabError(
            f"this graph has {nodes:,} nodes, repeated blocks folded, and a movie has at most {max_nodes:,}. Make it "
            f"smaller (fewer steps, fewer layers), allow more: backward_movie(…, max_nodes={nodes}), or draw it: "
            "draw(loss)."
        )
    cut: list[Step] = []
    for step in steps:
        step = _moved(step, folded)
        if cut and step.kind == "fold" and step.node == cut[-1].node:
            step = _joined(cut.pop(), step)
        cut.append(step)
    return folded.graph, cut


def _moved(step: Step, folded: Folded) -> Step:
    """The step in the folded graph."""
    place = folded.nodes[step.node]
    node = folded.graph.nodes[place]
    sent = tuple(
        replace(each, edge=edge, target=folded.nodes[each.target])
        for each in step.contributions
        if (edge := folded.edges.get(each.edge, -1)) is not None
    )
    waiting = tuple((folded.nodes[at], value) for at, value in step.waiting)
    # What waits further on in the blocks that are being passed is not told.
    waiting = tuple((at, value) for at, value in waiting if at != place or node.kind != "fold")
    step = replace(step, node=place, contributions=sent, waiting=waiting)
    if node.kind != "fold":
        return step
    return replace(step, kind="fold", name=node.name, rule="", freed=(), line="", before="", after="", hooked="")


def _joined(first: Step, second: Step) -> Step:
    """Two steps through one fold as one: what arrived first, what was sent last along each edge."""
    sent: dict[int, Contribution] = {}
    for each in (*first.contributions, *second.contributions):
        before = sent[each.edge].before if each.edge in sent else each.before
        sent[each.edge] = replace(each, before=before)
    return replace(second, arrives=first.arrives, contributions=tuple(sent.values()))
