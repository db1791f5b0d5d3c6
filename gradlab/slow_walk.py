"""Backward, one step at a time, written down: what arrives at each node, what it sends on, what is added up where.

It visits the nodes that were really recorded and runs their real rules, in the order of the engine's walk, but keeps
the sums to itself: no `.grad` is touched and nothing is freed. User hooks run, since they may change the gradient; what
`retain_grad()` put there does not. When it is over, the graph is as it was before.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from dataclasses import dataclass

import numpy as np

from gradlab.errors import GradlabError
from gradlab.few_words import named, numbers
from gradlab.graph import Graph, consumers_first, shape_text, trace
from gradlab.lines import line_of
from gradlab.walk_start import check_alive, newest_first, seed_of


@dataclass(frozen=True)
class Contribution:
    """What a rule sends along edge number `edge` to node `target`: before and after it is added to what waits there.

    stretched: the shape in which it left the rule, when broadcasting was undone on the way; else "".
    """

    edge: int
    target: int
    sent: str
    before: str
    after: str
    stretched: str = ""


@dataclass(frozen=True)
class Step:
    """kind: "seed", "op" or "leaf". node: its id in the graph. waiting: after this step, (node, gradient so far).

    rule: the line of the op's `backward` that ran. freed: what the engine's walk drops here. before, after: `.grad` of
    a leaf. hooked: what hooks made of the gradient, "" if they left it. line: the line of the forward pass.
    """

    kind: str
    node: int
    name: str
    arrives: str
    contributions: tuple[Contribution, ...] = ()
    rule: str = ""
    freed: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    hooked: str = ""
    waiting: tuple[tuple[int, str], ...] = ()
    line: str = ""


def slow_walk(loss, gradient=None, names=None, watch=None, max_nodes: int = 10**9) -> tuple[Graph, list[Step]]:
    """The graph of `loss` and the steps of a backward from it. Raises GradlabError where a backward could not start.

    gradient: what to start with, a tensor of the shape of `loss`; None means 1. watch: called with each node, the
    gradient that arrived and those that it sent, as arrays.
    """
    graph = trace(loss, names)
    seed = seed_of(loss, gradient, len(graph.nodes), max_nodes)
    ids = {id(node): place for place, node in enumerate(consumers_first(loss.grad_fn), start=1)}
    edges = {(edge.source, edge.slot): number for number, edge in enumerate(graph.edges) if edge.source}
    nodes = newest_first(loss.edge)
    check_alive(nodes)
    return graph, _Walk(graph, ids, edges, nodes, watch).run(loss.edge, seed)


class _Walk:
    def __init__(self, graph, ids, edges, nodes, watch):
        self.graph, self.ids, self.edges, self.nodes, self.watch = graph, ids, edges, nodes, watch

    def run(self, root, seed) -> list[Step]:
        from mytorch._lessons import later

        result = named(self.graph.nodes[0])
        self.sums = {root: seed}
        steps = [Step("seed", 0, result, numbers(seed), waiting=self.waiting())]
        try:
            with later("grad_mode", "set_grad_enabled")(False):
                for node in self.nodes:
                    if node in self.sums:
                        step = self.visit(node, self.sums.pop(node))
                        steps += [step] if step else []
        except RecursionError:
            raise GradlabError(
                "a hook of this graph starts a backward through the same graph, which runs the hook again, and so on "
                "for ever. Remove that hook (handle.remove()) and look again."
            ) from None
        return steps

    def visit(self, node, grad) -> Step | None:
        place = self.id_of(node)
        name = named(self.graph.nodes[place])
        arrived, grad = grad, _hooked(node, grad)
        arrives, hooked = numbers(arrived), "" if grad is arrived else numbers(grad)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            if self.watch:
                self.watch(node, grad, ())
            before = None if leaf.grad is None else np.array(leaf.grad.array)
            after = numbers(grad if before is None else before + grad)
            return Step(
                "leaf", place, name, arrives, before=numbers(before), after=after, hooked=hooked, waiting=self.waiting()
            )
        op = node.as_edge()[0]
        if op is not node:  # one of several results: it only hands its gradient to the op
            self.hand_over(node, op, grad)
            return None
        try:
            grads, rule = _run_rule(node, grad)
        except (RecursionError, NotImplementedError):
            raise
        except Exception as error:
            raise GradlabError(f"the rule of {name} fails: {type(error).__name__}: {error}") from error
        if self.watch:
            self.watch(node, grad, grads)
        sent = self.send(node, place, name, grads)
        freed = tuple(
            f"{saved.label or saved.what or 'a value'} {saved.value or shape_text(saved.shape)}"
            for saved in self.graph.nodes[place].saved
        )
        return Step(
            "op", place, name, arrives, sent, rule, freed, hooked=hooked, waiting=self.waiting(), line=line_of(node)
        )

    def send(self, node, place, name, grads) -> tuple[Contribution, ...]:
        sent = []
        roads = [(slot, to) for slot, to in enumerate(node.next[: len(grads)]) if to is not None]
        for slot, target in roads:
            if grads[slot] is None:
                continue
            share = _fitted(grads[slot], target.shape, f"the rule of {name} gives input {slot}")
            before = self.sums.get(target)
            self.sums[target] = share if before is None else before + share
            left = "" if share is grads[slot] else shape_text(grads[slot].shape)
            edge, now = self.edges.get((place, slot), -1), self.sums[target]
            sent.append(Contribution(edge, self.id_of(target), numbers(share), numbers(before), numbers(now), left))
        return tuple(sent)

    def hand_over(self, result, op, grad) -> None:
        """To an op with several results, the gradient of one of them; it collects them in its own `pending`."""
        try:
            op.pending = self.sums.get(op)
            result.visit(grad)
            self.sums[op] = op.pending
        finally:
            op.pending = None

    def id_of(self, node) -> int:
        return self.ids[id(node.as_edge()[0])]

    def waiting(self) -> tuple[tuple[int, str], ...]:
        """What has arrived and not been visited; few at any time, in the order of the nodes."""
        waiting = {self.id_of(node): numbers(self.sums[node]) for node in self.nodes if node in self.sums}
        return tuple(waiting.items())


def _fitted(grad, shape, who: str):
    """`grad` as an input of that shape gets it: the same, or with broadcasting undone by the engine's own function."""
    if grad.shape == shape:
        return grad
    from mytorch import shapes

    try:
        return shapes.unbroadcast(grad, shape)
    except NotImplementedError:
        raise
    except Exception as error:
        raise GradlabError(
            f"{who} a gradient of shape {shape_text(grad.shape)}, and the input has shape {shape_text(shape)}. "
            "A gradient has the shape of its input."
        ) from error


def _hooked(node, grad):
    hooks = {key: hook for key, hook in (node.hooks or {}).items() if type(hook).__name__ != "RetainGrad"}
    if not hooks or isinstance(grad, list):
        return grad
    from mytorch.hooks import run_hooks

    return run_hooks(hooks, grad)


def _run_rule(node, grad):
    """What the node's rule returns, and the last line of it that ran."""
    rule = inspect.unwrap(getattr(type(node), "backward", None) or type(node).visit)
    code, last = getattr(rule, "__code__", None), [0]

    def in_rule(frame, event, value):
        if event == "line":
            last[0] = frame.f_lineno
        return in_rule

    def entered(frame, event, value):
        return in_rule if frame.f_code is code else None

    if code is None or sys.gettrace() is not None:  # a debugger or a measurement of coverage is at work
        return node.visit(grad), ""
    sys.settrace(entered)
    try:
        grads = node.visit(grad)
    finally:
        sys.settrace(None)
    return grads, linecache.getline(code.co_filename, last[0]).strip() if last[0] else ""
