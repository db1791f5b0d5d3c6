"""The benchmark as a picture: how many times hand-written NumPy each engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.benchmark.engines import ENGINES
from gradlab.plot_style import COLOURS, INK, STYLE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BY_HAND = "NumPy by hand"
COLOUR = dict(zip(("mytorch", "PyTorch", "MyGrad", "HIPS autograd", "micrograd"), COLOURS, strict=False))


def plot(seconds: Mapping[str, Mapping[str, float]], title: str = "Time beside hand-written NumPy") -> Figure:
    """A bar for each engine and workload, on a log scale; 1 is NumPy by hand.

    seconds: {engine: {workload: seconds}}, with "NumPy by hand" among the engines.
    """
    import matplotlib as mpl

    by_hand = seconds[BY_HAND]
    engines = [name for name in ENGINES if name in seconds and name != BY_HAND]
    rows = sum(workload in seconds[name] for workload in by_hand for name in engines)
    figure, axes = new_figure(title, "time, as a multiple of hand-written NumPy (less is better)", "", (8.4, 1.6))
    figure.set_figheight(1.6 + 0.2 * (rows + 2 * len(by_hand)))
    with mpl.rc_context(STYLE):
        height, ticks = 0.0, {}
        for workload, base in by_hand.items():
            first = height
            for name in [name for name in engines if workload in seconds[name]]:
                _bar(axes, height, name, seconds[name][workload] / base)
                height += 1
            ticks[workload] = (first + max(height - 1, first)) / 2
            height += 1.4
        axes.set_yticks(list(ticks.values()), list(ticks))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xlim(0.5, axes.get_xlim()[1] * 2.2)  # room for the names at the ends of the bars
        axes.xaxis.set_major_formatter("{x:g}")
        axes.axvline(1, color=INK, linewidth=1)
    return figure


def _bar(axes, height: float, name: str, ratio: float) -> None:
    axes.barh(height, ratio - 0.5, left=0.5, height=0.86, color=COLOUR.get(name, INK))
    weight = "bold" if name == "mytorch" else "normal"
    axes.text(
        max(ratio, 1) * 1.05, height, f"{name} {ratio:.2g}", va="center", fontsize=8, color=INK, fontweight=weight
    )


def save(figure: Figure, file: Path) -> None:
    """Write the picture; the same numbers give the same bytes.

    Raises GradlabError for an ending that matplotlib does not know.
    """
    import matplotlib as mpl

    from gradlab.errors import GradlabError

    with mpl.rc_context({"svg.hashsalt": "gradlab"}):
        try:
            plain = {"metadata": {"Date": None}} if file.suffix == ".svg" else {}
            figure.savefig(file, bbox_inches="tight", **plain)
        except ValueError as error:
            raise GradlabError(f"{file} cannot be written: {error}. Use .svg, .png or .pdf.") from None
        except OSError as error:
            raise GradlabError(f"{file} cannot be written: {error.strerror}.") from None
