"""Verdicts into the notebook: the release, the student's cells, and outputs that nbgrader reads as scores.

nbgrader's rule: an error or anything on stderr is 0 points, else the first result that is a number, else all points.
So every graded cell gets its reasons as plain output and its points as a result, finite and within bounds.
"""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from autograder.diagnose.told import picture, told
from autograder.graded import Graded, said_once
from autograder.judge import Verdict
from autograder.rebuild import Rebuilt

LONGEST = 20_000  # characters of reasons in one cell


@dataclass
class Filled:
    """text: of the graded notebook. scores: {graded cell: points}. unanswered: exercises as they were handed out."""

    text: str
    scores: dict[str, float] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)


def fill(template: str, rebuilt: Rebuilt, graded: Graded) -> Filled:
    """The notebook to record. template: the text of the released notebook, as the gradebook has its cells."""
    blank, filled = _blank(template), Filled("")
    cells = [_dumps(_summary(graded))]
    for cell, text in blank.cells:
        changed = _filled(cell, rebuilt, graded, filled)
        cells.append(text if changed is cell else _dumps(changed))
    fields = [f"{_dumps(name)}: {value or '[' + ', '.join(cells) + ']'}" for name, value in blank.fields.items()]
    filled.text = "{" + ", ".join(fields) + "}\n"
    return filled


class _Blank(NamedTuple):
    """A template, read. cells: each with its JSON; most go into every notebook as they are.

    fields: {name: JSON} of the notebook, with "" for its cells.
    """

    cells: list[tuple[dict, str]]
    fields: dict[str, str]


@lru_cache(1)
def _blank(template: str) -> _Blank:
    notebook = json.loads(template)
    cells = [(cell, _dumps(cell)) for cell in notebook["cells"]]
    return _Blank(cells, {name: "" if name == "cells" else _dumps(value) for name, value in notebook.items()})


def _filled(cell: dict, rebuilt: Rebuilt, graded: Graded, filled: Filled) -> dict:
    """A cell of the template as it is recorded: itself, or another. What it earns goes into `filled`."""
    ours, nbgrader = cell["metadata"].get("gradlab", {}), cell["metadata"].get("nbgrader", {})
    role, name = ours.get("role"), ours.get("name", "")
    if role == "exercise":
        given = "".join(cell["source"])
        source = rebuilt.sources.get(name, given)
        if source == given:
            filled.unanswered.append(nbgrader.get("grade_id", ""))
        return {**cell, "source": source}
    if role == "predict":
        return {**cell, "source": rebuilt.guesses.get(cell["id"], cell["source"])}
    if role in ("check", "hidden") and nbgrader.get("grade"):
        verdicts = [verdict for verdict in graded.verdicts.get(name, ()) if _belongs(verdict, cell, role)]
        points = float(nbgrader["points"])
        filled.scores[nbgrader["grade_id"]] = earned = within(sum(each.earned for each in verdicts), points)
        return {**cell, "outputs": _outputs(verdicts, earned) if points else []}
    return cell


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def within(score: float, maximum: float) -> float:
    """A score that any gradebook takes: finite, and from 0 to the maximum."""
    return float(min(maximum, max(0.0, score))) if math.isfinite(score) else 0.0


def _belongs(verdict: Verdict, cell: dict, role: str) -> bool:
    """A check's verdict has the name of its cell; the others of an exercise are its hidden tests'."""
    metadata = cell["metadata"]
    is_check = verdict.name.startswith(f"{metadata['gradlab']['name']}-check")
    return verdict.name == metadata["nbgrader"]["grade_id"] if role == "check" else not is_check


def _outputs(verdicts: list[Verdict], earned: float) -> list[dict]:
    text = "\n".join(f"✗ {reason}" for reason in said_once(verdicts))[:LONGEST] or "✓"
    result = {"data": {"text/plain": repr(earned)}, "execution_count": None, "metadata": {}}
    return [
        {"name": "stdout", "output_type": "stream", "text": text + "\n"},
        {"output_type": "execute_result", **result},
    ]


def _summary(graded: Graded) -> dict:
    """The first cell: points, what was lost and why, what was repaired."""
    lines = [f"  ✗ {graded.problem}"] * bool(graded.problem)
    lines += [f"  {repair.text}" for repair in graded.repairs if not repair.exercise]
    blocks = [f"**From the grader: {graded.score:g} of {graded.maximum:g} points**", *_preformatted(lines)]
    for exercise in graded.verdicts:
        points, maximum = graded.points_of(exercise)
        mine = [f"  {repair.text}" for repair in graded.repairs if repair.exercise == exercise]
        if mine or (points < maximum and not graded.problem):
            lines = [f"  ✗ {reason}" for reason in said_once(graded.verdicts[exercise])]
            diagnosis = graded.diagnoses.get(exercise)
            lines += ["", *told(diagnosis)] if diagnosis else []
            blocks += [f"**`{exercise}`: {points:g} of {maximum:g}**", *_preformatted([*lines, *mine])]
            if diagnosis and (drawn := picture(diagnosis)):
                blocks.append(drawn)
    return {"cell_type": "markdown", "id": "from-the-grader", "metadata": {}, "source": "\n\n".join(blocks)}


def _preformatted(lines: list[str]) -> list[str]:
    """One block, or none. A file name or a message may hold what Markdown, HTML and MathJax act on."""
    # Not one line may be empty: that would end the HTML.
    text = html.escape("\n".join(line if line.strip() else "\u00a0" for line in lines))
    return [f'<pre style="white-space: pre-wrap; word-break: normal">\n{text}\n</pre>'] if text else []
