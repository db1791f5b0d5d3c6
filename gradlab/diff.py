"""Two recorded graphs side by side: where yours has an edge too few or too many, in colour and in words.

diff_graphs(yours, reference)        # tensors, or graphs that trace() made
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from gradlab.dot import Look, header, node_attributes, plain, short_name
from gradlab.draw import Drawing
from gradlab.graph import Graph, trace
from gradlab.themes import Theme, theme_of

STYLES = {"missing": "dashed", "detached": "dotted", "extra": "bold", "doubled": "bold"}


@dataclass(frozen=True)
class Difference:
    """kind: "missing", "extra", "doubled", "detached" (the op has the input, and no gradient goes there) or "other op".

    side: the graph whose edge number `edge` is meant, "yours" or "reference"; edge is None for another op.
    """

    kind: str
    side: str
    edge: int | None
    text: str


def diff_graphs(
    yours,
    reference,
    names: Mapping[str, object] | None = None,
    *,
    direction: str = "right",
    detail: str = "brief",
    theme: str = "auto",
) -> GraphDiff:
    """How the graph of `yours` differs from that of `reference`. Raises GradlabError for what is no tensor or Graph.

    names: variables by name, to label the tensors of both. The other arguments are those of draw().
    """
    first, second = (each if isinstance(each, Graph) else trace(each, names) for each in (yours, reference))
    return GraphDiff(first, second, Look(direction, 10**6, detail, theme))


class GraphDiff(Drawing):
    """same: no difference. differences: each with a sentence. In a notebook it shows both graphs.

    other: what the second graph is called in the picture, "reference" or "expected".
    """

    def __init__(self, yours: Graph, reference: Graph, look: Look, other: str = "reference"):
        super().__init__(yours, look, fold=False)
        self.yours, self.reference, self.other = yours, reference, other
        self.differences, self.marks, self.odd = _differences(yours, reference)

    @property
    def same(self) -> bool:
        return not self.differences

    @property
    def alt(self) -> str:
        if self.same:
            return f"Both graphs are the same: {len(self.yours.ops)} ops, {max(len(self.yours.edges) - 1, 0)} edges."
        return f"Your graph and the {self.other} one differ. " + " ".join(each.text for each in self.differences[:12])

    @property
    def dot(self) -> str:
        theme = theme_of(self.look.theme)
        lines = ["digraph {", *header(self.look, len(self.yours.nodes) + len(self.reference.nodes))]
        for side, graph, called in (("yours", self.yours, "yours"), ("reference", self.reference, self.other)):
            odd = theme.marks["extra" if side == "yours" else "missing"]
            lines += [
                f"  subgraph cluster_{side} {{",
                f'    label="{called}"; labeljust=l; fontcolor="{theme.edge}"; color="{theme.edge}"',
                "    style=rounded; margin=12",
            ]
            for node in graph.nodes:
                more = f', color="{odd}", penwidth=4' if (side, node.id) in self.odd else ""
                lines.append(f"    {side}{node.id} [{node_attributes(node, self.look, theme)}{more}]")
            for number, edge in enumerate(graph.edges):
                mark = _mark(self.marks.get((side, number)), theme)
                lines.append(f"    {side}{edge.target} -> {side}{edge.source}{mark}")
            lines.append("  }")
        return "\n".join([*lines, "}", ""])

    def text(self) -> str:
        """Every difference in a sentence."""
        return "\n".join(each.text for each in self.differences) or self.alt


def _mark(kind: str | None, theme: Theme) -> str:
    if kind is None:
        return ""
    colour = theme.marks[kind]
    return f' [color="{colour}", fontcolor="{colour}", style={STYLES[kind]}, penwidth=2.6, label="{kind}"]'


def _differences(yours: Graph, reference: Graph) -> tuple[list[Difference], dict, set]:
    """Both graphs are walked together from their results; what is paired there is compared input by input.

    The differences; the edges to mark, {(side, edge): kind}; the ops that are other ops, {(side, node)}.
    """
    mine, theirs = _inputs(yours), _inputs(reference)
    pair: dict[int, int] = {0: 0}  # of yours -> of the reference
    taken = {0}
    found: list[Difference] = []
    marked: dict[tuple[str, int], str] = {}  # (side, edge) -> what it is
    odd: set[tuple[str, int]] = set()
    queue = deque([(0, 0)])

    def note(kind: str, side: str, edge: int, text: str) -> None:
        if (side, edge) not in marked:
            marked[side, edge] = kind
            found.append(Difference(kind, side, edge, text))

    while queue:
        a, b = queue.popleft()
        if a and _kind(yours, a) != _kind(reference, b):  # a result is a result, also when it is a leaf
            text = f"Where {_name(reference, b)} belongs, yours has {_name(yours, a)}."
            found.append(Difference("other op", "yours", None, text))
            odd |= {("yours", a), ("reference", b)}
        for slot in sorted(mine[a].keys() | theirs[b].keys()):
            ours, other = mine[a].get(slot), theirs[b].get(slot)
            if ours is None:
                number, target = other
                given = slot < yours.nodes[a].arity
                road = f"{_name(yours, a)} to {_name(reference, target)}"
                if given:
                    note("detached", "reference", number, f"Detached: no gradient goes from {road}, its input {slot}.")
                else:
                    note("missing", "reference", number, f"Missing: the edge from {road}.")
            elif other is None:
                number, target = ours
                road = f"{_name(yours, a)} to {_name(yours, target)}"
                if _times(mine[a], target) > 1:
                    note("doubled", "yours", number, f"Doubled: the edge from {road} is there more than once.")
                else:
                    note("extra", "yours", number, f"Extra: the edge from {road}.")
            elif _new_pair(yours, ours[1], pair, reference, other[1], taken):
                between = _one_between(reference, theirs, other[1], _kind(yours, ours[1]))
                if between is not None:
                    road = (
                        f"{_name(reference, other[1])} between {_name(reference, b)} and {_name(reference, between[1])}"
                    )
                    note("missing", "reference", other[0], f"Missing: {road}.")
                    marked["reference", between[0]] = "missing"
                    taken.add(other[1])
                    other = between
                between = _one_between(yours, mine, ours[1], _kind(reference, other[1]))
                if between is not None:
                    road = f"{_name(yours, ours[1])} between {_name(yours, a)} and {_name(yours, between[1])}"
                    note("extra", "yours", ours[0], f"Extra: {road}.")
                    pair[ours[1]] = -1
                    marked["yours", between[0]] = "extra"
                    ours = between
                if ours[1] in pair or other[1] in taken:
                    continue
                pair[ours[1]] = other[1]
                taken.add(other[1])
                queue.append((ours[1], other[1]))
            elif pair.get(ours[1]) != other[1]:
                here, there = _name(yours, ours[1]), _name(reference, other[1])
                twice = _times(mine[a], ours[1]) > max(_times(theirs[b], pair.get(ours[1], -1)), 1)
                kind, word = ("doubled", "Doubled") if twice else ("extra", "Extra")
                note(kind, "yours", ours[0], f"{word}: the edge from {_name(yours, a)} to {here}, its input {slot}.")
                text = f"Missing: the edge from {_name(reference, b)} to {there}, its input {slot}."
                note("missing", "reference", other[0], text)
    for number, edge in enumerate(yours.edges):
        if edge.source not in pair:
            road = f"{_name(yours, edge.source)} to {_name(yours, edge.target)}"
            note("extra", "yours", number, f"Extra: the edge from {road}.")
    for number, edge in enumerate(reference.edges):
        if edge.source not in taken:
            road = f"{_name(reference, edge.source)} to {_name(reference, edge.target)}"
            note("missing", "reference", number, f"Missing: the edge from {road}.")
    return found, marked, odd


def _inputs(graph: Graph) -> list[dict[int, tuple[int, int]]]:
    """For each node {slot: (number of the edge, its target)}."""
    inputs: list[dict] = [{} for _ in graph.nodes]
    for number, edge in enumerate(graph.edges):
        inputs[edge.source][edge.slot] = (number, edge.target)
    return inputs


def _one_between(graph: Graph, inputs: list, place: int, kind: str) -> tuple[int, int] | None:
    """The only input of the op `place`, as (edge, node), if that is of `kind` and the op itself is not."""
    if _kind(graph, place) == kind or len(inputs[place]) != 1:
        return None
    ((edge, target),) = inputs[place].values()
    return (edge, target) if _kind(graph, target) == kind else None


def _new_pair(first: Graph, a: int, pair: dict, second: Graph, b: int, taken: set) -> bool:
    """Have both not been paired? And if they are leaves with names, are these the same?"""
    one, two = first.nodes[a], second.nodes[b]
    if a in pair or b in taken:
        return False
    return not (one.kind == two.kind == "leaf" and bool(one.label and two.label) and one.label != two.label)


def _times(inputs: dict[int, tuple[int, int]], target: int) -> int:
    return Counter(to for _, to in inputs.values())[target]


def _kind(graph: Graph, place: int) -> str:
    node = graph.nodes[place]
    return node.called if node.kind == "op" else node.kind


def _name(graph: Graph, place: int) -> str:
    node = graph.nodes[place]
    return short_name(node) if node.kind == "op" else plain(node.label) or ("the result" if not place else "a leaf")
