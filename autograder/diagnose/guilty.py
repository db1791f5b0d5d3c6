"""What a visible program records with somebody's answer in the engine: it runs in the sandbox, for its graphs.

Nothing of hidden tests can be in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autograder.blueprint import Blueprint
from autograder.mutants.trying import Bench
from autograder.remote.trials import check, whole
from autograder.rounds import CHECK_SECONDS
from gradlab.export_format import ExportError
from gradlab.guilty.program import watched
from gradlab.guilty.record import Seen, read
from gradlab.notebooks import Notebook
from gradlab.shown import Shown


def seen_of(bench: Bench, answers: Mapping[str, str], shown: Shown) -> list[Seen]:
    """What a program out of a check records on an engine of these answers, {exercise: source}."""
    return read(replied(bench, answers, shown, watched(shown.program))["message"]) or []


def replied(bench: Bench, answers: Mapping[str, str], shown: Shown, text: str) -> dict:
    """The reply to `text` in the place of the check that `shown` is a part of."""
    blueprint, cell = _with_program(bench.blueprint, shown.check, text)
    try:
        engine = replace(bench.workshop.engine(answers), blueprint=blueprint)
    except ExportError as error:
        return whole({"end": "raised", "text": str(error)})

    def ask(session) -> dict:
        return check(session, engine, cell, CHECK_SECONDS)

    return bench.asked(engine, ask, CHECK_SECONDS)


def _with_program(blueprint: Blueprint, check_id: str, source: str) -> tuple:
    """The lesson with another source in one of its checks; that check."""
    cells = [replace(c, source=source) if c.id == check_id else c for c in blueprint.notebook.cells]
    notebook = blueprint.notebook
    changed = replace(blueprint, notebook=Notebook(notebook.path, notebook.lesson, tuple(cells)))
    return changed, next(cell for cell in cells if cell.id == check_id)
