"""Feedback pages: nbgrader's own, for students. What a hidden test is, or said, is not on them.

    html = page(text, marks, About("ada", "03_backward_pass"))       # text: of the notebook in autograded/

Making a page needs nothing but its arguments, so many are made at a time.
"""

from __future__ import annotations

import functools
import logging
import re
import tempfile
from typing import NamedTuple

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution

from autograder.gradebook import Marks
from autograder.grading_settings import FEEDBACK_PAGE

_WITHOUT_ALT = re.compile(r"<img(?![^>]*\salt=)", re.IGNORECASE)


class About(NamedTuple):
    student: str
    lesson: str


def page(text: str, marks: Marks, about: About) -> str:
    """The HTML of one student's feedback."""
    notebook = nbformat.reader.reads(text)  # without nbformat.reads' validation: it is ours
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


class _Pages(HTMLExporter):
    """nbconvert's HTML exporter for many notebooks that are nearly the same: what it made of a text, it keeps.

    Its own last step reads the whole page again, for the sake of pictures without a description and of JupyterLab's
    templates: three quarters of its time. Here the first is a search, and nbgrader's template is another. Of the rest,
    half would go into copies of the notebook and checks of its format, between one step and the next.
    """

    def __init__(self, **more):
        super().__init__(**more)
        self._markdown = functools.lru_cache(2000)(self._render)
        self._highlight = functools.lru_cache(2000)(Highlight2HTML(pygments_lexer="ipython3", parent=self))

    def from_notebook_node(self, nb, resources=None, **more):
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        self.register_filter("highlight_code", lambda source, **_: self._highlight(source))
        self.register_filter("markdown2html", self._markdown)
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **more)
        return _WITHOUT_ALT.sub('<img alt="No description has been provided for this image"', html), resources

    def _preprocess(self, nb, resources):
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources

    def _render(self, source: str) -> str:
        return self.markdown2html({}, source)


@functools.cache
def _exporter() -> HTMLExporter:
    """The exporter with nbgrader's template, made once."""
    quiet = logging.Logger("nbgrader", level=logging.ERROR)
    converter = GenerateFeedback(coursedir=CourseDirectory(root=tempfile.gettempdir()), log=quiet)
    exporter = _Pages(parent=converter, config=converter.config)
    for preprocessor in FEEDBACK_PAGE:
        exporter.register_preprocessor(preprocessor, enabled=True)
    return exporter
