"""The shell: the part of the engine that is given, to which lessons export the rest."""

from __future__ import annotations

from pathlib import Path

from autograder import places
from gradlab.course import Course
from gradlab.errors import GradlabError

_NOT_SHELL = {"__pycache__", ".ipynb_checkpoints"}


def shell_files(course: Course) -> dict[str, bytes]:
    """The given part of the engine, at its place in the reference: the package without what lessons export."""
    package = course.root / course.package
    if not package.is_dir():
        raise GradlabError(f"{package} does not exist: the part of {course.package} that lessons build on.")
    return {
        f"{places.REFERENCE}/{course.package}/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and _is_shell(course, file.relative_to(package))
    }


def _is_shell(course: Course, file: Path) -> bool:
    if any(part in _NOT_SHELL or part.startswith(".") for part in file.parts) or file.suffix == ".pyc":
        return False
    return file.as_posix() not in {f"{module}.py" for lesson in course.lessons for module in lesson.modules}
