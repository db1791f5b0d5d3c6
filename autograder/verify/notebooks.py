"""A lesson's notebook, filled in with the answers, runs top to bottom in a real kernel, as a student would run it.

The kernel builds its own engine: it starts with the lessons before and exports what this one builds. Slow.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.build import exported_modules
from autograder.kernel import errors, execute, with_answers
from autograder.overlay import overlay
from autograder.verify.job import Job
from gradlab.errors import GradlabError
from gradlab.files import read_text


def problems(job: Job) -> list[str]:
    notebook = with_answers(job.notebook_with_answers)
    engine = overlay(job.course, job.lesson, {}, job.folder("engine"))
    try:
        execute(notebook, job.course.root, engine, job.folder("notebook"), job.lesson.notebook.name)
    except GradlabError as error:
        return [str(error)]
    return [*errors(notebook), *_stderr(notebook), *_exports(job, engine)]


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
