"""A graph as lines of text: for terminals, for screen readers, and where there is no Graphviz."""

from __future__ import annotations

from gradlab.dot import plain, short_name
from gradlab.graph import Graph, GraphNode, shape_text


def text_drawing(graph: Graph, max_nodes: int = 100) -> str:
    """The graph as a tree, the result first. A node that has been shown is named again, not shown again.

    y = 12
    └─ Mul
       ├─ x = 3, grad 7
       └─ Add
          └─ x (above)
    """
    inputs: dict[int, list[int]] = {}
    for edge in graph.edges:
        inputs.setdefault(edge.source, []).append(edge.target)
    uses: dict[int, int] = {}
    for edge in graph.edges:
        uses[edge.target] = uses.get(edge.target, 0) + 1
    numbered = {node.id: place for place, node in enumerate((n for n in graph.ops if uses.get(n.id, 0) > 1), start=1)}
    lines, seen = [], set()
    stack = [(0, "", "")]  # node, what stands before its line, what stands before the lines below it
    while stack:
        place, lead, below = stack.pop()
        node = graph.nodes[place]
        number = f" #{numbered[place]}" if place in numbered else ""
        if place in seen:
            lines.append(f"{lead}{_name(node)}{number} (above)")
            continue
        if len(seen) >= max_nodes:
            lines.append(f"{lead}… {len(graph.nodes) - len(seen):,} more nodes")
            break
        seen.add(place)
        lines.append(f"{lead}{_line(node)}{number}")
        # A chain goes straight down: it would run off the page otherwise.
        children = inputs.get(place, [])
        for position in reversed(range(len(children))):
            last = position == len(children) - 1
            deep = len(below) > 60
            stack.append(
                (
                    children[position],
                    below + ("└─ " if last else "├─ "),
                    below if deep else below + ("   " if last else "│  "),
                )
            )
    return "\n".join(lines)


def _name(node: GraphNode) -> str:
    if node.kind == "fold":
        return node.name
    return short_name(node) if node.kind == "op" else plain(node.label) or ("leaf" if node.kind == "leaf" else "result")


def _line(node: GraphNode) -> str:
    shape = shape_text(node.shape) if node.shape else ""
    if node.kind == "op":
        named = f" → {plain(node.label)}" if node.label else ""
        line = f"{_name(node)}{named}{f' = {node.value}' if node.value else f' {shape}' if shape else ''}"
    else:
        line = f"{_name(node)}{f' = {node.value}' if node.value else f' {shape}' if shape else ''}"
    if node.grad:
        line += f", grad {node.grad}"
    if not node.requires_grad:
        line += ", requires no grad"
    return f"{line}, freed" if node.freed else line
