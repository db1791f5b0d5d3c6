"""Hints in steps: the next one is opened when it is asked for, and what was opened stays open.

    hint = open_hint(engine, notebook, "walk")      # hint.steps: those that are open now, hint.total: all there are

Their text stands in the lesson's notebook, in the folded cell below the exercise; `.gradlab/hints/<lesson>.json`
remembers how far each was opened.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from gradlab.errors import GradlabError, did_you_mean
from gradlab.files import write_atomic
from gradlab.notebooks import Notebook

# As the builder folds them: each step inside the one before.
_FOLD = re.compile(r"<details>\s*<summary>Hint(?: \d+ of \d+)?</summary>")
_ENDS = re.compile(r"(?:\s*</details>)+\s*\Z")


@dataclass(frozen=True)
class Hint:
    """The steps of an exercise's hint that are open, and how many there are. is_new: one was opened just now."""

    lesson: str
    exercise: str
    steps: tuple[str, ...]
    total: int
    is_new: bool = True

    @property
    def left(self) -> int:
        return self.total - len(self.steps)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/markdown": _markdown(self), "text/plain": _plain(self)}

    def __repr__(self) -> str:
        return _plain(self)


def steps_of(notebook: Notebook, exercise: str) -> tuple[str, ...]:
    """The steps of an exercise's hint, first one first; () when it has none."""
    for cell in notebook.raw.get("cells", ()):
        if isinstance(cell, dict) and _holds_hints(cell, exercise):
            source = cell.get("source") or ""
            text = source if isinstance(source, str) else "".join(map(str, source))
            parts = _FOLD.split(_ENDS.sub("", text.replace("\r\n", "\n")))
            return tuple(part.strip() for part in parts if part.strip())
    return ()


def _holds_hints(cell: dict, exercise: str) -> bool:
    """By what the builder wrote; by the cell's id when another program has dropped that."""
    metadata = cell.get("metadata")
    ours = metadata.get("gradlab") if isinstance(metadata, dict) else None
    if isinstance(ours, dict):
        return ours.get("role") == "hints" and ours.get("name") == exercise
    return cell.get("cell_type") == "markdown" and cell.get("id") == f"{exercise}-hints"


def open_hint(engine: Path, notebook: Notebook, exercise: str, more: bool = True) -> Hint:
    """Open the next step of the hint of `exercise` and remember it; without `more` only those that are open.

    Raises GradlabError when the lesson has no such exercise, or no hint for it.
    """
    steps = steps_of(notebook, exercise)
    if not steps:
        raise GradlabError(_no_hints(notebook, exercise))
    before = min(opened(engine, notebook.lesson).get(exercise, 0), len(steps))
    now = min(before + 1, len(steps)) if more else before
    if now > before:
        remember(engine, notebook.lesson, {exercise: now})
    return Hint(notebook.lesson, exercise, steps[:now], len(steps), is_new=now > before)


def opened(engine: Path, lesson: str) -> dict[str, int]:
    """{exercise: steps that are open} of a lesson."""
    try:
        kept = json.loads(_file(engine, lesson).read_text(encoding="utf-8"))
        return {name: count for name, count in kept.items() if isinstance(count, int) and count > 0}
    except (OSError, ValueError, AttributeError):
        return {}


def remember(engine: Path, lesson: str, counts: dict[str, int]) -> None:
    """Keep how far hints are opened; 0 closes one."""
    kept = {name: count for name, count in {**opened(engine, lesson), **counts}.items() if count}
    write_atomic(_file(engine, lesson), json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _file(engine: Path, lesson: str) -> Path:
    return engine / ".gradlab" / "hints" / f"{lesson}.json"


def _no_hints(notebook: Notebook, exercise: str) -> str:
    names = [*notebook.exercises, *(name for name in notebook.stubs if name not in notebook.exercises)]
    if exercise not in names:
        return (
            f'{notebook.lesson} has no exercise "{exercise}".{did_you_mean(exercise, names)} '
            f"Its exercises: {', '.join(names)}."
        )
    return (
        f"{notebook.path} holds no hint for `{exercise}`. Read what its check says: "
        f"gradlab check {int(notebook.lesson[:2])}"
    )


def _markdown(hint: Hint) -> str:
    parts = [f"**{title}**\n\n{step}" for title, step in titled(hint)]
    return "\n\n".join([*parts, f"*{_what_next(hint, 'run this cell again')}*"])


def _plain(hint: Hint) -> str:
    parts = [f"{title}\n{step}" for title, step in titled(hint)]
    return "\n\n".join([*parts, _what_next(hint, "run this cell again")])


def titled(hint: Hint) -> list[tuple[str, str]]:
    """(title, step) of what is open."""
    return [(f"{hint.exercise}: hint {number} of {hint.total}", step) for number, step in enumerate(hint.steps, 1)]


def _what_next(hint: Hint, how: str) -> str:
    if not hint.left:
        return "That was the last one."
    return f"{'One more' if hint.left == 1 else f'{hint.left} more'}: {how}."
