"""Backward in slow motion, over the graph that was really recorded.

    backward_movie(loss, names=locals())

Arrow keys, a slider and a play button move through the steps: the node that is visited, the gradient that arrives, what
its rule sends along each edge, what is added up, what waits, what is freed. It is one piece of HTML, with no kernel
behind it and nothing from the network. Where scripts are not allowed it is a strip of still frames. The graph and every
`.grad` stay as they were: it shows what `backward()` would do, and does not do it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np

from gradlab.embedded import write_picture
from gradlab.errors import GradlabError
from gradlab.few_words import named
from gradlab.graph import Graph, shape_text
from gradlab.page_theme import page_css
from gradlab.short_film import shortened
from gradlab.slow_walk import Contribution, Step, slow_walk
from gradlab.stage import Stage, stage_of
from gradlab.strip import strip_svg
from gradlab.themes import FOLLOWING

MAX_NODES = 150
SHORT = 16  # characters of a number on an edge or under a node


def backward_movie(
    loss, names: Mapping[str, object] | None = None, *, gradient=None, max_nodes: int = MAX_NODES
) -> Movie:
    """What `loss.backward()` would do now, step by step.

    names: variables by name, such as locals(). gradient: what to start with, for a loss of more than one entry.
    max_nodes: of a graph that is larger, repeated blocks are passed in one step. Raises GradlabError for a tensor
    without a graph, a freed graph, or one that is larger even then.
    """
    return Movie(*shortened(*slow_walk(loss, gradient, names), max_nodes))


class Movie:
    """The steps of a walk, and how they are shown."""

    def __init__(self, graph: Graph, steps: list[Step]):
        self.graph, self.steps = graph, steps

    def text(self) -> str:
        """Every step in words."""
        return "\n".join(
            f"{number}. {title(step)}" + "".join(f"\n   {line}" for line in lines_of(step, self.graph))
            for number, step in enumerate(self.steps)
        )

    def strip(self) -> str:
        """A strip of still frames, as SVG."""
        return strip_svg(self.stage, [self.frame(step) for step in self.steps], self.alt)

    def html(self) -> str:
        """The movie: the strip, and a script that puts the player in its place."""
        strip = base64.b64encode(self.strip().encode("utf-8")).decode("ascii")
        movie = {
            "title": self.alt,
            "stage": self.stage.body,
            "size": [round(self.stage.width), round(self.stage.height + 14)],
            "nodes": {i: [round(x), round(y + h / 2 + 11)] for i, (x, y, w, h) in self.stage.nodes.items()},
            "edges": {i: [round(x), round(y - 4)] for i, (x, y) in self.stage.edges.items()},
            "frames": [self.frame(step) for step in self.steps],
        }
        data = json.dumps(movie, ensure_ascii=False, separators=(",", ":"))
        data = data.replace("<", "\\u003c")  # nothing in it can end the script, or begin a comment
        data = data.replace("\u2028", " ").replace("\u2029", " ")
        name = "glm" + hashlib.sha1(data.encode("utf-8")).hexdigest()[:10]
        return (
            f'<div class="glm" data-glm="{name}"><img alt="{escape(self.alt)}" style="max-width:100%" '
            f'src="data:image/svg+xml;base64,{strip}"></div>'
            f'<style>{asset("movie.css")}{page_css(FOLLOWING)}</style><script>({asset("movie.js")})("{name}",{data})</script>'
        )

    def page(self) -> str:
        """The movie as a page of its own."""
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        head += f"<title>{escape(self.alt)}</title>"
        style = "<style>:root{color-scheme:light dark}body{margin:1rem;font-family:sans-serif}</style>"
        return f'<!doctype html><html lang="en"><head>{head}{style}</head><body>{self.html()}</body></html>\n'

    def save(self, path: Path | str) -> Path:
        """Write it; the ending of `path` says how: .html (the movie), .svg (the strip) or .txt. Raises GradlabError."""
        path = Path(path)
        made = {".html": self.page, ".svg": self.strip, ".txt": lambda: self.text() + "\n"}.get(path.suffix.lower())
        if made is None:
            raise GradlabError(f"{path}: a movie is saved as .html, .svg (a strip of frames) or .txt.")
        write_picture(path, made())
        return path

    @property
    def stage(self) -> Stage:
        if not hasattr(self, "_stage"):
            self._stage = stage_of(self.graph)
        return self._stage

    @property
    def alt(self) -> str:
        leaves = [step for step in self.steps if step.kind == "leaf" and step.name != "leaf"]
        ends = ", ".join(f"{step.name}.grad becomes {step.after}" for step in leaves)
        of = self.steps[0].name
        return f"Backward from {of if of != 'result' else 'the result'} in {len(self.steps)} steps" + (
            f": {ends}." if 0 < len(ends) < 200 else "."
        )

    def frame(self, step: Step) -> dict:
        """A step as the player and the strip need it."""
        return {
            "title": title(step),
            "node": step.node,
            "lines": lines_of(step, self.graph),
            "flows": [[each.edge, cut(each.sent)] for each in step.contributions],
            "waiting": [[node, cut(value)] for node, value in step.waiting],
            "done": cut(step.after) if step.kind == "leaf" else "",
            "frees": bool(step.freed),
        }

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html(), "image/svg+xml": self.strip(), "text/plain": self.text()}


def title(step: Step) -> str:
    """What happens, in a line."""
    if step.kind == "seed":
        if step.arrives != "1":
            return f"The walk starts with {step.arrives}"
        return f"The walk starts: d({step.name}) / d({step.name}) = 1"
    return {"op": "Visit ", "leaf": "Arrive at ", "fold": "Pass "}[step.kind] + step.name


def lines_of(step: Step, graph: Graph) -> list[str]:
    """The step in sentences with numbers."""
    called = {node.id: name_in(graph, node.id) for node in graph.nodes}
    if step.kind == "seed":
        what = "The gradient of the result with respect to itself" if step.arrives == "1" else "The gradient given"
        return [f"{what} is handed to the node that made {'it' if step.arrives == '1' else 'the result'}."]
    lines = [f"Gradient that arrives: {step.arrives}"]
    if step.kind == "fold":
        lines.append(f"{graph.nodes[step.node].arity:,} nodes are visited, each as those before it.")
    if step.hooked:
        lines.append(f"Hooks make of it: {step.hooked}")
    if step.rule:
        lines.append(f"Rule: {step.rule}")
    if step.kind == "leaf":
        if step.before:
            added = step.hooked or step.arrives
            sums = f"{step.before} + {added} = " if step.adds else "now: "
            lines.append(f"{step.name}.grad was {step.before}; {sums}{step.after}")
        else:
            lines.append(f"{step.name}.grad was None; now: {step.after}")
    lines += [sentence(each, called[each.target]) for each in step.contributions]
    if step.freed:
        lines.append(f"Freed: {', '.join(step.freed)}")
    if step.line:
        lines.append(f"Recorded in {step.line}")
    waiting = [f"{called[node]} {value}" for node, value in step.waiting]
    lines.append(f"Waiting: {'; '.join(waiting)}" if waiting else "Nothing waits: the walk is over.")
    return lines


def sentence(sent: Contribution, target: str) -> str:
    """`To x: 3, added to the 4 that waits there: 7`."""
    undone = f" (summed from {sent.stretched}: broadcasting undone)" if sent.stretched else ""
    added = f", added to the {sent.before} that waits there: {sent.after}" if sent.before else ""
    return f"To {target}: {sent.sent}{undone}{added}"


def name_in(graph: Graph, place: int) -> str:
    return named(graph.nodes[place])


def cut(text: str) -> str:
    """`text` where there is little room: of many numbers only their shape, `(2, 3)`."""
    if len(text) <= SHORT:
        return text
    if not text.startswith("["):
        return (re.match(r"\([\d, ]*\)|[^,]*", text)[0])[:SHORT]
    return shape_text(np.shape(json.loads(re.sub(r"-?inf|nan", "0", text))))


@cache
def asset(name: str) -> str:
    return files("gradlab").joinpath(name).read_text(encoding="utf-8").strip()
