"""The rendered course in a real Chromium: it asks no other host, fits a phone, and can be read by everybody."""

from __future__ import annotations

import http.server
import threading
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

LESSON = "modules/03_backward_pass/03_backward_pass.html"
HEADINGS = "[...document.querySelectorAll('article :is(h1, h2, h3, h4)')].map(heading => +heading.tagName[1])"
BAD = '<img src="data:,"><p style="color: #ddd; background: #fff">pale</p>'
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        pass


@pytest.fixture(scope="module")
def website(tmp_path_factory):
    """The class edition, as `autograder docs --github` renders it."""
    pytest.importorskip("sphinx", reason="needs Sphinx: pip install -e '.[docs]'")
    from autograder.docs.editions import CLASS
    from autograder.docs.make import make
    from gradlab.course import load_course

    folder = tmp_path_factory.mktemp("website")
    make(load_course(), folder, CLASS, "ada/autograd", tell=lambda what: None)
    return folder


@pytest.fixture(scope="module")
def pages(website):
    return sorted(
        file.relative_to(website).as_posix() for file in website.rglob("*.html") if "_static" not in file.parts
    )


@pytest.fixture(scope="module")
def axe(repo_root):
    from autograder.docs.npm import Vendored, fetch

    package = Vendored(
        "axe-core@4.11.0",
        "ilYanEU8vxxBexpJd8cWM4ElSQq4QctCLKih0TSfjIfCQTeyH/6zVrmIJfLPrKTKJRbiG+cfnZbQIjAlJmF1jQ==",
        "axe.min.js",
    )
    return fetch(package, repo_root / ".build" / "npm")


@pytest.fixture(scope="module")
def repo_root():
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base(website):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=website))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture(scope="module")
def chrome():
    from lab_server import chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chrome, base):
    """Open a page, wait for its formulas; what it asked for and complained about is in `page.heard`."""
    contexts = []

    def opened(path, size=DESKTOP, mode="light"):
        context = chrome.new_context(viewport=size, color_scheme=mode)
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("request", lambda r: r.url.startswith((base, "data:")) or page.heard.append(f"asks {r.url}"))
        page.on("response", lambda r: r.status < 400 or page.heard.append(f"{r.status} {r.url}"))
        page.on("console", lambda m: m.type != "error" or page.heard.append(m.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.goto(base + path)
        page.evaluate("window.MathJax?.startup?.promise")
        page.wait_for_timeout(300)
        return page

    yield opened
    for context in contexts:
        context.close()


def serious(page, axe, rules=None) -> list[str]:
    page.add_script_tag(path=str(axe))
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{v['id']}: {n['html'][:200]}" for v in found if v["impact"] in ("serious", "critical") for n in v["nodes"]
    ]


def test_every_page(pages, visit, axe):
    """It asks nobody, complains about nothing, axe finds nothing serious, and its headings are in order."""
    found = {}
    for path in pages:
        page = visit(path)
        levels = page.evaluate(HEADINGS)
        found[path] = [*page.heard, *serious(page, axe)]
        skipped = any(lower - upper > 1 for upper, lower in pairwise(levels))
        if skipped or levels.count(1) != (path != "search.html"):
            found[path].append(f"headings: {levels}")
        page.close()
    assert len(pages) > 15
    assert {path: said for path, said in found.items() if said} == {}


def test_every_page_fits_a_phone(pages, visit):
    found = {}
    for path in pages:
        page = visit(path, PHONE)
        found[path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        page.close()
    assert {path: by for path, by in found.items() if by > 1} == {}  # a pixel may be lost in rounding


@pytest.mark.parametrize("path", ["index.html", LESSON, "mistakes.html", "your_engine_and_pytorch.html"])
def test_colours_are_readable_in_the_dark(path, visit, axe):
    assert serious(visit(path, mode="dark"), axe, ["color-contrast"]) == []


def test_axe_would_find_something(visit, axe):
    page = visit("index.html")
    page.evaluate("html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", BAD)
    assert {said.partition(":")[0] for said in serious(page, axe)} == {"image-alt", "color-contrast"}


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
