"""The students' own cells, out of the notebooks that grading recorded in autograded/."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.engines import is_written
from gradlab.course import Lesson
from gradlab.errors import GradlabError
from gradlab.notebooks import read_notebook


def recorded_notebook(out: Path, student: str, lesson: Lesson) -> Path:
    return out / "autograded" / student / lesson.id / f"{lesson.id}.ipynb"


def feedback_page(out: Path, student: str, lesson: Lesson) -> Path:
    return out / "feedback" / student / lesson.id / f"{lesson.id}.html"


def answers_of(out: Path, students: Iterable[str], lesson: Lesson) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """{exercise: {student: source}} of what was written, and {exercise: the stub that everybody was given}."""
    answers: dict[str, dict[str, str]] = {}
    stubs: dict[str, str] = {}
    for student in students:
        try:
            notebook = read_notebook(recorded_notebook(out, student, lesson), lesson.id)
        except GradlabError:  # graded without a notebook, or removed since
            continue
        stubs |= notebook.stubs
        for name, cell in notebook.exercises.items():
            if is_written(cell.source) and cell.source.strip() != notebook.stubs.get(name, "").strip():
                answers.setdefault(name, {})[student] = cell.source
    return answers, stubs
