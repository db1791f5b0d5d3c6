"""What the verbs share: finding the lesson that the student means."""

from __future__ import annotations

import argparse
import inspect
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradlab.course import Course, Lesson, load_course
from gradlab.errors import GradlabError, did_you_mean
from gradlab.export import engine_dir
from gradlab.notebooks import Notebook, find_notebook, read_notebook
from gradlab.progress import lesson_status, overview
from gradlab.submission import renamed


@dataclass(frozen=True)
class Work:
    """One lesson of one student."""

    course: Course
    lesson: Lesson
    notebook: Notebook
    engine: Path

    def tell_copies(self) -> None:
        """Say which cells are there more than once, and which are not there any more, or under another name."""
        for name in self.notebook.copies:
            print(f"note: `{name}` is in the notebook more than once; the last one counts.")
        for line in renamed(self.notebook, self.lesson.number):
            print(f"note: {line}")


def describe(parser: argparse.ArgumentParser, run) -> None:
    """Let --help tell what the docstring of `run` tells."""
    parser.description = inspect.getdoc(run)


def add_lesson(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", help="a number or a name: 3, 03_backward_pass, backward_pass")


def open_lesson(text: str) -> Work:
    """The lesson that `text` means, with its notebook. Raises GradlabError."""
    course = load_course()
    lesson = course.lesson(text)
    return Work(course, lesson, read_notebook(find_notebook(course, lesson), lesson.id), engine_dir())


def open_exercise(words: Sequence[str]) -> tuple[Work, str]:
    """The exercise that `words` mean: a lesson and a name, a name alone, a lesson alone for the one to do next there,
    or nothing for the one to do next.

    A name that several lessons have is the current lesson's, if it is one of those. Raises GradlabError.
    """
    course, engine = load_course(), engine_dir()
    if len(words) == 2:
        return open_lesson(words[0]), words[1]
    lessons = overview(course, engine)
    current = next((status for status in lessons if status.next() is not None), None)
    if not words:
        if current is None:
            raise GradlabError("every exercise that is here is done. Name one: gradlab hint LESSON EXERCISE")
        return open_lesson(current.lesson.id), current.next().name
    owners = [status for status in lessons if words[0] in {exercise.name for exercise in status.exercises}]
    if not owners and (lesson := _lesson_called(course, words[0])):
        work = open_lesson(lesson.id)
        following = lesson_status(course, lesson, engine).next()
        if following is None:
            name = f"gradlab hint {lesson.number} EXERCISE"
            raise GradlabError(f"every exercise of {lesson.id} is done. Name one: {name}")
        return work, following.name
    if not owners:
        for status in lessons:
            if status.problem:  # it may have that exercise
                raise GradlabError(status.problem)
        known = list(dict.fromkeys(exercise.name for status in lessons for exercise in status.exercises))
        raise GradlabError(f'no lesson here has an exercise "{words[0]}".{did_you_mean(words[0], known)}')
    if len(owners) > 1 and current not in owners:
        numbers = " or ".join(f"gradlab hint {status.lesson.number} {words[0]}" for status in owners)
        raise GradlabError(f'{len(owners)} lessons have an exercise "{words[0]}". Say which: {numbers}')
    owner = current if current in owners else owners[0]
    return open_lesson(owner.lesson.id), words[0]


def _lesson_called(course: Course, text: str) -> Lesson | None:
    try:
        return course.lesson(text)
    except GradlabError:
        return None


def shown(path: Path) -> str:
    """The path as short as it can be written here."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else os.path.normpath(path)


def points(number: float) -> str:
    """`1 point`, `2.5 points`."""
    return f"{number:g} point{'' if number == 1 else 's'}"
