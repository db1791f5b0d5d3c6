"""Pictures of graphs.

    draw(loss, names=locals())        # in a notebook: the picture
    draw(loss).save("loss.png")

Data flows from left to right: leaves (rounded boxes), ops (ellipses), the result (double-edged box). An edge is one use
of an input; `x * x` has two. The picture is inline SVG, made by Graphviz; without Graphviz it is a drawing in text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gradlab.dot import alt_text, dot_text
from gradlab.errors import GradlabError
from gradlab.graph import Graph, trace
from gradlab.render import advice, has_dot, render, svg_of
from gradlab.text_drawing import text_drawing

FORMATS = ("svg", "png", "pdf", "dot", "txt")


def draw(
    tensor, names: Mapping[str, object] | None = None, *, direction: str = "right", max_nodes: int = 100
) -> Drawing:
    """The graph of `tensor`, as it was recorded.

    names: variables by name, such as locals(), to label tensors with. direction: "right" or "down", where data flows.
    max_nodes: of a larger graph only so many are shown, those nearest to the result.
    """
    return Drawing(trace(tensor, names), direction=direction, max_nodes=max_nodes)


class Drawing:
    """A graph that shows itself: in a notebook as SVG, in a terminal as text."""

    def __init__(self, graph: Graph, direction: str = "right", max_nodes: int = 100):
        if direction not in ("right", "down"):
            raise GradlabError(f'direction is "right" or "down", not {direction!r}.')
        self.graph, self.direction, self.max_nodes = graph, direction, max_nodes

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence."""
        return alt_text(self.graph)

    @property
    def dot(self) -> str:
        """The picture in Graphviz's language."""
        return dot_text(self.graph, self.direction, self.max_nodes)

    def svg(self) -> str:
        """The picture as SVG. Raises GradlabError without Graphviz."""
        return svg_of(self.dot, self.alt)

    def text(self) -> str:
        """The graph as lines of text, the result first."""
        return text_drawing(self.graph, self.max_nodes)

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
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def __repr__(self) -> str:
        return self.alt

    def _repr_svg_(self) -> str | None:
        return self.svg() if has_dot() else None

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        if has_dot():
            return {"image/svg+xml": self.svg(), "text/plain": self.alt}
        return {"text/plain": f"{self.text()}\n\n{advice()}"}
