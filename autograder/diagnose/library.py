"""What the wrong answers of a lesson do in its checks and hidden tests: computed when asked for, and kept."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.blueprint import Blueprint
from autograder.diagnose.behaviour import Behaviour, behaviour, with_witnesses
from autograder.mutants.library import Mutant, by_hand
from autograder.mutants.trying import Bench


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

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.bench.close()

    @property
    def wanted(self) -> Mapping[str, dict]:
        """The reference's replies to the hidden tests."""
        if self._wanted is None:
            self._wanted = self.bench.expected()
        return self._wanted

    def behaviour(self, exercise: str, source: str) -> Behaviour | None:
        """What an answer does; None when it cannot be imported."""
        return behaviour(self.bench, exercise, source, self.hidden)

    def of(self, exercise: str) -> list[tuple[Mutant, Behaviour]]:
        """The wrong answers to an exercise, each with what it does."""
        if exercise not in self._known:
            found = [(mutant, self.behaviour(exercise, mutant.source)) for mutant in self.mistakes.get(exercise, ())]
            self._known[exercise] = [(mutant, does) for mutant, does in found if does is not None]
        return self._known[exercise]
