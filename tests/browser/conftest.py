"""A JupyterLab and a Chromium for the tests here. Without a Chromium they are skipped; with CI set they fail."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# The modules beside this file: the student's folder, the server, the page.
sys.path.append(str(Path(__file__).parent))


def missing() -> str:
    """What is not here that the tests need; "" when all is."""
    if not importlib.util.find_spec("playwright"):
        return 'playwright: pip install -e ".[dev]"'
    from lab_server import chromium

    return "" if chromium() else "a Chromium on the PATH, or named by CHROMIUM"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    needs = missing()
    in_ci = os.environ.get("CI", "").lower() in ("true", "1")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if needs and not in_ci:  # in CI they run, and fail for want of it
                item.add_marker(pytest.mark.skip(reason=f"needs {needs}"))


@pytest.fixture(scope="module")
def open_lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """Open a lesson as a student who has done those before it: gives the notebook's page and the student's folder."""
    if needs := missing():
        pytest.fail(f"CI is set, so this must be here: {needs}")
    from lab_server import LabServer
    from lesson_page import LessonPage, browser
    from student_folder import student_folder

    with ExitStack() as stack:
        tabs = stack.enter_context(browser(tmp_path_factory.mktemp("profile")))

        def opened(lesson: str):
            scratch = tmp_path_factory.mktemp("lab")
            student = student_folder(scratch / "student", lesson)
            lab = stack.enter_context(LabServer(student.root, scratch))
            return LessonPage.open(tabs.new_page(), lab, student.notebook), student

        yield opened


@pytest.fixture(scope="module")
def lite_site():
    """The edition for the browser, served from this machine."""
    from lite_page import SITE, server_module, with_every_cell

    if not (SITE / "lab" / "index.html").is_file():
        pytest.fail(f"{SITE} has no site. Build it first: make site, or without a network: make site PYODIDE=DIR")
    with server_module().Server(SITE, patches={"jupyter-lite.json": with_every_cell}) as server:
        yield server
