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


OURS = ".gradlab-docs"  # how we know a folder that was written here
BROWSER_EDITION = "lite/site"  # in .build/, where `make site` puts it


def make(course: Course, target: Path, edition: str, github: str, tell: Callable[[str], None]) -> int:
    """Write the website to `target`, all or nothing; the number of its pages. Raises GradlabError.

    If `make site` has built the browser edition, it goes along, and lessons get a button for it.
    """
    check_ours(target)
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
    for name in (".doctrees", "_sources"):  # Sphinx's own
        shutil.rmtree(website / name, ignore_errors=True)
    found = problems(website, searcher, edition)
    if found:
        raise GradlabError("the pages give something away; nothing was published.\n" + "\n".join(found[:20]))
    pages = sum(1 for _ in website.rglob("*.html"))
    if has_lite:
        shutil.copytree(lite, website / LITE)
    put_in_place(website, target)
    return pages


def check_ours(target: Path) -> None:
    """Raise GradlabError if the website would take the place of something else."""
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / OURS).is_file())):
        raise GradlabError(f"{target} holds something else than a website of ours. Name a new folder with --to.")


def put_in_place(new: Path, target: Path) -> None:
    """`new` becomes `target`; of an older website nothing stays."""
    (new / OURS).write_text("Written by `autograder docs`, which replaces this folder as a whole.\n", encoding="utf-8")
    (new / ".nojekyll").touch()  # or GitHub Pages leaves out what begins with _
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(str(new), target)
