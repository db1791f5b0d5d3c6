"""Verdicts into the notebook: the release, the student's cells, and outputs that nbgrader reads as scores.

nbgrader's rule: an error or anything on stderr is 0 points, else the first result that is a number, else all points.
So every graded cell gets its reasons as plain output and its points as a result, finite and within bounds.
"""

from __future__ import annotations

import math

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.graded import Graded
from autograder.judge import Verdict
from autograder.rebuild import Rebuilt


def graded_notebook(skeleton: str, rebuilt: Rebuilt, graded: Graded) -> NotebookNode:
    """The notebook to record. skeleton: the text of the released notebook."""
    notebook = nbformat.reads(skeleton, as_version=4)
    for cell in notebook.cells:
        ours = cell.metadata.get("gradlab", {})
        role, name = ours.get("role"), ours.get("name", "")
        if role == "exercise" and name in rebuilt.sources:
            cell.source = rebuilt.sources[name]
        elif role == "predict":
            cell.source = rebuilt.guesses.get(cell.id, cell.source)
        elif role in ("check", "hidden") and cell.metadata.get("nbgrader", {}).get("grade"):
            verdicts = [verdict for verdict in graded.verdicts.get(name, ()) if _belongs(verdict, cell, role)]
            cell.outputs = _outputs(verdicts, float(cell.metadata.nbgrader.points))
    notes = ([graded.problem] if graded.problem else []) + [_told(repair) for repair in graded.repairs]
    if notes:
        notebook.cells.insert(0, _notes(notes))
    return notebook


def _belongs(verdict: Verdict, cell: NotebookNode, role: str) -> bool:
    """A check's verdict has the name of its cell; the others of an exercise are its hidden tests'."""
    is_check = verdict.name.startswith(f"{cell.metadata.gradlab.name}-check")
    return verdict.name == cell.metadata.nbgrader.grade_id if role == "check" else not is_check


def _outputs(verdicts: list[Verdict], points: float) -> list[NotebookNode]:
    earned = sum(verdict.earned for verdict in verdicts)
    earned = min(points, max(0.0, earned)) if math.isfinite(earned) else 0.0
    lines = [f"✗ {verdict.says}: {verdict.reason}" for verdict in verdicts if verdict.reason]
    reasons = {verdict.reason for verdict in verdicts}
    if len(lines) > 1 and len(reasons) == 1:  # not written, left out: one reason for all
        lines = [f"✗ {reasons.pop()}"]
    text = "\n".join(lines or ["✓"]) + "\n"
    result = new_output("execute_result", {"text/plain": repr(float(earned))}, execution_count=None)
    return [new_output("stream", name="stdout", text=text), result]


def _told(repair) -> str:
    return f"`{repair.exercise}`: {repair.text}" if repair.exercise else repair.text


def _notes(notes: list[str]) -> NotebookNode:
    # As code: a file name or an exercise may hold what Markdown and HTML act on.
    text = "\n".join(note.replace("```", "'''") for note in notes)
    return new_markdown_cell(f"**From the grader**\n\n```text\n{text}\n```", id="grader-notes")
