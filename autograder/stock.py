"""Under nbgrader's own autograde: hidden tests run outside, and the student's kernel in the sandbox.

A preprocessor before Execute grades the notebook's answers to the hidden tests as `autograder grade` does, and makes an
engine folder for the kernel (the shell and the reference for earlier lessons), named in GRADLAB_ENGINE. The notebook's
first cell exports the student's cells to it. The cells of hidden tests show what was found before (`hidden.grade`), and
after the run their outputs are set to it once more. So the kernel holds no hidden test, and cannot forge its result.
What it can forge are the visible checks, which run in it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade

from autograder.desk import set_up
from autograder.graded import said_once
from autograder.hidden import FOUND
from autograder.provisioner import HOUSES, use_sandbox
from autograder.run import Run
from autograder.sandbox import chosen, offered, scratch
from autograder.trial import trials_of
from gradlab.course import load_course
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

PACKAGES = Path(__file__).resolve().parents[1]
UNSAFE = "GRADLAB_UNSAFE"
_engine: dict[str, tempfile.TemporaryDirectory] = {}


class PrepareEngine(NbGraderPreprocessor):
    """Run the hidden tests; make the engine folder for the notebook that is executed next, and tell its kernel."""

    def preprocess(self, nb, resources):
        unsafe = os.environ.get(UNSAFE) == "1"
        desk = _desk(resources["nbgrader"]["assignment"], "any" if unsafe else "")
        found = _hidden_verdicts(desk, _sources(nb))
        if "engine" in _engine:  # of the notebook before this one
            _engine["engine"].cleanup()
        _engine["engine"] = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
        folder = Path(_engine["engine"].name).resolve() / "engine"
        shutil.copytree(desk.base, folder)
        write_atomic(folder / FOUND, json.dumps(found))
        resources["gradlab"] = found
        os.environ |= {
            "GRADLAB_ROOT": str(load_course().root),
            "GRADLAB_ENGINE": str(folder),
            "PYTHONPATH": os.pathsep.join([str(folder), str(PACKAGES)]),
            # nbgrader gives no points to a cell that wrote to stderr, a warning included.
            "PYTHONWARNINGS": "ignore",
        }
        if not unsafe:
            use_sandbox()
        return nb, resources


class ExecuteToTheEnd(Execute):
    """nbgrader's Execute, for notebooks that end their kernel too: what did not run has failed.

    nbgrader records nothing of such a notebook; and a graded cell without any output would earn all of its points.
    """

    def preprocess(self, nb, resources, km=None):
        try:
            nb, resources = super().preprocess(nb, resources, km)
        except DeadKernelError:
            for cell in nb.cells:
                if is_grade(cell) and cell.cell_type == "code" and cell.get("execution_count") is None:
                    text = "a cell above this one ended Python"
                    cell.outputs = [new_output("error", ename="KernelDied", evalue=text, traceback=[text])]
        _seal(nb, resources.get("gradlab", {}))
        return nb, resources


@cache
def _desk(lesson_id: str, rung: str):
    """The lesson, its engines and what the reference does. Raises GradlabError where there is no sandbox."""
    if not rung and all(offered(name).problem for name in HOUSES):
        problems = "; ".join(f"{name}: {offered(name).problem}" for name in HOUSES)
        raise GradlabError(
            f"a kernel cannot be kept apart on this machine ({problems}).\n"
            f"Use `autograder grade`, or, if you trust all of these submissions: {UNSAFE}=1 nbgrader autograde …"
        )
    course = load_course()
    folder = tempfile.mkdtemp(dir=scratch())
    return set_up(course, course.lesson(lesson_id), Path(folder), rung=chosen(rung).name)


def _hidden_verdicts(desk, answers: dict[str, str]) -> dict[str, dict]:
    """{exercise: {"points", "reasons"}} of its hidden tests, by the answers of one notebook."""
    blueprint = desk.blueprint
    trials = [trial for name in blueprint.exercises for trial in trials_of(blueprint, name) if trial.program]
    inputs = desk.inputs()
    run = Run(blueprint, desk.base, answers, inputs.replies, inputs.seed, desk.isolated, tapes=inputs.tapes)
    return {
        exercise: {"points": sum(verdict.earned for verdict in verdicts), "reasons": said_once(verdicts)}
        for exercise, verdicts in run.verdicts(trials).items()
    }


def _seal(nb, found: dict[str, dict]) -> None:
    """The outputs of the hidden tests' cells are what was found outside, whatever the kernel has made of them."""
    for cell in nb.cells:
        ours = cell.metadata.get("gradlab", {})
        if ours.get("role") == "hidden" and is_grade(cell):
            result = found.get(ours.get("name"), {"points": 0.0, "reasons": []})
            points = min(float(cell.metadata.nbgrader.points), max(0.0, result["points"]))
            text = "".join(f"✗ {reason}\n" for reason in result["reasons"])
            said = [new_output("stream", name="stdout", text=text)] if text else []
            cell.outputs = [*said, new_output("execute_result", {"text/plain": repr(points)}, execution_count=None)]


def _sources(nb) -> dict[str, str]:
    """{exercise: source} of the cells of a notebook."""
    ours = ((cell.metadata.get("gradlab", {}), cell.source) for cell in nb.cells)
    return {about["name"]: source for about, source in ours if about.get("role") == "exercise"}
