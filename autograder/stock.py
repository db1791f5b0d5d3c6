"""Under nbgrader's own autograde: the student's kernel finds an engine folder of its own.

A preprocessor before Execute makes the folder (the shell and the reference for earlier lessons), and names it in
GRADLAB_ENGINE. The notebook's first cell then exports the student's cells to it, and `autograder.hidden.grade` finds
it. This is for compatibility: the student's code runs with your rights, in the process that reports the score.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade

from autograder.blueprint import load_blueprint
from autograder.engines import Workshop
from autograder.hidden import SUBMISSION
from gradlab.course import load_course
from gradlab.files import write_atomic

PACKAGES = Path(__file__).resolve().parents[1]
_scratch: dict[str, tempfile.TemporaryDirectory] = {}


class PrepareEngine(NbGraderPreprocessor):
    """Make the engine folder for the notebook that is executed next, and tell its kernel where it is."""

    def preprocess(self, nb, resources):
        course = load_course()
        lesson = course.lesson(resources["nbgrader"]["assignment"])
        if "engine" in _scratch:  # of the notebook before this one
            _scratch["engine"].cleanup()
        _scratch["engine"] = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
        folder = Workshop(load_blueprint(course, lesson), Path(_scratch["engine"].name)).base
        write_atomic(folder / SUBMISSION, json.dumps(_sources(nb)))
        os.environ |= {
            "GRADLAB_ROOT": str(course.root),
            "GRADLAB_ENGINE": str(folder),
            "PYTHONPATH": os.pathsep.join([str(folder), str(PACKAGES)]),
            # nbgrader gives no points to a cell that wrote to stderr, a warning included.
            "PYTHONWARNINGS": "ignore",
        }
        return nb, resources


class ExecuteToTheEnd(Execute):
    """nbgrader's Execute, for notebooks that end their kernel too: what did not run has failed.

    nbgrader records nothing of such a notebook; and a graded cell without any output would earn all of its points.
    """

    def preprocess(self, nb, resources, km=None):
        try:
            return super().preprocess(nb, resources, km)
        except DeadKernelError:
            for cell in nb.cells:
                if is_grade(cell) and cell.cell_type == "code" and cell.get("execution_count") is None:
                    text = "a cell above this one ended Python"
                    cell.outputs = [new_output("error", ename="KernelDied", evalue=text, traceback=[text])]
            return nb, resources


def _sources(nb) -> dict[str, str]:
    """{exercise: source} of the cells of a notebook."""
    ours = ((cell.metadata.get("gradlab", {}), cell.source) for cell in nb.cells)
    return {about["name"]: source for about, source in ours if about.get("role") == "exercise"}
