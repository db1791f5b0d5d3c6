"""A layout of our own, for where there is no Graphviz: columns by distance from the leaves, rows in reading order."""

from __future__ import annotations

from html import escape

from gradlab.dot import LONGEST, plain, short_name, title_of
from gradlab.graph import Graph, GraphNode, shape_text
from gradlab.stage import Stage
from gradlab.themes import theme_of

LETTER, LINE, GAP_X, GAP_Y = 7.2, 15, 60, 34


def plain_stage(graph: Graph) -> Stage:
    """Data flows to the right. Each node stands right of everything it was computed from, near its inputs' height."""
    theme = theme_of("auto")
    texts = {node.id: _texts(node) for node in graph.nodes}
    size = {i: (max(map(len, lines)) * LETTER + 24, len(lines) * LINE + 14) for i, lines in texts.items()}
    boxes, width, height = _place(graph, size)
    parts, middles = [], {}
    for number, edge in enumerate(graph.edges):
        (sx, sy, sw, sh), (tx, ty, tw, _) = boxes[edge.target], boxes[edge.source]
        x0, x1 = sx + sw / 2, tx - tw / 2
        # Two uses of one input lie side by side.
        twin = sum(e.source == edge.source and e.target == edge.target for e in graph.edges[:number])
        bend = 14 * ((twin + 1) // 2) * (-1) ** twin
        others = [box for i, box in boxes.items() if i not in (edge.source, edge.target)]
        if any(_meets(box, x0, sy, x1, ty) for box in others):  # around what is in the way
            bend += sh + GAP_Y
        path = f"M{x0 + 7:.1f},{sy:.1f}C{x0 + 30:.1f},{sy + bend:.1f} {x1 - 30:.1f},{ty + bend:.1f} {x1:.1f},{ty:.1f}"
        head = f"{x0:.1f},{sy:.1f} {x0 + 9:.1f},{sy - 4:.1f} {x0 + 9:.1f},{sy + 4:.1f}"
        parts.append(
            f'<g data-e="{number}"><path fill="none" stroke="{theme.edge}" d="{path}"/>'
            f'<polygon fill="{theme.edge}" stroke="{theme.edge}" points="{head}"/></g>'
        )
        middles[number] = ((x0 + x1) / 2, (sy + ty) / 2 + 0.75 * bend)
    for node in graph.nodes:
        parts.append(_drawn(node, boxes[node.id], texts[node.id], theme))
    body = f'<g font-family="Helvetica,Arial" font-size="12" text-anchor="middle">{"".join(parts)}</g>'
    return Stage(body, width, height, boxes, middles)


def _meets(box: tuple, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Does the straight line pass through the box?"""
    x, y, w, h = box
    steps = [i / 12 for i in range(13)]
    return any(abs(x0 + t * (x1 - x0) - x) < w / 2 and abs(y0 + t * (y1 - y0) - y) < h / 2 for t in steps)


def _place(graph: Graph, size: dict) -> tuple[dict, float, float]:
    """Middle and size of each node; width and height of the whole."""
    column = dict.fromkeys(range(len(graph.nodes)), 0)
    users: dict[int, list[int]] = {}
    for edge in sorted(graph.edges, key=lambda edge: -edge.source):  # inputs first: a source stands before its target
        column[edge.source] = max(column[edge.source], column[edge.target] + 1)
        users.setdefault(edge.target, []).append(edge.source)
    for node in graph.leaves:  # a leaf stands next to its first user
        if node.id in users:
            column[node.id] = min(column[user] for user in users[node.id]) - 1
    boxes, x = {}, 10.0
    for number in sorted(set(column.values())):
        here = [i for i in column if column[i] == number]
        wide, y = max(size[i][0] for i in here), 10.0
        for i in here:
            boxes[i] = (x + wide / 2, y + size[i][1] / 2, *size[i])
            y += size[i][1] + GAP_Y
        x += wide + GAP_X
    height = max(y + h / 2 for _, y, _, h in boxes.values()) + GAP_Y
    return boxes, x - GAP_X + 10, height


def _texts(node: GraphNode) -> list[str]:
    shape = shape_text(node.shape) if node.shape else ""
    first = short_name(node) if node.kind == "op" else node.label
    lines = [first, node.label if node.kind == "op" else "", node.value or shape]
    return [plain(line, LONGEST) for line in lines if line] or [node.kind]


def _drawn(node: GraphNode, box: tuple, lines: list[str], theme) -> str:
    x, y, w, h = box
    style = theme.styles[node.kind]
    paint = f'fill="{style["fillcolor"]}" stroke="{style["color"]}" stroke-width="1.4"'
    if node.kind == "op":
        shape = f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{w / 2:.1f}" ry="{h / 2:.1f}" {paint}/>'
    else:
        corner = 8 if node.kind == "leaf" else 0
        place = f'x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w:.1f}" height="{h:.1f}"'
        shape = f'<rect {place} rx="{corner}" {paint}/>'
    top = y - (len(lines) - 1) * LINE / 2 + 4
    words = "".join(
        f'<text x="{x:.1f}" y="{top + i * LINE:.1f}" fill="{theme.ink}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return f'<g data-n="{node.id}"><title>{escape(title_of(node))}</title>{shape}{words}</g>'
