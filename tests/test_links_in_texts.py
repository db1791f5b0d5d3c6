"""Links, badges and buttons in texts lead to files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.distribution.contents import contents
from autograder.docs.editions import launch_html
from gradlab.course import load_course

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("site/**/*.md"), *ROOT.glob("solutions/*/*.md")]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_ON_BINDER = re.compile(r"urlpath=lab/tree/([^)\"\s&]+)")
_ON_COLAB = re.compile(r"/blob/main/([^)\"\s&]+)")


def test_there_are_texts():
    assert {"README.md", "SECURITY.md"} <= {path.name for path in TEXTS} and len(TEXTS) > 10


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_of_a_text(path):
    links = _LINK.findall(path.read_text(encoding="utf-8"))
    # A page of the site may name another as the site will have it.
    assert [link for link in links if not any((path.parent / f"{link}{end}").exists() for end in ("", ".md"))] == []


def test_what_students_get():
    course = load_course(ROOT)
    lesson = course.lessons[0]
    files = contents(course, [lesson], "ada/autograd")
    readme = files["README.md"].decode()
    opened = _ON_BINDER.findall(readme)
    assert opened == [lesson.notebook.as_posix()] and lesson.notebook.as_posix() in _LINK.findall(readme)
    buttons = launch_html(lesson.notebook.as_posix(), "ada/autograd", "../../lite")
    assert _ON_BINDER.findall(buttons) == _ON_COLAB.findall(buttons) == opened
    assert [link for link in [*_LINK.findall(readme), *opened] if link not in files] == []
