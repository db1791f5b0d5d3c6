"""The files of a class as they lie in folders and zip archives: looked at in place, nothing is unpacked.

    for file in files_in(Path("handed_in")):      # a folder or a zip
        file.parts, file.problem, file.read()

A zip from strangers is read within limits: of the size, the ratio and the number of what is in it. A path that leaves
the archive (`..`, an absolute one) or a link leads nowhere, for no path from an archive is ever opened.
"""

from __future__ import annotations

import functools
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 100 << 20  # bytes of one file
RATIO = 200  # of a packed file's size to its size in the archive: a notebook has less than 30
MEMBERS, MEMBERS_OF_ONE = 1_000_000, 2_000  # files in a class's archive, and in one that a student packed
DEPTH = 6  # folders below the one that was named
NOTHING = "."  # stands for the file that an empty folder has not

ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


@dataclass(frozen=True)
class File:
    """parts: its path below the folder or archive. place: of the file or archive on this disk; members: inside it.

    problem: why it is not to be read, or "".
    """

    parts: tuple[str, ...]
    place: Path
    members: tuple[str, ...] = ()
    problem: str = ""

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def ending(self) -> str:
        return os.path.splitext(self.name)[1].lower()

    def read(self) -> bytes:
        """The content. Raises OSError when it cannot be had."""
        if not self.members:
            return self.place.read_bytes()
        try:
            archive = _archive(str(self.place), self.place.stat().st_mtime_ns)
            for inner in self.members[:-1]:
                archive = zipfile.ZipFile(io.BytesIO(_content(archive, inner)))
            return _content(archive, self.members[-1])
        except ZIP_ERRORS as error:
            raise OSError(0, f"the archive is damaged ({error})", str(self.place)) from None


def files_in(place: Path) -> Iterator[File]:
    """Every file in a folder or a zip, by path. Raises OSError when it cannot be read."""
    if place.is_dir():
        for path in _walk(place, DEPTH):
            if path.is_dir() and not path.is_symlink():
                yield File((*path.relative_to(place).parts, NOTHING), path, problem="an empty folder")
            else:
                yield File(path.relative_to(place).parts, path, problem=_problem_of(path))
    else:
        try:
            archive = _archive(str(place), place.stat().st_mtime_ns)
        except ZIP_ERRORS as error:
            raise OSError(0, f"no zip that can be read ({error})", str(place)) from None
        yield from _members(archive, File((), place), MEMBERS)


def inside(file: File) -> list[File]:
    """The files in a zip that is one of the files. Raises OSError when it cannot be read."""
    if file.problem:
        raise OSError(0, file.problem, file.name)
    try:
        return list(_members(zipfile.ZipFile(io.BytesIO(file.read())), file, MEMBERS_OF_ONE))
    except ZIP_ERRORS as error:
        raise OSError(0, getattr(error, "strerror", None) or f"no zip that can be read ({error})", file.name) from None


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """The files below `folder`, and the folders that have none. Hidden ones do not count."""
    entries = [entry for entry in os.scandir(folder) if not entry.name.startswith((".", "__MACOSX"))]
    if not entries:
        yield folder
    for entry in sorted(entries, key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if depth:
                yield from _walk(Path(entry.path), depth - 1)
        else:
            yield Path(entry.path)


def _problem_of(path: Path) -> str:
    try:
        about = path.lstat()
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    if stat.S_ISLNK(about.st_mode):
        return f"{path.name} is a link to another file, not a notebook"
    if not stat.S_ISREG(about.st_mode):
        return f"{path.name} is no file"
    if about.st_size > LARGEST:
        return too_large(path.name)
    if not os.access(path, os.R_OK):
        return f"{path.name} cannot be read: Permission denied"
    return ""


def too_large(name: str) -> str:
    return f"{name} is larger than {LARGEST >> 20} MB: clear its outputs and hand it in again"


# ---- zip --------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4)
def _archive(place: str, _changed: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(place)


def _members(archive: zipfile.ZipFile, outer: File, most: int) -> Iterator[File]:
    infos = archive.infolist()
    if len(infos) > most:
        raise OSError(0, f"{len(infos):,} files are in it, more than the {most:,} that are read", str(outer.place))
    for info in sorted(infos, key=lambda info: info.filename):
        parts = tuple(part for part in info.filename.replace("\\", "/").split("/") if part not in ("", "."))
        if info.is_dir() or not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        yield File(parts, outer.place, (*outer.members, info.filename), _problem_in(info, parts))


def _problem_in(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    name = parts[-1]
    if ".." in parts or info.filename.startswith(("/", "\\")) or parts[0].endswith(":"):
        return f"{name} has a path in the archive that leads out of it"
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"{name} is a link to another file, not a notebook"
    if info.flag_bits & 1:
        return f"{name} is in an archive with a password"
    if info.file_size > LARGEST:
        return too_large(name)
    if info.file_size > 1 << 20 and info.file_size > RATIO * max(1, info.compress_size):
        return f"{name} is packed {info.file_size // max(1, info.compress_size)} times smaller than it is: a zip bomb"
    return ""


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("larger than it says")
    return data
