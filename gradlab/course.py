"""The course as values: course.yml, read once into frozen dataclasses.

    course = load_course()              # found from the working folder, or from GRADLAB_ROOT
    course.lesson("3").modules          # ("arithmetic", "reductions", …)

Every mistake in the file is a CourseError that names file and line. Reading it is the work of course_schema.py.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gradlab.errors import CourseError, did_you_mean

FILE_NAME = "course.yml"


@dataclass(frozen=True)
class Policies:
    """Rules of grading. Late work loses `late_penalty_per_day` (0 to 1) of its points for each day begun.

    catchup: when students may borrow the known-good modules of an earlier lesson: "never", "after_due" or "always".
    """

    late_penalty_per_day: float = 0.0
    attempts: str = "last"
    catchup: str = "never"


@dataclass(frozen=True)
class Skill:
    """Something that one can do after a lesson. It is earned with `exercises` of the lesson, or with all when there
    are none; `needs` names the skills that come before it."""

    name: str
    exercises: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """One lesson, as course.yml tells it. `release` and `due` are in UTC, or None."""

    id: str
    title: str
    modules: tuple[str, ...]
    prerequisites: tuple[str, ...]
    points: int
    minutes: int
    skills: tuple[Skill, ...] = ()
    release: dt.datetime | None = None
    due: dt.datetime | None = None

    @property
    def number(self) -> int:
        """3 for 03_backward_pass."""
        return int(self.id.partition("_")[0])

    @property
    def slug(self) -> str:
        """backward_pass for 03_backward_pass."""
        return self.id.partition("_")[2]

    @property
    def notebook(self) -> Path:
        """The student's notebook, relative to the course's root."""
        return Path("modules", self.id, f"{self.id}.ipynb")


@dataclass(frozen=True)
class Course:
    """The lessons in order, and where they live. `root` is the absolute folder that holds course.yml."""

    root: Path
    title: str
    package: str
    lessons: tuple[Lesson, ...]
    policies: Policies = Policies()

    def lesson(self, text: str) -> Lesson:
        """The lesson meant by its id, number, id without number, title or notebook ("03_backward_pass", "3", …)."""
        wanted = re.split(r"[\\/]", str(text).strip().rstrip("\\/"))[-1].lower().removesuffix(".ipynb")
        wanted = re.sub(r"[\s-]+", "_", wanted)
        for lesson in self.lessons:
            names = (lesson.id, lesson.slug, re.sub(r"[\s-]+", "_", lesson.title.lower()))
            if wanted in names or (wanted.isdecimal() and int(wanted) == lesson.number):
                return lesson
        hint = did_you_mean(wanted, [name for lesson in self.lessons for name in (lesson.id, lesson.slug)])
        raise CourseError(f'there is no lesson "{text}".{hint} The lessons: {listed(self.lessons)}.')

    def lesson_of_module(self, name: str) -> Lesson:
        """The lesson that exports the module `name` (with or without the package: "mytorch.graph" or "graph")."""
        wanted = name.removeprefix(f"{self.package}.")
        for lesson in self.lessons:
            if wanted in lesson.modules:
                return lesson
        modules = [module for lesson in self.lessons for module in lesson.modules]
        raise CourseError(f'no lesson exports a module "{name}".{did_you_mean(wanted, modules)}')

    def lesson_of_skill(self, name: str) -> Lesson:
        """The lesson that teaches the skill `name`. Raises KeyError."""
        for lesson in self.lessons:
            if any(skill.name == name for skill in lesson.skills):
                return lesson
        raise KeyError(name)

    def before(self, lesson: Lesson) -> tuple[Lesson, ...]:
        """The lessons that come before `lesson`, in order."""
        return self.lessons[: self.lessons.index(lesson)]


def load_course(path: Path | str | None = None) -> Course:
    """The course in the file or folder `path`; None: in GRADLAB_ROOT, or in the working folder or one above it."""
    file = _find(path)
    from gradlab.course_schema import read_course  # here, because it builds the classes above

    return read_course(file, _shown(file))


def find_root(start: Path | str | None = None) -> Path:
    """The folder that holds course.yml: GRADLAB_ROOT when that is set and no `start` is given, else the nearest one
    at or above `start` (or the working folder)."""
    given = None if start else os.environ.get("GRADLAB_ROOT")
    if given:
        if not Path(given, FILE_NAME).is_file():
            raise CourseError(f"GRADLAB_ROOT is {given}, but there is no {FILE_NAME}. Correct it or unset it.")
        return Path(given).resolve()
    here = Path(start or ".").resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise CourseError(
        f"no {FILE_NAME} in {here} or any folder above it. "
        "Go to the folder of the course (cd …), or set GRADLAB_ROOT to it."
    )


def _find(path: Path | str | None) -> Path:
    if path is None:
        return find_root() / FILE_NAME
    file = Path(path).resolve()
    file = file / FILE_NAME if file.is_dir() else file
    if not file.is_file():
        raise CourseError(f"{_shown(file)} does not exist.")
    return file


def _shown(file: Path) -> Path:
    """The path as the user would write it here."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def listed(lessons: Iterable[Lesson]) -> str:
    """The ids of `lessons`, for a message."""
    return ", ".join(lesson.id for lesson in lessons)
