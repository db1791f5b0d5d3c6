"""Bringing a student's folder up to a newer release, lesson by lesson.

    for update in plan_updates(course, Path("03_backward_pass.ipynb")): apply(course, engine, update)

The notebook that is there is copied before; the new one is written whole or not at all.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from pathlib import Path

from gradlab.backups import backup
from gradlab.course import FILE_NAME, Course, Lesson, load_course
from gradlab.errors import CourseError, GradlabError
from gradlab.merge import Merged, merge
from gradlab.notebooks import NotebookError, find_notebook, read_notebook, write_notebook

ROLES = {
    "check": "a check", "hidden": "a graded cell", "given": "given code", "exercise": "an exercise", "hints": "hints",
    "prose": "text", "demo": "an example", "predict": "a question", "setup": "the first cell",
}  # fmt: skip


@dataclass(frozen=True)
class Update:
    """What a release means for one lesson. merged: None where the student has no notebook of it yet. is_none: the
    notebook is as it would be made already."""

    lesson: Lesson
    place: Path
    raw: dict
    merged: Merged | None
    is_none: bool = False


def plan_updates(course: Course, source: Path) -> list[Update]:
    """What the release in `source`, a notebook or a folder of them, changes. Writes nothing. Raises GradlabError."""
    newer = newer_course(course, source)
    if newer:  # it may have lessons that ours has not
        course = replace(load_course(newer), root=course.root)
    found = [_update(course, file) for file in _notebooks(source)]
    if not found:
        raise GradlabError(
            f"{source} holds no released lesson. Name the notebook that your instructor sent, or its folder."
        )
    return found


def newer_course(course: Course, source: Path) -> Path | None:
    """The course.yml of the release in the folder `source`, when it is not as ours. Raises GradlabError."""
    file, ours = source / FILE_NAME, course.root / FILE_NAME
    if not file.is_file() or file.read_bytes() == ours.read_bytes():
        return None
    if load_course(file).package != course.package:
        raise GradlabError(f"{source} is another course, of the package {load_course(file).package}.")
    return file


def apply(course: Course, engine: Path, update: Update) -> Path | None:
    """Write one lesson; returns the copy of the notebook as it was before, None when there was none."""
    kept = backup(engine, update.lesson.id, update.place) if update.merged else None
    write_notebook(update.place, update.raw)
    return kept


def told(merged: Merged) -> str:
    """`2 changed, 1 new`: how many cells of the lesson become others."""
    counts = [f"{len(merged.of_kind(kind))} {kind}" for kind in ("changed", "new", "put back", "removed")]
    return ", ".join(count for count in counts if not count.startswith("0 ")) or "no cell changes"


def details(merged: Merged) -> list[str]:
    """A line for each cell that becomes another, or about which the student should know something."""
    return [
        f"  {each.kind:<8}  {each.cell} ({ROLES.get(each.role, 'a cell')}){': ' if each.note else ''}{each.note}"
        for each in merged.changes
    ]


def _notebooks(source: Path) -> list[Path]:
    if not source.exists():
        raise GradlabError(f"{source} does not exist.")
    if source.is_file():
        return [source]
    files = sorted(source.rglob("*.ipynb"))
    files = [path for path in files if not any(part.startswith(".") for part in path.relative_to(source).parts)]
    lessons: dict[str, Path] = {}
    for path in files:
        name = _lesson_of(path)
        if name in lessons:
            raise GradlabError(f"{source} has lesson {name} twice, {lessons[name]} and {path}. Name the newer one.")
        if name:
            lessons[name] = path
    return list(lessons.values())


def _update(course: Course, file: Path) -> Update:
    theirs = _read(file)
    name = _lesson_of(file)
    if not name or "stubs" not in theirs["metadata"]["gradlab"]:
        raise GradlabError(f"{file} is no released lesson of this course.")
    try:
        lesson = course.lesson(name)
    except CourseError:
        raise GradlabError(
            f"{file} is lesson {name}, which course.yml does not have. Take course.yml from there too."
        ) from None
    place = course.root / lesson.notebook
    try:
        place = find_notebook(course, lesson)
    except NotebookError:
        if place.parent.is_dir() and any(place.parent.glob("*.ipynb")):
            raise
        return Update(lesson, place, theirs, None)
    if place.resolve() == file.resolve():
        raise GradlabError(f"{file} is your own notebook. Name the one that your instructor sent.")
    mine = read_notebook(place, lesson.id).raw
    merged = merge(copy.deepcopy(mine), copy.deepcopy(theirs))
    return Update(lesson, place, merged.raw, merged, is_none=_text(merged.raw) == _text(mine))


def _lesson_of(file: Path) -> str:
    try:
        ours = _read(file).get("metadata", {}).get("gradlab", {})
    except (GradlabError, AttributeError):
        return ""
    return ours.get("lesson") or "" if isinstance(ours, dict) and "stubs" in ours else ""


def _text(raw: dict) -> str:
    return json.dumps(raw, sort_keys=True)


def _read(file: Path) -> dict:
    return read_notebook(file).raw
