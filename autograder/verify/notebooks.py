"""A lesson's notebook, filled in with the answers, runs top to bottom in a real kernel, as a student would run it.

The kernel builds its own engine: it starts with the lessons before and exports what this one builds. Slow.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat

from autograder.build import exported_modules
from autograder.overlay import overlay
from autograder.verify.job import Job
from gradlab.files import read_text, write_atomic

TIMEOUT = 300  # seconds for one cell
PACKAGES = Path(__file__).resolve().parents[2]


def problems(job: Job) -> list[str]:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    folder = job.folder("notebook")
    notebook = _answered(job)
    path = folder / job.lesson.notebook.name
    write_atomic(path, nbformat.writes(notebook))
    engine = overlay(job.course, job.lesson, {}, job.folder("engine"))
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        allow_errors=True,  # to hear of all of them; _errors tells which were meant
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env=_environment(job, engine), stderr=subprocess.DEVNULL)  # the kernel's own log
    except (CellTimeoutError, DeadKernelError) as error:
        return [f"the notebook did not run to its end: {str(error).splitlines()[0]}"]
    return [*_errors(notebook), *_stderr(notebook), *_exports(job, engine)]


def _answered(job: Job) -> nbformat.NotebookNode:
    """The source notebook without the cells of hidden tests: their place is the grader."""
    notebook = nbformat.read(job.notebook_with_answers, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("gradlab", {}).get("role") != "hidden"]
    return notebook


def _environment(job: Job, engine: Path) -> dict[str, str]:
    paths = os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH")]))
    ours = {"GRADLAB_ENGINE": str(engine), "GRADLAB_ROOT": str(job.course.root), "PYTHONPATH": paths}
    # A profile of its own: what the user has in ~/.ipython is not part of the course.
    return {**os.environ, **ours, "PYTHONUTF8": "1", "IPYTHONDIR": str(job.folder("ipython"))}


def _errors(notebook: nbformat.NotebookNode) -> list[str]:
    found = []
    for cell in notebook.cells:
        meant = "raises-exception" in cell.metadata.get("tags", [])
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        found += [f"cell {cell.id}: {error.ename}: {error.evalue}" for error in errors if not meant]
    return found


def _stderr(notebook: nbformat.NotebookNode) -> list[str]:
    """nbgrader gives 0 points to a graded cell that writes to stderr, and a warning does."""
    found = []
    for cell in notebook.cells:
        if not cell.metadata.get("nbgrader", {}).get("grade"):
            continue
        texts = [out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stderr"]
        found += [f"cell {cell.id} writes to stderr, which costs its points: {text.strip()[:200]}" for text in texts]
    return found


def _exports(job: Job, engine: Path) -> list[str]:
    """What the kernel exported is what the builder exported."""
    found = []
    for module in exported_modules(job.source):
        name = f"{job.course.package}/{module}.py"
        made = engine / name
        if not made.is_file():
            found.append(f"running the notebook does not export {name}.")
        elif read_text(made) != job.source.module_text(module):
            found.append(f"{name} as exported by the notebook is not the one that autograder build made.")
    return found
