"""What has been exported, kept in `.gradlab/exports/<module>.json`, and which version of each cell makes a module."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from gradlab.export_format import ExportError, is_unwritten
from gradlab.files import write_atomic
from gradlab.notebooks import Cell

FORMAT = 1


class Piece(NamedTuple):
    """A cell's part in a module. origin: "run" (just now), "given", "kept" (ran well before) or "disk" (never ran)."""

    name: str
    source: str
    origin: str


def exports_file(engine: Path, module: str) -> Path:
    return engine / ".gradlab" / "exports" / f"{module}.json"


def load_exports(engine: Path, module: str) -> dict[str, str]:
    """The last good source of each cell of `module`, in the order of the module; {} when nothing readable is kept."""
    try:
        data = json.loads(exports_file(engine, module).read_text(encoding="utf-8"))
        cells = data["cells"]
        return {name: source for name, source in cells.items() if isinstance(source, str)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def load_written(engine: Path, module: str) -> str:
    """The SHA-256 of the module as it was written last; "" when that is not known."""
    try:
        return str(json.loads(exports_file(engine, module).read_text(encoding="utf-8")).get("written", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def save_exports(
    engine: Path, module: str, lesson: str, sources: Mapping[str, str], pieces: Iterable[Piece], written: bytes | None
) -> None:
    """Remember `sources`, ordered as the `pieces` of the module are, and what was `written` as the module, if it is."""
    order = {piece.name: place for place, piece in enumerate(pieces)}
    cells = dict(sorted(sources.items(), key=lambda item: order.get(item[0], len(order))))
    data = {"format": FORMAT, "lesson": lesson, "cells": cells}
    if written is not None:
        data["written"] = hashlib.sha256(written).hexdigest()
    write_atomic(exports_file(engine, module), json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def pieces_of(cells: Iterable[Cell], remembered: Mapping[str, str], run: Mapping[str, str]) -> list[Piece]:
    """The versions that make up a module, in the order of `cells`, its cells in the notebook on disk.

    Of each: what was `run` just now; given code as the notebook has it; what is `remembered`; what the notebook has
    if it is written. Cells that the notebook lacks keep their place behind the one they followed.
    """
    pieces = []
    for cell in cells:
        if cell.name in run:
            pieces.append(Piece(cell.name, run[cell.name], "given" if cell.role == "given" else "run"))
        elif cell.role == "given":
            pieces.append(Piece(cell.name, cell.source, "given"))
        elif cell.name in remembered:
            pieces.append(Piece(cell.name, remembered[cell.name], "kept"))
        elif _is_written(cell):
            pieces.append(Piece(cell.name, cell.source, "disk"))
    previous = None
    for name in [*remembered, *(name for name in run if name not in remembered)]:
        names = [piece.name for piece in pieces]
        if name not in names:
            place = names.index(previous) + 1 if previous else len(pieces) if name not in remembered else 0
            piece = Piece(name, run[name], "run") if name in run else Piece(name, remembered[name], "kept")
            pieces.insert(place, piece)
        previous = name
    return pieces


def _is_written(cell: Cell) -> bool:
    try:
        return not is_unwritten(cell.source, cell.name)
    except ExportError:
        return False
