"""The report in a real Chromium: phone and desk, light and dark, and nothing is asked of anybody."""

from __future__ import annotations

import os
import shutil

import pytest

from autograder.graded import Graded
from autograder.insight.alike import Pair
from autograder.insight.facts import facts_of
from autograder.insight.page import Page, html_page
from autograder.judge import Verdict

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on the PATH, or named by CHROMIUM"),
]


def test_phone_and_desk_light_and_dark(toy, tmp_path):
    api = pytest.importorskip("playwright.sync_api")
    verdicts = {"double": [Verdict("double-check", "the check", 2, 0, "a value differs")]}
    graded = [Graded(f"a_student_with_a_long_name_{n}@example.org", "01_numbers", verdicts) for n in range(12)]
    pairs = [Pair(graded[0].student, graded[1].student, ("double",), 20, 1.0, ("double",))]
    link = '<a href="feedback/x.html">feedback</a>'
    file = tmp_path / "report.html"
    facts = facts_of(toy.lesson("1"), graded)
    file.write_text(html_page(Page("Toy", facts, pairs, lambda student: link)), encoding="utf-8")
    backgrounds = set()
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width, scheme in ((360, "light"), (360, "dark"), (1200, "light")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            asked, complaints = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, complaints=complaints: complaints.append(message.text))
            page.goto(file.as_uri())
            page.locator("summary").first.press("Enter")
            assert page.locator("details[open]").count() == 1, "folded parts open by keyboard"
            assert asked == [file.as_uri()] and complaints == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "no sideways scrolling"
            backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        browser.close()
    assert len(backgrounds) == 2
