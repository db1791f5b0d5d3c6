"""Whose a file is, and what for, by its path: as nbgrader, Moodle, Canvas and `gradlab submit` name what is handed in.

ada/03_backward_pass/03_backward_pass.ipynb                nbgrader's submitted/, and gradlab's archives
ada+03_backward_pass+2026-09-14 20:01:02 UTC+xyz/…         nbgrader's exchange
Ada Lovelace_10815_assignsubmission_file_/homework.ipynb   Moodle's "download all submissions"
lovelaceada_LATE_10815_4711_homework-1.ipynb               Canvas's; -1 is the second attempt
ada/homework.ipynb, ada-03_backward_pass.ipynb             a folder or a file for each student
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_\w+?_?$", re.DOTALL)
CANVAS = re.compile(
    r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+?)(-(?P<attempt>\d+))?(?P<end>\.\w+)$", re.DOTALL
)
EXCHANGE = re.compile(r"(?P<name>[^+]+)\+(?P<lesson>[^+]+)\+(?P<stamp>\d{4}-[^+]+)(\+.*)?$", re.DOTALL)


@dataclass(frozen=True)
class Owner:
    """names: what the student may be known by, the one used without a roster first. lesson: its id, or "".

    group: what was handed in together. attempt: its number, where names have one. stamp: the time, or "".
    """

    names: tuple[str, ...]
    group: tuple[str, ...]
    lesson: str = ""
    attempt: int = 0
    stamp: str = ""
    title: str = ""


def owner_of(parts: tuple[str, ...], lessons: Collection[str]) -> Owner | None:
    """Whose the file at this path is; None when the path does not say."""
    *folders, name = parts
    for depth, folder in enumerate(folders, 1):
        if match := MOODLE.fullmatch(folder):
            names = (f"{match['name']}_{match['number']}", match["name"], match["number"], folder)
            return Owner(names, parts[:depth], title=name)
        match = EXCHANGE.fullmatch(folder)
        if match and match["lesson"] in lessons:
            return Owner((match["name"],), parts[:depth], match["lesson"], stamp=match["stamp"], title=name)
    for depth, folder in enumerate(folders):
        if depth and folder in lessons:
            return Owner((folders[depth - 1],), parts[: depth + 1], folder, title=name)
    if match := CANVAS.fullmatch(name):
        names = (f"{match['name']}_{match['number']}", match["name"], match["number"], name)
        title = match["file"] + match["end"]
        return Owner(names, parts, attempt=int(match["attempt"] or 0), title=title)
    if folders:
        return Owner((folders[0],), parts[:1], title=name)
    for lesson in lessons:
        match = re.fullmatch(rf"(?P<name>.+?)[-_ +]{re.escape(lesson)}( ?\(\d+\))?\.\w+", name, re.DOTALL)
        if match:
            return Owner((match["name"], name), parts, lesson, title=name)
    return None
