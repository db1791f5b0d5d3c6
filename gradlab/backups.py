"""Copies of notebooks, made before something changes them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from gradlab.files import write_atomic


def backup(engine: Path, lesson: str, notebook: Path, now: dt.datetime | None = None) -> Path:
    """Copy the notebook, byte for byte, to a place that no other copy has."""
    stamp = (now or dt.datetime.now()).strftime("%Y%m%d-%H%M%S")
    folder = engine / ".gradlab" / "backups" / lesson
    copy, number = folder / f"{lesson}-{stamp}.ipynb", 2
    while copy.exists():
        copy, number = folder / f"{lesson}-{stamp}-{number}.ipynb", number + 1
    write_atomic(copy, notebook.read_bytes())
    return copy
