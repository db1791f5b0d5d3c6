"""The stage on which a movie plays: the drawn graph, and where on it each node and edge is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from gradlab.dot import Look, dot_text
from gradlab.graph import Graph
from gradlab.render import bare_svg, has_dot

SVG = "{http://www.w3.org/2000/svg}"
LOOK = Look(max_nodes=10**6, ids=True, spacing=(0.5, 0.75))  # room for a number under a node and on an edge


@dataclass(frozen=True)
class Stage:
    """body: SVG in which node 3 is a <g data-n="3"> and edge 5 a <g data-e="5">.

    width, height: of the whole. nodes: {id: (x, y of the middle, width, height)}. edges: {number: (x, y)}.
    """

    body: str
    width: float
    height: float
    nodes: dict[int, tuple[float, float, float, float]]
    edges: dict[int, tuple[float, float]]


def stage_of(graph: Graph) -> Stage:
    """`graph` as Graphviz lays it out; without Graphviz as `gradlab.plain_layout` does."""
    if not has_dot():
        from gradlab.plain_layout import plain_stage

        return plain_stage(graph)
    # Arrows the way the gradient goes.
    dot = dot_text(graph, LOOK).replace("  edge [", "  edge [dir=back, ", 1)
    return _read(bare_svg(dot))


def _read(svg: str) -> Stage:
    tree = ElementTree.fromstring(svg)
    _left, _top, width, height = map(float, tree.get("viewBox").split())
    world = tree.find(f"{SVG}g")
    dx, dy = map(float, re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", world.get("transform")).groups())
    nodes, edges = {}, {}
    for group in world.iter(f"{SVG}g"):
        name = group.get("id", "")
        if group.get("class") == "node" and name[1:].isdigit():
            nodes[int(name[1:])] = _box(group, dx, dy)
        elif group.get("class") == "edge" and name[1:].isdigit():
            x, y = _middle(_points(group.find(f".//{SVG}path").get("d")))
            edges[int(name[1:])] = (x + dx, y + dy)
    body = svg[svg.index("<g") : svg.rindex("</svg>")].strip()
    body = re.sub(r'<g id="([ne])(\d+)" class="\w+"', r'<g data-\1="\2"', body)
    body = re.sub(r'(<g) id="[^"]*"', r"\1", body)
    return Stage(body, width, height, nodes, edges)


def _box(group, dx: float, dy: float) -> tuple[float, float, float, float]:
    ellipse = group.find(f".//{SVG}ellipse")
    if ellipse is not None:
        x, y, rx, ry = (float(ellipse.get(name)) for name in ("cx", "cy", "rx", "ry"))
        return x + dx, y + dy, 2 * rx, 2 * ry
    points = []
    for shape in (*group.iter(f"{SVG}polygon"), *group.iter(f"{SVG}path")):
        points += _points(shape.get("points") or shape.get("d"))
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2 + dx, (min(ys) + max(ys)) / 2 + dy, max(xs) - min(xs), max(ys) - min(ys)


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Half way along a road of cubic Bézier curves, 3k + 1 points: where two meet, or in the middle of one."""
    curves = len(points) // 3
    if curves % 2 == 0:
        return points[3 * (curves // 2)]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[3 * (curves // 2) :][:4]
    return (x0 + 3 * x1 + 3 * x2 + x3) / 8, (y0 + 3 * y1 + 3 * y2 + y3) / 8


def _points(text: str) -> list[tuple[float, float]]:
    found = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)]
    return list(zip(found[::2], found[1::2], strict=False))
