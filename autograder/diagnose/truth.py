"""Are the diagnoses true? Mechanical mutants are wrong in ways that nobody had in mind, and each gets its diagnosis.

A diagnosis says that an answer has a mistake. That is true when the smallest program that shows the mistake shows it
here too: the same asserts fail, and what they got is the same. Where no check shows it, the hidden test that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.blueprint import Blueprint, load_blueprint
from autograder.diagnose.behaviour import Behaviour, events_of, first_difference
from autograder.diagnose.guilty import replied
from autograder.diagnose.library import Library
from autograder.diagnose.match import known_mistake, smallest_failure
from autograder.mutants.library import Mutant, mechanical
from gradlab.course import load_course
from gradlab.sealed import open_one, seal
from gradlab.witness import Report, read_report, witnessed

SIDES = ("instructor", "student")


@dataclass(frozen=True)
class Told:
    """What the author of a mutant would be told. side: of SIDES. because: "" for silence. true: whether it is."""

    mutant: Mutant
    side: str
    because: str = ""
    true: bool = True


def told(blueprint: Blueprint, mutants: Iterable[Mutant]) -> Iterator[Told]:
    """Both sides' diagnoses of mutants that can be imported and that a check or a hidden test finds."""
    with Library(blueprint) as library:
        for mutant in mutants:
            does = library.behaviour(mutant.exercise, mutant.source)
            if does is not None and does.failing(library.wanted):
                yield _judged(library, mutant, does, "instructor", known_mistake(library, mutant.exercise, does))
                if reports := _reports(does):
                    yield _judged(library, mutant, does, "student", _opened(library, mutant.exercise, reports))


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
    shown, _ = smallest_failure(library, mutant.exercise, mistake.source, its)
    if shown:
        text = witnessed(shown.program)
        engines = [library.with_reference(mutant.exercise, each.source) for each in (mistake, mutant)]
        said = [replied(library.bench, answers, shown, text) for answers in engines]
        found = [events_of(read_report(reply["message"])) for reply in said]
        return bool(found[0]) and found[0] == found[1]
    hidden = next((name for name in its.replies if name in its.failing(library.wanted)), None)
    return hidden is not None and (
        first_difference(library.wanted[hidden], its.replies[hidden], does.replies[hidden]) is not None
    )


def told_in(root: Path, lesson: str, every: int = 1) -> list[Told]:
    """For each `every`th mechanical mutant of a lesson that is built, what both sides are told. root: of the course."""
    blueprint = load_blueprint(course := load_course(root), course.lesson(lesson))
    return list(told(blueprint, mechanical(blueprint)[::every]))


def table(rows: Iterable[Told]) -> str:
    """Of the mutants that fail, how many get a diagnosis on either side, and how many of these a false one."""
    counts = Counter((each.side, bool(each.because), each.true) for each in rows)
    lines = [f"{'':<12}{'fail':>6}{'diagnosed':>11}{'false':>7}"]
    for side in SIDES:
        mine = {key[1:]: count for key, count in counts.items() if key[0] == side}
        diagnosed = sum(count for (because, _), count in mine.items() if because)
        lines.append(f"{side:<12}{sum(mine.values()):>6}{diagnosed:>11}{mine.get((True, False), 0):>7}")
    return "\n".join(lines)
