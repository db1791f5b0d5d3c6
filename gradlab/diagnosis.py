"""Which known mistake is behind a check that fails? On the student's side, out of what the visible checks find.

    for exercise, diagnosis in diagnose(notebook, engine_dir(), ["walk"]).items():
        print("\\n".join(diagnosis.lines()))

The checks of these exercises run once more, in a Python of their own, with asserts that report all they see
(witness.py). The known mistakes lie in diagnoses/<lesson>.json, sealed (sealed.py). Then the smallest programs that
fail run, for their graphs: what is recorded when all is right lies in expected_graphs/<lesson>.json (guilty/).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradlab.checks import run_checks
from gradlab.guilty.notebook import shown_in
from gradlab.guilty.parting import Parting
from gradlab.names import defined_names
from gradlab.notebooks import Notebook
from gradlab.sealed import open_one
from gradlab.shown import Shown, failing_programs
from gradlab.witness import Report, read_report, witnessed

FOLDER = Path(__file__).with_name("diagnoses")
SECONDS = 10  # for one check
MOST = 3  # exercises at a time: nobody puts more right at once


@dataclass(frozen=True)
class Diagnosis:
    """because, ask: the misconception and a question that leads out of it; "" when no known mistake does the same.

    shown: a small program that fails. parting: where its graph parts from what is expected.
    """

    because: str = ""
    ask: str = ""
    shown: Shown | None = None
    parting: Parting | None = None

    def lines(self) -> list[str]:
        """For a student to read."""
        known = [f"→ {self.because}", f"  {self.ask}"] if self.because else []
        lines = self.shown.lines() if self.shown else []
        return known + [f"  {line}" for line in [*lines, *([self.parting.text] if self.parting else [])]]


def diagnose(
    notebook: Notebook, engine: Path, exercises: Collection[str], package: str = "mytorch"
) -> dict[str, Diagnosis]:
    """{exercise: diagnosis} of those, at most MOST, whose checks fail in a way that something can be said about."""
    wanted = list(dict.fromkeys(exercises))[:MOST]
    results = run_checks(with_witnesses(notebook, wanted), engine, timeout=SECONDS, package=package)
    sources = {cell.id: cell.source for cell in notebook.checks}
    found: dict[str, Diagnosis] = {}
    failing: dict[str, list[Shown]] = {}
    for exercise in wanted:
        reports = {r.name: read_report(r.message) for r in results if r.exercise == exercise and not r.ok}
        if not reports or None in reports.values() or any(map(_is_unwritten, reports.values())):
            continue  # stopped, or not written: the check has said so
        events = [f"{name} {event}" for name, report in reports.items() for event in report.events]
        programs = failing_programs(sources, {name: each for name, each in reports.items() if name in sources})
        words = open_one(known_mistakes(notebook.lesson).get(exercise, ()), events) or {}
        if words or programs:
            found[exercise] = Diagnosis(words.get("because", ""), words.get("ask", ""))
            failing[exercise] = programs
    for exercise, (shown, parting) in shown_in(notebook, engine, failing, package).items():
        found[exercise] = replace(found[exercise], shown=shown, parting=parting)
    return {exercise: each for exercise, each in found.items() if each.because or each.shown}


def _is_unwritten(report: Report) -> bool:
    return any(failed.message.startswith("NotImplementedError") for failed in report.failed)


def as_run(notebook: Notebook, inputs: Sequence[str]) -> Notebook:
    """The notebook with exercises that are not exported as they were last run: the file may be older. inputs: cells."""
    cells = []
    for cell in notebook.cells:
        if cell.role == "exercise" and not cell.module:
            names = _defined(cell.source)
            last = next((each for each in reversed(inputs) if names and names <= _defined(each)), cell.source)
            cell = replace(cell, source=last)
        cells.append(cell)
    return Notebook(notebook.path, notebook.lesson, tuple(cells))


def _defined(source: str) -> set[str]:
    try:
        return set(defined_names(source))
    except (SyntaxError, ValueError):
        return set()


def with_witnesses(notebook: Notebook, exercises: Collection[str]) -> Notebook:
    """The notebook with the checks of these exercises alone, and asserts in them that report."""
    cells = [
        replace(cell, source=witnessed(cell.source)) if cell.role == "check" else cell
        for cell in notebook.cells
        if cell.role != "check" or cell.name in exercises
    ]
    return Notebook(notebook.path, notebook.lesson, tuple(cells))


def known_mistakes(lesson: str) -> dict[str, list[dict]]:
    """{exercise: sealed entries} of a lesson; nothing where there are none."""
    try:
        return dict(json.loads((FOLDER / f"{lesson}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
