"""A notebook in JupyterLab, in a browser: what a test or a camera does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab_server import LabServer, chromium
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect, sync_playwright

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
OPEN_SECONDS, RUN_SECONDS = 180, 120  # the machine may be busy with other tests

#: Whether the notebook in front is the one that was asked for, and can be used.
IN_FRONT = """path => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.context?.path === path && panel.context.isReady && panel.isVisible
        && panel.node.querySelectorAll('.jp-Notebook-cell').length === panel.content.model.cells.length
        && panel.sessionContext.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}"""
#: What is in front instead.
STATE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return [panel?.context?.path, panel?.sessionContext?.session?.kernel?.status,
            ...[...document.querySelectorAll('.jp-Dialog')].map(dialog => dialog.innerText)].join(', ');
}"""
#: Whether the cell at a place says what was written.
WRITTEN = """([place, source]) =>
    window.jupyterapp.shell.currentWidget.content.widgets[place].model.sharedModel.getSource() === source"""
#: Cells that wait for the kernel, by their place.
UNFINISHED = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(
    (cell, place) => cell.node.querySelector('.jp-InputPrompt')?.innerText.includes('*') ? [place] : [])"""


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
        page.set_default_timeout(OPEN_SECONDS * 1000)
        page.goto(lab.url(notebook))
        return cls.ready(page, notebook, OPEN_SECONDS)

    @classmethod
    def ready(cls, page: Page, notebook: str, seconds: float) -> LessonPage:
        """Wait until `notebook` is in front, all of it is drawn, and its kernel waits for work."""
        try:
            page.wait_for_function(IN_FRONT, arg=notebook, timeout=seconds * 1000)
        except TimeoutError as error:
            raise AssertionError(f"{notebook} is not open after {seconds} s: {page.evaluate(STATE)}") from error
        return cls(page)

    def cell(self, place: int) -> Locator:
        """Of the notebook in front: the lab opens again the tabs that it had open before."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell").nth(place)

    def output(self, place: int) -> Locator:
        """All that is below the cell's code."""
        return self.cell(place).locator(".jp-Cell-outputArea")

    def write(self, place: int, source: str) -> None:
        """Replace what is in the cell, by keyboard."""
        editor = self.cell(place).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)
        self.page.wait_for_function(WRITTEN, arg=[place, source])

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
        """Run the whole notebook, until its end or an error. Raises AssertionError with the cells that still run."""
        ended = self.page.evaluate(
            """async seconds => {
                const run = window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => true);
                const late = new Promise(tell => setTimeout(() => tell(false), 1000 * seconds));
                return Promise.race([run, late]);
            }""",
            seconds,
        )
        assert ended, f"after {seconds} s cells {self.page.evaluate(UNFINISHED)} still run; {self.page.evaluate(STATE)}"

    def save(self) -> None:
        """Save the notebook, and wait until it is saved."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")

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
