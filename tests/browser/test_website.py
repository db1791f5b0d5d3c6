"""The whole rendered course in a real Chromium: it asks no other host, fits a phone, and can be read by everybody.

make docs && python -m pytest -m full tests/browser/test_website.py
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.full

LESSON = "modules/03_backward_pass/03_backward_pass.html"


@pytest.fixture(scope="module")
def website(tmp_path_factory):
    """The class edition, as `autograder docs --github` renders it."""
    for module in ("sphinx", "axe_playwright_python"):
        pytest.importorskip(module, reason=f"needs {module}: pip install -e '.[dev,docs]'")
    from autograder.docs.editions import CLASS
    from autograder.docs.make import make
    from gradlab.course import load_course

    folder = tmp_path_factory.mktemp("website")
    make(load_course(), folder, CLASS, "ada/autograd", tell=lambda what: None)
    return folder


@pytest.fixture(scope="module")
def pages(website):
    """All of them. The browser edition in lite/, which goes along where it was built, is an application of its own."""
    found = (file.relative_to(website) for file in website.rglob("*.html"))
    return sorted(file.as_posix() for file in found if file.parts[0] not in ("_static", "lite"))


@pytest.fixture(scope="module")
def visitor(website):
    from website import visiting

    with visiting(website) as visitor:
        yield visitor


@pytest.fixture
def visit(visitor):
    return visitor.open


def test_every_page(pages, visit):
    """It asks nobody, complains about nothing, axe finds nothing serious, and its headings are in order."""
    from website import problems

    found = {}
    for path in pages:
        page = visit(path)
        found[path] = problems(page, path)
        page.close()
    assert len(pages) > 15
    assert {path: said for path, said in found.items() if said} == {}


def test_every_page_fits_a_phone(pages, visit):
    from website import PHONE, too_wide

    found = {}
    for path in pages:
        page = visit(path, PHONE)
        found[path] = too_wide(page)
        page.close()
    assert {path: by for path, by in found.items() if by} == {}


@pytest.mark.parametrize("path", ["index.html", LESSON, "mistakes.html", "your_engine_and_pytorch.html"])
def test_colours_are_readable_in_the_dark(path, visit):
    from website import serious

    assert serious(visit(path, mode="dark"), ["color-contrast"]) == []


def test_search_finds_words_of_the_lessons(visit):
    page = visit("search.html?q=unbroadcast")
    page.wait_for_selector("#search-results li")
    assert "Lesson 1" in page.inner_text("#search-results")


def test_a_lesson_shows_what_was_run(visit):
    page = visit(LESSON)
    assert page.locator("svg.gradlab-picture").count() > 3  # graphs
    assert page.locator("mjx-container").count() > 20
    assert page.locator("text=check of walk passed").count() >= 1
    play = page.get_by_role("button", name="play").first
    play.scroll_into_view_if_needed()
    assert play.is_visible()


def test_buttons_lead_to_the_lesson(visit, repo):
    links = visit(LESSON).eval_on_selector_all("a.launch", "links => links.map(a => a.href)")
    notebook = LESSON.replace(".html", ".ipynb")
    assert (repo / notebook).is_file()
    assert any("mybinder.org" in url and url.endswith(notebook) for url in links)
    assert any("colab" in url and url.endswith(notebook) for url in links)


def test_the_keyboard_is_enough(visit):
    page = visit(LESSON)
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.textContent").lower()
    summary = page.locator("article details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("article details").first.get_attribute("open") is not None
