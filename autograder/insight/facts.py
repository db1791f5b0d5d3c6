"""From the recorded grades of a lesson to what an instructor wants to know of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from autograder.graded import Graded, load
from autograder.judge import Verdict
from gradlab.course import Lesson

#: What can become of a check or hidden test, in the order in which one would act on it.
PASSED, WRONG, ERROR, TIMEOUT, UNREADABLE, UNWRITTEN = "passed", "wrong", "error", "timeout", "unreadable", "unwritten"
_LATE = re.compile(r"took longer than|before it took too long|importing it takes longer")
_UNWRITTEN = re.compile(r"is not written yet|the cell of `[^`]*` is missing")


def outcome(verdict: Verdict) -> str:
    """What became of a check or hidden test, in one word."""
    if verdict.passed:
        return PASSED
    if _LATE.search(verdict.reason):
        return TIMEOUT
    if not verdict.ran:
        return UNWRITTEN if _UNWRITTEN.search(verdict.reason) else UNREADABLE
    return ERROR if verdict.reason.startswith(("raised ", "Python stopped")) else WRONG


@dataclass(frozen=True)
class Misconception:
    """A known mistake, and whose answers did the same. says: the sentence of the lesson's wrong answer."""

    says: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """One exercise: how many got full, some or no points, or never wrote it. share: of its points that were earned.

    failed: students who wrote it and lost points. Of the answers that were diagnosed, `misconceptions` says what some
    have in common, and `unexplained` how many behave like no known mistake.
    """

    name: str
    maximum: float
    full: int
    part: int
    none: int
    unwritten: int
    share: float
    failed: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    unexplained: int = 0

    @property
    def diagnosed(self) -> int:
        """How many answers were held against the known mistakes."""
        return self.unexplained + sum(len(each.students) for each in self.misconceptions)


@dataclass(frozen=True)
class Test:
    """A visible check or a hidden test. failed: of the students who wrote its exercise; written: how many these are."""

    exercise: str
    name: str
    says: str
    visible: bool
    failed: int
    written: int

    @property
    def share(self) -> float:
        return self.failed / self.written if self.written else 0.0


@dataclass(frozen=True)
class Facts:
    """All that the page says of a lesson. graded: by student."""

    lesson: Lesson
    graded: tuple[Graded, ...]
    exercises: tuple[Exercise, ...]
    tests: tuple[Test, ...]
    timeouts: tuple[tuple[str, str, str], ...] = field(default=())  # student, exercise, what was tested

    @property
    def shares(self) -> list[float]:
        """The share of all points that each student has."""
        return [each.score / each.maximum if each.maximum else 0.0 for each in self.graded]

    @property
    def mean(self) -> float:
        return mean(self.shares) if self.graded else 0.0

    @property
    def median(self) -> float:
        return median(self.shares) if self.graded else 0.0

    @property
    def unreadable(self) -> list[Graded]:
        return [each for each in self.graded if each.problem]

    @property
    def repaired(self) -> list[Graded]:
        return [each for each in self.graded if each.repairs]

    def bins(self, count: int = 10) -> list[int]:
        """How many students are in each tenth of the points; full points are in the last."""
        found = Counter(min(int(share * count + 1e-9), count - 1) for share in self.shares)
        return [found[place] for place in range(count)]


def recorded(out: Path, lesson: Lesson) -> list[Graded]:
    """The grades of `lesson` that were recorded in `out`, by student."""
    folder = out / ".gradlab" / "grades"
    students = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [graded for student in students if (graded := load(out, student, lesson.id)) is not None]


def facts_of(lesson: Lesson, graded: Sequence[Graded]) -> Facts:
    names = dict.fromkeys(name for each in graded for name in each.verdicts)
    return Facts(
        lesson,
        tuple(graded),
        tuple(_exercise(name, graded) for name in names),
        tuple(sorted(_tests(graded), key=lambda test: (-test.share, -test.failed, test.exercise, test.name))),
        tuple(_timeouts(graded)),
    )


def misconceptions_of(graded: Graded) -> dict[str, str]:
    """{exercise: the sentence of the known mistake that its answer behaves like}, of those that were diagnosed; "" for
    an answer that behaves like none."""
    return {exercise: each.get("because", "") for exercise, each in graded.diagnoses.items()}


def _exercise(name: str, graded: Sequence[Graded]) -> Exercise:
    full = part = none = unwritten = 0
    earned = possible = 0.0
    failed: list[str] = []
    mistakes: dict[str, list[str]] = {}
    for each in graded:
        if name not in each.verdicts:
            continue
        points, maximum = each.points_of(name)
        earned, possible = earned + points, possible + maximum
        if each.problem or all(outcome(verdict) == UNWRITTEN for verdict in each.verdicts[name]):
            unwritten += 1
            continue
        full, part, none = full + (points == maximum), part + (0 < points < maximum), none + (points == 0 < maximum)
        if points < maximum:
            failed.append(each.student)
            says = misconceptions_of(each).get(name)
            if says is not None:
                mistakes.setdefault(says, []).append(each.student)
    unexplained = len(mistakes.pop("", ()))
    ranked = sorted(mistakes.items(), key=lambda item: (-len(item[1]), item[0]))
    return Exercise(
        name,
        maximum=max((each.points_of(name)[1] for each in graded if name in each.verdicts), default=0.0),
        full=full,
        part=part,
        none=none,
        unwritten=unwritten,
        share=earned / possible if possible else 0.0,
        failed=tuple(failed),
        misconceptions=tuple(Misconception(says, tuple(students)) for says, students in ranked),
        unexplained=unexplained,
    )


def _tests(graded: Iterable[Graded]) -> Iterable[Test]:
    """Every check and hidden test, with how many failed it who had written something."""
    found: dict[tuple[str, str], list] = {}
    for each in graded:
        for exercise, verdicts in each.verdicts.items():
            for verdict in verdicts:
                about = found.setdefault((exercise, verdict.name), [verdict.says, 0, 0])
                what = outcome(verdict)
                if each.problem or what == UNWRITTEN:
                    continue
                about[1] += what != PASSED
                about[2] += 1
    for (exercise, name), (says, failed, written) in found.items():
        yield Test(exercise, name, says, name.startswith(f"{exercise}-check"), failed, written)


def _timeouts(graded: Iterable[Graded]) -> Iterable[tuple[str, str, str]]:
    for each in graded:
        for exercise, verdicts in each.verdicts.items():
            late = [verdict for verdict in verdicts if outcome(verdict) == TIMEOUT]
            if late:
                yield each.student, exercise, late[0].says
