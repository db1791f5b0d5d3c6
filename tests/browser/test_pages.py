"""Pages of the rendered course, the first one and a lesson, as everybody must be able to read them.

The whole course, every page of it, is test_website.py; this is its short version, for every run.
"""

from __future__ import annotations

import pytest

LESSON = "02_computation_graph"
PAGES = ("index.html", f"modules/{LESSON}/{LESSON}.html")


@pytest.fixture(scope="module")
def website(tmp_path_factory):
    """The self-learners' edition with one lesson run, the others as they are released; without MathJax."""
    for module in ("sphinx", "axe_playwright_python"):
        pytest.importorskip(module, reason=f"needs {module}: pip install -e '.[dev,docs]'")
    import nbformat

    from autograder.build import build
    from autograder.docs.editions import SELF
    from autograder.docs.lessons import executed_lessons
    from autograder.docs.sources import write_sources
    from autograder.docs.website import render
    from autograder.places import reference_dir, source_notebook
    from gradlab.course import load_course

    course, scratch = load_course(), tmp_path_factory.mktemp("website")
    assert build(course).errors == []
    notebooks = {lesson.id: nbformat.read(source_notebook(course, lesson), as_version=4) for lesson in course.lessons}
    notebooks |= executed_lessons(course, [course.lesson(LESSON)])
    script = scratch / "tex-svg.js"
    script.write_text("", encoding="utf-8")
    write_sources(course, notebooks, SELF, "ada/autograd", False, script, scratch / "sources", lambda text: False)
    render(scratch / "sources", scratch / "website", reference_dir(course))  # any warning of Sphinx is an error
    return scratch / "website"


@pytest.fixture(scope="module")
def visitor(website):
    from website import visiting

    with visiting(website) as visitor:
        yield visitor


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_it(visitor, path):
    """No other host is asked, axe finds nothing serious in light or dark, headings are in order, a phone is enough."""
    from website import PHONE, problems, serious, too_wide

    page = visitor.open(path)
    assert problems(page, path) == []
    page.close()
    page = visitor.open(path, PHONE, "dark")
    assert serious(page, ["color-contrast"]) == []
    assert too_wide(page) == 0
    page.close()


def test_axe_would_find_something(visitor):
    from website import BAD, serious

    page = visitor.open("index.html")
    page.evaluate("html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", BAD)
    assert {said.partition(":")[0] for said in serious(page)} == {"image-alt", "color-contrast"}


def test_the_lesson_shows_what_was_run_and_hides_answers_behind_a_button(visitor):
    page = visitor.open(PAGES[1])
    assert page.locator("svg.gradlab-picture").count() > 3
    assert page.locator("text=check of record passed").count() >= 1
    answer = page.locator("details", has_text="Show an answer").first
    assert answer.get_attribute("open") is None and not answer.locator("pre").first.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.locator("pre").first.is_visible()
