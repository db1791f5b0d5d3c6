"""The movie in a real Chromium: play, arrow keys and slider, the numbers they show, light and dark, without scripts."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from gradlab.diff import diff_graphs
from gradlab.draw import draw
from gradlab.movie import backward_movie
from gradlab.plots import loss_curve

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the PATH, or named by CHROMIUM"),
]


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def movie(torch):
    """y = x * (x + 1) at x = 3, for the second time: x.grad is 7 already."""
    x = torch.tensor(3.0, requires_grad=True)
    (x * (x + 1)).backward()
    return backward_movie(x * (x + 1), names={"x": x})


@pytest.fixture
def open_page(chromium, movie, tmp_path):
    """Open a page with the movie; what a browser complains about, or asks the network for, is an error."""
    pages, complaints = [], []

    def opened(html: str | None = None, **options):
        file = tmp_path / f"page{len(pages)}.html"
        file.write_text(html or movie.page(), encoding="utf-8")
        page = chromium.new_page(viewport={"width": 760, "height": 480}, **options)
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


def words(page) -> str:
    return page.inner_text(".glm-words")


def labels(page) -> list[str]:
    return page.locator(".glm-over text").all_text_contents()


def test_arrow_keys(open_page):
    page = open_page()
    page.focus(".glm-player")
    assert "The walk starts" in words(page) and page.inner_text(".glm-bar output") == "0 / 3"
    page.keyboard.press("ArrowRight")
    assert "To x: 4" in words(page) and "Rule: return to_x and grad * y" in words(page)
    assert sorted(labels(page)) == ["3", "3", "4", "4"]  # on the edges, and waiting at x and at Add
    page.keyboard.press("ArrowRight")
    assert "To x: 3, added to the 4 that waits there: 7" in words(page)
    page.keyboard.press("End")
    assert "x.grad was 7; 7 + 7 = 14" in words(page) and labels(page) == ["grad 14"]
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".glm-bar output") == "3 / 3"
    page.keyboard.press("ArrowLeft")
    assert "Visit Add" in words(page)
    page.keyboard.press("Home")
    assert "The walk starts" in words(page)


def test_buttons_and_slider(open_page):
    page = open_page()
    page.get_by_role("button", name="One step on").click()
    assert "Visit Mul" in words(page)
    page.get_by_role("button", name="One step back").click()
    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "Step 2 of 3: Visit Add"
    slider.fill("3")
    assert "Arrive at x" in words(page)


def test_play_and_pause(open_page):
    page = open_page()
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)  # from here the clock goes on when it is told to, however slow the machine is
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1700)
    assert "Visit Mul" in words(page)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(9000)
    assert "Visit Mul" in words(page)
    page.focus(".glm-player")
    page.keyboard.press(" ")
    page.clock.run_for(9000)
    assert "Arrive at x" in words(page) and page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Play").click()  # from the start again
    assert "The walk starts" in words(page)


def test_for_screen_readers_and_for_those_whom_motion_disturbs(open_page):
    page = open_page(reduced_motion="reduce")
    assert page.get_by_role("group", name="Backward from").is_visible()
    assert page.get_attribute(".glm-words", "aria-live") == "polite"
    page.focus(".glm-player")
    page.keyboard.press("ArrowRight")
    moving = "getComputedStyle(document.querySelector('[data-e].on path')).animationName"
    assert page.evaluate(moving) == "none"
    still = open_page()
    still.focus(".glm-player")
    still.keyboard.press("ArrowRight")
    assert still.evaluate(moving) == "glm-flow"


def test_without_scripts_there_is_the_strip(open_page, movie):
    page = open_page(java_script_enabled=False)
    image = page.get_by_role("img", name="Backward from")
    assert image.is_visible() and image.bounding_box()["height"] > 400
    assert page.locator(".glm-player").count() == 0
    words = movie.strip()
    assert "added to the 4 that waits there: 7" in words and "7 + 7 = 14" in words


def as_code_hosts_show_it(html: str) -> str:
    """Without scripts and styles, and without all attributes but a picture's own: what GitHub's cleaning leaves."""
    html = re.sub(r"(?is)<(script|style)\b.*?</\1>", "", html)
    return re.sub(r'\s(?!(?:alt|src)=)[\w-]+="[^"]*"', "", html)


def test_where_a_page_is_cleaned_there_are_pictures(open_page, movie, torch):
    x = torch.ones(2, requires_grad=True)
    outputs = {
        "Backward from": movie,
        "Graph of y": draw(y := (x * torch.ones(3, 2)).sum(), {"x": x, "y": y}),
        "Your graph and the reference one differ": diff_graphs(x * 2, x.exp() * 2),
        "Figure: Loss during training": loss_curve([3, 2, 1]),
    }
    html = as_code_hosts_show_it("".join(each._repr_mimebundle_()["text/html"] for each in outputs.values()))
    assert "<style" not in html and "data-" not in html and "class=" not in html
    page = open_page(f"<!doctype html><body>{html}</body>")
    for name in outputs:
        picture = page.get_by_role("img", name=name)
        assert picture.evaluate("picture => picture.tagName + picture.complete") == "IMGtrue"
        assert picture.evaluate("picture => Math.min(picture.naturalWidth, picture.naturalHeight)") > 20
    assert page.locator("svg").count() == 0


def test_the_same_movie_twice_and_light_and_dark(open_page, movie):
    page = open_page(f"<body>{movie.html()}{movie.html()}</body>", color_scheme="dark")
    assert page.locator(".glm-player").count() == 2
    page.locator(".glm-player").nth(1).focus()
    page.keyboard.press("ArrowRight")
    first, second = page.locator(".glm-words").all_inner_texts()
    assert "The walk starts" in first and "Visit Mul" in second
    ground = "getComputedStyle(document.querySelector('.glm-player')).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 21, 21)"
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")  # JupyterLab's own choice counts more
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_keys_that_are_not_the_movies_go_on(open_page):
    page = open_page()
    page.evaluate("window.seen = []; document.addEventListener('keydown', (e) => seen.push(e.key))")
    page.focus(".glm-player")
    for key in ("ArrowRight", "a", "Control+ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("seen") == ["a", "Control", "ArrowRight"]


def test_without_graphviz(open_page, torch, monkeypatch):
    monkeypatch.setattr("gradlab.stage.has_dot", lambda: False)
    x = torch.tensor(3.0, requires_grad=True)
    page = open_page(backward_movie(x * (x + 1), names={"x": x}).page())
    page.focus(".glm-player")
    page.keyboard.press("End")
    assert "x.grad was None; now: 7" in words(page) and labels(page) == ["grad 7"]
