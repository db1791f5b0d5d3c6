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
    "op": ("#ffe9bd", "#c98500"),
    "result": ("#c9ecdf", "#008a63"),
    "fold": ("#e4e4e4", "#7f7f7f"),
    "saved": ("#f6dcea", "#b0578f"),
}
LIGHT_MARKS = {
    "stretched": "#b0578f",
    "missing": "#d55e00",
    "extra": "#0072b2",
    "doubled": "#b0578f",
    "detached": "#c98500",
}
THEMES = {
    # Edges in the middle between black and white, and light nodes with a dark edge: seen on any page.
    "auto": _theme("transparent", "#1b1b1b", "#7f7f7f", LIGHT_MARKS, **LIGHT_COLOURS),
    "light": _theme("white", "#1b1b1b", "#5f5f5f", LIGHT_MARKS, **LIGHT_COLOURS),
    "dark": _theme(
        "#111111",
        "#f2f2f2",
        "#a6a6a6",
        {"stretched": "#e39ac6", "missing": "#ff8c42", "extra": "#56b4e9", "doubled": "#e39ac6", "detached": "#f0b429"},
        leaf=("#0f3a56", "#56b4e9"),
        op=("#4a3500", "#e69f00"),
        result=("#0b4535", "#2fc796"),
        fold=("#333333", "#a6a6a6"),
        saved=("#4a2340", "#e39ac6"),
    ),
}


def theme_of(name: str) -> Theme:
    """The theme of that name. Raises GradlabError for another name."""
    if name not in THEMES:
        raise GradlabError(f'theme is "auto", "light" or "dark", not {name!r}.')
    return THEMES[name]
