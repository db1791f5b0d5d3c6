"""Are the diagnoses true? Mechanical mutants are wrong in ways that nobody had in mind, and each gets its diagnosis.

A diagnosis says that an answer has a mistake. That is true when the smallest program that shows the mistake shows it
here too: the same asserts fail, and what they got is the same. Where no check shows it, the hidden test that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from autograder.blueprint import Blueprint
from autograder.diagnose.behaviour import Behaviour, events_of, first_difference
from autograder.diagnose.guilty import replied
from autograder.diagnose.library import Library
from autograder.diagnose.match import known_mistake
from autograder.mutants.library import Mutant
from gradlab.sealed import open_one, seal
from gradlab.shown import failing_programs
from gradlab.witness import Report, read_report, witnessed


@dataclass(frozen=True)
class Told:
    """What one mutant's author would be told. side: "instructor" or "student". because: "" for silence."""

    mutant: Mutant
    side: str
    because: str = ""
    true: bool = True


def told(blueprint: Blueprint, mutants: Iterable[Mutant], advance: Callable[[], None] = lambda: None) -> Iterator[Told]:
    """Both sides' diagnoses of mutants that can be imported and that a check or a hidden test finds."""
    with Library(blueprint) as library:
        for mutant in mutants:
            does = library.behaviour(mutant.exercise, mutant.source)
            if does is not None and does.failing(library.wanted):
                yield _judged(library, mutant, does, "instructor", known_mistake(library, mutant.exercise, does))
                if reports := _reports(does):
                    yield _judged(library, mutant, does, "student", _opened(library, mutant.exercise, reports))
            advance()


def _judged(library: Library, mutant: Mutant, does: Behaviour, side: str, mistake: Mutant | None) -> Told:
    if mistake is None:
        return Told(mutant, side)
    return Told(mutant, side, mistake.mistake.because, _has(library, mutant, does, mistake))


def _opened(library: Library, exercise: str, reports: dict[str, Report]) -> Mutant | None:
    """The mistake whose sentence the findings of the checks would open on the student's side."""
    known = {number: (mutant, _events(_reports(its))) for number, (mutant, its) in enumerate(library.of(exercise))}
    lone = {
        n: events for n, (_, events) in known.items() if events and [e for _, e in known.values()].count(events) == 1
    }
    words = open_one([seal(events, {"number": str(number)}) for number, events in lone.items()], _events(reports))
    return known[int(words["number"])][0] if words else None


def _reports(does: Behaviour) -> dict[str, Report]:
    """What the checks found; nothing where one was stopped, or could not report."""
    failing = {name: report for name, report in does.reports.items() if report is not None}
    return failing if all(isinstance(report, Report) for report in failing.values()) else {}


def _events(reports: dict[str, Report]) -> frozenset[str]:
    return frozenset(f"{name} {event}" for name, report in reports.items() for event in report.events)


def _has(library: Library, mutant: Mutant, does: Behaviour, mistake: Mutant) -> bool:
    """Whether the mistake's own program shows the same on the mutant."""
    its = next(behaviour for each, behaviour in library.of(mutant.exercise) if each == mistake)
    checks = {cell.id: cell.source for cell in library.blueprint.checks_of(mutant.exercise)}
    programs = failing_programs(checks, {n: r for n, r in its.reports.items() if isinstance(r, Report)})
    if programs:
        text = witnessed(programs[0].program)
        replies = [
            replied(library.bench, mutant.exercise, each.source, programs[0], text) for each in (mistake, mutant)
        ]
        found = [events_of(read_report(reply["message"])) for reply in replies]
        return bool(found[0]) and found[0] == found[1]
    hidden = next((name for name in its.replies if name in its.failing(library.wanted)), None)
    return hidden is not None and (
        first_difference(library.wanted[hidden], its.replies[hidden], does.replies[hidden]) is not None
    )
