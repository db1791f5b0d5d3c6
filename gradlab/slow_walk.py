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
from gradlab.graph import Graph, consumers_first, shape_text, short, trace
from gradlab.lines import line_of

FEW = 6  # entries of a gradient that is written out
AGAIN = "Compute the result anew, or look before backward() frees it."


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
    seed = _seed(loss, gradient, len(graph.nodes), max_nodes)
    ids = {id(node): place for place, node in enumerate(consumers_first(loss.grad_fn), start=1)}
    edges = {(edge.source, edge.slot): number for number, edge in enumerate(graph.edges) if edge.source}
    nodes = _newest_first(loss.edge)
    _check_alive(nodes)
    return graph, _Walk(graph, ids, edges, nodes, watch).run(loss.edge, seed)


class _Walk:
    def __init__(self, graph, ids, edges, nodes, watch):
        self.graph, self.ids, self.edges, self.nodes, self.watch = graph, ids, edges, nodes, watch

    def run(self, root, seed) -> list[Step]:
        from mytorch._lessons import later

        result = named(self.graph.nodes[0])
        root.pending = seed
        steps = [Step("seed", 0, result, numbers(seed), waiting=self.waiting())]
        try:
            with later("grad_mode", "set_grad_enabled")(False):
                for node in self.nodes:
                    grad, node.pending = node.pending, None
                    if grad is not None:
                        step = self.visit(node, grad)
                        steps += [step] if step else []
        except RecursionError:
            raise GradlabError(
                "a hook of this graph starts a backward through the same graph, which runs the hook again, and so on "
                "for ever. Remove that hook (handle.remove()) and look again."
            ) from None
        finally:
            for node in self.nodes:
                node.pending = None
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
        try:
            grads, rule = _run_rule(node, grad)
        except (RecursionError, NotImplementedError):
            raise
        except Exception as error:
            raise GradlabError(f"the rule of {name} fails: {type(error).__name__}: {error}") from error
        if self.watch:
            self.watch(node, grad, grads)
        sent = self.send(node, place, name, grads)
        if node.as_edge()[0] is not node:  # one of several results: it only hands its gradient to the op
            return None
        freed = tuple(
            f"{saved.label or saved.what or 'a value'} {saved.value or shape_text(saved.shape)}"
            for saved in self.graph.nodes[place].saved
        )
        return Step(
            "op", place, name, arrives, sent, rule, freed, hooked=hooked, waiting=self.waiting(), line=line_of(node)
        )

    def send(self, node, place, name, grads) -> tuple[Contribution, ...]:
        from mytorch.shapes import unbroadcast

        sent = []
        for slot, (target, grad) in enumerate(zip(node.next, grads, strict=False)):
            if target is None or grad is None:
                continue
            left = ""
            if grad.shape != target.shape:
                left = shape_text(grad.shape)
                try:
                    grad = unbroadcast(grad, target.shape)
                except NotImplementedError:
                    raise
                except Exception as error:
                    raise GradlabError(
                        f"the rule of {name} gives input {slot} a gradient of shape {left}, and the input has shape "
                        f"{shape_text(target.shape)}. A gradient has the shape of its input."
                    ) from error
            before = target.pending
            target.pending = grad if before is None else before + grad
            edge = self.edges.get((place, slot), -1)
            sent.append(
                Contribution(edge, self.id_of(target), numbers(grad), numbers(before), numbers(target.pending), left)
            )
        return tuple(sent)

    def id_of(self, node) -> int:
        return self.ids[id(node.as_edge()[0])]

    def waiting(self) -> tuple[tuple[int, str], ...]:
        """What has arrived and not been visited; few at any time, in the order of the nodes."""
        waiting = {}
        for node in self.nodes:
            if node.pending is not None:
                waiting[self.id_of(node)] = numbers(node.pending)
        return tuple(waiting.items())


def numbers(value) -> str:
    """A gradient in few words: `2`, `[1, 0.5]`, or for more than six entries `(3, 4), from -1 to 2`. "" for None."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):  # of an op with several results
        return f"({', '.join(numbers(each) or 'none' for each in value)})"
    array = np.asarray(getattr(value, "array", value))
    if array.size <= FEW:
        return _text(array.tolist())
    with np.errstate(all="ignore"):
        low, high = array.min(), array.max()
    return (
        f"{shape_text(array.shape)}, all {low:.4g}"
        if low == high
        else f"{shape_text(array.shape)}, {low:.3g} to {high:.3g}"
    )


def _text(value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}"


def named(node) -> str:
    """`Mul → h`, `Mul`, `x`, or `leaf`."""
    if node.kind == "op":
        return f"{short(node.name)} → {node.label}" if node.label else short(node.name)
    return node.label or node.kind


def _seed(loss, gradient, nodes: int, max_nodes: int):
    if loss.grad_fn is None:
        why = "it is a leaf" if loss.requires_grad else "it does not require grad; explain_grad() says why"
        raise GradlabError(f"there is no backward to watch from this tensor: nothing was recorded for it ({why}).")
    if not hasattr(loss.grad_fn, "visit"):
        raise GradlabError("only graphs of mytorch can be walked step by step. Any graph can be drawn: draw(loss).")
    if nodes > max_nodes:
        raise GradlabError(
            f"this graph has {nodes:,} nodes, and a movie has at most {max_nodes}. Make the "
            "graph smaller (fewer steps, fewer layers), or draw it: draw(loss)."
        )
    if gradient is None:
        if loss.array.size != 1:
            raise GradlabError(
                f"backward starts from a single number, and this tensor has shape {shape_text(loss.array.shape)}. "
                "Reduce it with .sum() or .mean(), or give gradient=..., a tensor of that shape."
            )
        return np.ones_like(loss.array)
    seed = np.asarray(getattr(gradient, "array", gradient))
    if seed.shape != loss.array.shape:
        raise GradlabError(
            f"the gradient has shape {shape_text(seed.shape)}, and the tensor {shape_text(loss.array.shape)}: "
            "give one number for each entry."
        )
    return seed


def _newest_first(root) -> list:
    order, seen = [root], {id(root)}
    for node in order:
        for earlier in node.next:
            if earlier is not None and id(earlier) not in seen:
                seen.add(id(earlier))
                order.append(earlier)
    return sorted(order, key=lambda node: node.number, reverse=True)


def _check_alive(nodes: list) -> None:
    for node in nodes:
        if type(node.saved_tensors).__name__ == "Freed":
            raise GradlabError(f"this graph was freed by a backward that has passed. {AGAIN}")
        if node.pending is not None:
            raise GradlabError("a backward is running through this graph right now. Look before it, or after it.")


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
