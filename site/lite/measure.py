"""How large the edition for the browser is, and how soon its first lesson can be used, in a real Chromium.

    python site/lite/measure.py .build/lite/site        # needs playwright and a Chromium

Every other host is blocked. The times are those of this machine as busy as it is; its load is printed beside them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright
from serve import Server

GOALS = {"site": 60, "transfer": 28, "first": 25, "second": 8}  # MB, MB, seconds, seconds
FIRST_CELL = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const place = notebook.widgets.findIndex(each => each.model.type === 'code');
    notebook.activeCellIndex = place;
    await window.jupyterapp.commands.execute('notebook:run-cell');
    return notebook.widgets[place].model.toJSON().execution_count;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", type=Path)
    args = parser.parse_args()
    site = args.site.resolve()
    lesson = sorted((site / "files" / "modules").iterdir())[0].name
    path = f"lab/index.html?path=modules/{lesson}/{lesson}.ipynb"
    size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
    with Server(site) as server, tempfile.TemporaryDirectory() as profile, sync_playwright() as driver:
        tabs = chromium(driver, Path(profile))
        first = usable(tabs, server.url + path)
        transfer = server.sent
        second = usable(tabs, server.url + path)
        tabs.close()
    load = os.getloadavg()[0]
    print(f"site              {size / 1e6:6.1f} MB  (goal {GOALS['site']} MB)")
    print(f"first visit       {transfer / 1e6:6.1f} MB  (goal {GOALS['transfer']} MB, as compressed by the host)")
    print(f"first load        {first:6.1f} s   (goal {GOALS['first']} s, until the first cell has run)")
    print(f"second load       {second:6.1f} s   (goal {GOALS['second']} s)")
    print(f"load of this machine: {load:.1f} processes waiting for {os.cpu_count()} cores")


def chromium(driver, profile: Path) -> BrowserContext:
    """A Chromium that reaches this machine and nothing else."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    blocked = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    flags = ["--no-sandbox", "--disable-gpu", blocked]
    return driver.chromium.launch_persistent_context(profile, executable_path=program, headless=True, args=flags)


def usable(tabs: BrowserContext, url: str) -> float:
    """Seconds from opening a lesson to the end of its first cell."""
    page = tabs.new_page()
    start = time.monotonic()
    page.goto(url)
    page.wait_for_selector(".jp-Notebook-cell", timeout=300_000)
    kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(f"() => {kernel}", timeout=300_000)
    if page.evaluate(FIRST_CELL) is None:
        raise RuntimeError("the first cell did not run")
    seconds = time.monotonic() - start
    page.close()
    return seconds


if __name__ == "__main__":
    main()
