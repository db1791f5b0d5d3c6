"""The plots of the lessons, in one house style. Each takes numbers and returns a matplotlib Figure.

loss_curve({"with zero_grad": good, "without": bad})
race(sizes, {"every path": [...], "each node once": [...]})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradlab.plot_style import COLOURS, CONTOUR, DASHES, INK, lines_figure, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRID = 80  # points of a contour plot in each direction
_UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}


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
    return lines_figure(lines, title=title, xlabel=xlabel, ylabel=ylabel, log_y=log)


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
    return lines_figure(lines, title=title, xlabel=xlabel, ylabel=ylabel, log_y=log)


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
    figure = lines_figure(lines, title=title, xlabel=xlabel, ylabel=f"memory ({unit})")
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
    from matplotlib.colors import to_rgba

    paths = {n: np.asarray(p, float) for n, p in (path if isinstance(path, Mapping) else {"": path}).items()}
    points = np.concatenate([p[np.isfinite(p).all(axis=1)] for p in paths.values()])
    (left, bottom), (right, top) = _frame(points)
    x, y = np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID))
    z = np.asarray(f(x, y), float)
    figure, axes = new_figure(title, xlabel, ylabel, size=(6.2, 5.0))
    axes.grid(False)
    # One colour of growing strength: on a dark page it becomes light as a whole.
    heights = [to_rgba(INK, 0.22 * step / levels) for step in range(levels)]
    axes.contourf(x, y, z, _levels(z, levels), colors=heights)
    axes.contour(x, y, z, _levels(z, levels), colors=CONTOUR, linewidths=0.7)
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
        axes.legend(frameon=False, labelcolor=INK)
    return figure


def accumulation_trap(
    grads: Sequence[float],
    right: float | Sequence[float],
    *,
    title: str = "The accumulation trap",
    xlabel: str = "backward() call",
    ylabel: str = "gradient",
) -> Figure:
    """`.grad` after each backward() call when nobody resets it, beside what it should be, with the gap shaded.

    right: the gradient of each call, or one number that holds for all.
    """
    grads = np.asarray(grads, float)
    right = np.broadcast_to(np.asarray(right, float), grads.shape)
    calls = np.arange(1, len(grads) + 1)
    lines = {"without zero_grad()": (calls, grads), "with zero_grad()": (calls, right)}
    figure = lines_figure(lines, title=title, xlabel=xlabel, ylabel=ylabel)
    figure.axes[0].fill_between(calls, right, grads, color=COLOURS[0], alpha=0.12, linewidth=0)
    return figure


def gradient_sizes(
    layers: Sequence[str] | Mapping[str, object],
    grads: Sequence | Mapping[str, Sequence] | None = None,
    *,
    title: str = "Size of the gradient, layer by layer",
    xlabel: str = "layer",
    ylabel: str = "mean |gradient|",
) -> Figure:
    """How large gradients are from the first layer to the last, on powers of ten: do they vanish or explode?

    layers: their names. grads: for each layer an array (its mean absolute value is shown) or a number; for several
    networks {name: grads}. Or only one mapping {layer: gradient}.
    """
    if grads is None:
        layers, grads = list(layers), list(layers.values())
    networks = grads if isinstance(grads, Mapping) else {"": grads}
    place = np.arange(len(layers))
    sizes = {name: np.array([_mean_size(each) for each in values]) for name, values in networks.items()}
    lines = {name: (place[: len(values)], values) for name, values in sizes.items()}
    figure = lines_figure(lines, title=title, xlabel=xlabel, ylabel=ylabel, log_y=True)
    many = len(layers) > 8
    figure.axes[0].set_xticks(place, layers, rotation=45 if many else 0, ha="right" if many else "center")
    return figure


def measure_memory(step: Callable[[], object], steps: int) -> list[int]:
    """Bytes in use (by tracemalloc, above those before the first) after each of `steps` calls of `step`, for memory().

    What `step` returns is kept until the end, as `losses.append(loss)` would: return the loss to keep its graph.
    """
    import gc
    import tracemalloc

    was_on = tracemalloc.is_tracing()
    if not was_on:
        tracemalloc.start()
    gc.collect()
    try:
        before, kept, used = tracemalloc.get_traced_memory()[0], [], []
        for _ in range(steps):
            kept.append(step())
            used.append(max(tracemalloc.get_traced_memory()[0] - before, 0))
        return used
    finally:
        if not was_on:
            tracemalloc.stop()


def _mean_size(value) -> float:
    """Of an array, of a tensor, or of a number."""
    value = getattr(value, "array", value)  # of a mytorch whose detach() may not be written yet
    array = np.abs(np.asarray(value.detach().numpy() if hasattr(value, "detach") else value, float))
    return float(array.mean()) if array.size else 0.0


def _frame(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a page that shows all points with room around them."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.25 * (high - low), 0.5 * max(float(np.max(high - low)), 1e-3) * 0.5)
    return low - room, high + room


def _levels(z: np.ndarray, count: int) -> np.ndarray:
    """Contours that lie closer where the valley is: evenly spaced in the square root of the height."""
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    return low + (high - low or 1.0) * np.linspace(0, 1, count) ** 2
