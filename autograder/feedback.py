"""Feedback pages: nbgrader's own, for students. What a hidden test is, or said, is not on them.

    html = page(text, marks, about)       # text: of the notebook in autograded/

Making a page needs nothing but its arguments, so many are made at a time.
"""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution

from autograder.gradebook import Marks
from autograder.grading_settings import FEEDBACK_PAGE


class About(NamedTuple):
    student: str
    lesson: str


def page(text: str, marks: Marks, about: About) -> str:
    """The HTML of one student's feedback."""
    notebook = nbformat.reads(text, as_version=4)
    maximum = 0.0
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if is_solution(cell):
            cell.metadata.nbgrader["comment"] = marks.comments.get(name)
        if is_grade(cell):
            cell.metadata.nbgrader["score"] = marks.scores.get(name) or 0.0
            maximum += float(cell.metadata.nbgrader["points"])
    score = sum(score or 0.0 for score in marks.scores.values()) - marks.penalty
    told = {"student": about.student, "assignment": about.lesson, "notebook": about.lesson}
    told |= {"score": score, "max_score": maximum, "late_penalty": marks.penalty}
    resources = {"unique_key": about.lesson, "output_files_dir": f"{about.lesson}_files", "nbgrader": told}
    html, _ = _exporter().from_notebook_node(notebook, resources=resources)
    return html


@functools.cache
def _exporter():
    """nbgrader's exporter with its template, made once."""
    quiet = logging.Logger("nbgrader", level=logging.ERROR)
    converter = GenerateFeedback(coursedir=CourseDirectory(root=str(Path.cwd())), log=quiet)
    exporter = converter.exporter_class(parent=converter, config=converter.config)
    for preprocessor in FEEDBACK_PAGE:
        exporter.register_preprocessor(preprocessor, enabled=True)
    return exporter
