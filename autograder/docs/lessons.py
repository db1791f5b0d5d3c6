"""The lessons with their answers, run from top to bottom; what was run before and has not changed is not run again."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from autograder import places
from autograder.kernel import PACKAGES, errors, execute, with_answers
from autograder.overlay import overlay
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

EXECUTED = f"{places.BUILD}/executed"
AT_ONCE = 2  # kernels


def executed_lessons(
    course: Course, lessons: Iterable[Lesson], tell: Callable[[str], None] = lambda _: None
) -> dict[str, nbformat.NotebookNode]:
    """{lesson id: notebook with answers and outputs}. Needs what `autograder build` makes.

    Raises GradlabError when a cell fails that was not meant to.
    """
    shared = _digest(PACKAGES / "gradlab", course.root / course.package, places.reference_dir(course))

    def one(lesson: Lesson) -> nbformat.NotebookNode:
        notebook = executed(course, lesson, shared)
        tell(lesson.id)
        return notebook

    lessons = list(lessons)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip([lesson.id for lesson in lessons], pool.map(one, lessons), strict=True))


def executed(course: Course, lesson: Lesson, shared: str) -> nbformat.NotebookNode:
    """One lesson, from the store when neither it nor the packages (`shared`, their digest) have changed."""
    source = places.source_notebook(course, lesson)
    key = hashlib.sha256(source.read_bytes() + shared.encode()).hexdigest()[:16]
    stored = course.root / EXECUTED / f"{lesson.id}-{key}.ipynb"
    if stored.is_file():
        return nbformat.read(stored, as_version=4)
    notebook = with_answers(source)
    with tempfile.TemporaryDirectory(prefix="gradlab-docs-") as scratch:
        engine = overlay(course, lesson, {}, Path(scratch) / "engine")
        execute(notebook, course.root, engine, Path(scratch), lesson.notebook.name)
    failed = errors(notebook)
    if failed:
        raise GradlabError(f"{lesson.id}: {failed[0]} Next: autograder verify {lesson.number} --notebooks")
    for old in stored.parent.glob(f"{lesson.id}-*.ipynb"):
        old.unlink()
    write_atomic(stored, nbformat.writes(notebook))
    return notebook


def _digest(*folders: Path) -> str:
    """Of the sources in these folders: Python, styles and scripts."""
    seen = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".css", ".js"):
                seen.update(file.read_bytes())
    return seen.hexdigest()
