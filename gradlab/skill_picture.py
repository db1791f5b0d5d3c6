"""The map of skills as SVG: a band for each lesson, a box for each skill, a line from what is needed to what needs it.

Colour, border and sign all say the state, so that each is enough alone. It takes the colours of the page it stands in,
and needs no Graphviz.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from gradlab.page_theme import following_the_page
from gradlab.skills import EARNED, LOCKED, OPEN, SIGNS, SkillStatus
from gradlab.standing import Standing

WIDTH, MARGIN = 800, 14
BOX_HEIGHT, ROW, GAP, LETTER = 30, 60, 18, 6.6  # pixels; of a letter of 12 pixels, on average
TITLE, HEAD = 26, 58  # heights of a band's title, and of what stands above the map
INK, SOFT, BAND, WAITS = "#1b1b1b", "#5f5f5f", "#f4f4f4", "#8a8a8a"
#: fill, border, width of the border, its dashes, ink
LOOKS = {
    EARNED: ("#c9ecdf", "#008a63", 2.4, "", INK),
    OPEN: ("#ffe9bd", "#c98500", 1.8, "", INK),
    LOCKED: ("#ececec", WAITS, 1.2, "3 3", "#4a4a4a"),
}
#: The same on a dark page.
DARK = {
    INK: "#f2f2f2", SOFT: "#b5b5b5", BAND: "#212326", WAITS: "#8c8c8c", "#c9ecdf": "#0b4535", "#008a63": "#2fc796",
    "#ffe9bd": "#4a3500", "#c98500": "#e69f00", "#ececec": "#2c2e31", "#4a4a4a": "#c4c4c4",
}  # fmt: skip


@dataclass
class Box:
    skill: SkillStatus
    x: float = 0.0  # of its middle
    y: float = 0.0  # of its top

    @property
    def width(self) -> float:
        return LETTER * len(self.skill.name) + (62 if self.skill.state == OPEN else 38)


def skill_svg(at: Standing) -> str:
    """The picture, an <svg> element that screen readers read as one image."""
    boxes = {skill.name: Box(skill) for skill in at.skills}
    titles, height = _place(at, boxes)
    parts = [_head(at)]
    for number, (lesson, top, bottom) in enumerate(titles):
        if number % 2 == 0:
            parts.append(
                f'<rect x="1" y="{top:.0f}" width="{WIDTH - 2}" height="{bottom - top:.0f}" rx="8" fill="{BAND}"/>'
            )
        title = escape(f"{lesson.number} · {lesson.title}")
        parts.append(f'<text x="{MARGIN}" y="{top + 18:.0f}" fill="{SOFT}" font-size="12">{title}</text>')
    parts += [_line(boxes[need], box) for box in boxes.values() for need in box.skill.skill.needs if need in boxes]
    parts += [_box(box) for box in boxes.values()]
    alt = escape(at.alt)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{alt}" width="{WIDTH}" '
        f'height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}" style="max-width:100%;height:auto" '
        f'font-family="Helvetica,Arial,sans-serif">\n<title>{alt}</title>\n{"".join(parts)}</svg>'
    )
    return following_the_page(svg, DARK)


# ---- places -----------------------------------------------------------------------------------------------------


def _place(at: Standing, boxes: dict[str, Box]) -> tuple[list, float]:
    """Give each box its place; (lesson, top, bottom) of each band, and the height of it all."""
    bands, y = [], float(HEAD)
    for status in at.lessons:
        rows = _rows([box for box in boxes.values() if box.skill.lesson == status.lesson])
        if not rows:
            continue
        top = y
        y += TITLE
        for row in rows:
            _place_row(row, y, boxes)
            y += ROW
        y -= ROW - BOX_HEIGHT - 12
        bands.append((status.lesson, top, y))
        y += 12
    return bands, y


def _rows(own: list[Box]) -> list[list[Box]]:
    """The skills of a lesson in rows: each below what it needs of the same lesson, and none wider than the map."""
    depth: dict[str, int] = {}
    for box in own:
        depth[box.skill.name] = 1 + max((depth[need] for need in box.skill.skill.needs if need in depth), default=-1)
    levels: dict[int, list[Box]] = defaultdict(list)
    for box in own:
        levels[depth[box.skill.name]].append(box)
    rows = []
    for level in sorted(levels):
        row: list[Box] = []
        for box in levels[level]:
            if row and sum(each.width + GAP for each in [*row, box]) > WIDTH - 2 * MARGIN:
                rows.append(row)
                row = []
            row.append(box)
        rows.append(row)
    return rows


def _place_row(row: list[Box], y: float, boxes: dict[str, Box]) -> None:
    """Boxes between their place in an even spread and the middle of what they need: below it, and not in one column,
    where a line that passes behind a box would look as if it ended there."""
    wish = {}
    for number, box in enumerate(row):
        even = WIDTH * (number + 0.5) / len(row)
        needed = [boxes[need].x for need in box.skill.skill.needs if need in boxes]
        wish[box.skill.name] = (even + sum(needed) / len(needed)) / 2 if needed else even
    row.sort(key=lambda box: wish[box.skill.name])
    right = float(MARGIN)
    for box in row:
        box.x = max(wish[box.skill.name], right + box.width / 2)
        right = box.x + box.width / 2 + GAP
    left = WIDTH - MARGIN
    for box in reversed(row):
        box.x = min(box.x, left - box.width / 2)
        left = box.x - box.width / 2 - GAP
        box.y = y


# ---- marks ------------------------------------------------------------------------------------------------------


def _head(at: Standing) -> str:
    counts = f"{len(at.skills_in(EARNED))} of {len(at.skills)} skills earned · {at.experience}"
    legend, x = [], float(MARGIN)
    for state in (EARNED, OPEN, LOCKED):
        fill, line, width, dashes, ink = LOOKS[state]
        legend.append(
            f'<rect x="{x:.0f}" y="32" width="17" height="17" rx="4" fill="{fill}" stroke="{line}" '
            f'stroke-width="{width}" stroke-dasharray="{dashes}"/>'
            f'<text x="{x + 8.5:.1f}" y="45" text-anchor="middle" font-size="12" fill="{ink}">{SIGNS[state]}</text>'
            f'<text x="{x + 23:.0f}" y="45" font-size="12" fill="{SOFT}">{state}</text>'
        )
        x += 84
    first = f'<text x="{MARGIN}" y="20" font-size="14" font-weight="bold" fill="{SOFT}">{escape(counts)}</text>'
    return first + "".join(legend)


def _line(need: Box, box: Box) -> str:
    y0, y1 = need.y + BOX_HEIGHT, box.y
    bend = min(60, (y1 - y0) / 2)
    earned = need.skill.state == EARNED
    look = 'stroke-width="2"' if earned else 'stroke-width="1.2" stroke-dasharray="3 3"'
    colour = LOOKS[EARNED][1] if earned else WAITS
    road = f"M{need.x:.0f},{y0:.0f}C{need.x:.0f},{y0 + bend:.0f} {box.x:.0f},{y1 - bend:.0f} {box.x:.0f},{y1:.0f}"
    return f'<path d="{road}" fill="none" stroke="{colour}" stroke-opacity=".9" {look}/>'


def _box(box: Box) -> str:
    skill = box.skill
    fill, line, width, dashes, ink = LOOKS[skill.state]
    count = (
        f' <tspan fill="{INK}" font-style="italic">{skill.done}/{skill.total}</tspan>' if skill.state == OPEN else ""
    )
    told = f"{skill.name}: {skill.state}, {skill.done} of {skill.total} exercises"
    told += f"; waits for {', '.join(skill.waits_for)}" if skill.waits_for else ""
    return (
        f"<g><title>{escape(told)}</title>"
        f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y:.0f}" width="{box.width:.1f}" height="{BOX_HEIGHT}" rx="9" '
        f'fill="{fill}" stroke="{line}" stroke-width="{width}" stroke-dasharray="{dashes}"/>'
        f'<text x="{box.x:.1f}" y="{box.y + 19.5:.1f}" text-anchor="middle" font-size="12" fill="{ink}">'
        f"{SIGNS[skill.state]} {escape(skill.name)}{count}</text></g>"
    )
