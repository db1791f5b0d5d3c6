"""The first place where what a program did parts from what is expected: graph, values, rules, then the sums.

parting = first_parting(yours, expected)       # both: list[Seen], of the same program on two engines
parting.text                                   # "Along the edge from Mul to x goes 3, and 4 is expected. …"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradlab.diff import GraphDiff
from gradlab.dot import Look, alt_text, short_name
from gradlab.graph import Graph
from gradlab.guilty.picture import Mark, marked_dot
from gradlab.guilty.program import spells_out
from gradlab.guilty.record import Numbers, Seen

LOOK = Look(detail="brief", max_nodes=10**6)
STRANGER = "another leaf"
LONGEST_NAME = 24  # characters of an expression that names its result


@dataclass(frozen=True)
class Parting:
    """kind: "graph", "value", "rule", "sum" or "leaf". text: for a student. dot, alt: the picture, and its words."""

    kind: str
    text: str
    dot: str
    alt: str


def first_parting(yours: Sequence[Seen], expected: Sequence[Seen | None]) -> Parting | None:
    """None when all that was seen of both is the same, or nothing of it can be compared.

    expected: None in the place of a graph that may look in more ways than one.
    """
    for mine, theirs in zip(yours, expected, strict=False):
        if theirs is None:
            continue
        if (mine.how, mine.of) != (theirs.how, theirs.of):
            return None
        if len(mine.graph.nodes) == len(theirs.graph.nodes) == 1:  # nothing to draw
            continue
        found = _other_graph(mine, theirs)
        if found is None:
            found = _other_value(mine, theirs) or _other_rule(mine, theirs) or _other_sum(mine, theirs)
        if found is not None:
            return found
    return None


def comparable(seen: Sequence[Seen], program: str) -> list[Seen | None]:
    """What is expected of `program`, out of what an engine that is right does: graphs that it spells out."""
    return [each if spells_out(program, (node.called for node in each.graph.ops)) else None for each in seen]


def _other_graph(mine: Seen, theirs: Seen) -> Parting | None:
    diff = GraphDiff(_told_apart(mine.graph, theirs.graph), theirs.graph, LOOK, "expected")
    if diff.same:
        return None
    if len(mine.graph.nodes) == 1:
        text = f"Nothing was recorded for `{mine.of}`, and {_ops(theirs)} expected."
        return Parting("graph", text, diff.dot, f"{text} {diff.alt}")
    if len(theirs.graph.nodes) == 1:
        text = f"`{mine.of}` should have no graph, but {_ops(mine)} there."
        return Parting("graph", text, diff.dot, f"{text} {diff.alt}")
    whose = "" if mine.of in diff.differences[0].text else f" of `{mine.of}`"
    more = len(diff.differences) - 1
    rest = f" ({more} more difference{'s' * (more > 1)}.)" if more else ""
    text = f"The graph{whose} is not the expected one. {diff.differences[0].text}{rest}"
    return Parting("graph", text, diff.dot, diff.alt)


def _ops(seen: Seen) -> str:
    """`Mul is`, `Add, Mul are`: in the order in which they were recorded."""
    names = [short_name(node) for node in reversed(seen.graph.ops)]
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _told_apart(mine: Graph, theirs: Graph) -> Graph:
    """A leaf without a name is none of those that are expected, where all of these have one."""
    if not all(leaf.label for leaf in theirs.leaves):
        return mine
    nodes = [replace(n, label=STRANGER) if n.kind == "leaf" and n.id and not n.label else n for n in mine.nodes]
    return Graph(tuple(nodes), mine.edges)


def _other_value(mine: Seen, theirs: Seen) -> Parting | None:
    """The way forward: the earliest tensor with other numbers."""
    for place in reversed(range(len(mine.graph.nodes))):
        got, wanted = mine.values.get(place), theirs.values.get(place)
        if got is not None and wanted is not None and not got.like(wanted):
            what = f"`{mine.graph.nodes[place].label or mine.of}`"
            text, mark = f"{what} holds {got}, and {wanted} is expected", f"{got}, not {wanted}"
            if got.shape != wanted.shape:
                text = f"{what} has shape {got.shape}, and {wanted.shape} is expected"
                mark = f"shape {got.shape}, not {wanted.shape}"
            return _drawn("value", mine, f"The graph is right, but {text}.", nodes={place or 1: Mark("wrong", mark)})
    return None


def _other_rule(mine: Seen, theirs: Seen) -> Parting | None:
    """The way back: the first edge, from the result on, along which other numbers go. Up to there all is right."""
    for number, edge in enumerate(mine.graph.edges):
        if not edge.source:
            continue
        op, to = _name(mine.graph, edge.source), _to(mine.graph, number)
        if edge.source in mine.raised and edge.source not in theirs.raised:
            error = mine.raised[edge.source]
            text = f"The graph is right, but on the way back the rule of {op} raises {error}."
            return _drawn("rule", mine, text, nodes={edge.source: Mark("wrong", f"raises {error}")})
        got, wanted = mine.sent.get(number), theirs.sent.get(number)
        if not _like(got, wanted):
            text = (
                f"The graph is right, but the rule of {op} sends {_worded(got)} to {to}, where {_worded(wanted)} is "
                f"expected. What arrives at {op} is right."
            )
            return _drawn("rule", mine, text, {number: Mark("wrong", f"{_worded(got)}, not {_worded(wanted)}")})
    return None


def _other_sum(mine: Seen, theirs: Seen) -> Parting | None:
    """Every rule is right, and a leaf has another gradient: what was lost, or added twice, on the way."""
    wrong = [leaf for leaf, grad in theirs.grads.items() if leaf in mine.grads and not _like(mine.grads[leaf], grad)]
    if not wrong:
        return None
    leaf = wrong[0]
    got, wanted = mine.grads[leaf], theirs.grads[leaf]
    end = f"{leaf}.grad is {_worded(got)}, and {_worded(wanted)} is expected."
    for kind, several, what in (("lost", mine.lost, "gets lost"), ("twice", mine.twice, "counts twice")):
        if several and all(edge in mine.sent for edge in several):
            text = f"Every rule sends what it should, but {_sent(mine, several)} {what}: {end}"
            return _drawn("sum", mine, text, {edge: Mark(kind, f"{mine.sent[edge]}: {kind}") for edge in several})
    place = next(node.id for node in mine.graph.leaves if node.label == leaf)
    mark = {place: Mark("wrong", f"grad {_worded(got)}, not {_worded(wanted)}")}
    if leaf in mine.over:
        text = f"What arrives at {leaf} is right, but the gradient that it had before is gone: {end}"
    elif got is not None and wanted is not None and got.shape != wanted.shape:
        mark = {place: Mark("wrong", f"grad {got.shape}, not {wanted.shape}")}
        text = f"Every rule sends what it should, but {leaf}.grad has shape {got.shape}, and {leaf} {wanted.shape}."
    else:
        text = f"Every rule sends what it should, and yet {end}"
    return _drawn("leaf", mine, text, nodes=mark)


def _sent(seen: Seen, several: tuple[int, ...]) -> str:
    """What goes along these edges, in words: "the 3 that Add sends to x"."""
    if len(several) > 2:
        return f"what goes along {len(several)} edges"
    names = {edge: _name(seen.graph, seen.graph.edges[edge].source) for edge in several}
    return " and ".join(
        f"the {seen.sent[edge]} that {name} sends to {_to(seen.graph, edge)}" for edge, name in names.items()
    )


def _like(got: Numbers | None, wanted: Numbers | None) -> bool:
    return got is wanted if got is None or wanted is None else got.like(wanted)


def _worded(held: Numbers | None) -> str:
    return "nothing" if held is None else str(held)


def _name(graph: Graph, place: int) -> str:
    """`Mul`, `Mul (h)` where its result has a name, or a leaf's."""
    node = graph.nodes[place]
    if node.kind != "op":
        return node.label or "a leaf"
    return f"{short_name(node)} ({node.label})" if node.label else short_name(node)


def _to(graph: Graph, number: int) -> str:
    """Where an edge leads; with the number of the input, where there are two edges from there to there."""
    edge = graph.edges[number]
    twin = any(e.source == edge.source and e.target == edge.target and e is not edge for e in graph.edges)
    return _name(graph, edge.target) + (f" (as its input {edge.slot})" if twin else "")


def _drawn(kind: str, seen: Seen, text: str, edges: dict | None = None, nodes: dict | None = None) -> Parting:
    first = seen.graph.nodes[0]
    if not first.label and len(seen.of) <= LONGEST_NAME:
        seen = replace(seen, graph=Graph((replace(first, label=seen.of), *seen.graph.nodes[1:]), seen.graph.edges))
    dot = marked_dot(seen, edges or {}, nodes or {}, LOOK, back=kind != "value" and bool(seen.sent))
    return Parting(kind, text, dot, f"{alt_text(seen.graph)} Marked in colour: {text}")
