"""What was seen of a program, as plain data: graphs, and what went back along their edges.

It comes from the process of a student's code, so whatever reads it believes nothing that it cannot draw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from gradlab.few_words import numbers
from gradlab.graph import Graph, GraphEdge, GraphNode

LONGEST = 1400  # characters; what runs checks cuts messages not far above
MOST_NODES = 16  # of a graph that is drawn: in a larger one nobody finds an edge
_WHOLE = 12  # entries of an array that are told one by one
_KINDS = {"r": "result", "o": "op", "l": "leaf"}


class Numbers(NamedTuple):
    """An array. values: its entries; of one with many, the least, the largest, the mean and the first."""

    shape: tuple[int, ...]
    values: tuple[float, ...]

    def like(self, other: Numbers) -> bool:
        """Whether both are the same but for rounding."""
        if self.shape != other.shape or len(self.values) != len(other.values):
            return False
        return bool(np.allclose(self.values, other.values, rtol=1e-3, atol=1e-5, equal_nan=True))

    def __str__(self) -> str:
        if len(self.values) == math.prod(self.shape):
            return numbers(np.array(self.values).reshape(self.shape))
        return f"{self.shape}, {self.values[0]:.3g} to {self.values[1]:.3g}"


def numbers_of(array) -> Numbers:
    """The numbers of an array."""
    array = np.asarray(array, dtype=np.float64)
    flat = array.ravel()
    if flat.size > _WHOLE:
        flat = np.array([flat.min(), flat.max(), flat.mean(), flat[0]])
    return Numbers(array.shape, tuple(float(f"{value:.5g}") for value in flat.tolist()))


@dataclass(frozen=True)
class Seen:
    """One graph of a program.

    how: "backward", "visit", "expect" or "end", the call that it was seen at; of: the tensor, as the program says it.
    values: {node: what its tensor holds}, for those with a name. sent: {edge: what the rule sends along it, as its
    input gets it}. raised: {node: the error that its rule raises}. grads: {leaf: its .grad afterwards, or None}.
    lost, twice: edges without which, or with which twice, the walk would have led to these very gradients.
    over: leaves whose earlier gradient is gone.
    """

    how: str
    of: str
    graph: Graph
    values: dict[int, Numbers] = field(default_factory=dict)
    sent: dict[int, Numbers] = field(default_factory=dict)
    raised: dict[int, str] = field(default_factory=dict)
    grads: dict[str, Numbers | None] = field(default_factory=dict)
    lost: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    over: tuple[str, ...] = ()


def as_data(seen: Seen) -> list:
    """For JSON."""
    nodes = [[n.kind[0], n.name, n.label, n.op, n.arity, _plain(seen.values.get(n.id))] for n in seen.graph.nodes]
    edges = [[e.source, e.target, e.slot, _plain(seen.sent.get(place))] for place, e in enumerate(seen.graph.edges)]
    more = {
        "raised": [[node, text] for node, text in seen.raised.items()],
        "grads": {leaf: _plain(grad) for leaf, grad in seen.grads.items()},
        **{name: list(getattr(seen, name)) for name in ("lost", "twice", "over")},
    }
    return [seen.how, seen.of, nodes, edges, {name: value for name, value in more.items() if value}]


def from_data(data: list) -> Seen:
    """The other way. Raises ValueError, TypeError, KeyError or IndexError for what is no such data."""
    how, of, nodes, edges, more = data
    if not 0 < len(nodes) <= MOST_NODES:
        raise ValueError("no graph, or too large a one")
    graph_nodes, values = [], {}
    for place, (kind, name, label, op, arity, held) in enumerate(nodes):
        graph_nodes.append(GraphNode(place, _KINDS[kind], str(name), str(label), arity=int(arity), op=str(op)))
        if held is not None:
            values[place] = _read(held)
            graph_nodes[place] = replace(graph_nodes[place], shape=values[place].shape)
    graph_edges, sent = [], {}
    for place, (source, target, slot, share) in enumerate(edges):
        graph_edges.append(GraphEdge(_place(source, nodes), _place(target, nodes), int(slot)))
        if share is not None:
            sent[place] = _read(share)
    return Seen(
        *(str(how), str(of), Graph(tuple(graph_nodes), tuple(graph_edges)), values, sent),
        raised={_place(node, nodes): str(text) for node, text in more.get("raised", ())},
        grads={str(leaf): None if grad is None else _read(grad) for leaf, grad in more.get("grads", {}).items()},
        lost=tuple(_place(edge, edges) for edge in more.get("lost", ())),
        twice=tuple(_place(edge, edges) for edge in more.get("twice", ())),
        over=tuple(map(str, more.get("over", ()))),
    )


def write(several: Sequence[Seen]) -> str:
    """In a line that is not too long: what does not fit is left out, from the end."""
    while len(text := json.dumps([as_data(each) for each in several], ensure_ascii=False)) > LONGEST and several:
        several = several[:-1]
    return text


def read(text: str) -> list[Seen] | None:
    """What write() wrote, or None."""
    try:
        return [from_data(each) for each in json.loads(text)]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError):
        return None


def _plain(held: Numbers | None) -> list | None:
    return None if held is None else [list(held.shape), list(held.values)]


def _read(data: list) -> Numbers:
    shape, values = data
    return Numbers(tuple(map(int, shape)), tuple(map(float, values)))


def _place(number: int, several: list) -> int:
    if not 0 <= int(number) < len(several):
        raise ValueError("no such place")
    return int(number)
