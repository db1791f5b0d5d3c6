"""A newer release of a lesson, merged cell by cell into a notebook that somebody has worked in.

    merged = merge(mine, theirs)        # the JSON of two notebooks
    merged.raw, merged.changes

What the student has written is never changed: answers, guesses, notes, cells of their own. Everything else becomes what
the newer release says. Cells are known by their ids; whether the student has changed one tells the fingerprint that the
older release left in the notebook.
"""

from __future__ import annotations

import copy
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from gradlab.export_format import ExportError, export_of, is_unwritten, plain_code

WORKED_IN = ("exercise", "predict")  # cells that students are asked to write in


@dataclass(frozen=True)
class Change:
    """kind: "changed", "new", "removed", "put back" or "kept". cell: its id. note: what the student should know."""

    kind: str
    cell: str
    role: str
    note: str = ""


@dataclass
class Merged:
    """raw: the notebook. kept: exercises whose answers were left as they are. own: how many cells are the student's."""

    raw: dict
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    own: int = 0

    def of_kind(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


def fingerprint(source: str) -> str:
    """Twelve hexadecimal digits that tell one text of a cell from another."""
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:12]


def merge(mine: dict, theirs: dict) -> Merged:
    """`mine`, a notebook somebody has worked in, brought up to `theirs`, a release of the same lesson."""
    return _Merge(mine, theirs).run()


class _Merge:
    def __init__(self, mine: dict, theirs: dict):
        self.mine, self.theirs = mine, theirs
        self.before: dict[str, str] = _ours(mine).get("released") or {}
        self.stubs: dict[str, str] = _ours(mine).get("stubs") or {}
        self.found = {identity(cell): cell for cell in theirs["cells"]}
        self.result = Merged({})
        # Of copies the last counts, as for the grader; the others stay where they are, as the student's own.
        self.known = {identity(cell): cell for cell in mine["cells"] if self._is_released(cell)}
        self.below: dict[str, list[dict]] = defaultdict(list)  # cells that follow a cell of the release

    def run(self) -> Merged:
        self._place_own_cells()
        cells = list(self.below[""])
        for cell in self.theirs["cells"]:
            name = identity(cell)
            cells += self._one(name, cell, self.known.get(name))
            cells += self.below[name]
        raw = {**self.mine, "cells": _with_ids(cells), "metadata": {**self.mine["metadata"]}}
        raw["metadata"]["gradlab"] = {**_ours(self.mine), **_ours(self.theirs)}
        raw["nbformat"], raw["nbformat_minor"] = 4, max(5, self.mine.get("nbformat_minor", 0))
        self.result.raw = raw
        return self.result

    # ---- the student's own cells --------------------------------------------------------------------------------

    def _is_released(self, cell: dict) -> bool:
        """Whether a cell of the student's notebook came with a release."""
        name = identity(cell)
        return bool(name) and (name in self.found or name in self.before or bool(_about(cell).get("role")))

    def _place_own_cells(self) -> None:
        """Every cell that only the student's notebook has, behind the cell that it follows there."""
        anchor = ""
        for cell in self.mine["cells"]:
            name = identity(cell)
            if self.known.get(name) is cell:
                if name in self.found:
                    anchor = name
                elif self._is_written_in(cell):
                    self._keep(cell, anchor, f"`{name}` is no longer in the lesson; what you wrote is kept.")
                else:
                    self.result.changes.append(Change("removed", name, _role(cell)))
            else:
                self.result.own += 1
                self.below[anchor].append(cell)

    def _keep(self, cell: dict, anchor: str, note: str) -> None:
        """Keep a cell that was the lesson's as a cell of the student's own."""
        self.result.changes.append(Change("kept", identity(cell), _role(cell), note))
        self.below[anchor].append(_own_version(cell))

    def _is_written_in(self, cell: dict) -> bool:
        """Whether the student has changed what the release gave."""
        name, source = identity(cell), _source(cell)
        if name in self.before:
            return fingerprint(source) != self.before[name]
        if _role(cell) == "exercise":  # from a release that left no fingerprints
            stub = self.stubs.get(_name(cell))
            return source.strip() != stub.strip() if stub else not _unwritten(source)
        return _role(cell) == "predict"

    # ---- the lesson's cells -------------------------------------------------------------------------------------

    def _one(self, name: str, theirs: dict, mine: dict | None) -> list[dict]:
        """What becomes of one cell of the release: the cells that stand in its place."""
        if mine is None:
            return self._absent(name, theirs)
        same = _source(mine) == _source(theirs)
        changed_upstream = self.before.get(name) != fingerprint(_source(theirs))
        if not same and self._is_written_in(mine):
            if _role(theirs) in WORKED_IN:
                note = "" if name in self.before and not changed_upstream else self._note_of_stub(name, theirs)
                return self._answered(mine, theirs, note)
            if not changed_upstream and not _is_locked(theirs):
                return [mine]
            if not _is_locked(theirs):
                self.result.changes.append(Change("changed", name, _role(theirs), "your version stands below it."))
                return [theirs, _own_version(mine)]
        if same:
            # Points and other metadata may have changed; outputs are the student's.
            updated = {**theirs, **{key: mine[key] for key in ("outputs", "execution_count") if key in mine}}
            if _graded(mine) != _graded(theirs):
                self.result.changes.append(Change("changed", name, _role(theirs), "its points."))
            return [updated]
        note = "you had changed it." if _is_locked(theirs) and self._is_written_in(mine) else ""
        self.result.changes.append(Change("changed", name, _role(theirs), note))
        return [theirs]

    def _absent(self, name: str, theirs: dict) -> list[dict]:
        """A cell that the student's notebook lacks: new, or deleted by the student."""
        if name not in self.before:
            self.result.changes.append(Change("new", name, _role(theirs)))
        elif self.before[name] == fingerprint(_source(theirs)) and not _graded(theirs):
            return []  # text that the student has deleted, and that says nothing new
        else:
            self.result.changes.append(Change("put back", name, _role(theirs)))
        return [theirs]

    def _answered(self, mine: dict, theirs: dict, note: str) -> list[dict]:
        """The student's answer, in the cell as the release has it."""
        if _role(theirs) == "exercise":
            self.result.kept.append(_name(theirs))
        if note:
            self.result.changes.append(Change("kept", identity(theirs), _role(theirs), note))
        kept = {key: mine[key] for key in ("source", "outputs", "execution_count") if key in mine}
        return [{**theirs, **kept}]

    def _note_of_stub(self, name: str, theirs: dict) -> str:
        stub = self.stubs.get(_name(theirs))
        if _role(theirs) != "exercise" or stub is None or stub.strip() == _source(theirs).strip():
            return ""
        return "what the lesson gives for it has changed; your answer is as it was. Read the text above it again."


# ---- cells ------------------------------------------------------------------------------------------------------


def identity(cell: dict) -> str:
    """What a cell is known by: nbgrader's id, the module and name that it exports to, or the format's id."""
    graded = _graded(cell).get("grade_id")
    if graded:
        return str(graded)
    try:
        export = export_of(_source(cell)) if cell.get("cell_type") == "code" else None
    except ExportError:
        export = None
    about = _about(cell)
    if export and about.get("role") != "given":
        return export.name
    return str(cell.get("id") or "")


def _own_version(cell: dict) -> dict:
    """A cell of the lesson as one of the student's: no id, name or place in the package of its own."""
    own = copy.deepcopy(cell)
    own["metadata"] = {k: v for k, v in (cell.get("metadata") or {}).items() if k not in ("gradlab", "nbgrader")}
    own.pop("id", None)
    if cell.get("cell_type") == "code":
        own["source"] = plain_code(_source(cell))
    return own


def _with_ids(cells: list[dict]) -> list[dict]:
    """The cells, each with an id that no other has; the lesson's keep theirs."""
    taken: set[str] = set()
    result = []
    lesson = {cell.get("id") for cell in cells if _about(cell).get("role")}
    for cell in cells:
        name, number = cell.get("id"), 1
        if not name or name in taken or (name in lesson and not _about(cell).get("role")):
            while f"own-{number}" in taken | lesson:
                number += 1
            cell = {**cell, "id": f"own-{number}"}
        taken.add(cell["id"])
        result.append(cell)
    return result


def _source(cell: dict) -> str:
    source = cell.get("source") or ""
    text = source if isinstance(source, str) else "".join(map(str, source))
    return text.replace("\r\n", "\n")


def _ours(raw: dict) -> dict:
    found = raw.get("metadata", {}).get("gradlab")
    return found if isinstance(found, dict) else {}


def _about(cell: dict) -> dict:
    found = (cell.get("metadata") or {}).get("gradlab")
    return found if isinstance(found, dict) else {}


def _graded(cell: dict) -> dict:
    found = (cell.get("metadata") or {}).get("nbgrader")
    return {k: v for k, v in found.items() if k != "checksum"} if isinstance(found, dict) else {}


def _role(cell: dict) -> str:
    return str(_about(cell).get("role") or ("exercise" if _graded(cell).get("solution") else "cell"))


def _name(cell: dict) -> str:
    return str(_about(cell).get("name") or identity(cell))


def _is_locked(cell: dict) -> bool:
    return bool(_graded(cell).get("locked"))


def _unwritten(source: str) -> bool:
    try:
        return is_unwritten(source)
    except ExportError:
        return False
