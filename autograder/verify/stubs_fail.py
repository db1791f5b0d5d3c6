"""Stubs fail every graded check, with words that a student understands.

Twice: with every exercise a stub, and with one a stub and the others answered. The second proves that a check tests
its own exercise and is not failed by a neighbour's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from autograder.verify.job import Job
from autograder.verify.told import together
from gradlab.checks import CheckResult, run_checks
from gradlab.notebooks import Notebook, read_notebook

# How gradlab.checks tells an error that no one has put into words.
_BARE = re.compile(r"^(?:\w*(?:Error|Exception|Warning)\b|This does not hold\b|stopped after\b|Python \w+|`import )")


def problems(job: Job) -> list[str]:
    blank = read_notebook(job.notebook_with_stubs)
    results = run_checks(blank, job.engine(without=job.exercises), package=job.course.package)
    found = _judged(results, "with nothing written")
    answered = read_notebook(job.notebook_with_answers)
    for name in job.exercises:
        if not any(check.name == name for check in answered.checks):
            continue
        one = _with_one_stub(answered, name, blank.exercises[name].source)
        alone = run_checks(one, job.engine(without=[name]), package=job.course.package)
        found += _judged(alone, "with its exercise alone unwritten")
    return together(found)


def _with_one_stub(notebook: Notebook, name: str, stub: str) -> Notebook:
    """The notebook with one exercise unwritten, and the checks of that exercise only."""
    cells = [
        replace(cell, source=stub) if cell.role == "exercise" and cell.name == name else cell
        for cell in notebook.cells
        if cell.role != "check" or cell.name == name
    ]
    return Notebook(notebook.path, notebook.lesson, tuple(cells))


def _judged(results: list[CheckResult], when: str) -> list[tuple[str, str]]:
    """(check, what is wrong with how it ended)."""
    found = []
    for result in results:
        if result.ok and result.points:
            found.append((result.name, f"– passes {when}."))
        elif not result.ok and _BARE.match(result.message):
            line = result.message.split("\n")[0]
            found.append((result.name, f"– fails {when}, but says nothing a student understands: {line}"))
    return found
