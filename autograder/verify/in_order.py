"""Checks pass for a student who works from top to bottom: with the exercises above a check written, and none below.

Of what is exported further down the engine has as much as a running notebook exports: a module begins with the first
of its cells that is run, and then holds all given cells of the notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.verify.job import Job
from autograder.verify.told import together
from gradlab.checks import run_checks
from gradlab.notebooks import Notebook, read_notebook


def problems(job: Job) -> list[str]:
    answered = read_notebook(job.notebook_with_answers)
    stubs = {name: cell.source for name, cell in read_notebook(job.notebook_with_stubs).exercises.items()}
    found = []
    for places in _stretches(answered):
        last = places[-1]
        later = [cell.name for cell in answered.cells[last:] if cell.role == "exercise"]
        begun = {cell.module for cell in answered.cells[:last] if cell.module}
        part = _as_far_as(answered, places, {name: stubs[name] for name in later})
        results = run_checks(part, job.engine(without=later, modules=begun), package=job.course.package)
        found += [
            (result.name, f"– fails with nothing written below it: {result.message}")
            for result in results
            if not result.ok
        ]
    return together(found)


def _stretches(notebook: Notebook) -> Iterator[list[int]]:
    """The places of the checks that have the same cells of the engine above them: those are run together."""
    places: list[int] = []
    for place, cell in enumerate(notebook.cells):
        if cell.role == "check":
            places.append(place)
        elif places and (cell.role == "exercise" or cell.module):
            yield places
            places = []
    if places:
        yield places


def _as_far_as(notebook: Notebook, checks: list[int], unwritten: dict[str, str]) -> Notebook:
    """The notebook with only these checks, and stubs for the exercises that are `unwritten`."""
    cells = [
        replace(cell, source=unwritten[cell.name]) if cell.role == "exercise" and cell.name in unwritten else cell
        for place, cell in enumerate(notebook.cells)
        if cell.role != "check" or place in checks
    ]
    return Notebook(notebook.path, notebook.lesson, tuple(cells))
