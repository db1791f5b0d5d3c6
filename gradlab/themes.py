"""Colours of the drawings. Okabe and Ito's, which colour-blind readers can tell apart; shapes say the same without."""

from __future__ import annotations

from dataclasses import dataclass

from gradlab.errors import GradlabError


@dataclass(frozen=True)
class Theme:
    """styles: Graphviz attributes by kind of node. marks: the colour of an edge by what is said about it."""

    background: str
    ink: str
    edge: str
    styles: dict[str, dict[str, str]]
    marks: dict[str, str]


SHAPES = {
    "leaf": {"shape": "Mrecord"},
    "op": {"shape": "ellipse"},
    "result": {"shape": "box"},
    "more": {"shape": "plaintext"},
    "fold": {"shape": "box3d"},
    "saved": {"shape": "note"},
}
EXTRAS = {
    "op": {"margin": "0.04,0.02"},
    "result": {"peripheries": "2"},
    "fold": {"margin": "0.15,0.08"},
    "saved": {"fontsize": "10", "height": "0.3"},
}


def _theme(background: str, ink: str, edge: str, marks: dict[str, str], **colours: tuple[str, str]) -> Theme:
    styles = {}
    for kind, shape in SHAPES.items():
        fill, line = colours.get(kind, ("none", edge))
        styles[kind] = {**shape, "fillcolor": fill, "color": line, **EXTRAS.get(kind, {})}
        if kind in ("more", "fold"):
            styles[kind]["fontcolor"] = edge if kind == "more" else ink
    return Theme(background, ink, edge, styles, marks)


LIGHT_COLOURS = {
    "leaf": ("#cfe6f5", "#0072b2"),
    "op": ("#ffe9bd", "#a86f00"),
    "result": ("#c9ecdf", "#008a63"),
    "fold": ("#e4e4e4", "#757575"),
    "saved": ("#f6dcea", "#a8497f"),
}
DARK_COLOURS = {
    "leaf": ("#0f3a56", "#56b4e9"),
    "op": ("#4a3500", "#e69f00"),
    "result": ("#0b4535", "#2fc796"),
    "fold": ("#333333", "#a6a6a6"),
    "saved": ("#4a2340", "#e39ac6"),
}
#: Their labels are text: they are told from the page as well as words must be, 4.5 to 1.
LIGHT_MARKS = {
    "stretched": "#a4457c",
    "missing": "#b84a00",
    "extra": "#0067a3",
    "doubled": "#8f3a8f",
    "detached": "#7a5600",
}
DARK_MARKS = {
    "stretched": "#e39ac7",
    "missing": "#ff8c42",
    "extra": "#6cbdec",
    "doubled": "#d79ae6",
    "detached": "#f0b429",
}
LIGHT_INK, DARK_INK = "#1b1b1b", "#f2f2f2"
THEMES = {
    # Of the light colours, with edges that are seen on any page; where it can, it takes the page's (FOLLOWING).
    "auto": _theme("transparent", LIGHT_INK, "#767676", LIGHT_MARKS, **LIGHT_COLOURS),
    "light": _theme("white", LIGHT_INK, "#5f5f5f", LIGHT_MARKS, **LIGHT_COLOURS),
    "dark": _theme("#111111", DARK_INK, "#a6a6a6", DARK_MARKS, **DARK_COLOURS),
}


def _twins() -> dict[str, str]:
    auto, dark = THEMES["auto"], THEMES["dark"]
    pairs = {auto.ink: dark.ink, auto.edge: dark.edge}
    pairs |= {auto.marks[name]: dark.marks[name] for name in auto.marks}
    for kind, colours in LIGHT_COLOURS.items():
        pairs |= dict(zip(colours, DARK_COLOURS[kind], strict=True))
    return pairs


#: What each colour of "auto" becomes on a dark page.
FOLLOWING = _twins()


def theme_of(name: str) -> Theme:
    """The theme of that name. Raises GradlabError for another name."""
    if name not in THEMES:
        raise GradlabError(f'theme is "auto", "light" or "dark", not {name!r}.')
    return THEMES[name]
