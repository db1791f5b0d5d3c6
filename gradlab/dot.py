"""A graph in Graphviz's language. Shapes tell nodes apart, so do colours, and both hold on light and dark pages.

Colours are Okabe and Ito's, which colour-blind readers can tell apart, lightened where text stands on them. Only plain
and record labels: every build of Graphviz draws them alike, also the one that runs in a browser.
"""

from __future__ import annotations

import re

from gradlab.graph import Graph, GraphEdge, GraphNode

FONT = "Helvetica,Arial"
INK = "#1b1b1b"
EDGE = "#7f7f7f"  # in the middle between black and white: seen on both
ROOT_OP = 1  # its place in Graph.nodes: straight after the result
SPACIOUS = 50  # nodes that Graphviz may lay out as carefully as it likes
QUICK = ", nslimit=1, nslimit1=1, mclimit=0.2"  # without it a leaf that 150 ops use takes `dot` many minutes
FEW = 10  # leaves that a cut graph still shows
LONGEST = 40  # characters of a name or a value

STYLES = {
    "leaf": {"shape": "Mrecord", "fillcolor": "#cfe6f5", "color": "#0072b2"},
    "op": {"shape": "ellipse", "fillcolor": "#ffe9bd", "color": "#c98500", "margin": "0.04,0.02"},
    "result": {"shape": "box", "fillcolor": "#c9ecdf", "color": "#008a63", "peripheries": "2"},
    "more": {"shape": "plaintext", "fillcolor": "none", "color": EDGE, "fontcolor": EDGE},
}


def dot_text(graph: Graph, direction: str = "right", max_nodes: int = 100) -> str:
    """The DOT text of `graph`. Of more than `max_nodes` nodes, those far from the result become one: "… 90 more"."""
    shown = _shown(graph, max_nodes)
    hidden = len(graph.nodes) - len(shown)
    lines = [
        "digraph {",
        f"  graph [rankdir={'LR' if direction == 'right' else 'TB'}, bgcolor=transparent, nodesep=0.3, ranksep=0.45, "
        f'margin=0.05, fontname="{FONT}"{QUICK if len(shown) > SPACIOUS else ""}]',
        f'  node [style=filled, fontname="{FONT}", fontsize=12, fontcolor="{INK}", penwidth=1.4, '
        'height=0.35, width=0.5, margin="0.1,0.05"]',
        f'  edge [color="{EDGE}", arrowsize=0.7, penwidth=1.2]',
    ]
    lines += [f"  n{place} [{_attributes(graph.nodes[place])}]" for place in sorted(shown)]
    if hidden:
        lines.append(f"  more [{_list({**STYLES['more'], 'label': f'… {hidden:,} more'})}]")
    for edge in _visible(graph.edges, shown):
        lines.append(f"  {edge}")
    return "\n".join([*lines, "}", ""])


def alt_text(graph: Graph) -> str:
    """The graph in a sentence, for those who cannot see it."""
    first = graph.nodes[0]
    name = plain(first.label or first.name)
    if len(graph.nodes) == 1:
        what = "a leaf that requires grad" if first.requires_grad else "a tensor that does not require grad"
        return f"Graph of {name}: {what}, nothing was recorded."
    leaves = [plain(node.label) or "unnamed" for node in graph.leaves]
    listed = f" ({', '.join(leaves)})" if 0 < len(leaves) <= 8 and any(node.label for node in graph.leaves) else ""
    ops = [short_name(node) for node in graph.ops]
    chain = f" ({', '.join(reversed(ops))})" if len(ops) <= 8 else ""
    return (
        f"Graph of {name}: {_count(len(leaves), 'leaf', 'leaves')}{listed}, {_count(len(ops), 'op', 'ops')}{chain}, "
        f"{_count(len(graph.edges) - 1, 'edge', 'edges')} between them."
    )


def title_of(node: GraphNode) -> str:
    """What a tooltip says: the engine's own name, and what is known of the tensor."""
    parts = [node.label, node.name, "" if node.shape is None else f"shape {_shape(node)}", node.dtype]
    return ", ".join(part for part in parts if part)


def short_name(node: GraphNode) -> str:
    """`Mul` for MulBackward0."""
    return plain(re.sub(r"Backward\d*$", "", node.name) or node.name)


def _attributes(node: GraphNode) -> str:
    style = dict(STYLES[node.kind])
    if node.freed:
        style["style"] = "filled,dashed"
    if node.kind == "leaf":
        label = " | ".join(map(_record, _fields(node)))
    else:
        label = "\\n".join(map(_escaped, _op_lines(node) if node.kind == "op" else _fields(node)))
    return _list({**style, "label": label, "tooltip": _escaped(title_of(node), 4 * LONGEST)})


def _fields(node: GraphNode) -> list[str]:
    """Name, value or shape, gradient: what is known of a tensor."""
    fields = [node.label, node.value or _shape(node)]
    if node.grad:
        fields.append(f"grad {node.grad}")
    if not node.requires_grad:
        fields.append("requires no grad")
    return [field for field in fields if field]


def _op_lines(node: GraphNode) -> list[str]:
    """The op's name; below it what it made. (What the root op made is in the box beside it.)"""
    lines = [short_name(node)]
    if node.id != ROOT_OP:
        made = node.value or _shape(node)
        if node.label:
            lines.append(f"{node.label} = {made}" if node.value else f"{node.label}: {made}")
        elif node.shape:
            lines.append(made)
        if node.grad:
            lines.append(f"grad {node.grad}")
    if node.freed:
        lines.append("freed")
    return lines


def _shown(graph: Graph, max_nodes: int) -> set[int]:
    """The nodes nearest to the result, and the leaves when they are few: everybody looks for them."""
    if len(graph.nodes) <= max_nodes:
        return set(range(len(graph.nodes)))
    leaves = {node.id for node in graph.leaves}
    if len(leaves) > FEW:
        leaves = set()
    return {*range(max(max_nodes - len(leaves), 1)), *leaves}


def _visible(edges: tuple[GraphEdge, ...], shown: set[int]) -> list[str]:
    """Edges in the direction of the data, from an input to its consumer. One for all hidden nodes at either end."""
    lines: dict[str, int] = {}
    for edge in edges:
        if edge.source in shown and edge.target in shown:
            line = f"n{edge.target} -> n{edge.source}"
            lines[line] = lines.get(line, 0) + 1
        elif edge.source in shown:
            lines[f"more -> n{edge.source} [style=dashed]"] = 1
        elif edge.target in shown:
            lines[f"n{edge.target} -> more [style=dashed]"] = 1
    return [line for line, times in lines.items() for _ in range(times)]


def _shape(node: GraphNode) -> str:
    return "×".join(map(str, node.shape)) if node.shape else "()"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _list(attributes: dict[str, str]) -> str:
    return ", ".join(f'{name}="{_quoted(value)}"' for name, value in attributes.items())


def _quoted(text: str) -> str:
    return text.replace('"', '\\"')


def _escaped(text: str, longest: int = LONGEST) -> str:
    """`text` so that Graphviz shows it as it is."""
    return plain(text, longest).replace("\\", "\\\\").replace("&", "&amp;")


def plain(text: str, longest: int = LONGEST) -> str:
    """`text` in one line, without control characters, cut to a length that fits."""
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _record(text: str) -> str:
    """The same in a field of a record, where more characters have a meaning."""
    return re.sub(r"([{}|<>])", r"\\\1", _escaped(text))
