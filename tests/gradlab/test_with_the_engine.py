"""The student's side with the real package, in a real kernel, in a course of its own."""

from __future__ import annotations

import shutil

import pytest

from gradlab.course import load_course

CELLS = {
    "start": "import gradlab.lesson\nimport mytorch as torch, numpy\nx = torch.from_numpy(numpy.ones(2))",
    "given": """\
#| export shapes.shapes_head
from __future__ import annotations

import numpy as np""",
    "stub": """\
#| export shapes.unbroadcast
def unbroadcast(grad, shape):
    raise NotImplementedError("sum over what was stretched")""",
    "asked too early": "with gradlab.lesson.expect_error(NotImplementedError):\n    unbroadcast(x, ())",
    "answer": """\
#| export shapes.unbroadcast
def unbroadcast(grad, shape):
    return np.sum(grad, keepdims=True).reshape(shape)""",
    "the package": """\
ones = np.ones(3)
print(unbroadcast.__module__, unbroadcast(ones, ()), unbroadcast is torch.shapes.unbroadcast)""",
    "old meets new": "print(isinstance(x, torch.Tensor), type(x) is type(torch.from_numpy(ones)), x.tolist())",
    "a typo": "#| export shapes.unbroadcast\ndef unbroadcast(grad, shape:\n    return 0",
    "still there": "print(unbroadcast(np.ones(3), ()))",
    "time": """\
from time import perf_counter
from gradlab.export import Exporter, engine_dir
from gradlab.course import load_course
exporter, seconds = Exporter(load_course(), engine_dir()), []
for _ in range(9):
    start = perf_counter()
    exporter.export_cell(In[5], globals())
    seconds.append(perf_counter() - start)
print(f"{sorted(seconds)[4] * 1e3:.0f}")""",
}


@pytest.fixture
def root(repo, tmp_path):
    """The course with the given shell of the package and no lesson done."""
    exported = {f"{module}.py" for lesson in load_course(repo).lessons for module in lesson.modules}
    shutil.copytree(repo / "mytorch", tmp_path / "mytorch", ignore=shutil.ignore_patterns("__pycache__"))
    for module in exported:
        (tmp_path / "mytorch" / module).unlink(missing_ok=True)
    shutil.copy(repo / "course.yml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_lesson_in_a_kernel(root, repo, capsys, monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", str(repo))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    client = nbclient.NotebookClient(book, timeout=60, allow_errors=True, resources={"metadata": {"path": str(root)}})
    client.execute()
    said = {
        name: "".join(
            o.get("text") or o.get("data", {}).get("text/plain") or f"{o.get('ename')} " for o in cell.outputs
        )
        for name, cell in zip(CELLS, book.cells, strict=True)
    }
    assert said["start"] == ""
    assert said["stub"].startswith("○ unbroadcast is not written yet.")
    assert said["asked too early"] == "NotImplementedError: sum over what was stretched\n"
    assert said["answer"].startswith("✓ unbroadcast → mytorch/shapes.py")
    assert said["the package"] == "mytorch.shapes 3.0 True\n"
    assert said["old meets new"] == "True True [1.0, 1.0]\n"
    assert "SyntaxError" in said["a typo"] and "mytorch keeps your last good version." in said["a typo"]
    assert said["still there"] == "3.0\n"
    assert (
        (root / "mytorch" / "shapes.py").read_text(encoding="utf-8").startswith("# Exported from modules/01_tensors/")
    )
    with capsys.disabled():
        print(f"\nexport of one cell with the real package: median {said['time'].strip()} ms")
