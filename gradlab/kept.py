"""A package that lives in memory, and what is kept of it in slower files.

mytorch/engine.py     the modules that a student wrote, as they are
progress.zip          the folder .gradlab: results, earlier versions, what is borrowed
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from gradlab.course import Course

NOTES = ".gradlab"
PACKED = "progress.zip"
STAMP = (1980, 1, 1, 0, 0, 0)


class Kept:
    """The package of `course` in the folder `engine`, and what is kept of it in the course's own folder."""

    def __init__(self, course: Course, engine: Path):
        self.course, self.engine = course, engine
        self.modules = [f"{course.package}/{module}.py" for each in course.lessons for module in each.modules]
        self.said: dict[str, str] = {}  # what is kept under each name, as a hash

    def restore(self, shell: Path) -> None:
        """Make the engine: the given part out of `shell`, and what was kept before. A broken note is left out."""
        shutil.copytree(shell, self.engine, dirs_exist_ok=True)
        for name in self.modules:
            if (self.course.root / name).is_file():
                (self.engine / name).write_bytes((self.course.root / name).read_bytes())
        try:
            with zipfile.ZipFile(self.course.root / PACKED) as packed:
                packed.extractall(self.engine / NOTES)
        except (OSError, zipfile.BadZipFile):
            pass
        self.said = {name: _hash(data) for name, data in self._now()}

    def keep(self) -> Iterator[str]:
        """Write what has changed since, and read it back; a sentence for what could not be kept."""
        now = dict(self._now())
        for name in self.said.keys() - now.keys():
            (self.course.root / name).unlink(missing_ok=True)
            del self.said[name]
        for name, data in now.items():
            if self.said.get(name) == _hash(data):
                continue
            try:
                (self.course.root / name).write_bytes(data)
                kept = (self.course.root / name).read_bytes() == data
            except OSError:
                kept = False
            if kept:
                self.said[name] = _hash(data)
            else:
                yield (
                    f"✗ {name} could not be kept: this browser's storage is full or blocked. Your work is lost when "
                    "this page closes. Download the notebook now: right-click it on the left, Download."
                )

    def _now(self) -> Iterator[tuple[str, bytes]]:
        for name in self.modules:
            if (self.engine / name).is_file():
                yield name, (self.engine / name).read_bytes()
        notes = [file for file in sorted((self.engine / NOTES).rglob("*")) if file.is_file()]
        if notes:
            yield PACKED, _packed(self.engine / NOTES, notes)


def _packed(folder: Path, files: list[Path]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix(), STAMP), file.read_bytes())
    return stream.getvalue()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
