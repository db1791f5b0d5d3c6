"""A diagnosis in words."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.wording import shortened


def told(each: Mapping) -> list[str]:
    """A diagnosis, as plain data, in lines for a student to read: nothing of hidden tests is in it."""
    lines = [f"→ {each['because']}", f"  {each['ask']}"] if each["because"] else []
    shown = each["shown"]
    if shown:
        lines += ["  The smallest program that shows it:", *(f"      {row}" for row in shown["program"].split("\n"))]
        if shown["wanted"]:
            lines.append(f"  It got {shortened(shown['got'])}, and {shortened(shown['wanted'])} is expected.")
        elif shown["message"]:
            lines.append(f"  {shortened(shown['message'])}")
    return [f"  {line}" for line in lines]
