"""Programs out of the checks of a notebook, watched in a Python of their own, against what is expected of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from gradlab.checks import run_checks
from gradlab.guilty.parting import Parting, first_parting
from gradlab.guilty.program import digest_of, watched
from gradlab.guilty.record import Seen, from_data, read
from gradlab.notebooks import Notebook
from gradlab.shown import Shown, fails, widened
from gradlab.witness import witnessed

FOLDER = Path(__file__).parents[1] / "expected_graphs"
SECONDS = 10  # for one program
TRIED = 3  # programs of an exercise: the smallest may say nothing about graphs


def shown_in(
    notebook: Notebook, engine: Path, failing: Mapping[str, list[Shown]], package: str
) -> dict[str, tuple[Shown, Parting | None]]:
    """{exercise: (program, parting)}: of each exercise the first of its failing programs with a graph that parts; the
    first that fails on its own where there is none. failing: as gradlab.shown.failing_programs gives them."""
    known = expected_graphs(notebook.lesson)
    asked = {exercise: programs[:TRIED] for exercise, programs in failing.items()}
    all_asked = list(dict.fromkeys(each for programs in asked.values() for each in programs))
    texts = [(each.check, text(each.program)) for each in all_asked for text in (witnessed, watched)]
    messages = iter(replies(notebook, engine, texts, package))
    said = {each: (next(messages), next(messages)) for each in all_asked}
    found: dict[str, tuple[Shown, Parting | None]] = {}
    for exercise, programs in asked.items():
        confirmed = [each for each in programs if fails(each, said[each][0])]
        for each in confirmed:
            expected = known.get(exercise, {}).get(digest_of(each.program), ())
            if parting := first_parting(read(said[each][1]) or (), expected):
                found[exercise] = (each, parting)
                break
        else:
            if confirmed:
                found[exercise] = (confirmed[0], None)
    wider = [
        each for exercise, programs in asked.items() if exercise not in found for each in _wider(notebook, programs)
    ]
    messages = replies(notebook, engine, [(each.check, witnessed(each.program)) for each in wider], package)
    exercise_of = {cell.id: cell.name for cell in notebook.checks}
    for each, message in zip(wider, messages, strict=True):
        if fails(each, message):
            found.setdefault(exercise_of[each.check], (each, None))
    return found


def _wider(notebook: Notebook, programs: list[Shown]) -> list[Shown]:
    sources = {cell.id: cell.source for cell in notebook.checks}
    return [each for first in programs[:1] for each in widened(first, sources[first.check])]


def replies(notebook: Notebook, engine: Path, texts: Collection[tuple[str, str]], package: str) -> list[str]:
    """What each text says as a check. texts: (id of the check in whose place it runs, source)."""
    places = {cell.id: [] for cell in notebook.checks}
    for number, (check, text) in enumerate(texts):
        places[check].append((number, text))
    cells = []
    for cell in notebook.cells:
        own = places[cell.id] if cell.role == "check" else []
        cells += [replace(cell, id=f"{cell.id} {number}", source=text) for number, text in own]
        cells += [cell] * (cell.role != "check")
    said = [""] * len(texts)
    if texts:
        changed = Notebook(notebook.path, notebook.lesson, tuple(cells))
        for result in run_checks(changed, engine, timeout=SECONDS, package=package):
            said[int(result.name.rpartition(" ")[2])] = result.message
    return said


def seen_in(
    notebook: Notebook, engine: Path, programs: Collection[tuple[str, str]], package: str
) -> dict[tuple[str, str], list[Seen]]:
    """What each program records, {(check, program): graphs}. check: the id of the check that it is a part of."""
    messages = replies(notebook, engine, [(check, watched(program)) for check, program in programs], package)
    return {each: read(message) or [] for each, message in zip(programs, messages, strict=True)}


def expected_graphs(lesson: str) -> dict[str, dict[str, list[Seen | None]]]:
    """{exercise: {digest of a program: its graphs}} of a lesson; nothing where there are none."""
    try:
        data = json.loads((FOLDER / f"{lesson}.json").read_text(encoding="utf-8"))
        return {
            exercise: {digest: [each and from_data(each) for each in several] for digest, several in known.items()}
            for exercise, known in data.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
