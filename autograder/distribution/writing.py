"""A student repository to a folder: all of it or nothing, and nobody's files are overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.distribution.contents import EXECUTABLE
from gradlab.errors import GradlabError

MANIFEST = ".release.json"  # {path: SHA-256} of what the release wrote: how we know a folder, and a file, as ours
_NOT_OURS_TO_TOUCH = frozenset({".git"})


@dataclass(frozen=True)
class Plan:
    """What a release does to the folder `to`: paths that are new, changed, and taken away."""

    to: Path
    files: Mapping[str, bytes]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return not (self.new or self.changed or self.gone)


def plan(to: Path, files: Mapping[str, bytes], force: bool = False) -> Plan:
    """Compare. Raises GradlabError when `to` is not ours, or holds work that would be lost; with `force` only then
    when it is not ours."""
    to = to.absolute()
    if to.exists() and not to.is_dir():
        raise GradlabError(f"{to} is a file. Name a folder that does not exist yet, or one of an earlier release.")
    there = {name: _digest(to / name) for name in _files(to)}
    ours = _manifest(to)
    if there and ours is None:
        raise GradlabError(
            f"{to} was not written by a release: it holds {_few(there)}. Nothing was changed. "
            "Name a new folder, or empty this one first."
        )
    ours = ours or {}
    strange = sorted(name for name in there if name not in ours or there[name] != ours[name])
    if strange and not force:
        raise GradlabError(
            f"{to} holds what no release wrote: {_few(strange)}. It would be lost. "
            "Move it away, or let it go with --force."
        )
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return Plan(
        to,
        files,
        new=tuple(name for name in wanted if name not in there),
        changed=tuple(name for name in wanted if name in there and there[name] != wanted[name]),
        gone=tuple(sorted(name for name in there if name not in wanted)),
    )


def stage(the_plan: Plan) -> Path:
    """Write everything to a new folder beside the target, so that it can be looked at; return that folder."""
    to = the_plan.to
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(f".{to.name}.{secrets.token_hex(4)}.new")
    try:
        for name, data in the_plan.files.items():
            file = beside / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            if name in EXECUTABLE:
                file.chmod(0o755)
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in the_plan.files.items()}
        (beside / MANIFEST).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8", newline="\n")
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return beside


def put_in_place(staged: Path, to: Path) -> None:
    """Let the staged folder be `to`: two renames, so that nobody sees half of it. The git history of `to` stays."""
    if not to.exists():
        os.replace(staged, to)
        return
    old = staged.with_suffix(".old")
    os.rename(to, old)
    try:
        for name in _NOT_OURS_TO_TOUCH:
            if (old / name).exists():
                os.rename(old / name, staged / name)
        os.rename(staged, to)
    except BaseException:  # as it was
        for name in _NOT_OURS_TO_TOUCH:
            if (staged / name).exists():
                os.rename(staged / name, old / name)
        os.rename(old, to)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    """What lies in a folder, relative to it: not git's own files, and not ours about the release."""
    found = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = path.relative_to(folder)
        if (path.is_file() or path.is_symlink()) and inside.parts[0] not in _NOT_OURS_TO_TOUCH:
            found.append(inside.as_posix())
    return [name for name in found if name != MANIFEST]


def _manifest(folder: Path) -> dict[str, str] | None:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _few(names) -> str:
    names = list(names)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"
