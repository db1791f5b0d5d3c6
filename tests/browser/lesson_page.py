"""A notebook in JupyterLab, in a browser: what a test or a camera does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab_server import LabServer, chromium
from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
ERRORS = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
OPEN_SECONDS, RUN_SECONDS = 60, 60


@contextmanager
def browser(
    profile: Path, width: int = 1280, height: int = 900, flags: tuple[str, ...] = ()
) -> Iterator[BrowserContext]:
    """A Chromium that knows nothing: `profile` is its new folder. Its `new_page()` is a tab. flags: further ones."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=[*FLAGS, *flags],
            viewport={"width": width, "height": height},
        )
        try:
            yield opened
        finally:
            opened.close()


class LessonPage:
    """One notebook, open. Cells are told by their place, from 0."""

    def __init__(self, page: Page):
        self.page = page

    @classmethod
    def open(cls, page: Page, lab: LabServer, notebook: str) -> LessonPage:
        """Open `notebook` (a path in the lab's folder) and wait until its kernel can be used."""
        page.goto(lab.url(notebook))
        page.wait_for_selector(".jp-Notebook-cell", timeout=OPEN_SECONDS * 1000)
        page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=OPEN_SECONDS * 1000,
        )
        return cls(page)

    def cell(self, place: int) -> Locator:
        return self.page.locator(".jp-Notebook-cell").nth(place)

    def output(self, place: int) -> Locator:
        """All that is below the cell's code."""
        return self.cell(place).locator(".jp-Cell-outputArea")

    def write(self, place: int, source: str) -> None:
        """Replace what is in the cell, by keyboard."""
        editor = self.cell(place).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def run(self, place: int) -> Locator:
        """Run the cell as a student does, Shift+Enter; its output, when it has finished."""
        self.cell(place).locator(".cm-content").click()
        before = self._prompt(place)
        self.page.keyboard.press("Shift+Enter")
        expect(self.cell(place).locator(".jp-InputPrompt")).to_have_text(
            _other_number(before), timeout=RUN_SECONDS * 1000
        )
        return self.output(place)

    def run_all(self, seconds: float) -> None:
        """Run the whole notebook, until its end or an error."""
        self.page.evaluate(
            """async seconds => {
                const run = window.jupyterapp.commands.execute('notebook:run-all-cells');
                const late = new Promise((_, no) => setTimeout(() => no(new Error('too slow')), 1000 * seconds));
                await Promise.race([run, late]);
            }""",
            seconds,
        )

    def error(self, place: int) -> str:
        """The error or the warnings that the cell shows; "" when it shows none."""
        found = self.cell(place).locator(", ".join(f"[data-mime-type='{kind}']" for kind in ERRORS))
        return "\n".join(found.all_inner_texts())

    def _prompt(self, place: int) -> str:
        return self.cell(place).locator(".jp-InputPrompt").inner_text().strip()


def _other_number(before: str) -> re.Pattern:
    """A pattern for the prompt [12]: of any number but the one in `before`."""
    digits = re.sub(r"\D", "", before)
    return re.compile(rf"\[(?!{digits}\])\d+\]:" if digits else r"\[\d+\]:")
