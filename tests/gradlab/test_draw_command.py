"""`gradlab draw`, as somebody types it, with a finished engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlab.cli import main

CODE = "x = torch.tensor(3.0, requires_grad=True); w = x + 1; y = x * w; y"


@pytest.fixture
def draw(torch, repo, monkeypatch, capsys):
    """Run the command; its exit code and what it printed."""
    monkeypatch.setenv("GRADLAB_ENGINE", str(Path(torch.__file__).parents[1]))
    monkeypatch.chdir(repo)

    def run(*args):
        code = main(["draw", *map(str, args)])
        out, err = capsys.readouterr()
        return code, out + err

    return run


def test_text(draw):
    assert draw(CODE) == (0, "y = 12\n└─ Mul → y = 12\n   ├─ x = 3\n   └─ Add → w = 4\n      └─ x (above)\n")


def test_options(draw, tmp_path):
    file = tmp_path / "graph.dot"
    options = ("--detail", "full", "--direction", "down", "--theme", "dark", "--names", "x, y", "--to", file)
    code, said = draw(CODE, *options)
    dot = file.read_text(encoding="utf-8")
    assert code == 0 and said == f"Drawn to {file}: Graph of y: 1 leaf (x), 2 ops (Add, Mul), 3 edges between them.\n"
    assert "rankdir=TB" in dot and 'bgcolor="#111111"' in dot and "saved x" in dot and "float32" in dot
    assert '"w' not in dot  # not asked for


def test_long_graphs(draw):
    loop = "y = torch.tensor(1.0, requires_grad=True)\nfor _ in range(100): y = y + y * 0.5\ny"
    assert "97 more like this" in draw(loop)[1]
    assert draw(loop, "--no-fold", "--max-nodes", 9)[1].endswith("… 193 more nodes\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((CODE, "--names", "z"), "error: --names: the code sets no 'z'; it sets w, x, y."),
        ((CODE, "--max-nodes", "0"), "error: max_nodes is a whole number from 1 on"),
        (("3",), "error: a graph hangs from a tensor, not from the int '3'"),
        (("torch.ones(2) @",), "error: the code fails with SyntaxError"),
        ((CODE, "--to", "graph.gif"), "error: graph.gif: a drawing is saved as .svg, .png, .pdf, .dot, .txt"),
    ],
)
def test_what_is_refused(draw, args, said):
    code, out = draw(*args)
    assert code == 2 and out.startswith(said)
