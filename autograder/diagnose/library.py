"""What the wrong answers of a lesson do in its checks and hidden tests: computed when asked for, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from autograder.blueprint import Blueprint
from autograder.diagnose.behaviour import Behaviour, behaviour, with_witnesses
from autograder.diagnose.guilty import replied, seen_of
from autograder.mutants.library import Mutant, by_hand
from autograder.mutants.trying import Bench
from autograder.same import shape
from gradlab.guilty.parting import Parting, comparable, first_parting
from gradlab.guilty.program import digest_of, may_record
from gradlab.guilty.record import Seen
from gradlab.shown import Shown, fails
from gradlab.witness import Failed, read_report, witnessed

GRAPHS = 1000  # of the reference, kept at a time
ANSWERS = 500  # of students, kept at a time


class Known(NamedTuple):
    """What a library has found out, for another one of the same lesson.

    wanted: the reference's replies to the hidden tests. does: {exercise: its wrong answers, each with what it does}.
    """

    wanted: Mapping[str, dict]
    does: Mapping[str, list[tuple[Mutant, Behaviour]]]


class Library:
    """The wrong answers of one lesson with what they do. Use as a context manager: it holds a worker.

    hidden: in hidden tests as well, not only in visible checks.
    """

    def __init__(self, blueprint: Blueprint, hidden: bool = True):
        self.blueprint, self.hidden = blueprint, hidden
        self.bench = Bench(with_witnesses(blueprint))
        self.mistakes: dict[str, list[Mutant]] = {}
        for mutant in by_hand(blueprint):
            self.mistakes.setdefault(mutant.exercise, []).append(mutant)
        self._known: dict[str, list[tuple[Mutant, Behaviour]]] = {}
        self._wanted: dict[str, dict] | None = None
        self._done: dict[tuple[str, str], Behaviour] = {}
        self._graphs: dict[tuple[str, str], list[Seen | None]] = {}

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.bench.close()

    def take(self, known: Known) -> None:
        """Believe another library, and not find out again."""
        self._wanted = known.wanted
        self._known.update(known.does)

    @property
    def wanted(self) -> Mapping[str, dict]:
        """The reference's replies to the hidden tests."""
        if self._wanted is None:
            self._wanted = self.bench.expected()
        return self._wanted

    def behaviour(self, exercise: str, source: str) -> Behaviour | None:
        """What an answer does; None when it cannot be imported. The same answer is not tried again (see memo.py)."""
        key = exercise, shape(source) or source
        if key in self._done:
            return self._done[key]
        found = behaviour(self.bench, exercise, source, self.hidden)
        if found and found.is_sure:
            if len(self._done) >= ANSWERS:
                del self._done[next(iter(self._done))]
            self._done[key] = found
        return found

    def of(self, exercise: str) -> list[tuple[Mutant, Behaviour]]:
        """The wrong answers to an exercise, each with what it does."""
        if exercise not in self._known:
            found = [(mutant, self.behaviour(exercise, mutant.source)) for mutant in self.mistakes.get(exercise, ())]
            self._known[exercise] = [(mutant, does) for mutant, does in found if does is not None]
        return self._known[exercise]

    def with_reference(self, exercise: str, source: str) -> dict[str, str]:
        """The reference's answers, but for one."""
        return {**self.blueprint.answers, exercise: source}

    def failing(self, answers: Mapping[str, str], shown: Shown) -> Shown | None:
        """A program with what it got on an engine of these answers; None when it does not fail there by itself."""
        message = replied(self.bench, answers, shown, witnessed(shown.program))["message"]
        if not fails(shown, message):
            return None
        first = (*read_report(message).failed, Failed(shown.number, "", "", ""))[0]
        return replace(shown, message=first.message, got=first.got, wanted=first.wanted)

    def parting(self, answers: Mapping[str, str], shown: Shown) -> Parting | None:
        """Where the graphs of a program part from those that it has with the reference's answers."""
        if not may_record(shown.program):
            return None
        key = shown.check, digest_of(shown.program)
        if key not in self._graphs:
            if len(self._graphs) >= GRAPHS:
                self._graphs.clear()
            right = seen_of(self.bench, self.blueprint.answers, shown)
            self._graphs[key] = comparable(right, shown.program)
        if not any(self._graphs[key]):
            return None
        return first_parting(seen_of(self.bench, answers, shown), self._graphs[key])
