"""Who is who: a CSV that says which student is meant by a name, a number or a file in what was handed in.

    student,name,canvas,file
    ada,Ada Lovelace,10815,
    bob,,,homework (3).ipynb

The column `student` has the ids of the gradebook; all others hold what else a student is known by.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gradlab.errors import GradlabError, did_you_mean
from gradlab.files import read_text

COLUMN = "student"
LONGEST = 120  # bytes; nbgrader's gradebook takes 128 characters, and file systems 255 bytes


@dataclass(frozen=True)
class Roster:
    """students: all of them. known: {what a student is known by: the students' ids}."""

    students: tuple[str, ...] = ()
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, names: Iterable[str]) -> str | None:
        """The one student who is known by any of these names; None when there is none, or more than one."""
        found = {student for name in names for student in self.known.get(_plain(name), ())}
        return found.pop() if len(found) == 1 else None


def read_roster(path: Path) -> Roster:
    """Raises GradlabError when the file is none."""
    rows = list(csv.reader(io.StringIO(read_text(path))))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if COLUMN not in header:
        hint = did_you_mean(COLUMN, header)
        raise GradlabError(f'{path}:1: a roster begins with a line of column names, one of them "{COLUMN}".{hint}')
    students, known = [], {}
    for line, row in enumerate(rows[1:], 2):
        cells = dict(zip(header, row, strict=False))
        student = cells.get(COLUMN, "").strip()
        if not any(cell.strip() for cell in row):
            continue
        if not student or student != as_id(student):
            raise GradlabError(f'{path}:{line}: "{student}" cannot be the id of a student.')
        if student in students:
            raise GradlabError(f"{path}:{line}: {student} is there already. One line for each student.")
        students.append(student)
        for name in {_plain(cell) for cell in row if cell.strip()}:
            known[name] = (*known.get(name, ()), student)
    return Roster(tuple(students), known)


def as_id(name: str) -> str:
    """A name as the id of a student, which is a folder's name too; "" when nothing is left of it.

    Control characters and those that turn the direction of writing go: they make a name look like another.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name if not _turns(c))
    name = re.sub(r"[/\\]", "_", name).strip().strip(".").strip()
    while len(name.encode("utf-8")) > LONGEST:
        name = name[:-1].rstrip(" .")
    return re.sub(r"\s+", " ", name)


def _turns(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
