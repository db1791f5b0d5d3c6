"""A diagnosis in words, and in a picture."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from dataclasses import replace

from autograder.wording import shortened
from gradlab.errors import GradlabError
from gradlab.render import has_dot, svg_of
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
    if each.get("parting"):
        lines.append(f"  {shortened(each['parting']['text'], 500)}")
    return [f"  {line}" for line in lines]


def picture(each: Mapping) -> str:
    """The graph of a diagnosis as an <img>, with its words for those who cannot see it; "" where there is none to draw.

    It runs no script, wherever it is shown: what is written in it comes from a student's process.
    """
    parting = each.get("parting")
    if not parting or not has_dot():
        return ""
    try:
        svg = svg_of(parting["dot"], parting["alt"])
    except GradlabError:
        return ""
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img alt="{html.escape(parting["alt"])}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">'
