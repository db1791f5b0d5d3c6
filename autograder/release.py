"""Lessons to modules/: what students open, made by nbgrader's own pipeline from freshly read sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder import places
from autograder.generate import generate
from autograder.gradebook_url import file_url
from autograder.loose_ends import loose_ends
from autograder.notebook import notebook_text, source_notebook
from autograder.source import LessonSource, read_source
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import write_atomic
from gradlab.notebooks import read_notebook


@dataclass(frozen=True)
class Change:
    """What a release does to one lesson's notebook. `cells` names those that differ from what is there now."""

    lesson: Lesson
    text: str
    is_new: bool
    cells: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return not self.is_new and not self.cells

    def __str__(self) -> str:
        if self.is_none:
            return f"{self.lesson.id}: up to date"
        if self.is_new:
            return f"{self.lesson.id}: new"
        more = f" and {len(self.cells) - 4} more" if len(self.cells) > 4 else ""
        return f"{self.lesson.id}: changed {', '.join(self.cells[:4])}{more}"


def plan_release(course: Course, lessons: Iterable[Lesson], record: bool = False) -> list[Change]:
    """What releasing these lessons changes. Touches no file, but with `record` nbgrader notes them in the gradebook.

    Raises GradlabError when a lesson has mistakes or loose ends (points that do not add up, …).
    """
    sources = checked_sources(course, lessons)
    texts = released_texts(course, sources, file_url(course.root) if record else None)
    return [_change(course, source.lesson, texts[source.lesson.id]) for source in sources]


def checked_sources(course: Course, lessons: Iterable[Lesson]) -> list[LessonSource]:
    """The sources of these lessons, freshly read. Raises GradlabError when one has mistakes or loose ends."""
    sources = [read_source(course, lesson) for lesson in lessons]
    open_ends = [sentence for source in sources for sentence in loose_ends(course, source)]
    if open_ends:
        raise GradlabError("\n".join(open_ends))
    return sources


def released_texts(course: Course, sources: Iterable[LessonSource], gradebook: str | None = None) -> dict[str, str]:
    """{lesson id: text of the notebook that students get}."""
    return generate({each.lesson.id: notebook_text(source_notebook(course, each)) for each in sources}, gradebook)


def apply(course: Course, changes: Iterable[Change], force: bool = False) -> None:
    """Write the notebooks. Without `force`, one that somebody has worked in is left alone, with all the others."""
    changes = [change for change in changes if not change.is_none]
    for change in changes:
        written = () if force else work_in(places.released_notebook(course, change.lesson))
        if written:
            raise GradlabError(
                f"{change.lesson.notebook.as_posix()} holds somebody's work ({', '.join(written)}), which a release "
                f"overwrites. Copy the notebook elsewhere, then: autograder release {change.lesson.number} --force"
            )
    for change in changes:
        write_atomic(places.released_notebook(course, change.lesson), change.text)


def work_in(notebook: Path) -> tuple[str, ...]:
    """The exercises of a released notebook that differ from the stubs it was released with."""
    try:
        found = read_notebook(notebook)
    except GradlabError:
        return ()
    return tuple(name for name, cell in found.exercises.items() if cell.source != found.stubs.get(name, cell.source))


def _change(course: Course, lesson: Lesson, text: str) -> Change:
    file = places.released_notebook(course, lesson)
    if not file.is_file():
        return Change(lesson, text, True, ())
    old = file.read_bytes()
    if old == text.encode("utf-8"):
        return Change(lesson, text, False, ())
    before, after = _by_id(old.decode("utf-8", "replace")), _by_id(text)
    cells = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    return Change(lesson, text, False, tuple(cells) or ("the notebook's metadata or the order of its cells",))


def _by_id(text: str) -> dict[str, object]:
    try:
        return {cell["id"]: cell for cell in nbformat.reads(text, as_version=4).cells}
    except (ValueError, KeyError, nbformat.ValidationError, nbformat.reader.NotJSONError):
        return {}
