"""What a watched program calls while it runs: graphs are written down before a walk goes through them, and after.

It reads tensors by PyTorch's names and visits nodes, so it works through the grader's proxies as well.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gradlab.graph import Graph, consumers_first, trace
from gradlab.guilty.record import MOST_NODES, Seen, numbers_of, write
from gradlab.guilty.walk import Road, same
from gradlab.names_of_tensors import is_tensor

_MOST = 4  # graphs of one program


class Watch:
    """names: the variables that the program binds; its tensors are called by them."""

    def __init__(self, names: list[str]):
        self.names = names
        self.seen: list[Seen] = []
        self.known: list = []  # graphs that have been seen, by their nodes
        self.space: Mapping = {}
        self.kept: list = []  # nodes are known by their id(), so what stands for them must stay

    def backward(self, of: str, tensor, *args, **options):
        """`tensor.backward(…)`, watched."""
        seen, road = self._look("backward", of, tensor, args[0] if args else options.get("gradient"))
        if seen is None:
            return tensor.backward(*args, **options)
        leaves = {node.id: node.label for node in seen.graph.leaves if node.label}
        before = {name: _grad_of(self.space.get(name)) for name in leaves.values()}
        wanted, outcomes = (road.walk(), road.outcomes()) if road else ({}, [])
        try:
            return tensor.backward(*args, **options)
        finally:
            after = {name: _grad_of(self.space.get(name)) for name in leaves.values()}
            more = {"grads": {name: None if grad is None else numbers_of(grad) for name, grad in after.items()}}
            got = {place - 1: _arrived(before[name], after[name]) for place, name in leaves.items()}
            over = [name for place, name in leaves.items()
                    if _overwritten(before[name], after[name], wanted.get(place - 1))]  # fmt: skip
            if over:
                more["over"] = tuple(over)
            elif road and len(leaves) == len(seen.graph.leaves):
                got = {place: grad for place, grad in got.items() if grad is not None}
                if not same(wanted, got):
                    more["lost"], more["twice"] = road.explained(outcomes, got)
            self.seen[self.seen.index(seen)] = replace(seen, **more)

    def visit(self, of: str, tensor, grad):
        """`tensor.grad_fn.visit(grad)`, watched."""
        self._look("visit", of, tensor, grad)
        return tensor.grad_fn.visit(grad)

    def expect(self, of: str, tensor, *words, **leaves) -> None:
        """`expect_graph(tensor, …)`, without complaint."""
        self._look("expect", of, tensor)

    def failed(self, error: BaseException) -> None:
        """The program came to an end; what was seen until then is told."""

    def tell(self) -> None:
        """Raise the record, with the graphs of what is left in the program's variables."""
        self.space = sys._getframe(1).f_globals
        for name in self.names:
            tensor = self.space.get(name)
            if not is_tensor(tensor) or (tensor.grad_fn is None and tensor.requires_grad):
                continue
            if not any(tensor.grad_fn is node for graph in self.known for node in graph):
                self._look("end", name, tensor)
        raise AssertionError(write(self.seen))

    def _look(self, how: str, of: str, tensor, gradient=None) -> tuple[Seen | None, Road | None]:
        """Write down the graph of `tensor`, and what its rules send back. None where it cannot be read."""
        frame = sys._getframe(2)
        self.space = {**frame.f_globals, **frame.f_locals}
        if len(self.seen) >= _MOST or not is_tensor(tensor):
            return None, None
        try:
            named = {name: self.space[name] for name in self.names if is_tensor(self.space.get(name))}
            self.kept += [each.grad_fn for each in named.values()]
            if not _is_small(tensor):
                return None, None
            graph = trace(tensor, named)
            order = consumers_first(tensor.grad_fn) if len(graph.nodes) > 1 else []
        except Exception:  # half-written nodes
            return None, None
        self.known.append(order)
        road = _road(graph, order, tensor, gradient) if how in ("backward", "visit") else None
        if road is not None:
            road.walk(most=1 if how == "visit" else 10**6)
        values = {n.id: named[n.label] for n in graph.nodes if n.label in named}
        values |= {0: tensor}
        seen = Seen(how, of, graph, {place: held for place, t in values.items() if (held := _held(t))}, *_sent(road))
        self.seen.append(seen)
        return seen, road


def _is_small(tensor) -> bool:
    """Whether a graph has few enough nodes to be drawn, without a look at all of a large one."""
    found, todo = {}, [tensor.grad_fn]
    while todo and len(found) < MOST_NODES:
        node = todo.pop()
        if node is not None and id(node) not in found:
            found[id(node)] = node
            todo += [target for target, _ in node.next_functions]
    return len(found) < MOST_NODES


def _arrived(before: np.ndarray | None, after: np.ndarray | None) -> np.ndarray | None:
    """What has been added to a gradient."""
    return after if before is None or after is None or before.shape != after.shape else after - before


def _overwritten(before, after, wanted) -> bool:
    """Whether a leaf holds what has arrived now, and nothing of what it held before."""
    if before is None or after is None or wanted is None or not np.any(before) or after.shape != np.shape(wanted):
        return False
    return bool(np.allclose(after, wanted, rtol=1e-4, atol=1e-6))


def _road(graph: Graph, order: list, tensor, gradient) -> Road | None:
    """The road back; None where nobody can walk: nothing recorded, or no seed."""
    if not order or not all(hasattr(node, "visit") for node in order):
        return None
    shape = tuple(tensor.shape)
    try:
        seed = np.ones(shape) if gradient is None else np.asarray(getattr(gradient, "array", gradient))
        seed = seed.astype(np.float64)
    except (TypeError, ValueError):
        return None
    if gradient is None and seed.size != 1:
        return None
    edges = {(edge.source - 1, edge.slot): number for number, edge in enumerate(graph.edges) if edge.source}
    return Road(order, [tuple(node.next_functions) for node in order], edges, seed)


def _sent(road: Road | None) -> tuple[dict, dict]:
    if road is None:
        return {}, {}
    return (
        {edge: numbers_of(share) for edge, share in road.sent.items()},
        {place + 1: error for place, error in road.raised.items()},
    )


def _held(tensor):
    try:
        return numbers_of(tensor.tolist())
    except Exception:
        return None


def _grad_of(tensor) -> np.ndarray | None:
    try:
        return None if tensor is None or tensor.grad is None else np.array(tensor.grad.tolist(), dtype=np.float64)
    except Exception:
        return None
