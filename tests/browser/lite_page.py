"""The edition for the browser, built and served, and a lesson of it: what tests do with it."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

from lab_server import ROOT
from lesson_page import LessonPage
from playwright.sync_api import BrowserContext, Page

SITE = Path(os.environ.get("GRADLAB_SITE", ROOT / ".build" / "lite" / "site"))
OPEN_SECONDS = 240  # Python starts in the page, and so may other tests
BLOCKED = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
EVERY_CELL = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


def server_module():
    """site/lite/serve.py, which is no package."""
    spec = importlib.util.spec_from_file_location("serve", ROOT / "site" / "lite" / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_every_cell(config: bytes) -> bytes:
    """jupyter-lite.json, so that a notebook shows the cells far below as well."""
    value = json.loads(config)
    data = value["jupyter-config-data"]
    data["settingsOverrides"] = {**data.get("settingsOverrides", {}), **EVERY_CELL}
    return json.dumps(value).encode()


def halved(data: bytes) -> bytes:
    """A file whose download was cut off."""
    return data[: len(data) // 2]


class LitePage(LessonPage):
    """A lesson in a page that Python runs in."""

    @classmethod
    def open_lesson(cls, page: Page, url: str, lesson: str) -> LitePage:
        page.set_default_timeout(OPEN_SECONDS * 1000)
        page.goto(f"{url}lab/index.html?path=modules/{lesson}/{lesson}.ipynb")
        notebook = f"modules/{lesson}/{lesson}.ipynb"
        # Where the lab is open in another tab, too, it may bring that tab's notebook to the front: then by hand.
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
        page.evaluate("path => { window.jupyterapp.commands.execute('docmanager:open', {path}) }", notebook)
        return cls.ready(page, notebook, OPEN_SECONDS)

    def put(self, place: int, source: str) -> None:
        """Replace what is in the cell without a keyboard, which takes a hundredth of the time."""
        code = "([place, source]) => "
        code += "window.jupyterapp.shell.currentWidget.content.widgets[place].model.sharedModel.setSource(source)"
        self.page.evaluate(code, [place, source])

    def solve(self, answers: dict[str, str], upto: str = "") -> list[str]:
        """Put the answers in and run what belongs to the package, up to the first cell with `upto` in it, and with it.

        Returns the outputs of the cells that were run.
        """
        said = []
        for place, cell in enumerate(self.cells()):
            if cell["cell_type"] != "code":
                continue
            if cell["id"] in answers:
                self.put(place, answers[cell["id"]])
            if upto or cell["metadata"].get("gradlab", {}).get("role") in ("setup", "given", "exercise"):
                said.append(self.execute(place))
            if upto and upto in "".join(cell["source"]):
                break
        return said

    def cells(self) -> list[dict]:
        """The notebook as it is now, outputs included."""
        code = "window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
        return self.page.evaluate(f"() => {code}")

    def place(self, cell_id: str) -> int:
        return next(place for place, cell in enumerate(self.cells()) if cell["id"] == cell_id)

    def execute(self, place: int) -> str:
        """Run a cell by command, wherever it is on the page; its outputs as text."""
        self.page.evaluate(
            """async place => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = place;
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            place,
        )
        return json.dumps(self.cells()[place].get("outputs"), ensure_ascii=False)

    def python(self, source: str) -> str:
        """What a new cell at the end says to `source`."""
        self.page.evaluate(
            """async source => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.length - 1;
                await window.jupyterapp.commands.execute('notebook:insert-cell-below');
                notebook.activeCell.model.sharedModel.setSource(source);
            }""",
            source,
        )
        return self.execute(len(self.cells()) - 1)


def requests_elsewhere(tabs: BrowserContext, url: str) -> list[str]:
    """A list that gets every address outside of `url` that a page asks for."""
    asked: list[str] = []
    tabs.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else asked.append(r.url))
    return asked
