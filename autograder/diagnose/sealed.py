"""The student's side of the diagnoses: gradlab/diagnoses/<lesson>.json, written out of what wrong answers do in checks.

Only what visible checks find goes into it, hashed, and sentences that these findings open (gradlab/sealed.py): no code
of a wrong answer, nothing of hidden tests, and no sentence that can be read without having made the mistake.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from autograder.blueprint import Blueprint, load_blueprint
from autograder.mutants.library import Mutant, by_hand
from autograder.overlay import overlay
from gradlab.checks import run_checks
from gradlab.course import Course, Lesson
from gradlab.diagnosis import SECONDS, with_witnesses
from gradlab.export_format import assemble
from gradlab.files import read_text, write_atomic
from gradlab.notebooks import Notebook
from gradlab.sealed import seal
from gradlab.witness import read_report

FOLDER = Path("gradlab", "diagnoses")


def sealed(blueprint: Blueprint) -> dict[str, list[dict]]:
    """{exercise: entries}. Wrong answers that the checks do not tell apart are left out: silence is better."""
    found: dict[str, list[tuple[frozenset[str], dict]]] = {}
    for mutant in by_hand(blueprint):
        events = findings(blueprint, mutant)
        if events:
            words = {"because": mutant.mistake.because, "ask": mutant.mistake.ask}
            found.setdefault(mutant.exercise, []).append((events, words))
    entries = {}
    for exercise, several in found.items():
        times = Counter(events for events, _ in several)
        kept = [seal(events, words) for events, words in several if times[events] == 1]
        if kept:
            # By content, not in the order of the author's file.
            entries[exercise] = sorted(kept, key=lambda entry: entry["sealed"])
    return entries


def findings(blueprint: Blueprint, mutant: Mutant) -> frozenset[str]:
    """What the checks of its exercise find of a wrong answer; nothing where one was stopped, or could not report.

    It runs as a student's package does, in a process of its own (gradlab/checks.py), for there it is to be found again.
    """
    answers = {**blueprint.answers, mutant.exercise: mutant.source}
    cells = tuple(replace(c, source=answers.get(c.name, c.source)) if c.role == "exercise" else c
                  for c in blueprint.notebook.cells)  # fmt: skip
    notebook = Notebook(blueprint.notebook.path, blueprint.notebook.lesson, cells)
    texts = {}
    for module in blueprint.lesson.modules:
        parts = [(c.name, c.source) for c in cells if c.module == module and c.role in ("given", "exercise")]
        texts[module] = assemble(parts, module, blueprint.lesson.id)
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        engine = overlay(blueprint.course, blueprint.lesson, texts, Path(folder))
        package = blueprint.course.package
        results = run_checks(with_witnesses(notebook, [mutant.exercise]), engine, timeout=SECONDS, package=package)
    reports = {result.name: read_report(result.message) for result in results if not result.ok}
    if None in reports.values():
        return frozenset()
    return frozenset(f"{name} {event}" for name, report in reports.items() for event in report.events)


def write_sealed(course: Course, lessons: Iterable[Lesson]) -> list[Path]:
    """Write the files of these lessons; those that changed."""
    changed = []
    for lesson in lessons:
        path = FOLDER / f"{lesson.id}.json"
        text = json.dumps(sealed(load_blueprint(course, lesson)), indent=0) + "\n"
        if not (course.root / path).is_file() or read_text(course.root / path) != text:
            write_atomic(course.root / path, text)
            changed.append(path)
    return changed
