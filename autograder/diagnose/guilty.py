"""What a visible program records with somebody's answer in the engine: it runs in the sandbox, for its graphs.

Nothing of hidden tests can be in it.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.blueprint import Blueprint
from autograder.mutants.trying import Bench
from autograder.observe import observed
from autograder.remote.trials import check, whole
from autograder.run import CHECK_SECONDS
from autograder.sandbox import wall_seconds
from autograder.watchdog import limited
from gradlab.guilty.program import watched
from gradlab.guilty.record import Seen, read
from gradlab.notebooks import Notebook
from gradlab.shown import Shown


def seen_of(bench: Bench, exercise: str, source: str, shown: Shown) -> list[Seen]:
    """What a program out of a check records, with `source` as the answer to `exercise`."""
    return read(replied(bench, exercise, source, shown, watched(shown.program))["message"]) or []


def replied(bench: Bench, exercise: str, source: str, shown: Shown, text: str) -> dict:
    """The reply to `text` in the place of the check that `shown` is a part of."""
    blueprint, cell = _with_program(bench.blueprint, shown.check, text)
    with bench.trying(exercise, source) as (engine, problem):
        if engine is None:
            return whole({"end": "raised", "text": problem})
        engine = replace(engine, blueprint=blueprint)

        def ask(session) -> dict:
            return check(session, engine, cell, CHECK_SECONDS)

        return limited(wall_seconds(CHECK_SECONDS), lambda: observed(bench.worker, engine, ask))


def _with_program(blueprint: Blueprint, check_id: str, source: str) -> tuple:
    """The lesson with another source in one of its checks; that check."""
    cells = [replace(c, source=source) if c.id == check_id else c for c in blueprint.notebook.cells]
    notebook = blueprint.notebook
    changed = replace(blueprint, notebook=Notebook(notebook.path, notebook.lesson, tuple(cells)))
    return changed, next(cell for cell in cells if cell.id == check_id)
