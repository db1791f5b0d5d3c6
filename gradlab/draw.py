"""Pictures of graphs.

    draw(loss, names=locals())        # in a notebook: the picture
    draw(loss).save("loss.png")

Data flows from left to right: leaves (rounded boxes), ops (ellipses), the result (double-edged box). An edge is one use
of an input; `x * x` has two; a bold one with two shapes was broadcast. The picture is inline SVG, made by Graphviz;
without Graphviz it is a drawing in text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gradlab.dot import Look, alt_text, dot_text
from gradlab.embedded import picture_html, write_picture
from gradlab.errors import GradlabError
from gradlab.folding import fold as folded
from gradlab.graph import Graph, trace
from gradlab.render import advice, has_dot, render, svg_of
from gradlab.text_drawing import text_drawing
from gradlab.themes import FOLLOWING

FORMATS = ("svg", "png", "pdf", "dot", "txt")


def draw(
    tensor,
    names: Mapping[str, object] | None = None,
    *,
    direction: str = "right",
    detail: str = "normal",
    max_nodes: int = 100,
    fold: bool = True,
    theme: str = "auto",
) -> Drawing:
    """The graph of `tensor`, as it was recorded.

    names: variables by name, such as locals(), to label tensors with. direction: "right" or "down", where data flows.
    detail: "brief" (names only), "normal", or "full" (dtypes, and what each op saves for its backward).
    fold: in a graph of more than 40 nodes, show of repeated blocks the first and the last: "… 98 more like this …".
    max_nodes: of a graph that is larger after that, only so many are shown, those nearest to the result.
    theme: "auto" (for any page), "light" or "dark".
    """
    look = Look(direction, max_nodes, detail, theme)
    return Drawing(trace(tensor, names), look, fold=fold)


class Drawing:
    """A graph that shows itself: in a notebook as SVG, in a terminal as text."""

    def __init__(self, graph: Graph, look: Look | None = None, fold: bool = True):
        self.graph, self.look = graph, look or Look()
        self.shown = folded(graph) if fold else graph

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence."""
        return alt_text(self.graph)

    @property
    def dot(self) -> str:
        """The picture in Graphviz's language."""
        return dot_text(self.shown, self.look)

    def svg(self) -> str:
        """The picture as SVG. Raises GradlabError without Graphviz."""
        return svg_of(self.dot, self.alt, FOLLOWING if self.look.theme == "auto" else None)

    def text(self) -> str:
        """The graph as lines of text, the result first."""
        return text_drawing(self.shown, self.look.max_nodes)

    def save(self, path: Path | str) -> Path:
        """Write the picture; the ending of `path` says how: .svg, .png, .pdf, .dot or .txt. Raises GradlabError."""
        path = Path(path)
        kind = path.suffix.lower().lstrip(".")
        if kind not in FORMATS:
            raise GradlabError(f"{path}: a drawing is saved as .{', .'.join(FORMATS)}.")
        if kind == "svg":
            content: str | bytes = self.svg()
        elif kind in ("dot", "txt"):
            content = self.dot if kind == "dot" else self.text() + "\n"
        else:
            content = render(self.dot, kind)
        write_picture(path, content)
        return path

    def __repr__(self) -> str:
        return self.alt

    def _repr_svg_(self) -> str | None:
        return self.svg() if has_dot() else None

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        if has_dot():
            svg = self.svg()
            return {"text/html": picture_html(svg, self.alt), "image/svg+xml": svg, "text/plain": self.alt}
        return {"text/plain": f"{self.text()}\n\n{advice()}"}
