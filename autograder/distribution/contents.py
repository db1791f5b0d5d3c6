"""What students get, as {path: bytes}: nothing is copied that is not named here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from autograder.places import REFERENCE
from autograder.release import checked_sources, released_texts
from autograder.shell import shell_files
from gradlab.course import FILE_NAME, Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import read_text

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("templates")
AS_THEY_ARE = ("LICENSE", "environment.yml", "binder/*", "gradlab/**/*")
EXECUTABLE = frozenset({"binder/postBuild"})
REQUIREMENTS = "binder/requirements.in"
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def contents(course: Course, lessons: Sequence[Lesson], github: str = "") -> dict[str, bytes]:
    """The files of a student repository with these lessons: {path relative to its root: content}.

    github: OWNER/NAME[/BRANCH] of where it will be published, for its badge. Raises GradlabError when a lesson has
    mistakes, or needs one that is left out.
    """
    _need_no_other(course, lessons)
    texts = released_texts(course, checked_sources(course, lessons))
    files = {lesson.notebook.as_posix(): texts[lesson.id].encode("utf-8") for lesson in lessons}
    for name, data in shell_files(course).items():
        files[name.removeprefix(f"{REFERENCE}/")] = data
    for pattern in AS_THEY_ARE:
        files |= _copies(course, pattern)
    files[FILE_NAME] = course_text(read_text(course.root / FILE_NAME), lessons).encode("utf-8")
    words = _words(course, lessons, github)
    for name in ("README.md", "Makefile", "pyproject.toml", "gitignore"):
        text = Template(read_text(TEMPLATES / f"{name}.in")).substitute(words)
        files[f".{name}" if name == "gitignore" else name] = text.encode("utf-8")
    return dict(sorted(files.items()))


def course_text(text: str, lessons: Iterable[Lesson]) -> str:
    """course.yml with these lessons alone; everything else in it stays as the author wrote it."""
    chosen = {lesson.id for lesson in lessons}
    kept, keep = [], True
    for line in text.split("\n"):
        item = re.match(r"\s*- id:\s*[\"']?([\w]+)", line)
        if item:
            keep = item[1] in chosen
        elif line and not line[0].isspace() and line[0] != "#":
            keep = True
        if keep:
            kept.append(line)
    return "\n".join(kept)


def _need_no_other(course: Course, lessons: Sequence[Lesson]) -> None:
    chosen = {lesson.id for lesson in lessons}
    for lesson in lessons:
        absent = [name for name in lesson.prerequisites if name not in chosen]
        if absent:
            raise GradlabError(
                f"{lesson.id} builds on {', '.join(absent)}, which is not among these lessons. "
                f"Release all up to it: --lessons {course.lessons[0].number}-{lesson.number}"
            )


def _copies(course: Course, pattern: str) -> dict[str, bytes]:
    """The files that match, out of the course's own folder, or out of this project where the course has none."""
    for root in (course.root, PROJECT):
        found = {
            file.relative_to(root).as_posix(): file.read_bytes()
            for file in root.glob(pattern)
            if file.is_file() and not _is_litter(file.relative_to(root))
        }
        if found:
            return found
    raise GradlabError(f"{course.root / pattern} does not exist, and a student repository needs it.")


def _is_litter(file: Path) -> bool:
    return file.suffix == ".pyc" or any(part.startswith(".") or part == "__pycache__" for part in file.parts)


def _words(course: Course, lessons: Sequence[Lesson], github: str) -> dict[str, str]:
    """What stands in the places of the templates."""
    own = course.root / "pyproject.toml"
    project = tomllib.loads(read_text(own if own.is_file() else PROJECT / "pyproject.toml"))["project"]
    listed = _copies(course, REQUIREMENTS)[REQUIREMENTS].decode("utf-8").splitlines()
    wanted = [line for line in listed if line and not line.startswith("#")]
    modules = [module for lesson in course.lessons for module in lesson.modules]
    count = _NUMBERS[len(lessons)] if len(lessons) < len(_NUMBERS) else str(len(lessons))
    return {
        "title": course.title,
        "package": course.package,
        "count": count,
        "first": str(lessons[0].number),
        "notebook": lessons[0].notebook.as_posix(),
        "numbers": " ".join(str(lesson.number) for lesson in lessons),
        "lessons": "\n".join(_row(lesson) for lesson in lessons),
        "version": project["version"],
        "dependencies": "\n".join(f'    "{each}",' for each in wanted),
        "nbgrader": next((each for each in project["dependencies"] if each.startswith("nbgrader")), "nbgrader"),
        "exports": "\n".join(f"{course.package}/{module}.py" for module in modules),
        "badges": _badge(github, lessons[0]),
    }


def _row(lesson: Lesson) -> str:
    due = f", due {lesson.due:%Y-%m-%d %H:%M} UTC" if lesson.due else ""
    link = f"[{lesson.title}]({lesson.notebook.as_posix()})"
    return f"{lesson.number}. {link}: {lesson.minutes} minutes, {lesson.points} points{due}"


def _badge(github: str, first: Lesson) -> str:
    if not github:
        return ""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+(/[\w./-]+)?", github):
        raise GradlabError(f'--github takes OWNER/NAME or OWNER/NAME/BRANCH, not "{github}".')
    owner, name, *branch = github.split("/", 2)
    place = f"https://mybinder.org/v2/gh/{owner}/{name}/{branch[0] if branch else 'HEAD'}"
    opens = f"{place}?urlpath=lab/tree/{first.notebook.as_posix()}"
    return f"\n[![Open on Binder](https://mybinder.org/badge_logo.svg)]({opens})\n"
