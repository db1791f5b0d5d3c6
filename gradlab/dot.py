"""A graph in Graphviz's language. Shapes tell nodes apart, so do colours (`gradlab.themes`).

Only plain and record labels: every build of Graphviz draws them alike, also the one that runs in a browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradlab.errors import GradlabError
from gradlab.graph import Graph, GraphEdge, GraphNode, Saved, shape_text
from gradlab.themes import Theme, theme_of

FONT = "Helvetica,Arial"
ROOT_OP = 1  # its place in Graph.nodes: straight after the result
SPACIOUS = 50  # nodes that Graphviz may lay out as carefully as it likes
QUICK = ", nslimit=1, nslimit1=1, mclimit=0.2"  # without it a leaf that 150 ops use takes `dot` many minutes
SHORT_ROAD = 8  # nodes of a graph that looks good either way
FEW = 10  # leaves that a cut graph still shows
LONGEST = 40  # characters of a name or a value
DIRECTIONS = ("right", "down")
DETAILS = ("brief", "normal", "full")


@dataclass(frozen=True)
class Look:
    """How a graph is drawn.

    direction: "right" or "down", where data flows. max_nodes: more than these become one. theme: "auto", "light" or
    "dark". detail: "brief" (names), "normal", or "full" (dtypes, and what each op saves). ids: parts of the SVG carry
    `n` + node and `e` + edge as their ids.
    """

    direction: str = "right"
    max_nodes: int = 100
    detail: str = "normal"
    theme: str = "auto"
    ids: bool = False
    spacing: tuple[float, float] = (0.3, 0.45)

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise GradlabError(f'direction is "right" or "down", not {self.direction!r}.')
        if self.detail not in DETAILS:
            raise GradlabError(f'detail is "brief", "normal" or "full", not {self.detail!r}.')
        if not isinstance(self.max_nodes, int) or self.max_nodes < 1:
            raise GradlabError(f"max_nodes is a whole number from 1 on, not {self.max_nodes!r}.")
        theme_of(self.theme)


def dot_text(graph: Graph, look: Look | None = None) -> str:
    """The DOT text of `graph`. Of more than `look.max_nodes` nodes, those far from the result become "… 90 more"."""
    look = look or Look()
    theme = theme_of(look.theme)
    shown = _shown(graph, look.max_nodes)
    hidden = len(graph.nodes) - len(shown)
    lines = ["digraph {", *header(look, len(shown))]
    for place in sorted(shown):
        lines += _node_lines(graph.nodes[place], look, theme)
    if hidden:
        lines.append(f"  more [{_list({**theme.styles['more'], 'label': f'… {hidden:,} more'})}]")
    for edge in _visible(graph, shown, theme, look.ids):
        lines.append(f"  {edge}")
    return "\n".join([*lines, "}", ""])


def header(look: Look, nodes: int) -> list[str]:
    """What holds for the whole picture, for all nodes and for all edges."""
    theme = theme_of(look.theme)
    across, along = look.spacing
    return [
        f"  graph [rankdir={'LR' if look.direction == 'right' else 'TB'}, bgcolor={_colour(theme.background)}, "
        f'nodesep={across}, ranksep={along}, margin=0.05, fontname="{FONT}"{QUICK if nodes > SPACIOUS else ""}]',
        f'  node [style=filled, fontname="{FONT}", fontsize=12, fontcolor="{theme.ink}", penwidth=1.4, '
        'height=0.35, width=0.5, margin="0.1,0.05"]',
        f'  edge [color="{theme.edge}", arrowsize=0.7, penwidth=1.2, fontname="{FONT}", fontsize=10]',
    ]


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
    shape = "" if node.shape is None else f"shape {_shape(node)}"
    parts = [node.label, node.name, shape, node.dtype, f"made in {node.line}" if node.line else ""]
    return ", ".join(part for part in parts if part)


def short_name(node: GraphNode) -> str:
    """`Mul` for MulBackward0."""
    return plain(node.called)


def _node_lines(node: GraphNode, look: Look, theme: Theme) -> list[str]:
    """The line of a node, and in full detail those of what it saved."""
    lines = [f"  n{node.id} [{node_attributes(node, look, theme)}]"]
    for place, saved in enumerate(node.saved if look.detail == "full" else ()):
        text = "\\n".join(map(_escaped, _saved_lines(saved)))
        tip = _escaped(f"kept for the backward of {short_name(node)}, until a walk has passed")
        lines.append(f"  s{node.id}_{place} [{_list({**theme.styles['saved'], 'label': text, 'tooltip': tip})}]")
        lines.append(f"  s{node.id}_{place} -> n{node.id} [style=dotted, arrowhead=none]")
    return lines


def node_attributes(node: GraphNode, look: Look, theme: Theme) -> str:
    style = dict(theme.styles[node.kind])
    if node.freed:
        style["style"] = "filled,dashed"
    if node.kind == "leaf":
        label = " | ".join(map(_record, _fields(node, look.detail)))
        if look.direction == "down":  # a record turns with the graph: in braces its fields stay one below the other
            label = f"{{{label}}}"
    elif node.kind == "fold":
        label = _escaped(node.name)
    else:
        texts = _op_lines(node, look.detail) if node.kind == "op" else _fields(node, look.detail)
        label = "\\n".join(map(_escaped, texts))
    own = {"id": f"n{node.id}"} if look.ids else {}
    return _list({**style, "label": label, "tooltip": _escaped(title_of(node), 4 * LONGEST), **own})


def _saved_lines(saved: Saved) -> list[str]:
    shape = shape_text(saved.shape)
    return [f"saved {saved.label or saved.what}".strip(), saved.value or f"{shape} {saved.dtype}"]


def _fields(node: GraphNode, detail: str) -> list[str]:
    """Name, value or shape, gradient: what is known of a tensor."""
    if detail == "brief":
        return [node.label or _shape(node)]
    fields = [node.label, node.value or _shape(node)]
    if detail == "full":
        fields.append(f"{_shape(node)} {node.dtype}" if node.value and node.shape else node.dtype)
    if node.grad:
        fields.append(f"grad {node.grad}")
    if not node.requires_grad:
        fields.append("requires no grad")
    return [field for field in fields if field]


def _op_lines(node: GraphNode, detail: str) -> list[str]:
    """The op's name; below it what it made. (What the root op made is in the box beside it.)"""
    lines = [short_name(node)]
    if detail == "brief":
        lines += [node.label] if node.label and node.id != ROOT_OP else []
    elif node.id != ROOT_OP:
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


def _visible(graph: Graph, shown: set[int], theme: Theme, ids: bool) -> list[str]:
    """Edges in the direction of the data, from an input to its consumer. One for all hidden nodes at either end."""
    lines: list[str] = []
    to_more: dict[str, None] = {}
    for number, edge in enumerate(graph.edges):
        if edge.source in shown and edge.target in shown:
            attributes = {"id": f"e{number}"} if ids else {}
            if graph.nodes[edge.target].kind == "op" and len(shown) > SHORT_ROAD:
                attributes["weight"] = "4"  # a long road from op to op is straight
            if edge.stretched:
                attributes |= stretched(edge, theme)
            lines.append(f"n{edge.target} -> n{edge.source}" + (f" [{_list(attributes)}]" if attributes else ""))
        elif edge.source in shown:
            to_more[f"more -> n{edge.source} [style=dashed]"] = None
        elif edge.target in shown:
            to_more[f"n{edge.target} -> more [style=dashed]"] = None
    return [*lines, *to_more]


def stretched(edge: GraphEdge, theme: Theme) -> dict[str, str]:
    """How an edge says that its input was broadcast: the two shapes; in its tooltip what that means on the way back."""
    before, after = map(shape_text, edge.shapes)
    return {
        "label": f"{before} → {after}",
        "color": theme.marks["stretched"],
        "fontcolor": theme.marks["stretched"],
        "style": "bold",
        "tooltip": f"broadcast from {before} to {after}; its gradient is summed back to {before}",
        "labeltooltip": f"broadcast from {before} to {after}; its gradient is summed back to {before}",
    }


def _shape(node: GraphNode) -> str:
    return shape_text(node.shape or ())


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _colour(colour: str) -> str:
    return f'"{colour}"' if colour.startswith("#") else colour


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
