"""The plots: what they show, and that no input breaks them. Their looks are judged by eye."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from gradlab import plots


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_loss_curve():
    figure = plots.loss_curve([3.0, 2.0, 1.0])
    (line,) = figure.axes[0].get_lines()
    assert list(line.get_ydata()) == [3, 2, 1] and list(line.get_xdata()) == [0, 1, 2]
    assert repr(figure) == "Figure: Loss during training, loss by step."


def test_lines_are_named_at_their_ends():
    figure = plots.loss_curve({"good": [4, 2, 1], "bad": [4, 8, 16]}, title="Two runs", log=True)
    assert texts(figure) == ["good", "bad"] and figure.axes[0].get_legend() is None
    assert figure.axes[0].get_yscale() == "log"
    assert repr(figure) == "Figure: Two runs, loss by step. Lines: good, bad."
    close = plots.loss_curve({"one": [4, 1.0], "other": [3, 1.001]})
    assert texts(close) == [] and close.axes[0].get_legend() is not None


def test_a_run_that_explodes_ends_with_a_cross():
    figure = plots.loss_curve({"a": [1, 10, 100, np.inf, np.nan], "b": [1, 1, 1, 1, 1]})
    cross = [line for line in figure.axes[0].get_lines() if line.get_marker() == "X"]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in cross] == [(2, 100)]


def test_race():
    figure = plots.race([1, 2, 3, 4], {"paths": [2, 4], "nodes": [1, 2, 3, 4]}, title="Race", ylabel="visits")
    assert [len(line.get_xdata()) for line in figure.axes[0].get_lines()] == [2, 4]
    assert plots.race([1, 2], {"a": [1, 2]}, log=False).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize(("top", "unit"), [(10, "B"), (5e3, "KB"), (2e6, "MB"), (3e9, "GB")])
def test_memory_in_a_unit_that_fits(top, unit):
    axes = plots.memory({"with": [0, top], "without": [0, top / 10]}).axes[0]
    assert axes.get_ylabel() == f"memory ({unit})" and axes.get_ylim()[0] == 0
    assert plots.memory({"a": [0, top]}, unit="KB").axes[0].get_ylabel() == "memory (KB)"


def test_descent():
    def bowl(x, y):
        return x**2 + 4 * y**2

    path = [(-2, 1), (-1, 0.2), (0, 0)]
    axes = plots.descent(bowl, path).axes[0]
    assert texts(axes.figure) == ["start"] and axes.get_legend() is None
    assert axes.get_xlim()[0] < -2 and axes.get_ylim()[1] > 1
    both = plots.descent(bowl, {"fast": path, "slow": path[:2]})
    assert [text.get_text() for text in both.axes[0].get_legend().get_texts()] == ["fast", "slow"]


@pytest.mark.parametrize(
    "figure",
    [
        lambda: plots.loss_curve([]),
        lambda: plots.loss_curve({}),
        lambda: plots.loss_curve([np.nan, np.inf]),
        lambda: plots.loss_curve([0.0, 0.0], log=True),
        lambda: plots.race([], {"a": []}),
        lambda: plots.memory({}),
        lambda: plots.memory({f"run {i}": [i, 2 * i] for i in range(9)}),
        lambda: plots.descent(lambda x, y: 0 * x, [(1.0, 1.0)]),
        lambda: plots.descent(lambda x, y: x * y, [(1.0, 1.0), (np.inf, 2.0)]),
        lambda: plots.loss_curve({"$x$ <b> ünïcode": [1.0]}),
    ],
)
def test_odd_input(figure):
    data, size = figure()._repr_png_()
    assert data.startswith(b"\x89PNG") and 100 < size["width"] < 1200 and 100 < size["height"] < 900


def test_importing_it_does_not_import_matplotlib():
    code = "import sys, gradlab.plots; sys.exit('matplotlib' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, cwd=plots.__file__.rsplit("gradlab", 1)[0]).returncode
        == 0
    )


def test_accumulation_trap():
    axes = plots.accumulation_trap([2, 4, 6], 2).axes[0]
    assert [list(line.get_ydata()) for line in axes.get_lines()] == [[2, 4, 6], [2, 2, 2]]
    assert texts(axes.figure) == ["without zero_grad()", "with zero_grad()"] and len(axes.collections) == 1
    assert list(plots.accumulation_trap([2, 5], [2, 3]).axes[0].get_lines()[1].get_ydata()) == [2, 3]


def test_gradient_sizes():
    axes = plots.gradient_sizes(["in", "mid", "out"], {"sigmoid": [1e-6, 1e-3, [1.0, -3.0]], "relu": [1, 1, 1]}).axes[0]
    assert list(axes.get_lines()[0].get_ydata()) == [1e-6, 1e-3, 2] and axes.get_yscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["in", "mid", "out"]
    (line,) = plots.gradient_sizes({"a": np.ones(3), "b": np.zeros(2)}).axes[0].get_lines()
    assert line.get_ydata()[0] == 1 and np.isnan(line.get_ydata()[1])


def test_gradient_sizes_of_tensors(torch, monkeypatch):
    """Also in lesson 4, where detach() is not written yet."""
    monkeypatch.delattr(torch.Tensor, "detach")
    (line,) = plots.gradient_sizes({"a": torch.ones(3) * -2, "b": torch.tensor(4.0)}).axes[0].get_lines()
    assert list(line.get_ydata()) == [2, 4]


def test_measure_memory():
    kept = plots.measure_memory(lambda: np.ones(10_000), 5)
    dropped = plots.measure_memory(lambda: np.ones(10_000).sum(), 5)
    assert len(kept) == 5 and kept[-1] >= 5 * 80_000 and max(dropped) < 80_000
