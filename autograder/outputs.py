"""Verdicts into the notebook: the release, the student's cells, and outputs that nbgrader reads as scores.

nbgrader's rule: an error or anything on stderr is 0 points, else the first result that is a number, else all points.
So every graded cell gets its reasons as plain output and its points as a result, finite and within bounds.
"""

from __future__ import annotations

import html
import math

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.graded import Graded, said_once
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
            points = float(cell.metadata.nbgrader.points)
            cell.outputs = _outputs(verdicts, points) if points else []
    notebook.cells.insert(0, _summary(graded))
    return notebook


def _belongs(verdict: Verdict, cell: NotebookNode, role: str) -> bool:
    """A check's verdict has the name of its cell; the others of an exercise are its hidden tests'."""
    is_check = verdict.name.startswith(f"{cell.metadata.gradlab.name}-check")
    return verdict.name == cell.metadata.nbgrader.grade_id if role == "check" else not is_check


def _outputs(verdicts: list[Verdict], points: float) -> list[NotebookNode]:
    earned = sum(verdict.earned for verdict in verdicts)
    earned = min(points, max(0.0, earned)) if math.isfinite(earned) else 0.0
    text = "\n".join(f"✗ {reason}" for reason in said_once(verdicts)) or "✓"
    result = new_output("execute_result", {"text/plain": repr(float(earned))}, execution_count=None)
    return [new_output("stream", name="stdout", text=text + "\n"), result]


def _summary(graded: Graded) -> NotebookNode:
    """The first cell: points, what was lost and why, what was repaired."""
    lines = [f"{graded.score:g} of {graded.maximum:g} points"]
    lines += [f"  ✗ {graded.problem}"] * bool(graded.problem)
    lines += [f"  {repair.text}" for repair in graded.repairs if not repair.exercise]
    for exercise in graded.verdicts:
        points, maximum = graded.points_of(exercise)
        mine = [repair.text for repair in graded.repairs if repair.exercise == exercise]
        if mine or (points < maximum and not graded.problem):
            lines.append(f"{exercise}: {points:g} of {maximum:g}")
            lines += [f"  ✗ {reason}" for reason in said_once(graded.verdicts[exercise])]
            lines += [f"  {text}" for text in mine]
    # Preformatted: a file name or a message may hold what Markdown, HTML and MathJax act on.
    text = html.escape("\n".join(line for line in lines if line.strip()))
    return new_markdown_cell(
        f'**From the grader**\n\n<pre style="white-space: pre-wrap; word-break: normal">\n{text}\n</pre>',
        id="from-the-grader",
    )
