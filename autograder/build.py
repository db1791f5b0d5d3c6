"""Lessons to notebooks and the reference engine, under .build/.

`planned_files` says what the files are; it reads sources and touches nothing. `build` makes the folder say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import places
from autograder.loose_ends import loose_ends
from autograder.notebook import notebook_text, source_notebook
from autograder.shell import shell_files
from autograder.source import LessonSource, read_source
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import write_if_changed
from gradlab.reload import forget_bytecode


@dataclass
class Report:
    """What a build did: files written or removed (relative to the root), what to look at, what could not be built."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    built: list[LessonSource] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def build(
    course: Course, lessons: Iterable[Lesson] | None = None, tell: Callable[[str], None] = lambda _: None
) -> Report:
    """Bring .build/ up to date for these lessons (None: all). A lesson with mistakes keeps what was built before."""
    report = Report()
    files = shell_files(course)
    for lesson in course.lessons if lessons is None else lessons:
        try:
            source = read_source(course, lesson)
            files |= planned_files(course, source)
        except GradlabError as error:
            report.errors.append(str(error))
            continue
        report.built.append(source)
        report.warnings += loose_ends(course, source)
        tell(f"{lesson.id}: {len(source.of_role('exercise'))} exercises, {source.points:g} points")
    report.removed = _remove_strangers(course, set(files))
    for name, data in sorted(files.items()):
        if write_if_changed(course.root / name, data):
            # Bytecode is known by its source's size and second; two builds may share both.
            forget_bytecode(course.root / name)
            report.written.append(name)
    return report


def planned_files(course: Course, source: LessonSource) -> dict[str, bytes]:
    """What one lesson builds to: {path relative to the root: bytes}."""
    lesson = source.lesson
    notebook = places.source_notebook(course, lesson).relative_to(course.root).as_posix()
    files = {notebook: notebook_text(source_notebook(course, source)).encode("utf-8")}
    for module in exported_modules(source):
        name = f"{places.REFERENCE}/{course.package}/{module}.py"
        files[name] = source.module_text(module).encode("utf-8")
    return files


def exported_modules(source: LessonSource) -> tuple[str, ...]:
    """The modules of the lesson that a cell is exported to."""
    return tuple(module for module in source.lesson.modules if any(cell.module == module for cell in source.cells))


def _remove_strangers(course: Course, planned: set[str]) -> list[str]:
    """Remove what no lesson of the course builds to; what the lessons that are not built now built before stays."""
    lessons = {lesson.id: lesson for lesson in course.lessons}
    rebuilt = {Path(name).stem for name in planned if name.endswith(".ipynb")}
    known = set(planned)
    for lesson in lessons.values():
        known.add(places.source_notebook(course, lesson).relative_to(course.root).as_posix())
        if lesson.id not in rebuilt:
            known |= {f"{places.REFERENCE}/{course.package}/{module}.py" for module in lesson.modules}
    removed = []
    for top in (places.SOURCE, places.REFERENCE):
        # Deepest first, so that a folder is looked at after what it holds.
        for path in sorted((course.root / top).rglob("*"), reverse=True):
            name = path.relative_to(course.root).as_posix()
            if path.is_dir() and not path.is_symlink():
                _remove_if_empty(path)
            elif name not in known and not _is_in_use(path):
                path.unlink(missing_ok=True)
                removed.append(name)
    return sorted(removed)


def _is_in_use(path: Path) -> bool:
    """Bytecode of a running lesson, or a file that another build is writing at this moment."""
    return "__pycache__" in path.parts or (path.name.startswith(".") and path.suffix == ".tmp")


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # it is not empty, or somebody else was faster
        pass
