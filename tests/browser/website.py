"""Pages of the rendered course, served to a real Chromium: what they ask for, complain about, and what axe finds."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import axe_playwright_python
from lab_server import chromium
from playwright.sync_api import Browser, Page, sync_playwright

LESSON = "modules/03_backward_pass/03_backward_pass.html"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
HEADINGS = "[...document.querySelectorAll('article :is(h1, h2, h3, h4)')].map(heading => +heading.tagName[1])"
BAD = '<img src="data:,"><p style="color: #ddd; background: #fff">pale</p>'


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        pass


class Visitor:
    """Opens pages of one website. A page's `heard`: what it asked for elsewhere, and what it complained about."""

    def __init__(self, browser: Browser, base: str):
        self.browser, self.base = browser, base

    def open(self, path: str, size: dict = DESKTOP, mode: str = "light") -> Page:
        """The page when its formulas stand. mode: "light" or "dark"."""
        page = self.browser.new_page(viewport=size, color_scheme=mode)  # closing it closes its context, too
        page.set_default_timeout(120_000)  # the machine may be busy with other tests
        page.heard = []
        page.on("request", lambda r: r.url.startswith((self.base, "data:")) or page.heard.append(f"asks {r.url}"))
        page.on("response", lambda r: r.status < 400 or page.heard.append(f"{r.status} {r.url}"))
        page.on("console", lambda m: m.type != "error" or page.heard.append(m.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.goto(self.base + path)
        page.evaluate("window.MathJax?.startup?.promise")
        page.wait_for_load_state("networkidle")
        return page


@contextmanager
def visiting(website: Path) -> Iterator[Visitor]:
    """`website`, served on this machine, and a Chromium to look at it."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=website)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            yield Visitor(browser, f"http://127.0.0.1:{server.server_address[1]}/")
            browser.close()
        server.shutdown()


def problems(page: Page, path: str) -> list[str]:
    """What is wrong with a page for some of its readers: [] when it asks nobody, is quiet, accessible and in order."""
    levels = page.evaluate(HEADINGS)
    found = [*page.heard, *serious(page)]
    skipped = any(lower - upper > 1 for upper, lower in pairwise(levels))
    if skipped or levels.count(1) != (path != "search.html"):
        found.append(f"headings: {levels}")
    return found


def serious(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds that is serious, of all rules or of these."""
    page.add_script_tag(path=str(AXE))
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{v['id']}: {n['html'][:200]}" for v in found if v["impact"] in ("serious", "critical") for n in v["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the window. One may be lost in rounding."""
    by = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return by if by > 1 else 0
