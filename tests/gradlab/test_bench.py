"""`gradlab bench` on engines in every state: finished, not begun, wrong, hanging, crashing."""

from __future__ import annotations

import shutil

import pytest

from gradlab.benchmark import quick, report
from gradlab.benchmark.plot import plot, save
from gradlab.benchmark.quick import WORKLOADS, Found, quick_benchmark
from gradlab.cli import main
from gradlab.errors import GradlabError

FOUND = Found(
    {
        "NumPy by hand": dict.fromkeys(WORKLOADS, 0.01),
        "PyTorch": dict.fromkeys(WORKLOADS, 0.02),
        "mytorch": {"chain": 0.04},
    },
    {"diamonds": "not done after 4 seconds", "bias add and sum": "not done after 4 seconds"},
)


@pytest.fixture(autouse=True)
def quicker(monkeypatch):
    monkeypatch.setattr(quick, "SECONDS", 0)
    monkeypatch.setattr(quick, "PATIENCE", 120)  # however busy the machine is
    monkeypatch.setattr(quick, "installed", lambda: ["NumPy by hand", "mytorch"])


def engine(folder, source):
    (folder / "mytorch").mkdir()
    (folder / "mytorch" / "__init__.py").write_text(source, encoding="utf-8")
    return folder


def test_what_is_not_built_is_left_out_with_the_lesson_that_builds_it(repo, tmp_path):
    """The shell as it is given: nothing is exported yet."""
    ours = shutil.ignore_patterns("__pycache__", "shapes.py", "kernels.py", "graph.py")
    shutil.copytree(repo / "mytorch", tmp_path / "mytorch", ignore=ours)
    found = quick_benchmark(tmp_path)
    assert set(found.notes) == set(found.seconds["NumPy by hand"]) == set(WORKLOADS)
    assert "mytorch" not in found.seconds
    assert "lesson 1" in found.notes["chain"] and "✓" not in found.notes["chain"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import sys; print('noise'); sys.exit('good bye')", "good bye"),
        ("def tensor(*args, **options): return 1 / 0", "ZeroDivisionError"),
        ("def tensor(", "SyntaxError"),
    ],
)
def test_no_engine_makes_it_fail(tmp_path, monkeypatch, source, why):
    monkeypatch.setattr(quick, "WORKLOADS", ["bias add and sum"])
    found = quick_benchmark(engine(tmp_path, source))
    assert why in found.notes["bias add and sum"]
    assert found.seconds["NumPy by hand"]["bias add and sum"] > 0


def test_one_that_hangs_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "WORKLOADS", ["bias add and sum"])
    monkeypatch.setattr(quick, "PATIENCE", 2)
    assert quick_benchmark(engine(tmp_path, "while True: pass")).notes == {
        "bias add and sum": "not done after 2 seconds"
    }


def test_the_table_and_its_notes():
    text = [str(cell) for column in report.table(FOUND).columns for cell in column.cells]
    assert "4.0" in text and "2.0" in text and "–" in text
    assert report.notes(FOUND) == ["not timed: diamonds, bias add and sum. not done after 4 seconds"]


def test_the_bars_carry_their_names(tmp_path):
    figure = plot(FOUND.seconds)
    assert [text.get_text() for text in figure.axes[0].texts][:2] == ["PyTorch 2", "mytorch 4"]
    for name in ("one.svg", "two.svg"):
        save(plot(FOUND.seconds), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    with pytest.raises(GradlabError, match=r"\.svg, \.png or \.pdf"):
        save(figure, tmp_path / "bars.jpge")


def test_the_command(course_root, monkeypatch, capsys):
    monkeypatch.chdir(course_root)
    monkeypatch.setattr(quick, "WORKLOADS", ["bias add and sum"])
    assert main(["bench", "--plot", "bars.svg"]) == 0
    said = capsys.readouterr().out
    assert "bias add and sum" in said and "Drawn to bars.svg." in said and (course_root / "bars.svg").is_file()
