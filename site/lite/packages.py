"""Packages from npm, by version and hash; and wheels made here, byte for byte the same each time."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from problems import Problem

STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def from_npm(name: str, version: str, sha512: str, wanted: Iterable[str], folder: Path) -> None:
    """Put files of an npm package into `folder`, under their last names. Raises Problem.

    sha512: of the package, in base64, as npm's `dist.integrity` says it.
    """
    if shutil.which("npm") is None:
        raise Problem(f"npm is not here, and fetches {name} {version}. Install Node.js (https://nodejs.org).")
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", scratch],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        packed = next(Path(scratch).glob("*.tgz"), None)
        if done.returncode or packed is None:
            raise Problem(f"npm cannot fetch {name} {version}: {done.stderr.strip()[-300:] or 'no network?'}")
        data = packed.read_bytes()
    if base64.b64encode(hashlib.sha512(data).digest()).decode() != sha512:
        raise Problem(f"npm gave another {name} {version} than the one whose hash is known. Nothing was built.")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        for each in wanted:
            part = folder / f"{each}.part"
            part.write_bytes(archive.extractfile(members[each]).read())
            os.replace(part, folder / each)


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> Path:
    """A wheel of pure Python with these files, `<name>-<version>-py3-none-any.whl` in `folder`."""
    about = f"{name}-{version}.dist-info"
    listed = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: gradlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in sorted(listed.items()))
    listed[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(listed.items()):
            archive.writestr(zipfile.ZipInfo(path, STAMP), data, zipfile.ZIP_DEFLATED)
    return wheel


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
