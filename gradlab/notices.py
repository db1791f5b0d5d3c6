"""One-line messages under a cell: for the eye, for a screen reader and for a terminal. Never on stderr, which nbgrader
counts as an error."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

#: Foregrounds with enough contrast on JupyterLab's light and dark pages; the sign says the same without colour.
COLOURS = {"✓": "#2e8b57", "○": "#b8860b", "✗": "#d1495b"}
WORDS = {"✓": "done", "○": "not yet", "✗": "problem"}


def show(message: str, note: str = "") -> None:
    """Show `message`, which may begin with ✓, ○ or ✗, and below it `note`."""
    from IPython.display import display

    display(bundle(message, note), raw=True)


def bundle(message: str, note: str = "") -> dict[str, str]:
    """The message as plain text and as HTML."""
    lines = [message, note] if note else [message]
    return {"text/plain": "\n".join(lines), "text/html": _html(message, note)}


def _html(message: str, note: str) -> str:
    sign, rest = message[:1], message[1:].strip()
    if sign in COLOURS:
        style = f"color:{COLOURS[sign]};font-weight:bold"
        mark = f'<span role="img" aria-label="{WORDS[sign]}" style="{style}">{sign}</span>'
    else:
        mark, rest = "", message
    below = f'<div style="opacity:.8">{_marked_up(note)}</div>' if note else ""
    return f'<div role="status" style="padding:0 .5em">{mark} {_marked_up(rest)}{below}</div>'


def _marked_up(text: str) -> str:
    """Escaped, with `code` as code, line ends as they are, and lines that are indented by four spaces as a program."""
    blocks = []
    for is_program, lines in groupby(text.split("\n"), key=lambda line: line.startswith("    ")):
        block = escape("\n".join(lines))
        if is_program:
            blocks.append(f'<pre style="margin:.2em 0">{block}</pre>')
        else:
            blocks.append(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", block).replace("\n", "<br>"))
    return "".join(blocks)
