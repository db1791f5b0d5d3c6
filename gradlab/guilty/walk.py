"""The walk back, edge by edge, by the rules that were recorded. The engine's own walk is not asked: it may be at fault.

When a leaf has another gradient than these rules give it, edges are left out, or counted twice, until it comes to that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

_TRIED = 40  # walks to find what was lost


@dataclass
class Road:
    """A graph to walk back through. order: its nodes, the root first. edges: {(place, slot): number of the edge}."""

    order: list
    inputs: list[tuple]
    edges: dict[tuple[int, int], int]
    seed: np.ndarray
    sent: dict[int, np.ndarray] = field(default_factory=dict)
    raised: dict[int, str] = field(default_factory=dict)

    def walk(self, lost: Collection[int] = (), twice: Collection[int] = (), most: int = 10**6) -> dict[int, np.ndarray]:
        """{place of a leaf: what arrives}, without the edges `lost`, and with those in `twice` counted twice.

        `sent` and `raised` are of the last walk. most: nodes to visit.
        """
        self.sent, self.raised = {}, {}
        places = {id(node): place for place, node in enumerate(self.order)}
        waiting: dict[int, np.ndarray] = {0: np.array(self.seed)}
        arrived = {}
        for place, node in enumerate(self.order[:most]):
            grad = waiting.pop(place, None)
            if grad is None:
                continue
            if not self.inputs[place]:
                arrived[place] = grad
                continue
            for slot, share in self._shares(place, node, grad):
                edge, target = self.edges[place, slot], places[id(self.inputs[place][slot][0])]
                self.sent[edge] = share
                if edge not in lost:
                    share = 2 * share if edge in twice else share
                    waiting[target] = waiting[target] + share if target in waiting else share
        return arrived

    def _shares(self, place: int, node, grad: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """What the rule of a node sends to its inputs, each in the shape that the input has."""
        try:
            shares = node.visit(np.array(grad))
            for slot, (target, _) in enumerate(self.inputs[place]):
                if target is not None and shares[slot] is not None:
                    share = np.array(getattr(shares[slot], "array", shares[slot]), dtype=np.float64)
                    yield slot, unstretched(share, tuple(target.shape))
        except Exception as error:
            self.raised[place] = type(error).__name__

    def guesses(self) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """(lost, twice) to try, the fewest edges first: one edge; two; of those that meet in a node, or in every node
        where some meet, all but the first or all but the last."""
        numbers = sorted(self.edges.values())
        meeting: dict[int, list[int]] = {}
        for (place, slot), number in sorted(self.edges.items()):
            meeting.setdefault(id(self.inputs[place][slot][0]), []).append(number)
        groups = [several for several in meeting.values() if len(several) > 1]
        lost = [(number,) for number in numbers]
        lost += combinations(numbers, 2) if len(numbers) <= 8 else ()
        for part in (slice(1, None), slice(None, -1)):
            lost += [tuple(several[part]) for several in groups]
            lost.append(tuple(sorted(number for several in groups for number in several[part])))
        found = dict.fromkeys([(each, ()) for each in lost if each] + [((), (number,)) for number in numbers])
        return sorted(found, key=lambda guess: sum(map(len, guess)))[:_TRIED]

    def outcomes(self) -> list[tuple]:
        """(lost, twice, what then arrives) for each guess. To be asked before a walk: that may free what rules need."""
        found = [(*guess, self.walk(*guess)) for guess in self.guesses()]
        self.walk()
        return found

    def explained(self, outcomes: list[tuple], got: dict[int, np.ndarray]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """(lost, twice) that lead to these gradients of the leaves; two empty tuples when nothing does, or several."""
        found = [guess for *guess, arrives in outcomes if same(arrives, got)]
        fewest = min((sum(map(len, guess)) for guess in found), default=0)
        found = [guess for guess in found if sum(map(len, guess)) == fewest]
        ends = {number: (place, id(self.inputs[place][slot][0])) for (place, slot), number in self.edges.items()}
        told = {tuple(tuple(ends[edge] for edge in edges) for edges in guess) for guess in found}
        return tuple(found[0]) if len(told) == 1 else ((), ())  # of two edges between the same nodes, any will do


def same(one: dict[int, np.ndarray], other: dict[int, np.ndarray]) -> bool:
    """Whether the same arrives at every leaf; nothing is as good as 0."""
    for place in one.keys() | other.keys():
        a, b = one.get(place, np.zeros(())), other.get(place, np.zeros(()))
        if np.shape(a) != np.shape(b):
            if np.any(a) or np.any(b):
                return False
        elif not np.allclose(a, b, rtol=1e-4, atol=1e-6):
            return False
    return True


def unstretched(share: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`share` summed to `shape`, where broadcasting has stretched it; as it is where it fits in no way."""
    if share.shape == shape:
        return share
    extra = share.ndim - len(shape)
    if extra < 0:
        return share
    summed = share.sum(axis=tuple(range(extra)))
    stretched = tuple(dim for dim, size in enumerate(shape) if size == 1 and summed.shape[dim] != 1)
    summed = summed.sum(axis=stretched, keepdims=True) if stretched else summed
    return summed if summed.shape == shape else share
