"""Putting an exercise back to what the release gave: its stub, and its cell when that is gone.

The stubs travel in the notebook itself, in `metadata.gradlab.stubs` ({exercise: source}), written by the release.
For a notebook without them, git is asked for the one that was committed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from gradlab.errors import GradlabError, did_you_mean
from gradlab.export_format import ExportError, export_of, is_unwritten
from gradlab.notebooks import Notebook, parse_notebook


def stubs_of(notebook: Notebook) -> dict[str, str]:
    """{exercise: stub} of a lesson. Raises GradlabError when nobody has kept them."""
    stubs = notebook.stubs or _committed_stubs(notebook.path)
    if not stubs:
        raise GradlabError(
            f"{notebook.path} does not hold the stubs of its exercises, and git has no older one. Download the lesson "
            "again, or write `raise NotImplementedError` into the exercise yourself."
        )
    return stubs


def chosen(stubs: dict[str, str], exercise: str | None) -> dict[str, str]:
    """The stub of one exercise, or all when `exercise` is None. Raises GradlabError for an unknown name."""
    if exercise is None:
        return stubs
    if exercise not in stubs:
        hint = did_you_mean(exercise, stubs)
        raise GradlabError(f'the lesson has no exercise "{exercise}".{hint} Its exercises: {", ".join(stubs)}.')
    return {exercise: stubs[exercise]}


def restore(notebook: Notebook, stubs: dict[str, str]) -> tuple[dict, list[str]]:
    """The JSON of the notebook with `stubs` put back, and the names of the exercises that this changes."""
    raw, changed = notebook.editable(), []
    for name, stub in stubs.items():
        cell = notebook.exercises.get(name)
        if cell is not None and cell.source.rstrip() != stub.rstrip():
            raw["cells"][cell.index].update(source=stub, outputs=[], execution_count=None)
            changed.append(name)
    for name, stub in stubs.items():  # after the others, whose places they change
        if name not in notebook.exercises:
            _insert(raw["cells"], name, stub)
            changed.append(name)
    return raw, changed


def _insert(cells: list, name: str, stub: str) -> None:
    """Put the cell of a lost exercise back: before its check, or what else belongs to it, or at the end."""
    ours = {"role": "exercise", "name": name}
    try:
        target = export_of(stub)
    except ExportError:
        target = None
    if target:
        ours["export"] = target.module
    graded = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": True, "task": False}
    new = {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"gradlab": ours, "nbgrader": graded},
        "outputs": [],
        "source": stub,
    }
    belongs = re.compile(rf"{re.escape(name)}-(hints|check.*|hidden)")
    if any(isinstance(cell, dict) and cell.get("id") == name for cell in cells):
        new["id"] = f"{name}-again"
    for place, cell in enumerate(cells):
        if isinstance(cell, dict) and belongs.fullmatch(str(cell.get("id", ""))):
            cells.insert(place, new)
            return
    cells.append(new)


def _committed_stubs(path: Path) -> dict[str, str]:
    """The unwritten exercises of the notebook as git has it; {} without git."""
    git = shutil.which("git")
    if git is None:
        return {}
    command = [git, "-C", str(path.parent), "show", f"HEAD:./{path.name}"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    try:
        committed = parse_notebook(done.stdout, path) if done.returncode == 0 else None
    except GradlabError:
        committed = None
    exercises = committed.exercises if committed else {}
    return {name: cell.source for name, cell in exercises.items() if _is_stub(cell.source)}


def _is_stub(source: str) -> bool:
    try:
        return is_unwritten(source)
    except ExportError:
        return False
