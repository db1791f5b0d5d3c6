"""The score of a lesson's tests: how many of its mutants are caught, and by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import SimpleQueue

from autograder.blueprint import Blueprint, load_blueprint
from autograder.mutants.equivalents import Equivalent, load_equivalents
from autograder.mutants.library import BY_HAND, MECHANICAL, RIGHT, Mutant, by_hand, mechanical, right
from autograder.mutants.memory import Memory
from autograder.mutants.trying import CHECK, HIDDEN, NOTHING, Bench, Outcome
from autograder.turns import thinking
from gradlab.course import Course, Lesson

_LIBRARY = {BY_HAND: by_hand, MECHANICAL: mechanical, RIGHT: right}
GOALS = {"by hand, caught": 1.0, "by hand, by a visible check": 0.8, "mechanical, caught": 0.97}


@dataclass(frozen=True)
class Tally:
    """How many mutants there are, and how many were caught by a visible check, by a hidden test only, by nothing.

    equivalent: those that a person has found to be no mistakes; they count nowhere else.
    """

    check: int = 0
    hidden: int = 0
    nothing: int = 0
    equivalent: int = 0

    @property
    def total(self) -> int:
        return self.check + self.hidden + self.nothing

    @property
    def caught(self) -> int:
        return self.check + self.hidden

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass
class Score:
    """One lesson's mutants with what became of them. stale: entries of equivalents.toml that are not true any more."""

    lesson: Lesson
    outcomes: list[tuple[Mutant, Outcome]] = field(default_factory=list)
    equivalents: dict[tuple[str, str, str], Equivalent] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)

    def tally(self, kind: str, exercise: str | None = None) -> Tally:
        total = Tally()
        for mutant, outcome in self.outcomes:
            if mutant.kind == kind and exercise in (None, mutant.exercise):
                total += Tally(equivalent=1) if self.is_equivalent(mutant, outcome) else Tally(**{outcome.by: 1})
        return total

    def is_equivalent(self, mutant: Mutant, outcome: Outcome) -> bool:
        return mutant.kind == MECHANICAL and outcome.by == NOTHING and mutant.identity in self.equivalents

    @property
    def exercises(self) -> list[str]:
        return list(dict.fromkeys(mutant.exercise for mutant, _ in self.outcomes if mutant.kind != RIGHT))

    @property
    def survivors(self) -> list[Mutant]:
        """Wrong answers that nothing has caught."""
        return [
            mutant
            for mutant, outcome in self.outcomes
            if mutant.kind != RIGHT and outcome.by == NOTHING and not self.is_equivalent(mutant, outcome)
        ]

    @property
    def accused(self) -> list[tuple[Mutant, Outcome]]:
        """Right answers that lose points."""
        return [(m, outcome) for m, outcome in self.outcomes if m.kind == RIGHT and outcome.by != NOTHING]


def score(
    course: Course,
    lesson: Lesson,
    kinds: Iterable[str] = (BY_HAND, MECHANICAL, RIGHT),
    jobs: int = 1,
    start: Callable[[int], None] = lambda total: None,
    advance: Callable[[], None] = lambda: None,
) -> Score:
    """Try every mutant of a lesson that was built. start hears how many are to be tried, advance of each."""
    blueprint = load_blueprint(course, lesson)
    mutants = [mutant for kind in kinds for mutant in _LIBRARY[kind](blueprint)]
    with Bench(blueprint) as bench:
        memory = Memory(blueprint, bench.workshop.base)
        found = {mutant: known for mutant in mutants if (known := memory.get(mutant))}
        left = [mutant for mutant in mutants if mutant not in found]
        start(len(left))
        if left:
            wanted = bench.expected()
            try:
                for mutant, outcome in _tried(blueprint, bench, left, wanted, max(1, min(jobs, len(left)))):
                    found[mutant] = outcome
                    memory.put(mutant, outcome)
                    advance()
            finally:
                memory.save()
    result = Score(lesson, [(mutant, found[mutant]) for mutant in mutants])
    if MECHANICAL in kinds:
        result.equivalents = load_equivalents(course, lesson)
        result.stale = _stale(result)
    return result


def _tried(blueprint: Blueprint, bench: Bench, mutants: list[Mutant], wanted: dict, jobs: int):
    """(mutant, outcome) as they get ready. Threads, for the work is done by the workers, which are processes."""
    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        benches: SimpleQueue[Bench] = SimpleQueue()
        for number in range(jobs):
            benches.put(stack.enter_context(Bench(blueprint, bench.workshop.base)) if number else bench)

        def outcome(mutant: Mutant) -> Outcome:
            mine = benches.get()
            try:
                with thinking():
                    return mine.outcome(mutant.exercise, mutant.source, wanted)
            finally:
                benches.put(mine)

        futures = {pool.submit(outcome, mutant): mutant for mutant in mutants}
        try:
            for done in as_completed(futures):
                yield futures[done], done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _stale(score: Score) -> list[str]:
    by_identity = {mutant.identity: outcome for mutant, outcome in score.outcomes if mutant.kind == MECHANICAL}
    where = f"solutions/{score.lesson.id}/equivalents.toml"
    return [
        f"{where}: {' · '.join(identity)}: "
        + (
            "there is no such mutant any more"
            if identity not in by_identity
            else f"{by_identity[identity].test} tells it from the right answer"
        )
        for identity in score.equivalents
        if identity not in by_identity or by_identity[identity].by != NOTHING
    ]


def reached(scores: Iterable[Score]) -> dict[str, float]:
    """The share that each goal is about, over all these lessons; 1.0 where there is nothing to count."""
    scores = list(scores)
    hand = sum((score.tally(BY_HAND) for score in scores), Tally())
    machine = sum((score.tally(MECHANICAL) for score in scores), Tally())
    shares = (hand.caught, hand.total), (hand.check, hand.total), (machine.caught, machine.total)
    return {name: part / whole if whole else 1.0 for name, (part, whole) in zip(GOALS, shares, strict=True)}


__all__ = [
    "BY_HAND",
    "CHECK",
    "GOALS",
    "HIDDEN",
    "MECHANICAL",
    "NOTHING",
    "RIGHT",
    "Score",
    "Tally",
    "reached",
    "score",
]
