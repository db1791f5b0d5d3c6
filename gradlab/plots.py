"""The plots of the lessons, in one house style. Each takes numbers and returns a matplotlib Figure.

    loss_curve({"with zero_grad": good, "without": bad})
    race(sizes, {"every path": [...], "each node once": [...]})

Lines differ in colour, in dashes and in markers, and carry their names at their ends: no legend to match by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, in the order of their distance; yellow, which is pale on white, is left out.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#1b1b1b")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), (0, (9, 3)), "-")
MARKERS = "os^DvPX"
INK = "#1b1b1b"
FEW_POINTS = 30  # so many points of a line get markers
LINE_HEIGHT = 18  # pixels between two names, or they run into each other

STYLE = {
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#5a5a5a",
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "font.size": 11,
    "lines.linewidth": 2.0,
    "lines.markersize": 5,
    "savefig.bbox": "tight",
}


def loss_curve(
    losses: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    title: str = "Loss during training",
    xlabel: str = "step",
    ylabel: str = "loss",
    log: bool = False,
) -> Figure:
    """The loss at each step; for several runs {name: losses}. A run that ends in inf or nan gets a cross there."""
    runs = losses if isinstance(losses, Mapping) else {"": losses}
    lines = {name: (np.arange(len(values)), np.asarray(values, float)) for name, values in runs.items()}
    return _lines(lines, title=title, xlabel=xlabel, ylabel=ylabel, log_y=log)


def race(
    sizes: Sequence[float],
    series: Mapping[str, Sequence[float]],
    log: bool = True,
    *,
    title: str = "",
    xlabel: str = "size",
    ylabel: str = "work",
) -> Figure:
    """How times or counts grow with size, {name: values}. A contestant that gave up may have fewer values than sizes.

    log: show powers of ten on the y axis.
    """
    sizes = np.asarray(sizes, float)
    lines = {name: (sizes[: len(values)], np.asarray(values, float)) for name, values in series.items()}
    return _lines(lines, title=title, xlabel=xlabel, ylabel=ylabel, log_y=log)


def memory(
    series: Mapping[str, Sequence[float]],
    *,
    title: str = "Memory in use",
    xlabel: str = "step",
    unit: str | None = None,
) -> Figure:
    """Bytes in use over time, {name: bytes at each step}, shown in the unit that fits ("KB", "MB", …) or in `unit`."""
    top = max((float(np.max(values)) for values in series.values() if len(values)), default=0.0)
    unit = unit or next((u for u in ("GB", "MB", "KB") if top >= _UNITS[u]), "B")
    lines = {name: (np.arange(len(v)), np.asarray(v, float) / _UNITS[unit]) for name, v in series.items()}
    figure = _lines(lines, title=title, xlabel=xlabel, ylabel=f"memory ({unit})")
    figure.axes[0].set_ylim(bottom=0)
    return figure


def descent(
    f: Callable,
    path: Sequence[Sequence[float]] | Mapping[str, Sequence[Sequence[float]]],
    *,
    title: str = "Gradient descent",
    xlabel: str = "$w_0$",
    ylabel: str = "$w_1$",
    levels: int = 18,
) -> Figure:
    """The steps of a descent on the contours of `f`.

    f: called as f(x, y) with two arrays of the same shape. path: points (x, y) in order, or {name: points}.
    """
    paths = {n: np.asarray(p, float) for n, p in (path if isinstance(path, Mapping) else {"": path}).items()}
    points = np.concatenate([p[np.isfinite(p).all(axis=1)] for p in paths.values()])
    (left, bottom), (right, top) = _frame(points)
    x, y = np.meshgrid(np.linspace(left, right, 200), np.linspace(bottom, top, 200))
    z = np.asarray(f(x, y), float)
    figure, axes = _new(title, xlabel, ylabel, size=(6.2, 5.0))
    axes.grid(False)
    axes.contourf(x, y, z, _levels(z, levels), cmap="Greys", alpha=0.35)
    axes.contour(x, y, z, _levels(z, levels), colors="#9a9a9a", linewidths=0.7)
    for number, (name, way) in enumerate(paths.items()):
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(
            *way.T,
            color=colour,
            linestyle=DASHES[number % len(DASHES)],
            marker="o",
            markersize=3.5,
            label=name or "_way",
        )
        axes.annotate("start", way[0], xytext=(6, 6), textcoords="offset points", color=INK, fontweight="bold")
        axes.plot(*way[-1], marker="*", markersize=15, color=colour, markeredgecolor="white", label="_end")
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    if any(paths):
        axes.legend(frameon=True, framealpha=0.9)
    return figure


# ---- the house style --------------------------------------------------------------------------------------------

_UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}


def _new(title: str, xlabel: str, ylabel: str, size=(6.8, 3.9)) -> tuple[Figure, Axes]:
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


def _lines(lines: Mapping[str, tuple], *, title: str, xlabel: str, ylabel: str, log_y: bool = False) -> Figure:
    import matplotlib as mpl

    figure, axes = _new(title, xlabel, ylabel)
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
        axes.legend(frameon=False)
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


def _frame(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a page that shows all points with room around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.25 * (high - low), 0.5 * max(float(np.max(high - low)), 1e-3) * 0.5)
    return low - room, high + room


def _levels(z: np.ndarray, count: int) -> np.ndarray:
    """Contours that lie closer where the valley is: evenly spaced in the square root of the height."""
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    return low + (high - low or 1.0) * np.linspace(0, 1, count) ** 2
