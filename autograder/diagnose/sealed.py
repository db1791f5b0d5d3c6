"""The student's side of the diagnoses: gradlab/diagnoses/<lesson>.json, written out of what wrong answers do in checks.

Only what visible checks find goes into it, hashed, and sentences that these findings open (gradlab/sealed.py): no code
of a wrong answer, nothing of hidden tests, and no sentence that can be read without having made the mistake.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from autograder.blueprint import Blueprint, load_blueprint
from autograder.diagnose.behaviour import events_of
from autograder.diagnose.library import Library
from gradlab.course import Course, Lesson
from gradlab.files import read_text, write_atomic
from gradlab.sealed import seal
from gradlab.witness import Report

FOLDER = Path("gradlab", "diagnoses")


def sealed(blueprint: Blueprint) -> dict[str, list[dict]]:
    """{exercise: entries}. Wrong answers that the checks do not tell apart are left out: silence is better."""
    found: dict[str, list[dict]] = {}
    with Library(blueprint, hidden=False) as library:
        for exercise in library.mistakes:
            entries = []
            for mutant, does in library.of(exercise):
                if all(report is None or isinstance(report, Report) for report in does.reports.values()):
                    events = frozenset(f"{name} {e}" for name, r in does.reports.items() for e in events_of(r))
                    entries.append((events, {"because": mutant.mistake.because, "ask": mutant.mistake.ask}))
            times = Counter(events for events, _ in entries)
            kept = [seal(events, words) for events, words in entries if events and times[events] == 1]
            if kept:
                # By content, not in the order of the author's file.
                found[exercise] = sorted(kept, key=lambda entry: entry["sealed"])
    return found


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
