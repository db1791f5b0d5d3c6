"""The pictures of the page: inline SVG and bars, which say in words what they show."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, BASE = 640, 190, 150


def histogram(bins: Sequence[int]) -> str:
    """How many students are in each tenth of the points."""
    most, step = max([*bins, 1]), WIDTH / len(bins)
    edges = [round(100 * place / len(bins)) for place in range(len(bins) + 1)]
    told = ", ".join(f"{edges[i]} to {edges[i + 1]} %: {count}" for i, count in enumerate(bins) if count) or "nobody"
    parts = [f'<line class="rule" x1="0" y1="{BASE}" x2="{WIDTH}" y2="{BASE}"/>']
    for place, count in enumerate(bins):
        x, height = place * step, (BASE - 24) * count / most
        if count:
            parts.append(
                f'<rect class="bar" x="{x + 4:.1f}" y="{BASE - height:.1f}" width="{step - 8:.1f}" '
                f'height="{height:.1f}" rx="3"><title>{edges[place]} to {edges[place + 1]} %: {count}</title></rect>'
                f'<text x="{x + step / 2:.1f}" y="{BASE - height - 6:.1f}" text-anchor="middle">{count}</text>'
            )
        if place % 2 == 0:
            parts.append(f'<text class="soft" x="{x:.1f}" y="{BASE + 18}">{edges[place]}</text>')
    parts.append(f'<text class="soft" x="{WIDTH}" y="{BASE + 18}" text-anchor="end">100 %</text>')
    parts.append(
        f'<text class="soft" x="0" y="{HEIGHT - 4}">share of the points; above each bar, how many students</text>'
    )
    alt = escape(f"Distribution of scores. {told}.")
    return (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 {WIDTH} {HEIGHT}"><title>{alt}</title>{"".join(parts)}</svg>'
    )


def stack(counts: Sequence[tuple[str, int]], told: str) -> str:
    """A bar divided as the counts are; each part has the colour of its kind. told: the same in words."""
    total = sum(count for _, count in counts) or 1
    parts = "".join(
        f'<i class="{kind}" style="width:{100 * count / total:.2f}%"></i>' for kind, count in counts if count
    )
    return f'<div class="stack" role="img" aria-label="{escape(told)}" title="{escape(told)}">{parts}</div>'
