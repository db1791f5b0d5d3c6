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
from gradlab.shown import Shown

FOLDER = Path(__file__).parents[1] / "expected_graphs"
SECONDS = 10  # for one program
TRIED = 3  # programs of an exercise: the smallest may say nothing about graphs


def partings(
    notebook: Notebook, engine: Path, failing: Mapping[str, list[Shown]], package: str
) -> dict[str, tuple[Shown, Parting]]:
    """{exercise: (program, parting)}: of each exercise the first of its failing programs with a graph that parts."""
    known = expected_graphs(notebook.lesson)
    asked = {
        exercise: [each for each in programs if digest_of(each.program) in known.get(exercise, ())]
        for exercise, programs in failing.items()
    }
    asked = {exercise: programs for exercise, programs in asked.items() if programs}
    seen = seen_in(
        notebook, engine, [(each.check, each.program) for every in asked.values() for each in every], package
    )
    found = {}
    for exercise, programs in asked.items():
        for each in programs:
            parting = first_parting(seen[each.check, each.program], known[exercise][digest_of(each.program)])
            if parting:
                found[exercise] = (each, parting)
                break
    return found


def seen_in(
    notebook: Notebook, engine: Path, programs: Collection[tuple[str, str]], package: str
) -> dict[tuple[str, str], list[Seen]]:
    """What each program records, {(check, program): graphs}. check: the id of the check that it is a part of."""
    programs = list(programs)
    cells, names = [], {}
    for cell in notebook.cells:
        own = [each for each in programs if each[0] == cell.id] if cell.role == "check" else []
        cells += [cell] * (cell.role != "check")
        for each in own:
            names[f"{cell.id}-{len(names)}"] = each
            cells.append(replace(cell, id=next(reversed(names)), source=watched(each[1])))
    seen: dict[tuple[str, str], list[Seen]] = {each: [] for each in programs}
    if names:
        changed = Notebook(notebook.path, notebook.lesson, tuple(cells))
        for result in run_checks(changed, engine, timeout=SECONDS, package=package):
            seen[names[result.name]] = read(result.message) or []
    return seen


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
