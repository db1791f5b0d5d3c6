"""Mechanical mutants that are no mistakes: they do what the right answer does. Each with the reason, by a person.

    [[equivalent]]              # solutions/<id>/equivalents.toml
    exercise = "stack"
    change = "0 becomes -1"
    line = "(dim,) = normalize_dims(dim, arrays[0].ndim + 1)"
    reason = "All arrays have the same shape by then."

`change` may be a list. An entry stands for what it says, not for a line number, so it survives other edits.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import read_text

FILE = "equivalents.toml"
_KEYS = {"exercise", "change", "line", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """identity: that of the mutant. reason: why no test can tell it from the right answer."""

    identity: tuple[str, str, str]
    reason: str


def load_equivalents(course: Course, lesson: Lesson) -> dict[tuple[str, str, str], Equivalent]:
    """{identity: entry}; nothing when the lesson has no such file. Raises GradlabError for a mistake in it."""
    path = course.root / "solutions" / lesson.id / FILE
    if not path.is_file():
        return {}
    shown = path.relative_to(course.root).as_posix()
    try:
        entries = tomllib.loads(read_text(path)).get("equivalent", [])
    except tomllib.TOMLDecodeError as error:
        raise GradlabError(f"{shown}: {error}.") from None
    found: dict[tuple[str, str, str], Equivalent] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or set(entry) != _KEYS or not str(entry["reason"]).strip():
            raise GradlabError(f"{shown}: entry {number} should have {', '.join(sorted(_KEYS))}, and nothing else.")
        changes = entry["change"] if isinstance(entry["change"], list) else [entry["change"]]
        for change in changes:
            each = Equivalent((entry["exercise"], change, entry["line"]), entry["reason"])
            if each.identity in found:
                raise GradlabError(f"{shown}: entry {number} is there twice: {each.identity}.")
            found[each.identity] = each
    return found
