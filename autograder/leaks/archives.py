"""Archives: a wheel and a sdist are some, and others can lie in them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator

_ZIP, _TAR_AT = b"PK\x03\x04", 257


def skin(data: bytes) -> bool:
    """True when `data` looks like an archive from its first bytes."""
    return data.startswith(_ZIP) or data[_TAR_AT : _TAR_AT + 5] == b"ustar"


def members(data: bytes, name: str, unreadable: type[Exception]) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each member; nothing when `data` is no archive. Raises `unreadable` for a broken one."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from _zip_members(data, name, unreadable)
    elif data[_TAR_AT : _TAR_AT + 5] == b"ustar":
        yield from _tar_members(data, name, unreadable)


def _zip_members(data: bytes, name: str, unreadable: type[Exception]) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "its comment", archive.comment
            for info in archive.infolist():
                yield f"{info.filename}, its comment and name", info.comment + b"\n" + info.filename.encode()
                yield info.filename, archive.read(info)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError) as error:  # RuntimeError: encrypted
        raise unreadable(f"{name} cannot be read: {error}.") from None


def _tar_members(data: bytes, name: str, unreadable: type[Exception]) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for info in archive:
                yield f"{info.name}, its names", f"{info.name}\n{info.linkname}\n{info.pax_headers}".encode()
                if info.isfile():
                    yield info.name, archive.extractfile(info).read()
    except (tarfile.TarError, EOFError) as error:
        raise unreadable(f"{name} cannot be read: {error}.") from None
