"""A diagnosis in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autograder.wording import shortened
from gradlab.shown import Shown


def told(each: Mapping) -> list[str]:
    """A diagnosis, as plain data, in lines for a student to read: nothing of hidden tests is in it."""
    lines = [f"→ {each['because']}", f"  {each['ask']}"] if each["because"] else []
    if each["shown"]:
        shown = Shown(**each["shown"])
        words = replace(
            shown, got=shortened(shown.got), wanted=shortened(shown.wanted), message=shortened(shown.message)
        )
        lines += [f"  {line}" for line in words.lines()]
    return [f"  {line}" for line in lines]
