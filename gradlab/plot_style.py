"""The house style of the plots: lines of their own colour, dashes and markers, with their names at their ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: After Okabe and Ito, dark enough for a line's name to be read on white: 4.5 to 1 and more.
COLOURS = ("#0072b2", "#c25100", "#007a58", "#a04a80", "#1b1b1b", "#7d6200", "#00788c")
DARK_COLOURS = ("#56b4e9", "#ff8c42", "#2fc796", "#e39ac6", "#f2f2f2", "#e0c040", "#7fd6ea")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), (0, (9, 3)), "-")
MARKERS = "os^DvPX"
INK, SPINE, GRID, CONTOUR = "#1b1b1b", "#5a5a5a", "#e3e3e3", "#9a9a9a"
#: What each colour becomes on a dark page.
TWINS = {SPINE: "#b5b5b5", GRID: "#3a3a3a", CONTOUR: "#808080", **dict(zip(COLOURS, DARK_COLOURS, strict=True))}
FEW_POINTS = 30  # so many points of a line get markers
LINE_HEIGHT = 18  # pixels between two names, or they run into each other

STYLE = {
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.edgecolor": SPINE,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "font.size": 11,
    "lines.linewidth": 2.0,
    "lines.markersize": 5,
    "savefig.bbox": "tight",
}


def new_figure(title: str, xlabel: str, ylabel: str, size=(6.8, 3.9)) -> tuple[Figure, Axes]:
    """A figure of its own: pyplot does not know it, so a notebook shows it once and nothing has to be closed."""
    import matplotlib as mpl

    from gradlab.figure import LessonFigure

    with mpl.rc_context(STYLE):
        figure = LessonFigure(figsize=size, dpi=100)
        axes = figure.add_subplot()
        axes.set_title(title)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
    return figure, axes


def lines_figure(lines: Mapping[str, tuple], *, title: str, xlabel: str, ylabel: str, log_y: bool = False) -> Figure:
    import matplotlib as mpl

    figure, axes = new_figure(title, xlabel, ylabel)
    with mpl.rc_context(STYLE):
        for number, (name, (x, y)) in enumerate(lines.items()):
            few = len(x) <= FEW_POINTS
            style = {
                "color": COLOURS[number % len(COLOURS)],
                "linestyle": DASHES[number % len(DASHES)],
                "marker": MARKERS[number % len(MARKERS)] if few else None,
                "linewidth": 2.0,
                "markersize": 5,
            }
            seen = np.isfinite(y) & ((y > 0) | (not log_y))
            axes.plot(np.where(seen, x, np.nan), np.where(seen, y, np.nan), label=name or "_line", **style)
            if seen.any() and not seen.all() and not np.isfinite(y[-1]):
                last = np.flatnonzero(seen)[-1]
                axes.plot(x[last], y[last], marker="X", markersize=10, color=style["color"], label="_end")
        if log_y:
            axes.set_yscale("log")
        _whole_ticks(axes, [x for x, _ in lines.values()])
        _name_lines(axes, lines)
    return figure


def _name_lines(axes: Axes, lines: Mapping[str, tuple]) -> None:
    """Write each line's name at its end; where the ends are too close to each other, use a legend."""
    if not any(lines):
        return
    ends = []
    for line in axes.get_lines():
        seen = np.flatnonzero(np.isfinite(line.get_ydata()))
        if line.get_label() in lines and len(seen):
            ends.append((line, (line.get_xdata()[seen[-1]], line.get_ydata()[seen[-1]])))
    heights = sorted(axes.transData.transform(end)[1] for _, end in ends)
    if any(above - below < LINE_HEIGHT for below, above in pairwise(heights)):
        axes.legend(frameon=False, labelcolor=INK)
        return
    for line, end in ends:
        axes.annotate(
            line.get_label(),
            end,
            xytext=(8, 0),
            textcoords="offset points",
            color=line.get_color(),
            fontweight="bold",
            va="center",
            annotation_clip=False,
        )


def _whole_ticks(axes: Axes, xs: Iterable[np.ndarray]) -> None:
    """Steps and sizes are whole numbers: no ticks in between."""
    if all(np.equal(np.mod(x, 1), 0).all() for x in xs):
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
