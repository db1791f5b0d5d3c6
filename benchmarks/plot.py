"""The benchmark as a picture: how many times hand-written NumPy each engine takes."""

from __future__ import annotations

from matplotlib.figure import Figure

COLOURS = {
    "PyTorch": "#D55E00",
    "HIPS autograd": "#999999",
    "MyGrad": "#56B4E9",
    "micrograd": "#E69F00",
    "mytorch": "#0072B2",
}


def plot(seconds: dict[str, dict[str, float]]) -> Figure:
    """Bars for each workload, on a log scale; 1 is NumPy by hand."""
    by_hand = seconds["NumPy by hand"]
    engines = [name for name in COLOURS if name in seconds]
    figure = Figure(figsize=(9, 1 + 0.9 * len(by_hand)))
    axes = figure.add_subplot()
    for row, workload in enumerate(by_hand):
        for i, name in enumerate(engines):
            if workload in seconds[name]:
                ratio = seconds[name][workload] / by_hand[workload]
                y = row + (i - len(engines) / 2) * 0.15
                axes.barh(y, ratio, height=0.14, color=COLOURS[name], label=name if row == 0 else None)
                axes.text(ratio * 1.03, y, f"{ratio:.2g}", va="center", fontsize=8)
    axes.set_yticks(range(len(by_hand)), by_hand)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("time, as a multiple of hand-written NumPy (less is better)")
    axes.legend(loc="lower right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
