"""The misconception behind an answer that fails, the smallest visible program that shows it, and the guilty edge in it.

A match is the same behaviour in every check and hidden test, or nearly, and in no other wrong answer's: else silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from autograder.diagnose.behaviour import Behaviour, Likeness, finding, likeness, same
from autograder.diagnose.library import Library
from autograder.mutants.library import Mutant
from gradlab.guilty.notebook import TRIED
from gradlab.guilty.parting import Parting
from gradlab.shown import Shown, failing_programs, widened
from gradlab.witness import Failed, Report


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with the answer to `exercise`. because, ask: "" when no known mistake does the same.

    place: of the wrong answer in its file, for the instructor. shown: None when every visible check passes. parting:
    where the graph of that program parts from the reference's; None when it does not.
    """

    exercise: str
    because: str = ""
    ask: str = ""
    place: str = ""
    shown: Shown | None = None
    parting: Parting | None = None

    def to_dict(self) -> dict:
        return asdict(self)


def diagnose(library: Library, exercise: str, source: str, own: Mapping[str, str] | None = None) -> Diagnosis | None:
    """The diagnosis of an answer; None when it cannot be imported or nothing fails.

    own: all answers of the student, {exercise: source}. Given, every value that is told is one that a program got on
    these: beside the reference's answers a student's code could read them, and put them into what it returns.
    """
    does = library.behaviour(exercise, source)
    if does is None or not does.failing(library.wanted):
        return None
    shown, parting = smallest_failure(library, exercise, source, does, own)
    mistake = known_mistake(library, exercise, does)
    if mistake is None:
        return Diagnosis(exercise, shown=shown, parting=parting)
    return Diagnosis(exercise, mistake.mistake.because, mistake.mistake.ask, mistake.place, shown, parting)


def known_mistake(library: Library, exercise: str, does: Behaviour) -> Mutant | None:
    """The wrong answer that this one does the same as, or nearly; None when there is none, or more than one."""
    known = library.of(exercise)
    twins = [mutant for mutant, its in known if same(does, its, library.wanted)]
    if twins:
        return twins[0] if len(twins) == 1 else None
    likely = [(likeness(its, does, library.wanted), mutant) for mutant, its in known]
    found = _only_most(likely) or _only_seen(likely) or _mostly(likely)
    if found is None:
        return None
    its = next(behaviour for mutant, behaviour in known if mutant == found)
    return found if shows(programs_of(library, exercise, its), does) else None


def shows(programs: list[Shown], does: Behaviour) -> bool:
    """Whether the smallest program that shows a mistake shows it here too; True where no check shows it."""
    if not programs:
        return True
    first, report = programs[0], does.reports.get(programs[0].check)
    asked = finding(Failed(first.number, "" if first.got else first.message, first.got, ""))
    return isinstance(report, Report) and any(
        finding(each._replace(message="" if first.got else each.message)) == asked for each in report.failed
    )


def _only_most(likely: list[tuple[Likeness, Mutant]]) -> Mutant | None:
    """All that the mistake does wrong is done wrong here, and more of it than of any other such mistake."""
    whole = [(like.matched, mutant) for like, mutant in likely if like.share == 1 and like.numbers and not like.beyond]
    most = max((matched for matched, _ in whole), default=0)
    found = [mutant for matched, mutant in whole if matched == most]
    return found[0] if len(found) == 1 else None


def _only_seen(likely: list[tuple[Likeness, Mutant]]) -> Mutant | None:
    """The checks find the same, in more than one place, and most hidden tests fail that would for the mistake."""
    found = [(like, mutant) for like, mutant in likely if like.seen]
    if len(found) != 1:
        return None
    like, mutant = found[0]
    return mutant if like.fails >= 0.5 and (like.numbers or like.matched > 1) else None


def _mostly(likely: list[tuple[Likeness, Mutant]]) -> Mutant | None:
    """Most of what the mistake does wrong is done wrong here, with numbers to prove it; far more than of any other."""
    ordered = sorted(likely, key=lambda pair: pair[0].matched, reverse=True)
    if not ordered or ordered[0][0].share < 0.65 or ordered[0][0].numbers < 3 or ordered[0][0].beyond:
        return None
    return ordered[0][1] if len(ordered) == 1 or ordered[0][0].matched >= 2 * ordered[1][0].matched else None


def smallest_failure(
    library: Library, exercise: str, source: str, does: Behaviour, own: Mapping[str, str] | None = None
) -> tuple[Shown | None, Parting | None]:
    """Of the programs that lead to asserts that fail, the smallest in whose graph something can be seen to go wrong;
    where there is none, the smallest of all that fails on its own. own: as for diagnose(); one that fails beside the
    reference's answers alone is shown without values."""
    programs = programs_of(library, exercise, does)
    answers = library.with_reference(exercise, source) if own is None else own
    first = None
    for asked in programs[:TRIED]:
        if shown := library.failing(answers, asked):
            first = first or shown
            if parting := library.parting(answers, shown):
                return shown, parting
    if first is None and programs:
        check = next(cell.source for cell in library.blueprint.checks_of(exercise) if cell.id == programs[0].check)
        wider = (library.failing(answers, each) for each in widened(programs[0], check))
        first = next((each for each in wider if each), None)
    if first is None and own is not None:
        alone, _ = smallest_failure(library, exercise, source, does)
        first = replace(alone, message="", got="", wanted="") if alone else None
    return first, None


def programs_of(library: Library, exercise: str, does: Behaviour) -> list[Shown]:
    """The visible programs that fail, the smallest first."""
    checks = {cell.id: cell.source for cell in library.blueprint.checks_of(exercise)}
    reports = {name: report for name, report in does.reports.items() if isinstance(report, Report)}
    return failing_programs(checks, reports)
