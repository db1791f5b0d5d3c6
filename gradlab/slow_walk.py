"""Backward, one step at a time, written down: what arrives at each node, what it sends on, what is added up where.

It runs the engine's own walk over the nodes that were really recorded, with their real rules, but on stand-ins that
keep the sums to themselves: no `.grad` is touched and nothing is freed. User hooks run, since they may change the
gradient; what `retain_grad()` put there does not. When it is over, the graph is as it was before.
"""

from __future__ import annotations

import inspect
import linecache
import sys
from dataclasses import dataclass, replace

import numpy as np

from gradlab.engine_habits import frees_what_was_saved, grad_after
from gradlab.errors import GradlabError
from gradlab.few_words import named, numbers
from gradlab.graph import Graph, consumers_first, shape_text, trace
from gradlab.lines import line_of
from gradlab.walk_start import check_alive, seed_of


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
    """kind: "seed", "op", "leaf", or "fold", which stands for many (gradlab.short_film). node: its id in the graph.

    arrives: the gradient, as text. waiting: after this step, (node, gradient so far).
    rule: the line of the op's `backward` that ran. freed: what the engine's walk drops here. hooked: what hooks made of
    the gradient, "" if they left it. line: the line of the forward pass.
    before, after: `.grad` of a leaf. adds: the second is the sum, which it is not before lesson 4.
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
    adds: bool = True


def slow_walk(loss, gradient=None, names=None, watch=None) -> tuple[Graph, list[Step]]:
    """The graph of `loss` and the steps of a backward from it. Raises GradlabError where a backward could not start.

    gradient: what to start with, a tensor of the shape of `loss`; None means 1. watch: called with each node, the
    gradient that arrived and those that it sent, as arrays.
    """
    graph = trace(loss, names)
    seed = seed_of(loss, gradient)
    nodes = consumers_first(loss.grad_fn)
    check_alive(nodes)
    return graph, _Observer(graph, nodes, watch).run(loss.edge, seed)


class _Stand:
    """Stands for a node of the graph in the engine's walk: what the walk reads and writes there is seen."""

    hooks = saved_tensors = None  # the observer takes care of hooks, and nothing is to be freed

    def __init__(self, node, observer):
        self.node, self.observer = node, observer
        self.shape, self.number = node.shape, node.number
        self.next: list[_Stand | None] = []
        self.sum = None

    @property
    def pending(self):
        return self.sum

    @pending.setter
    def pending(self, value):
        if value is None:  # the walk takes what is here, so the op before has sent all it had
            self.observer.finish()
        before, self.sum = self.sum, value
        if value is None:
            self.observer.holding.pop(id(self), None)
        else:
            self.observer.holding[id(self)] = self
            self.observer.arrived(self, before)

    def as_edge(self):
        return (self, 0)

    def visit(self, grad):
        return self.observer.visited(self, grad)

    visit_recorded = visit


class _Observer:
    """Runs the package's own walk over stand-ins, so the steps are those that this very engine takes."""

    def __init__(self, graph, nodes, watch):
        self.graph, self.watch = graph, watch
        self.ids = {id(node): place for place, node in enumerate(nodes, start=1)}
        self.edges = {(edge.source, edge.slot): number for number, edge in enumerate(graph.edges) if edge.source}
        self.stands: dict[int, _Stand] = {}
        self.holding: dict[int, _Stand] = {}  # those to which something has been sent
        self.steps: list[Step] = []
        self.sending: _Sending | None = None
        self.frees = frees_what_was_saved()

    def stand_for(self, root) -> _Stand:
        """The stand-in of `root`, and of every node before it."""
        self.stands[id(root)] = _Stand(root, self)
        todo = [root]
        while todo:
            node = todo.pop()
            for earlier in node.next:
                if earlier is not None and id(earlier) not in self.stands:
                    self.stands[id(earlier)] = _Stand(earlier, self)
                    todo.append(earlier)
            self.stands[id(node)].next = [n and self.stands[id(n)] for n in node.next]
        return self.stands[id(root)]

    def run(self, root, seed) -> list[Step]:
        from mytorch._lessons import later

        try:
            with later("grad_mode", "set_grad_enabled")(False):
                later("engine", "walk")(self.stand_for(root), seed, retain_graph=True)
        except RecursionError:
            raise GradlabError(
                "a hook of this graph starts a backward through the same graph, which runs the hook again, and so on "
                "for ever. Remove that hook (handle.remove()) and look again."
            ) from None
        self.finish()
        return self.steps

    def arrived(self, target: _Stand, before) -> None:
        """The walk has put something into a stand-in's `pending`: the seed, or what the op visited last has sent."""
        if self.sending is None:
            if not self.steps:
                self.steps.append(
                    Step("seed", 0, named(self.graph.nodes[0]), numbers(target.sum), waiting=self.waiting())
                )
        else:
            self.sending.to(target, before)

    def finish(self) -> None:
        """The op that was visited last has sent all it has: its step is complete."""
        if self.sending is not None:
            step = replace(self.sending.step, contributions=tuple(self.sending.sent), waiting=self.waiting())
            self.steps.append(step)
            self.sending = None

    def visited(self, stand: _Stand, grad):
        node, place = stand.node, self.id_of(stand)
        name = named(self.graph.nodes[place])
        arrived, grad = grad, _hooked(node, grad)
        arrives, hooked = numbers(arrived), "" if grad is arrived else numbers(grad)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            if self.watch:
                self.watch(node, grad, ())
            before, after = leaf.grad, grad_after(leaf, grad)
            adds = before is None or (after is not None and np.allclose(after, before.array + grad, equal_nan=True))
            waiting = self.waiting()
            told = {"before": numbers(before), "after": numbers(after) or "None", "hooked": hooked, "adds": adds}
            self.steps.append(Step("leaf", place, name, arrives, waiting=waiting, **told))
            return ()
        op = node.as_edge()[0]
        if op is not node:  # one of several results: it only hands its gradient to the op
            self.hand_over(node, op, grad)
            return (None,)
        try:
            grads, rule = _run_rule(node, grad)
        except (RecursionError, NotImplementedError):
            raise
        except Exception as error:
            raise GradlabError(f"the rule of {name} fails: {type(error).__name__}: {error}") from error
        if self.watch:
            self.watch(node, grad, grads)
        freed = tuple(
            f"{saved.label or saved.what or 'a value'} {saved.value or shape_text(saved.shape)}"
            for saved in (self.graph.nodes[place].saved if self.frees else ())
        )
        step = Step("op", place, name, arrives, rule=rule, freed=freed, hooked=hooked, line=line_of(node))
        self.sending = _Sending(self, stand, step, grads)
        return grads

    def hand_over(self, result, op, grad) -> None:
        """To an op with several results, the gradient of one of them; it collects them in its own `pending`."""
        stand = self.stands[id(op)]
        try:
            op.pending = stand.sum
            result.visit(grad)
            stand.sum = op.pending
        finally:
            op.pending = None

    def id_of(self, stand: _Stand) -> int:
        return self.ids[id(stand.node.as_edge()[0])]

    def waiting(self) -> tuple[tuple[int, str], ...]:
        """What has arrived and not been visited, in the order of the nodes."""
        waiting = {self.id_of(stand): numbers(stand.sum) for stand in self.holding.values() if stand.sum is not None}
        return tuple(sorted(waiting.items()))


class _Sending:
    """The op that is handing on its gradients, and what it has sent so far."""

    def __init__(self, observer: _Observer, stand: _Stand, step: Step, grads):
        self.observer, self.stand, self.step, self.grads = observer, stand, step, grads
        self.open = list(range(min(len(stand.next), len(grads))))
        self.sent: list[Contribution] = []

    def to(self, target: _Stand, before) -> None:
        slots = [slot for slot in self.open if self.stand.next[slot] is target and self.grads[slot] is not None]
        if not slots:
            return
        slot = slots[0]
        self.open.remove(slot)
        grad = self.grads[slot]
        share = _fitted(grad, target.shape, f"the rule of {self.step.name} gives input {slot}")
        left = "" if share is grad else shape_text(grad.shape)
        edge, place = self.observer.edges.get((self.step.node, slot), -1), self.observer.id_of(target)
        now = numbers(target.sum)
        self.sent.append(Contribution(edge, place, numbers(share), numbers(before), now, left))


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
