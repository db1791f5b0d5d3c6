"""A movie as still frames, one below the other: for pages where no script runs."""

from __future__ import annotations

import re
from html import escape

from gradlab.stage import Stage

MOST = 8  # frames
LINE = 17
LETTERS = 110  # of a caption in one line
ON, SENT, WAITS = "#d55e00", "#b34700", "#005a8f"


def strip_svg(stage: Stage, frames: list[dict], alt: str) -> str:
    """The first frame, the last, and those between as evenly as they fit. The graph is in the file once."""
    chosen = frames
    if len(frames) > MOST:
        chosen = [frames[round(i * (len(frames) - 1) / (MOST - 1))] for i in range(MOST)]
    width, y, parts = max(stage.width + 20, 640), 8.0, []
    for frame in chosen:
        caption = [f"{frames.index(frame)}. {frame['title']}", *(line for line in frame["lines"])]
        parts.append(f'<g transform="translate(10,{y:.0f})">{_frame(stage, frame, caption)}</g>')
        y += stage.height + 22 + LINE * len(caption) + 18
        parts.append(f'<path stroke="#ccc" d="M0,{y - 10:.0f}H{width:.0f}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="{escape(alt)}" width="{width:.0f}" height="{y:.0f}" viewBox="0 0 {width:.0f} {y:.0f}" '
        f'font-family="Helvetica,Arial,sans-serif"><title>{escape(alt)}</title><rect width="100%" height="100%" '
        f'fill="white"/><defs><g id="graph">{_without_labels(stage.body)}</g></defs>{"".join(parts)}</svg>'
    )


def _frame(stage: Stage, frame: dict, caption: list[str]) -> str:
    parts = ['<use xlink:href="#graph" href="#graph"/>']
    x, y, w, h = stage.nodes[frame["node"]]
    parts.append(
        f'<rect x="{x - w / 2 - 4:.0f}" y="{y - h / 2 - 4:.0f}" width="{w + 8:.0f}" height="{h + 8:.0f}" rx="9" '
        f'fill="none" stroke="{ON}" stroke-width="3"/>'
    )
    for edge, text in frame["flows"]:
        if edge in stage.edges:
            parts.append(_text(*stage.edges[edge], text, SENT, -4))
    labels = [*frame["waiting"], *([[frame["node"], f"grad {frame['done']}"]] if frame["done"] else [])]
    for node, text in labels:
        x, y, _, h = stage.nodes[node]
        parts.append(_text(x, y + h / 2, text, WAITS, 16))
    top = stage.height + 30
    for number, line in enumerate(caption):
        weight = ' font-weight="bold"' if number == 0 else ""
        line = line if len(line) <= LETTERS else f"{line[: LETTERS - 1]}…"
        parts.append(f'<text y="{top + LINE * number:.0f}" font-size="13"{weight}>{escape(line)}</text>')
    return "".join(parts)


def _without_labels(body: str) -> str:
    """The graph without words on its edges: numbers go there."""
    return re.sub(
        r"<g data-e=.*?</g>\s*(?=<g data-|</g>|$)",
        lambda edge: re.sub(r"<text.*?</text>", "", edge[0]),
        body,
        flags=re.DOTALL,
    )


def _text(x: float, y: float, text: str, colour: str, down: float) -> str:
    return (
        f'<text x="{x:.0f}" y="{y + down:.0f}" text-anchor="middle" font-size="11" font-weight="bold" fill="{colour}" '
        f'stroke="white" stroke-width="3" paint-order="stroke">{escape(text)}</text>'
    )
