"""Stubs fail every graded check, with words that a student understands.

Twice: with every exercise a stub, and with one a stub and the others answered. The second proves that a check tests
its own exercise and is not failed by a neighbour's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from autograder.verify.job import Job
from gradlab.checks import CheckResult, run_checks
from gradlab.notebooks import Notebook, read_notebook

# How gradlab.checks tells an error that no one has put into words.
_BARE = re.compile(r"^(?:\w*(?:Error|Exception|Warning)\b|This does not hold\b|stopped after\b|Python \w+)")


def problems(job: Job) -> list[str]:
    blank = read_notebook(job.notebook_with_stubs)
    results = run_checks(blank, job.engine(without=job.exercises), package=job.course.package)
    found = [said for result in results for said in _judge(job, result, "with nothing written")]
    answered = read_notebook(job.notebook_with_answers)
    for name in job.exercises:
        if not any(check.name == name for check in answered.checks):
            continue
        one = _with_one_stub(answered, name, blank.exercises[name].source)
        alone = run_checks(one, job.engine(without=[name]), package=job.course.package)
        found += [said for result in alone for said in _judge(job, result, f"with {name} alone unwritten")]
    return list(dict.fromkeys(found))


def _with_one_stub(notebook: Notebook, name: str, stub: str) -> Notebook:
    """The notebook with one exercise unwritten, and the checks of that exercise only."""
    cells = [
        replace(cell, source=stub) if cell.role == "exercise" and cell.name == name else cell
        for cell in notebook.cells
        if cell.role != "check" or cell.name == name
    ]
    return Notebook(notebook.path, notebook.lesson, tuple(cells))


def _judge(job: Job, result: CheckResult, when: str) -> list[str]:
    if result.ok:
        return [f"{result.name} passes {when}."] if result.points else []
    if _BARE.match(result.message):
        line = result.message.split("\n")[0]
        return [f"{result.name} fails {when}, but says nothing a student understands: {line}"]
    return []
