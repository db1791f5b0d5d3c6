"""Which notebooks were handed in: DIR/<student>/<lesson>/<lesson>.ipynb. Looks, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradlab.course import Lesson
from gradlab.errors import GradlabError, did_you_mean

LARGEST = 100 << 20  # bytes


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson.

    path:    of the notebook; None when there is none that can be graded, and `problem` says why.
    note:    what was unusual about finding it, or "".
    stamp:   the text of timestamp.txt (nbgrader's time of submission), or "".
    """

    student: str
    lesson: Lesson
    path: Path | None
    note: str = ""
    problem: str = ""
    stamp: str = ""

    def data(self) -> bytes:
        """The bytes of the notebook; none when there is no notebook."""
        return self.path.read_bytes() if self.path else b""


def collect(folder: Path, lessons: Iterable[Lesson], only: Sequence[str] = ()) -> list[Submission]:
    """The submissions in `folder` for these lessons, by student. `only`: of these students.

    Raises GradlabError when the folder is none, or a student in `only` did not hand anything in.
    """
    if not folder.is_dir():
        raise GradlabError(f"{folder} is no folder. Say where the submissions are: --submissions DIR")
    students = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for name in only:
        if name not in students:
            raise GradlabError(f'nobody called "{name}" is in {folder}.{did_you_mean(name, students)}')
    lessons = list(lessons)
    return [
        _find(folder / student / lesson.id, student, lesson)
        for student in students
        if not only or student in only
        for lesson in lessons
        if (folder / student / lesson.id).is_dir()
    ]


def _find(folder: Path, student: str, lesson: Lesson) -> Submission:
    stamp = _stamp(folder / "timestamp.txt")
    wanted = f"{lesson.id}.ipynb"
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".ipynb" and not path.is_dir())
    named = [path for path in found if path.name == wanted]
    if not named and len(found) > 1:
        named = [path for path in found if _lesson_of(path) == lesson.id]
    chosen = named or found
    if len(chosen) != 1:
        return Submission(student, lesson, None, problem=_why_none(folder, wanted, chosen), stamp=stamp)
    path = chosen[0]
    problem = _unreadable(path)
    note = "" if path.name == wanted else f"the notebook was called {path.name}, not {wanted}"
    return Submission(student, lesson, None if problem else path, note, problem, stamp)


def _why_none(folder: Path, wanted: str, several: list[Path]) -> str:
    if several:
        return f"there are {len(several)} notebooks ({_listed(several)}), and none is called {wanted}"
    others = sorted(path for path in folder.iterdir() if path.name != "timestamp.txt")
    return f"there is no notebook in the folder{f', only {_listed(others)}' if others else ''}"


def _listed(paths: list[Path]) -> str:
    return ", ".join(path.name for path in paths[:4]) + (", …" if len(paths) > 4 else "")


def _unreadable(path: Path) -> str:
    if path.is_symlink():
        return f"{path.name} is a link to another file, not a notebook"
    try:
        if path.stat().st_size > LARGEST:
            return f"{path.name} is larger than {LARGEST >> 20} MB: clear its outputs and hand it in again"
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    return ""


def _stamp(path: Path) -> str:
    try:
        return "" if path.is_symlink() else path.read_text(encoding="utf-8").strip()[:100]
    except (OSError, UnicodeDecodeError):
        return ""


def _lesson_of(path: Path) -> str | None:
    """The lesson that a notebook says it is; None when it says nothing or cannot be read."""
    try:
        if _unreadable(path):
            return None
        return json.loads(path.read_bytes().decode("utf-8-sig"))["metadata"]["gradlab"]["lesson"]
    except (ValueError, KeyError, TypeError, RecursionError, OSError):
        return None
