"""What a visible check says where the reference's answers to the other exercises were in the process: no values.

Alone among the reference's other answers, a student's code can read them, and whatever it returns or raises ends up in
the message of a check. So of such a message only the words stay that the student has anyway: those of the check, of
Python, and of their own cells. A message that the check gave on the student's own answers is shown whole (rounds.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from autograder.wording import said, shortened

LEAST = 8  # letters of the check's own, for a message to be known by
_UNWRITTEN = re.compile(r"(`[\w.-]{1,60}` is not written yet)\b.*", re.DOTALL)
_ERROR = re.compile(
    r"(?P<kind>[A-Za-z_]\w*)(?:: (?P<text>.*?))?(?P<where> \(in `[^`]*`, [^()]*line \d+: (?P<line>.*)\))?", re.DOTALL
)


def withheld(message: str, given: Iterable[str], own: str, texts: Collection[str]) -> str:
    """`message` with … for its values; "" when nothing of it is known.

    given: the sources of the cells that every student has. own: the source of the student's answer; texts: see
    wording.texts_in.
    """
    for source in given:
        for parts in _messages(source):
            if _is_made_of(message, parts):
                return shortened("".join("…" if part is None else part for part in parts), 400)
        line = message.removeprefix("This does not hold: ")
        if line != message and line.strip() and line.strip() in source:
            return shortened(message, 400)
    if found := _UNWRITTEN.match(message):
        return found[1]
    found = _ERROR.fullmatch(message)
    if not found or not (found["text"] or found["where"] or found["kind"].endswith("Error")):
        return ""
    words = said(found["kind"], found["text"] or "", texts)
    where = found["where"] or ""
    return shortened(words + (where if where and found["line"].strip() in own else ""), 400)


@lru_cache(maxsize=1024)
def _messages(source: str) -> tuple[tuple[str | None, ...], ...]:
    """The texts in a cell, each as its parts; None is a value that is filled in."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = tuple(part.value if isinstance(part, ast.Constant) else None for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = (node.value,)
        else:
            continue
        if sum(len(part) for part in parts if part) >= LEAST:
            found.append(parts)
    return tuple(sorted(found, key=lambda parts: -sum(len(part) for part in parts if part)))


def _is_made_of(message: str, parts: tuple[str | None, ...]) -> bool:
    """Whether the words of `parts` stand in `message` in this order, from its beginning to its end."""
    words = [part for part in parts if part]
    if parts[0] is not None and not message.startswith(parts[0]):
        return False
    if parts[-1] is not None and not message.endswith(parts[-1]):
        return False
    if None not in parts:
        return message == "".join(words)
    at = 0
    for word in words:
        at = message.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True
