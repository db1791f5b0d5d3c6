"""The diagnoses of one submission: of every exercise that lost points, what a teacher would say about it."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.blueprint import Blueprint
from autograder.diagnose.library import Library
from autograder.diagnose.match import Diagnosis, diagnose
from autograder.engines import fault, is_written
from autograder.judge import Verdict

MOST = 4  # exercises of a submission; each takes a moment, and nobody puts more right at a time


def diagnoses(library: Library, answers: Mapping[str, str], verdicts: Mapping[str, list[Verdict]]) -> dict[str, dict]:
    """{exercise: a Diagnosis as plain data} for answers that ran and lost points, in the order of the lesson.

    Never raises for what a student wrote; whatever goes wrong costs the diagnosis, and no grade.
    """
    lost = [name for name, several in verdicts.items() if any(each.ran and each.reason for each in several)]
    own = {name: source for name, source in answers.items() if _can_be_built(library.blueprint, name, source)}
    found: dict[str, dict] = {}
    try:
        for name in lost:
            diagnosis = _diagnosis(library, name, answers[name], own) if name in answers else None
            if diagnosis:
                found[name] = diagnosis.to_dict()
            if len(found) == MOST:
                break
    finally:
        library.bench.talk.close()  # the next student gets another room
    return found


def _diagnosis(library: Library, name: str, source: str, own: Mapping[str, str]) -> Diagnosis | None:
    try:
        return diagnose(library, name, source, own)
    except Exception:
        library.bench.talk.close()  # perhaps in the middle of a message
        return None


def _can_be_built(blueprint: Blueprint, name: str, source: str) -> bool:
    return name in blueprint.exercises and is_written(source) and not fault(blueprint, name, source)


def library_for(blueprint: Blueprint) -> Library | None:
    """The lesson's wrong answers, or None where it has none."""
    library = Library(blueprint)
    return library if library.mistakes else None
