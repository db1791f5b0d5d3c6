"""Known-wrong answers: the mistakes that students really make, each with the misconception behind it.

    @wrong("walk", because="You passed x's gradient on when the first road arrived; the second came later.",
           ask="Which node still owed x a gradient when you visited it?")
    def walk(root, seed): ...

They live in solutions/<id>/wrong_answers.py, one function or class each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.marked import in_place, read_marked
from gradlab.course import Course, Lesson

FILE = "wrong_answers.py"


@dataclass(frozen=True)
class WrongAnswer:
    """source: what stands below the decorator. because: the misconception; ask: the question that leads out of it."""

    exercise: str
    source: str
    because: str
    ask: str
    line: int
    name: str


def wrong(exercise: str, because: str, ask: str) -> Callable:
    """Mark the function or class below as a known-wrong answer to `exercise`. It is left as it is."""
    return lambda answer: answer


def load_wrong_answers(course: Course, lesson: Lesson) -> tuple[WrongAnswer, ...]:
    """The wrong answers of a lesson, in the order of its file; none without one. Raises GradlabError with the line."""
    path = course.root / "solutions" / lesson.id / FILE
    found = read_marked(course, path, "wrong", ("exercise", "because", "ask"))
    return tuple(WrongAnswer(**each.words, source=each.source, line=each.line, name=each.name) for each in found)


def replaced(answer: str, mistake: WrongAnswer) -> str:
    """The cell of an exercise with a wrong answer in it. `answer`: the right one."""
    return in_place(answer, mistake.name, mistake.source)
