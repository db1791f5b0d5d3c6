"""What the verbs share: finding the lesson that the student means."""

from __future__ import annotations

import argparse
import inspect
import os
from dataclasses import dataclass
from pathlib import Path

from gradlab.course import Course, Lesson, load_course
from gradlab.export import engine_dir
from gradlab.notebooks import Notebook, find_notebook, read_notebook


@dataclass(frozen=True)
class Work:
    """One lesson of one student."""

    course: Course
    lesson: Lesson
    notebook: Notebook
    engine: Path

    def tell_copies(self) -> None:
        """Say which cells are there more than once."""
        for name in self.notebook.copies:
            print(f"note: `{name}` is in the notebook more than once; the last one counts.")


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


def shown(path: Path) -> str:
    """The path as short as it can be written here."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else os.path.normpath(path)


def points(number: float) -> str:
    """`1 point`, `2.5 points`."""
    return f"{number:g} point{'' if number == 1 else 's'}"
