"""The diagnoses of one submission: of every exercise that lost points, what a teacher would say about it."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.blueprint import Blueprint
from autograder.diagnose.library import Library
from autograder.diagnose.match import diagnose
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
    for name in lost:
        if len(found) == MOST:
            break
        if name in answers:
            try:
                diagnosis = diagnose(library, name, answers[name], own)
            except Exception:
                continue
            finally:
                library.bench.worker.close()  # the next answer, and the next student, get another room
            if diagnosis:
                found[name] = diagnosis.to_dict()
    return found


def _can_be_built(blueprint: Blueprint, name: str, source: str) -> bool:
    return name in blueprint.exercises and is_written(source) and not fault(blueprint, name, source)


def library_for(blueprint: Blueprint) -> Library | None:
    """The lesson's wrong answers, or None where it has none."""
    library = Library(blueprint)
    return library if library.mistakes else None
