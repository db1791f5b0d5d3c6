"""The pictures on the first page, drawn by the reference engine: the graph of a loss, and the movie of its backward."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from autograder.kernel import PACKAGES
from gradlab.errors import GradlabError

#: What the first page shows and runs. mytorch is imported as torch, as people will do with theirs.
CODE = """\
import mytorch as torch

x = torch.tensor([1.0, 2.0, 3.0])
w = torch.tensor(0.5, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)

loss = ((w * x + b - 1.0) ** 2).mean()
loss.backward()
print(w.grad, b.grad)"""

_PICTURES = """
import contextlib, io, json, sys
said = io.StringIO()
code = sys.stdin.read()
before = code.replace("loss.backward()\\nprint(w.grad, b.grad)", "")
names = {}
exec(before, names)
from gradlab.draw import draw
from gradlab.movie import backward_movie
shown = {key: names[key] for key in ("x", "w", "b", "loss")}
graph = draw(names["loss"], names=shown)
movie = backward_movie(names["loss"], names=shown)
with contextlib.redirect_stdout(said):
    exec(code, {})
json.dump({"graph": graph.svg(), "movie": movie.html(), "printed": said.getvalue()}, sys.stdout)
"""


def pictures(engine: Path) -> dict[str, str]:
    """{"graph": SVG, "movie": HTML, "printed": what CODE prints}. engine: the folder that holds `mytorch`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(engine), str(PACKAGES)]), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-c", _PICTURES]
    done = subprocess.run(command, input=CODE, capture_output=True, text=True, encoding="utf-8", env=environment)
    if done.returncode:
        raise GradlabError(f"the first page has no pictures: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)
