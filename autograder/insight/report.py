"""The report of a lesson, from recorded grades to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from autograder.insight import anonymous
from autograder.insight.alike import Pair, alike
from autograder.insight.answers import answers_of, feedback_page, recorded_notebook
from autograder.insight.facts import Facts, facts_of, recorded
from autograder.insight.page import Page, html_page
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import write_atomic


@dataclass(frozen=True)
class Written:
    """What the report says, and the files that say it."""

    facts: Facts
    pairs: list[Pair]
    files: list[Path]


def write_report(
    course: Course,
    lesson: Lesson,
    grades: Path,
    out: Path | None,
    nameless: bool = False,
    rows: Path | None = None,
    shown: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> Written:
    """Write the page about `lesson`, from the grades recorded in the folder `grades`; and the `rows` for research.

    shown: goes through the students, one by one, and may show how far it is. Raises GradlabError when nothing was
    recorded.
    """
    graded = recorded(grades, lesson)
    if not graded:
        raise GradlabError(
            f"no grades of {lesson.id} are recorded in {grades}. "
            f"Grade first: autograder grade {lesson.number} --submissions DIR; or say where they are: --grades DIR"
        )
    out = (out or grades / f"report-{lesson.id}{'-anonymous' if nameless else ''}.html").resolve()
    pairs = alike(*answers_of(grades, shown([each.student for each in graded]), lesson))
    links = _links(grades, lesson, out.parent)
    files = [out]
    if rows:
        names = anonymous.names_in(grades)
        anonymous.write_rows(rows, [row for each in graded for row in anonymous.rows(each, names)])
        files.append(rows.resolve())
    if nameless:
        names = anonymous.names_in(grades)
        graded = sorted((anonymous.without_names(each, names) for each in graded), key=lambda each: each.student)
        pairs = [replace(pair, one=names(pair.one), other=names(pair.other)) for pair in pairs]
        links = _no_links
    facts = facts_of(lesson, graded)
    write_atomic(out, html_page(Page(course.title, facts, pairs, links, named=not nameless)))
    return Written(facts, pairs, files)


def _links(grades: Path, lesson: Lesson, start: Path):
    """A function that gives the links to a student's feedback and notebook, as HTML; those that are there."""

    def links(student: str) -> str:
        found = []
        for name, file in (
            ("feedback", feedback_page(grades, student, lesson)),
            ("notebook", recorded_notebook(grades, student, lesson)),
        ):
            if file.is_file():
                address = quote(Path(os.path.relpath(file, start)).as_posix())
                found.append(f'<a href="{escape(address)}" title="{escape(name)} of {escape(student)}">{name}</a>')
        return f'<span class="soft">{" · ".join(found)}</span>' if found else ""

    return links


def _no_links(student: str) -> str:
    return ""
