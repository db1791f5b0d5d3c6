"""The misconception behind an answer that fails, and the smallest visible program that shows it.

A match is the same behaviour in every check and every hidden test, and in no other wrong answer's: else silence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from autograder.diagnose.behaviour import Behaviour, same
from autograder.diagnose.library import Library
from autograder.mutants.library import Mutant
from gradlab.slices import smallest
from gradlab.witness import Failed, Report


@dataclass(frozen=True)
class Shown:
    """The smallest visible program that fails. message: the check's; got, wanted: "" where nothing is compared."""

    program: str
    message: str = ""
    got: str = ""
    wanted: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with the answer to `exercise`. because, ask: "" when no known mistake does the same.

    place: of the wrong answer in its file, for the instructor. shown: None when every visible check passes.
    """

    exercise: str
    because: str = ""
    ask: str = ""
    place: str = ""
    shown: Shown | None = None

    def to_dict(self) -> dict:
        return asdict(self)


def diagnose(library: Library, exercise: str, source: str) -> Diagnosis | None:
    """The diagnosis of an answer; None when it cannot be imported or nothing fails."""
    does = library.behaviour(exercise, source)
    if does is None or not does.failing(library.wanted):
        return None
    shown = smallest_failure(library, exercise, does)
    mistake = known_mistake(library, exercise, does)
    if mistake is None:
        return Diagnosis(exercise, shown=shown)
    return Diagnosis(exercise, mistake.mistake.because, mistake.mistake.ask, mistake.place, shown)


def known_mistake(library: Library, exercise: str, does: Behaviour) -> Mutant | None:
    """The only wrong answer that does the same."""
    matches = [mutant for mutant, its in library.of(exercise) if same(does, its, library.wanted)]
    return matches[0] if len(matches) == 1 else None


def smallest_failure(library: Library, exercise: str, does: Behaviour) -> Shown | None:
    """Of all asserts that fail in the visible checks, the one that needs the fewest lines."""
    found = []
    for cell in library.blueprint.checks_of(exercise):
        report = does.reports.get(cell.id)
        if isinstance(report, Report) and (shown := shown_by(cell.source, report)):
            found.append(shown)
    return min(found, key=lambda shown: len(shown.program.split("\n")), default=None)


def shown_by(check: str, report: Report) -> Shown | None:
    """The smallest failing program of one check; an assert that compares goes before one that does not."""
    compared = [failed for failed in report.failed if failed.wanted]
    for several in (compared, report.failed):
        found = smallest(check, [failed.number for failed in several])
        if found:
            failed: Failed = next(each for each in several if each.number == found[0])
            return Shown(found[1], failed.message, failed.got, failed.wanted)
    return None
