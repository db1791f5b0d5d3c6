"""A graph with what goes back along its edges, and the guilty edge or node in colour: bold, dashed, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gradlab.dot import Look, header, node_attributes
from gradlab.embedded import picture_html
from gradlab.guilty.record import Seen
from gradlab.render import svg_of
from gradlab.themes import FOLLOWING, theme_of

STYLES = {"wrong": "bold", "lost": "dashed", "twice": "bold"}
COLOURS = {"wrong": "missing", "lost": "missing", "twice": "doubled"}  # names of the themes' marks


class Mark(NamedTuple):
    """kind: of STYLES. label: what stands beside it."""

    kind: str
    label: str


def marked_dot(seen: Seen, edges: Mapping[int, Mark], nodes: Mapping[int, Mark], look: Look, back: bool = True) -> str:
    """The DOT text of the graph of `seen`. edges, nodes: what is marked, by number.

    back: arrows go the way of the gradients, and what is sent stands beside them; else the way of the data.
    """
    theme = theme_of(look.theme)
    lines = ["digraph {", *header(look, len(seen.graph.nodes))]
    if back:
        caption = "on each edge: the gradient that the rule sends back"
        lines.append(f'  label="{caption}"; labeljust=l; fontsize=10; fontcolor="{theme.edge}"; edge [dir=back]')
    for node in seen.graph.nodes:
        mark = nodes.get(node.id)
        colour = theme.marks[COLOURS[mark.kind]] if mark else ""
        more = f', color="{colour}", penwidth=4, xlabel={_text(mark.label, colour)}' if mark else ""
        lines.append(f"  n{node.id} [{node_attributes(node, look, theme)}{more}]")
    for number, edge in enumerate(seen.graph.edges):
        mark, sent = edges.get(number), seen.sent.get(number) if back else None
        if mark:
            colour = theme.marks[COLOURS[mark.kind]]
            own = f'color="{colour}", style={STYLES[mark.kind]}, penwidth=3, label={_text(mark.label, colour)}'
        else:
            own = f'label="{sent}", fontcolor="{theme.edge}"' if sent is not None else ""
        lines.append(f"  n{edge.target} -> n{edge.source} [{own}]")
    return "\n".join([*lines, "}", ""])


def _text(label: str, colour: str) -> str:
    plain = "".join(char for char in label if char.isprintable() and char not in '"\\')
    return f'" {plain} ", fontcolor="{colour}"'


def show_picture(dot: str, alt: str) -> None:
    """Show it under a cell of a notebook."""
    from IPython.display import display

    svg = svg_of(dot, alt, FOLLOWING)
    display({"text/html": picture_html(svg, alt), "image/svg+xml": svg, "text/plain": alt}, raw=True)
