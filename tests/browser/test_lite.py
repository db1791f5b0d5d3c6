"""The edition for the browser, as a self-learner meets it: every other host is blocked, and nothing is installed.

make site PYODIDE=DIR && python -m pytest -m full tests/browser/test_lite*.py
"""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def tabs(lite_site, tmp_path_factory):
    from lesson_page import browser
    from lite_page import BLOCKED, requests_elsewhere

    with browser(tmp_path_factory.mktemp("profile"), flags=(BLOCKED,)) as opened:
        opened.elsewhere = requests_elsewhere(opened, lite_site.url)
        yield opened


@pytest.fixture(scope="module")
def first(tabs, lite_site):
    from lite_page import LitePage

    return LitePage.open_lesson(tabs.new_page(), lite_site.url, "01_tensors")


@pytest.fixture(scope="module")
def answers():
    """{lesson id: {exercise: the cell with its answer}}."""
    from student_folder import ROOT, lesson_answers

    from gradlab.course import load_course

    course = load_course(ROOT)
    return {lesson.id: lesson_answers(course, lesson) for lesson in course.lessons}


def test_a_notice_says_where_the_work_is_kept(first):
    notice = first.page.locator(".gl-notice")
    assert "kept in this browser, on this computer, and nowhere else" in notice.inner_text()
    notice.get_by_role("button", name="Understood").click()
    assert not notice.is_visible()


def test_lesson_1_is_solved_through_the_page(first, answers, tabs):
    for place, cell in enumerate(first.cells()):
        if cell["cell_type"] != "code":
            continue
        if cell["id"] in answers["01_tensors"]:
            first.write(place, answers["01_tensors"][cell["id"]])
        said = first.execute(place)
        role = cell["metadata"].get("gradlab", {}).get("role")
        if role == "check":
            assert "✓ check of" in said, (cell["id"], said)
    first.save()  # the command reads what is saved
    said = first.python("%gradlab check 1")
    assert "✗" not in said and "40 of" not in said.split("01_tensors:")[0]
    assert "Next: gradlab submit 1" in said
    assert tabs.elsewhere == []


def test_work_survives_a_reload_and_can_be_handed_in(first, lite_site, answers, tmp_path):
    from lite_page import LitePage

    first.save()
    again = LitePage.open_lesson(first.page, lite_site.url, "01_tensors")
    cell = again.cells()[again.place("to_array")]
    assert cell["source"] == answers["01_tensors"]["to_array"]
    again.execute(again.place("setup"))
    assert "[1. 2.]" in again.python("import mytorch\nprint(mytorch.tensor([1.0, 2.0]).numpy())")
    assert "Packed for ada: " in again.python("%gradlab submit 1 --student ada")
    with again.page.expect_download() as waiting:
        again.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:download')")
    path = tmp_path / "01_tensors.ipynb"
    waiting.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["gradlab"]["lesson"] == "01_tensors"


def test_lesson_3_draws_its_graph_and_plays_its_movie(tabs, lite_site, answers):
    from lite_page import LitePage
    from playwright.sync_api import expect

    page = tabs.new_page()
    for lesson in ("01_tensors", "02_computation_graph"):
        LitePage.open_lesson(page, lite_site.url, lesson).solve(answers[lesson])
    third = LitePage.open_lesson(page, lite_site.url, "03_backward_pass")
    said = third.solve(answers["03_backward_pass"], upto="backward_movie(")
    assert any("image/svg+xml" in each and "Graph of" in each for each in said)
    assert [each for each in said if '"output_type": "error"' in each] == []
    player = third.page.locator(".glm-player").first
    player.scroll_into_view_if_needed()
    player.get_by_role("button", name="Play").click()
    expect(player.locator(".glm-bar output")).to_have_text(re.compile("^[1-9]"), timeout=60_000)
    assert tabs.elsewhere == []
    page.close()


def test_lessons_4_to_6_are_solved_with_all_that_they_draw(tabs, lite_site, answers):
    """After the lessons before them, every cell of these notebooks, checks and plots included."""
    from lite_page import LitePage

    page = tabs.new_page()
    for lesson in sorted(answers):
        opened = LitePage.open_lesson(page, lite_site.url, lesson)
        if lesson < "04":
            opened.solve(answers[lesson])
            continue
        said = {}
        for place, cell in enumerate(opened.cells()):
            if cell["cell_type"] == "code":
                if cell["id"] in answers[lesson]:
                    opened.put(place, answers[lesson][cell["id"]])
                said[cell["id"]] = opened.execute(place)
        meant = {cell["id"] for cell in opened.cells() if "raises-exception" in cell["metadata"].get("tags", [])}
        assert [(name, text[-600:]) for name, text in said.items() if '"error"' in text and name not in meant] == []
        checks = [name for name in said if "-check" in name]
        assert checks and [name for name in checks if "✓ check of" not in said[name]] == []
        assert any("image/svg+xml" in text or "image/png" in text for text in said.values())
    assert tabs.elsewhere == []
    page.close()


def test_the_first_page_opens_the_lessons(tabs, lite_site):
    page = tabs.new_page()
    page.goto(lite_site.url)
    assert page.locator("#gl-problem").is_hidden()
    links = page.locator("ol a")
    assert links.count() == 6
    for each in links.all():
        path = each.get_attribute("href").split("path=")[1]
        assert (lite_site.folder / "files" / path).is_file()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "only when it is opened by https"),
        ("delete Navigator.prototype.serviceWorker", "no service workers"),
        ("delete window.structuredClone", "too old to run Python"),
        ("indexedDB.open = () => { throw new Error('blocked') }", "blocks storage for this site"),
        (
            "navigator.storage.estimate = async () => ({quota: 5e6, usage: 4.9e6})",
            "storage is nearly full",
        ),
    ],
)
def test_what_a_browser_lacks_is_said(tabs, lite_site, missing, words):
    page = tabs.new_page()
    page.add_init_script(missing)
    page.goto(f"{lite_site.url}lab/index.html")
    notice = page.locator(".gl-notice.gl-bad")
    notice.wait_for(timeout=60_000)
    assert words in notice.inner_text()
    page.close()


def test_a_site_that_is_renewed_meanwhile(tabs, lite_site):
    page = tabs.new_page()
    page.goto(f"{lite_site.url}lab/index.html")
    page.evaluate("() => document.head.append(Object.assign(document.createElement('script'), {src: 'gone.js'}))")
    notice = page.locator(".gl-notice.gl-bad")
    notice.wait_for(timeout=60_000)
    assert "Your work stays" in notice.inner_text()
    page.close()
