"""Everything that Sphinx reads, in one folder: the pages of site/, the lessons, and what is generated."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.docs.editions import edition_of, launch_html
from autograder.docs.landing import CODE, pictures
from autograder.kernel import PACKAGES
from autograder.places import reference_dir
from gradlab.course import Course
from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic

SITE = "site"
NOT_PAGES = ("generate", "lite", "_build")  # folders of site/ that Sphinx has nothing to do with
UP = "../../"  # from modules/<id>/<id>.html to the site's root
LITE = "lite"  # the browser edition, in that root


def write_sources(
    course: Course,
    notebooks: Mapping[str, NotebookNode],
    edition: str,
    github: str,
    lite: bool,
    script: Path,
    folder: Path,
    tells: Callable[[str], bool],
) -> None:
    """Make `folder` the sources of the website.

    notebooks: the executed lessons. lite: the browser edition will be beside the pages. script: MathJax. tells:
    whether a text gives an answer away.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(course.root / SITE, folder, ignore=shutil.ignore_patterns(*NOT_PAGES))
    for lesson in course.lessons:
        launch = launch_html(lesson.notebook.as_posix(), github, f"{UP}{LITE}" if lite else "")
        page = edition_of(notebooks[lesson.id], edition, launch, tells)
        write_atomic(folder / lesson.notebook, nbformat.writes(page))
    (folder / "_static").mkdir(exist_ok=True)
    shutil.copyfile(script, folder / "_static" / script.name)
    _landing(course, folder)
    _reference(course, folder)
    _without_missing_pages(folder)
    options = {"title": course.title, "edition": edition, "github": github}
    write_atomic(folder / "options.json", json.dumps(options))


def _landing(course: Course, folder: Path) -> None:
    made = pictures(reference_dir(course))
    write_atomic(folder / "parts" / "graph.html", f'<div class="picture">{made["graph"]}</div>')
    write_atomic(folder / "parts" / "movie.html", made["movie"])
    write_atomic(folder / "parts" / "code.py", CODE + "\n")
    write_atomic(folder / "parts" / "printed.txt", made["printed"])


def _reference(course: Course, folder: Path) -> None:
    """The pages about the packages, in a Python that has the reference engine."""
    paths = os.pathsep.join([str(reference_dir(course)), str(PACKAGES)])
    command = [sys.executable, "-P", "-m", "autograder.docs.reference", str(folder / "reference")]
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "COLUMNS": "90"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise GradlabError(f"there are no pages about the packages: {done.stderr.strip()[-800:]}")


def _without_missing_pages(folder: Path) -> None:
    """Pages that another command writes may not be there yet: a table of contents names those that are."""
    for page in folder.glob("*.md"):
        text = read_text(page)
        kept = re.sub(
            r"(```\{toctree\}\n)(.*?)(```)",
            lambda found: found[1] + "".join(_present(folder, found[2].splitlines(keepends=True))) + found[3],
            text,
            flags=re.DOTALL,
        )
        if kept != text:
            write_atomic(page, kept)


def _present(folder: Path, lines: list[str]) -> list[str]:
    return [line for line in lines if line[0] in ":\n" or any(folder.glob(f"{line.strip()}.*"))]
