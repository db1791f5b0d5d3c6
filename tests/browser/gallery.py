"""One notebook with an example of every picture that gradlab makes, run and photographed in JupyterLab.

    python tests/browser/gallery.py                 # .build/look/gallery/light/00.png, 01.png, …; gallery.ipynb
    python tests/browser/gallery.py --theme dark

Look at the pictures in both themes after a change to anything that draws. Errors and wide outputs are listed as well.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

import nbformat
from look import THEMES, photograph
from student_folder import ROOT, student_folder

EXAMPLES = {
    "setup": """\
import numpy as np
import mytorch as torch
from gradlab import plots
from gradlab.diff import diff_graphs
from gradlab.draw import draw
from gradlab.expected import expect_graph
from gradlab.explain import explain_grad, record_lines
from gradlab.movie import backward_movie

def layer():
    global x, w, b, h, loss
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = torch.tensor([[0.5, 1.0], [-1.0, 2.0]], requires_grad=True)
    b = torch.tensor([0.1, 0.2], requires_grad=True)
    h = (x @ w + b).tanh()
    loss = (h * h).mean()""",
    "draw: names from locals()": "layer(); draw(loss, names=globals())",
    "draw: after backward, with gradients, freed": "loss.backward(); draw(loss, names=globals())",
    "draw: brief": 'layer(); draw(loss, names=globals(), detail="brief")',
    "draw: full": 'draw(loss, names=globals(), detail="full")',
    "draw: down": 'draw(loss, names=globals(), direction="down")',
    "draw: the light and the dark theme": 'display(draw(loss, theme="light"), draw(loss, theme="dark"))',
    "draw: an input used twice; a batch of products": """\
m = torch.ones(2, 3, requires_grad=True); batch = torch.ones(4, 3, 2, requires_grad=True)
display(draw(m * m), draw(m @ batch, names={"m": m, "batch": batch}))""",
    "draw: 10,000 nodes, folded": """\
y = torch.tensor(1.0, requires_grad=True)
for _ in range(5000):
    y = y + y * 0.0001
draw(y)""",
    "draw: names of every kind": """\
odd = {"<b>bold</b>": w, 'say "hi" {a|b}': b, "ünï 图 " + 300 * "x": h}
display(draw(loss, names=odd))
del odd""",
    "draw: nothing recorded": 'display(draw(w, names={"w": w}), draw(x, names={"x": x}))',
    "text": "print(draw(loss, names=globals()).text())",
    "movie": "backward_movie(loss, names=globals())",
    "movie: 10,000 nodes": "backward_movie(y)",
    "diff": """\
yours = ((x @ w + b.detach()).tanh() * h.exp()).mean()
diff_graphs(yours, ((x @ w + b).tanh() * h).mean(), names=globals())""",
    "a check that fails": """\
z = torch.tensor(3.0, requires_grad=True)
try:
    expect_graph(z * (z.detach() + 1), "Mul(z, Add(z, _))", z=z)
except AssertionError as error:
    print(error)""",
    "explain": """\
with record_lines():
    features = (w * 2).detach()
    loss = (features + b).sum()
    loss.backward()
for each in (explain_grad(w, loss), explain_grad(features), explain_grad(b, loss), explain_grad(x, loss)):
    print(each)""",
    "plots: losses": 'plots.loss_curve({"good": [4, 2, 1, 0.6], "explodes": [4, 8, 16, np.inf]})',
    "plots: race": 'plots.race([2, 4, 8, 16], {"paths": [4, 16, 256, 65536], "nodes": [3, 5, 9, 17]})',
    "plots: descent": """\
way = lambda lr: [(-2 * (1 - 2 * lr) ** k, 1.5 * (1 - 8 * lr) ** k) for k in range(12)]
plots.descent(lambda a, b: a**2 + 4 * b**2, {"small steps": way(0.05), "large steps": way(0.22)})""",
    "plots: accumulation trap": "plots.accumulation_trap([-18, -36, -54, -72], -18)",
    "plots: memory": """\
def step():
    h = torch.ones(100, 100, requires_grad=True)
    for _ in range(5):
        h = h.tanh()
    return h

def step_without():
    with torch.no_grad():
        return step()

plots.memory({"with a graph": plots.measure_memory(step, 20), "without": plots.measure_memory(step_without, 20)})""",
    "plots: sizes of gradients": """\
sizes = {"sigmoid": [0.25**k for k in range(8, 0, -1)], "relu": [0.8 + 0.1 * (k % 3) for k in range(8)]}
plots.gradient_sizes([f"layer {k}" for k in range(8)], sizes)""",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--theme", choices=THEMES, default="light")
    parser.add_argument("--to", type=Path, default=ROOT / ".build" / "look" / "gallery", help="where pictures go")
    args = parser.parse_args()
    folder = args.to / args.theme
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="gallery-") as name:
        scratch = Path(name)
        root = student_folder(scratch / "student", "6").root
        nbformat.write(notebook(), root / "gallery.ipynb")
        pictures, remarks = photograph(root, "gallery.ipynb", scratch, folder, THEMES[args.theme])
    print(f"{pictures} pictures in {folder}")
    for remark in remarks:
        print(f"  {remark}")
    return 1 if remarks else 0


def notebook() -> nbformat.NotebookNode:
    cells = []
    for title, source in EXAMPLES.items():
        cells += [nbformat.v4.new_markdown_cell(f"### {title}"), nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


if __name__ == "__main__":
    sys.exit(main())
