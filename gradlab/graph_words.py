"""A graph as a line of text, and back: for checks, which say what must be recorded.

    Mul(x, Add(x, _))              x * (x + 1): `_` is an input without a gradient
    h = Exp(x); Mul(h, h)          what is used twice has a name

Ops have the names of the drawings (`Mul` for MulBackward0); everything that is no op is a leaf.
"""

from __future__ import annotations

import ast
import re

from gradlab.dot import plain, short_name
from gradlab.errors import GradlabError
from gradlab.graph import PAIRWISE, Graph, GraphEdge, GraphNode

EXAMPLE = 'such as "Mul(x, Add(x, _))" or "h = Exp(x); Mul(h, h)"'
NOTHING = "_"


def graph_of(words: str) -> Graph:
    """The graph that `words` describe, its leaves labelled as there. Raises GradlabError for what is no description."""
    try:
        statements = ast.parse(words).body
    except SyntaxError as error:
        raise GradlabError(f"{words!r} describes no graph ({error.msg}); write something {EXAMPLE}.") from None
    if not statements or not isinstance(statements[-1], ast.Expr):
        raise GradlabError(f"{words!r} does not end in a result; write something {EXAMPLE}.")
    reader = _Reader(words)
    for statement in statements[:-1]:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise GradlabError(f"{ast.unparse(statement)!r} names no op; write something {EXAMPLE}.")
        reader.known[statement.targets[0].id] = reader.read(statement.value)
    root = reader.read(statements[-1].value)
    return reader.graph(root)


class _Reader:
    """Makes nodes, inputs before what uses them."""

    def __init__(self, words: str):
        self.words = words
        self.known: dict[str, int | None] = {NOTHING: None}
        self.made: list[tuple[GraphNode, list[int | None]]] = []

    def read(self, part: ast.expr) -> int | None:
        """The number of the node that `part` describes; None for an input without a gradient."""
        if isinstance(part, ast.Name):
            if part.id not in self.known:
                self.known[part.id] = self.add(GraphNode(0, "leaf", "AccumulateGrad", part.id), [])
            return self.known[part.id]
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and not part.keywords:
            # The last input first: numbers are given from the end, and then the first input's side stands first.
            inputs = [self.read(each) for each in reversed(part.args)][::-1]
            return self.add(GraphNode(0, "op", f"{part.func.id}Backward0", arity=len(inputs)), inputs)
        raise GradlabError(
            f"{ast.unparse(part)!r} in {self.words!r} is neither an op nor a leaf; write something {EXAMPLE}."
        )

    def add(self, node: GraphNode, inputs: list[int | None]) -> int:
        self.made.append((node, inputs))
        return len(self.made) - 1

    def graph(self, root: int | None) -> Graph:
        if root is None or not self.made[root][1]:
            return Graph((GraphNode(0, "result" if root is None else "leaf", "Tensor"),), ())
        # The other way round: a node stands before those that it was computed from.
        ids = {number: len(self.made) - number for number in range(len(self.made))}
        nodes, edges = [GraphNode(0, "result", "Tensor")], [GraphEdge(0, ids[root])]
        for number in reversed(range(len(self.made))):
            node, inputs = self.made[number]
            nodes.append(GraphNode(ids[number], node.kind, node.name, node.label, arity=node.arity))
            edges += [GraphEdge(ids[number], ids[to], slot) for slot, to in enumerate(inputs) if to is not None]
        return Graph(tuple(nodes), tuple(edges))


def words_of(graph: Graph, most: int = 12) -> str:
    """`graph` in the same words; "" for one of more than `most` ops."""
    if len(graph.nodes) == 1:
        node = graph.nodes[0]
        return plain(node.label) or ("a leaf" if node.kind == "leaf" else "nothing recorded")
    if len(graph.ops) > most:
        return ""
    inputs: dict[int, dict[int, int]] = {node.id: {} for node in graph.nodes}
    uses: dict[int, int] = {}
    for edge in graph.edges:
        inputs[edge.source][edge.slot] = edge.target
        uses[edge.target] = uses.get(edge.target, 0) + 1
    said: dict[int, str] = {}
    lines: list[str] = []
    for node in reversed(graph.nodes[1:]):
        if node.kind != "op":
            said[node.id] = re.sub(r"\W+", "_", plain(node.label)) or "leaf"
            continue
        slots = inputs[node.id]
        last = node.arity if node.called in PAIRWISE else max(slots, default=-1) + 1
        words = f"{short_name(node)}({', '.join(said[slots[i]] if i in slots else NOTHING for i in range(last))})"
        if uses.get(node.id, 0) > 1:
            name = f"h{len(lines) + 1}"
            lines.append(f"{name} = {words}")
            words = name
        said[node.id] = words
    return "; ".join([*lines, said[graph.edges[0].target]])
