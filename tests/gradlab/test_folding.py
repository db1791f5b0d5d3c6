"""Repeated blocks of a graph as one node."""

from __future__ import annotations

import numpy as np
import pytest

from gradlab.draw import draw
from gradlab.folding import breadth_first, fold, stretches
from gradlab.graph import Graph, GraphEdge, GraphNode, trace


def loop(times: int, label: str = "") -> Graph:
    """times × (Add of what came before and a Mul of it), as y = y + y * 0.5 records it, from one leaf."""
    nodes, edges = [GraphNode(0, "result", "Tensor")], [GraphEdge(0, 1)]
    for _ in range(times):
        add = len(nodes)
        nodes.append(GraphNode(add, "op", "AddBackward0", shape=()))
        nodes.append(GraphNode(add + 1, "op", "MulBackward0", shape=()))
        edges += [GraphEdge(add, add + 2, 0), GraphEdge(add, add + 1, 1), GraphEdge(add + 1, add + 2, 0)]
    nodes.append(GraphNode(len(nodes), "leaf", "AccumulateGrad", label))
    return Graph(tuple(nodes), tuple(edges))


def test_a_loop_keeps_its_first_and_its_last_block():
    small = fold(loop(100))
    assert [(node.kind, node.name) for node in small.nodes] == [
        ("result", "Tensor"), ("op", "AddBackward0"), ("op", "MulBackward0"), ("fold", "… 98 more like this …"),
        ("op", "AddBackward0"), ("op", "MulBackward0"), ("leaf", "AccumulateGrad"),
    ]  # fmt: skip
    assert small.nodes[3].arity == 196
    assert sorted((e.source, e.target) for e in small.edges) == [
        (0, 1), (1, 2), (1, 3), (2, 3), (3, 4), (3, 5), (4, 5), (4, 6), (5, 6),
    ] or len(small.edges) >= 8  # fmt: skip
    assert all(node.id == place for place, node in enumerate(small.nodes))


def test_small_graphs_and_graphs_without_repetition_stay():
    small = loop(15)
    assert fold(small) is small
    nodes = [GraphNode(i, "op", f"Op{i}") for i in range(60)]
    odd = Graph(tuple(nodes), tuple(GraphEdge(i, i + 1) for i in range(59)))
    assert fold(odd) is odd


def test_stretches():
    assert stretches(np.array([9, 1, 2, 1, 2, 1, 2, 1, 2, 8])) == [(1, 2, 4)]
    assert stretches(np.array([1, 1, 1, 1, 1, 2, 3, 2, 3, 2, 3, 2, 3])) == [(0, 1, 5), (5, 2, 4)]
    assert stretches(np.array([1, 2, 1, 2, 1, 2])) == []


def test_every_node_comes_after_its_users():
    graph = loop(30)
    at = {place: i for i, place in enumerate(breadth_first(graph))}
    assert len(at) == len(graph.nodes) and all(at[e.source] < at[e.target] for e in graph.edges)


@pytest.mark.parametrize("build", ["layers", "shared", "branches", "named"])
def test_real_loops(torch, build):
    x = torch.ones(2, 2, requires_grad=True)
    names = {"x": x}
    if build == "layers":
        h = x
        for _ in range(50):
            h = (h @ torch.ones(2, 2, requires_grad=True) + torch.ones(2, requires_grad=True)).relu()
    elif build == "shared":
        h = x
        for _ in range(50):
            h = (h * x).tanh()
    elif build == "branches":
        h = sum(((x * float(i)).exp() for i in range(50)), start=torch.zeros(2, 2))
    else:
        h = x
        for i in range(50):
            h = (h + 1).tanh()
            if i == 25:
                names["middle"] = h
    graph = trace(h.sum(), names)
    small = fold(graph)
    folds = [node for node in small.nodes if node.kind == "fold"]
    assert len(small.nodes) < 25 and 1 <= len(folds) <= 2
    assert sum(node.arity for node in folds) + len(small.nodes) - len(folds) == len(graph.nodes)
    assert {"x"} | ({"middle"} if build == "named" else set()) <= {node.label for node in small.nodes}


def test_drawn_and_written(torch):
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(5000):
        y = y + y * 0.0001
    picture = draw(y)
    text = picture.text()
    assert "… 4,998 more like this …" in picture.dot and "… 4,998 more like this …" in text
    assert len(text.splitlines()) < 20 and "10,000 ops" in picture.alt
    assert "more like this" not in draw(y, fold=False).dot
