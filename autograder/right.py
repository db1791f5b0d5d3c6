"""Answers that are right, and not like the reference: a heap instead of a sort, `np.add.reduce` instead of `sum`.

    @right("walk", because="It asks of each node how many of its consumers are still to come.")
    def walk(root, seed): ...

They live in solutions/<id>/right_answers.py, and earn all points, always: a test that takes points off one of them asks
for the author's way of writing it, not for what the exercise asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.marked import in_place, read_marked
from gradlab.course import Course, Lesson

FILE = "right_answers.py"
AT_LEAST = 5
"""Of an exercise that has any."""


@dataclass(frozen=True)
class RightAnswer:
    """source: what stands below the decorator. because: in what it is different, and still right."""

    exercise: str
    source: str
    because: str
    line: int
    name: str


def right(exercise: str, because: str) -> Callable:
    """Mark the function or class below as a right answer to `exercise`. It is left as it is."""
    return lambda answer: answer


def load_right_answers(course: Course, lesson: Lesson) -> tuple[RightAnswer, ...]:
    """The right answers of a lesson, in the order of its file; none without one. Raises GradlabError with the line."""
    path = course.root / "solutions" / lesson.id / FILE
    found = read_marked(course, path, "right", ("exercise", "because"))
    return tuple(RightAnswer(**each.words, source=each.source, line=each.line, name=each.name) for each in found)


def in_the_cell(answer: str, other: RightAnswer) -> str:
    """The cell of an exercise with another right answer in it. `answer`: the reference's."""
    return in_place(answer, other.name, other.source)
