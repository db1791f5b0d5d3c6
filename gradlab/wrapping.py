"""Long text in lines that fit a notebook."""

from __future__ import annotations

import textwrap

LINE = 100  # characters that fit beside JupyterLab's file browser on a laptop


def wrapped(text: str) -> str:
    """`text` in lines that fit a notebook, which would else break them in the middle of a word."""
    lines = (textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join("\n".join(line) for line in lines)
