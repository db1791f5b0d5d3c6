"""A lesson's notebook in a real kernel, from top to bottom, on an engine of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat

from gradlab.errors import GradlabError
from gradlab.files import write_atomic

TIMEOUT = 300  # seconds for one cell
PACKAGES = Path(__file__).resolve().parents[1]


def with_answers(notebook: Path) -> nbformat.NotebookNode:
    """The source notebook without the cells of hidden tests: their place is the grader."""
    found = nbformat.read(notebook, as_version=4)
    found.cells = [cell for cell in found.cells if cell.metadata.get("gradlab", {}).get("role") != "hidden"]
    return found


def execute(notebook: nbformat.NotebookNode, root: Path, engine: Path, folder: Path, name: str) -> None:
    """Run all cells, errors or not, and keep what they show in `notebook`.

    root: the course. engine: the folder that holds the package, which the cells export to. folder: for the notebook and
    the kernel's profile. Raises GradlabError when the kernel does not reach the end.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    write_atomic(folder / name, nbformat.writes(notebook))
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        allow_errors=True,  # to hear of all of them
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env=_environment(root, engine, folder), stderr=subprocess.DEVNULL)  # the kernel's own log
    except (CellTimeoutError, DeadKernelError) as error:
        raise GradlabError(f"the notebook did not run to its end: {str(error).splitlines()[0]}") from None


def errors(notebook: nbformat.NotebookNode) -> list[str]:
    """The errors that were not meant, a sentence each."""
    found = []
    for cell in notebook.cells:
        meant = "raises-exception" in cell.metadata.get("tags", [])
        raised = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        found += [f"cell {cell.id}: {error.ename}: {error.evalue}" for error in raised if not meant]
    return found


def _environment(root: Path, engine: Path, folder: Path) -> dict[str, str]:
    paths = os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH")]))
    ours = {"GRADLAB_ENGINE": str(engine), "GRADLAB_ROOT": str(root), "PYTHONPATH": paths}
    # A profile of its own: what the user has in ~/.ipython is not part of the course.
    return {**os.environ, **ours, "PYTHONUTF8": "1", "IPYTHONDIR": str(folder / "ipython")}
