"""The mutants of a lesson: answers that are wrong, each a whole cell in the place of one exercise's."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass

from autograder.blueprint import Blueprint
from autograder.mutants.mutate import changes
from autograder.right import in_the_cell, load_right_answers
from autograder.wrong import WrongAnswer, load_wrong_answers, replaced

BY_HAND, MECHANICAL, RIGHT = "by hand", "mechanical", "right"


@dataclass(frozen=True)
class Mutant:
    """kind: BY_HAND, MECHANICAL, or RIGHT for an answer that is right in its own way, and should survive.

    what: the misconception, the change or the difference. line: the text of the line that is changed, if one is.

    place: where its author finds it. source: the cell. mistake: the wrong answer it was made of, if any.
    """

    lesson: str
    exercise: str
    kind: str
    what: str
    line: str
    place: str
    source: str
    mistake: WrongAnswer | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What stays when other lines are edited: exercise, change, text of the line."""
        return self.exercise, self.what, self.line

    def __str__(self) -> str:
        shown = f" in `{self.line}`" if self.line else ""
        return f"{self.lesson}: {self.exercise}: {self.what}{shown}"


def by_hand(blueprint: Blueprint) -> list[Mutant]:
    """The lesson's wrong answers; those to an exercise that is not there are left to `verify`."""
    lesson = blueprint.lesson
    return [
        Mutant(
            *(lesson.id, mistake.exercise, BY_HAND, mistake.because, ""),
            place=f"solutions/{lesson.id}/wrong_answers.py:{mistake.line}",
            source=replaced(blueprint.answers[mistake.exercise], mistake),
            mistake=mistake,
        )
        for mistake in load_wrong_answers(blueprint.course, lesson)
        if mistake.exercise in blueprint.exercises
    ]


def right(blueprint: Blueprint) -> list[Mutant]:
    """The lesson's answers that are right and not like the reference."""
    lesson = blueprint.lesson
    return [
        Mutant(
            *(lesson.id, other.exercise, RIGHT, other.because, ""),
            place=f"solutions/{lesson.id}/right_answers.py:{other.line}",
            source=in_the_cell(blueprint.answers[other.exercise], other),
        )
        for other in load_right_answers(blueprint.course, lesson)
        if other.exercise in blueprint.exercises
    ]


def mechanical(blueprint: Blueprint) -> list[Mutant]:
    """Every mechanical change of every answer that is code: quizzes, numbers alone, have none worth counting."""
    lesson, found = blueprint.lesson, []
    for name, answer in blueprint.answers.items():
        if not _is_code(answer) or name not in blueprint.maximum:
            continue
        times: Counter[tuple[str, str]] = Counter()
        for change in changes(answer):
            times[change.what, change.line] += 1
            number = times[change.what, change.line]
            what = change.what if number == 1 else f"{change.what} ({number})"
            place = f"solutions/{lesson.id}/lesson.py"
            found.append(Mutant(lesson.id, name, MECHANICAL, what, change.line, place, change.source))
    return found


def _is_code(answer: str) -> bool:
    body = ast.parse("\n".join(line for line in answer.split("\n") if not line.lstrip().startswith("#|"))).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)
