"""Packing a lesson so that nbgrader's collect understands it: `<student>/<lesson>/<lesson>.ipynb`."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import io
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from gradlab.errors import GradlabError
from gradlab.files import write_atomic
from gradlab.notebooks import Notebook
from gradlab.progress import LessonStatus


@dataclass(frozen=True)
class Submission:
    """What is handed in: the notebook as it is saved, and when. `time` is in UTC."""

    student: str
    lesson: str
    notebook: bytes
    time: dt.datetime

    @property
    def receipt(self) -> str:
        """SHA-256 of the notebook: whoever has the file can prove that it is this one."""
        return hashlib.sha256(self.notebook).hexdigest()

    def files(self) -> dict[str, bytes]:
        """{path: content}, as in nbgrader's `submitted` folder; timestamp.txt is what it reads the time from."""
        folder = f"{self.student}/{self.lesson}"
        stamp = self.time.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        return {f"{folder}/{self.lesson}.ipynb": self.notebook, f"{folder}/timestamp.txt": stamp.encode()}

    def write_folder(self, to: Path) -> Path:
        """Write the files below `to`; return the folder of this lesson."""
        for name, content in self.files().items():
            write_atomic(to / name, content)
        return to / self.student / self.lesson

    def write_zip(self, to: Path) -> Path:
        """Write `<student>-<lesson>.zip` into `to`; return its path."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files().items():
                archive.writestr(zipfile.ZipInfo(name, self.time.timetuple()[:6]), content)
        path = to / f"{self.student}-{self.lesson}.zip"
        write_atomic(path, packed.getvalue())
        return path


def student_name(given: str | None) -> str:
    """The student's id: as given, or in GRADLAB_STUDENT, or the name of the user. Raises GradlabError.

    It becomes a folder's name at the instructor's, so only letters, digits and . _ - @ + are let through.
    """
    name = given or os.environ.get("GRADLAB_STUDENT") or _user()
    if not re.fullmatch(r"[\w@+][\w.@+-]{0,99}", name, re.ASCII):
        raise GradlabError(
            f'"{name}" cannot be the name of a student: use letters a to z, digits and . _ - @ + only. '
            "Say who you are: gradlab submit LESSON --student NAME"
        )
    return name


def missing(notebook: Notebook, status: LessonStatus) -> list[str]:
    """What an instructor would miss in this notebook, in sentences; [] when nothing."""
    said = []
    by_state: dict[str, list[str]] = {}
    for exercise in status.exercises:
        by_state.setdefault(exercise.state, []).append(f"`{exercise.name}`")
    words = {
        "missing": "not in the notebook at all",
        "unwritten": "not written yet",
        "unsaved": "in your package, but not in the file: save the notebook and submit again",
        "broken": "no valid Python",
        "not exported": "written, but not exported, so never checked",
        "failing": "failing a check",
        "unchecked": "not checked yet",
    }
    for state, what in words.items():
        if names := by_state.get(state):
            said.append(f"{', '.join(names)}: {what}.")
    if status.borrowed:
        said.append("its modules are borrowed; what is handed in is your own notebook.")
    checked = {cell.name for cell in notebook.checks}
    if notebook.stubs and (lost := [name for name in notebook.hidden_points if name not in notebook.stubs]):
        said.append(f"{', '.join(lost)}: graded, but no exercise of this release.")
    if not checked:
        said.append("the notebook has no check cells; your instructor puts them back.")
    said += [f"`{name}` is there more than once; the last one counts." for name in notebook.copies]
    return said


def renamed(notebook: Notebook, number: int) -> list[str]:
    """A sentence for each exercise that is gone: the grader has nothing, the package an older one.

    number: the lesson's.
    """
    strange = [f"`{name}`" for name in notebook.exercises if notebook.stubs and name not in notebook.stubs]
    hint = f" {', '.join(strange)} is no exercise here: was the name in a cell's first line changed?" if strange else ""
    return [
        f"`{name}` is not in the notebook, so it cannot be graded.{hint} To put it back: gradlab reset {number} {name}"
        for name in notebook.stubs
        if name not in notebook.exercises
    ]


def _user() -> str:
    try:
        return re.sub(r"[^\w.@+-]", "_", getpass.getuser(), flags=re.ASCII)
    except (OSError, KeyError, ImportError):  # no such user in a container
        return ""
