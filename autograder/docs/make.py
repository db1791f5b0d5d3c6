"""From the course to the website, in order."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from autograder.build import build
from autograder.docs.lessons import executed_lessons
from autograder.docs.npm import MATHJAX, fetch
from autograder.docs.secrets import problems, tells
from autograder.docs.sources import LITE, write_sources
from autograder.docs.website import render
from autograder.leaks.search import Searcher
from autograder.places import BUILD, reference_dir
from gradlab.course import Course
from gradlab.errors import GradlabError

NEEDED = {"sphinx": "Sphinx", "myst_nb": "MyST-NB", "sphinx_book_theme": "the theme", "sphinx_design": "sphinx-design"}


BROWSER_EDITION = "lite/site"  # in .build/, where `make site` puts it


def make(course: Course, target: Path, edition: str, github: str, tell: Callable[[str], None]) -> int:
    """Write the website to `target`, all or nothing; the number of its pages. Raises GradlabError.

    If `make site` has built the browser edition, it goes along, and lessons get a button for it.
    """
    missing = [name for module, name in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise GradlabError(f"{', '.join(missing)} is missing. Install what pages need: pip install -e '.[docs]'")
    report = build(course)
    if report.errors:
        raise GradlabError("\n".join(report.errors))
    store = course.root / BUILD
    notebooks = executed_lessons(course, course.lessons, lambda name: tell(f"run {name}"))
    sources, website = store / "docs-sources", store / "docs-new"
    searcher = Searcher.of(course)
    script = fetch(MATHJAX, store / "npm")
    tell("write the pages")
    lite = store / BROWSER_EDITION
    has_lite = (lite / "index.html").is_file()
    write_sources(course, notebooks, edition, github, has_lite, script, sources, lambda text: tells(text, searcher))
    shutil.rmtree(website, ignore_errors=True)
    render(sources, website, reference_dir(course))
    tell("look for answers")
    shutil.rmtree(website / ".doctrees", ignore_errors=True)
    found = problems(website, searcher, edition)
    if found:
        raise GradlabError("the pages give something away; nothing was published.\n" + "\n".join(found[:20]))
    pages = sum(1 for _ in website.rglob("*.html"))
    if has_lite:
        shutil.copytree(lite, website / LITE)
    _replace(website, target)
    return pages


def _replace(new: Path, target: Path) -> None:
    """Put the pages in their place. Whatever else is in the folder stays: the browser edition may live there."""
    target.mkdir(parents=True, exist_ok=True)
    for name in new.iterdir():
        old = target / name.name
        if old.is_dir():
            shutil.rmtree(old)
        shutil.move(str(name), old)
    shutil.rmtree(new)
