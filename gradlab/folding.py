"""Repeated blocks of a graph as one node: "… 98 more like this …".

A loop leaves the same few ops again and again. In the order breadth first, where every block stands like the block
before it, such a stretch is a periodic one: each node looks like the node one period later. The first and the last
block stay; those between are folded. A node that the caller has named always stays.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace

import numpy as np

from gradlab.graph import Graph, GraphEdge, GraphNode

MANY = 40  # nodes that a graph may have before anything is folded
FEWEST = 4  # blocks alike that are worth folding: two stay
LONGEST = 64  # ops in a block
FAR = 2 * LONGEST  # an edge that long leads out of its block, to something that all blocks share
NEAR, OFTEN = 12, 3  # so does one to a node that is used more often than that, and not only nearby


def fold(graph: Graph, many: int = MANY) -> Graph:
    """`graph` with its repeated blocks folded, when it has more than `many` nodes; else `graph` itself.

    A folded stretch is a node of kind "fold": `name` says how many blocks it stands for, `arity` how many nodes.
    """
    return fold_with_places(graph, many).graph


@dataclass(frozen=True)
class Folded:
    """graph: the folded one. nodes: where each node went. edges: where each edge went, None for one inside a fold."""

    graph: Graph
    nodes: dict[int, int]
    edges: dict[int, int | None]


def fold_with_places(graph: Graph, many: int = MANY) -> Folded:
    """fold(), and what became of each node and each edge."""
    hidden: dict[int, int] = {}  # node -> which stretch it went into
    counts = []
    if len(graph.nodes) > many:
        order = breadth_first(graph)
        for start, period, blocks in stretches(signatures(graph, order)):
            for place in range(start + period, start + (blocks - 1) * period):
                hidden[order[place]] = len(counts)
            counts.append(blocks - 2)
    if not hidden:
        return Folded(graph, {n.id: n.id for n in graph.nodes}, {number: number for number in range(len(graph.edges))})
    return _without(graph, hidden, counts)


def breadth_first(graph: Graph) -> list[int]:
    """All nodes, each after everything that uses it, near the result first."""
    waiting = [0] * len(graph.nodes)
    inputs: list[list[int]] = [[] for _ in graph.nodes]
    for edge in graph.edges:
        waiting[edge.target] += 1
        inputs[edge.source].append(edge.target)
    order, ready = [], deque([0])
    while ready:
        place = ready.popleft()
        order.append(place)
        for target in inputs[place]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return order


def signatures(graph: Graph, order: list[int]) -> np.ndarray:
    """A number for each place in `order`: equal for nodes that look alike and whose edges lead equally far."""
    at = {node: place for place, node in enumerate(order)}
    edges: list[list[GraphEdge]] = [[] for _ in graph.nodes]
    users: dict[int, list[int]] = {}
    for edge in graph.edges:
        edges[edge.source].append(edge)
        users.setdefault(edge.target, []).append(at[edge.source])
    # Users come in the order of `graph`, not of `order`.
    shared = {
        node
        for node, places in users.items()
        if at[node] - min(places) > FAR or (len(places) > OFTEN and max(places) - min(places) > NEAR)
    }
    numbers: dict[tuple, int] = {}
    result = []
    for node in (graph.nodes[place] for place in order):
        own = node.label or (node.id if node.id in shared or node.kind == "result" else "")
        to = tuple(
            (edge.slot, edge.output, -1 - edge.target if edge.target in shared else at[edge.target] - at[edge.source])
            for edge in edges[node.id]
        )
        key = (own, node.kind, node.name, node.shape, node.freed, to)
        result.append(numbers.setdefault(key, len(numbers)))
    return np.array(result)


def stretches(numbers: np.ndarray) -> list[tuple[int, int, int]]:
    """(start, period, blocks) of the periodic stretches, none overlapping, the longest of each beginning."""
    length = len(numbers)
    best = np.zeros(length, int)  # nodes that a stretch from here would hide
    period_of = np.zeros(length, int)
    for period in range(1, min(LONGEST, length // FEWEST) + 1):
        alike = numbers[:-period] == numbers[period:]
        # How many nodes in a row are alike from here on: distance to the next that is not.
        ends = np.where(alike, len(alike), np.arange(len(alike)))
        run = np.minimum.accumulate(ends[::-1])[::-1] - np.arange(len(alike))
        blocks = run // period + 1
        hides = np.where(blocks >= FEWEST, (blocks - 2) * period, 0)
        better = hides > best[: len(alike)]
        best[: len(alike)][better] = hides[better]
        period_of[: len(alike)][better] = period
    found, place = [], 0
    while place < length:
        # A stretch may begin a little later and hide more: look one period ahead.
        if best[place]:
            ahead = best[place : place + period_of[place]]
            place += int(np.argmax(ahead))
            period = int(period_of[place])
            blocks = int(best[place]) // period + 2
            found.append((place, period, blocks))
            place += blocks * period
        else:
            place += 1
    return found


def _without(graph: Graph, hidden: dict[int, int], counts: list[int]) -> Folded:
    """The graph with the nodes of each stretch replaced by one. Ids are places again."""
    sizes = Counter(hidden.values())
    new_id: dict[int, int] = {}
    fold_id: dict[int, int] = {}
    nodes: list[GraphNode] = []
    for node in graph.nodes:
        number = hidden.get(node.id)
        if number is None:
            new_id[node.id] = len(nodes)
            nodes.append(replace(node, id=len(nodes)))
        elif number in fold_id:
            new_id[node.id] = fold_id[number]
        else:
            new_id[node.id] = fold_id[number] = len(nodes)
            name = f"… {counts[number]:,} more like this …"
            nodes.append(GraphNode(len(nodes), "fold", name, arity=sizes[number]))
    folds, edges = set(fold_id.values()), []
    seen: dict[tuple[int, int], int] = {}  # one edge between a fold and another node stands for all
    went: dict[int, int | None] = {}
    for number, edge in enumerate(graph.edges):
        road = source, target = new_id[edge.source], new_id[edge.target]
        if source == target and source in folds:
            went[number] = None
        elif road in seen:
            went[number] = seen[road]
        else:
            went[number] = len(edges)
            if source in folds or target in folds:
                seen[road] = len(edges)
                edges.append(GraphEdge(source, target))
            else:
                edges.append(replace(edge, source=source, target=target))
    return Folded(Graph(tuple(nodes), tuple(edges)), new_id, went)
