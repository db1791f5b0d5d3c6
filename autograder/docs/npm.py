"""One file out of an npm package, by version and checksum, kept for the next time."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from gradlab.errors import GradlabError
from gradlab.files import write_atomic


class Vendored(NamedTuple):
    """A file of a package. sha512: of the whole package, in base64, as the registry states it (`dist.integrity`)."""

    package: str
    sha512: str
    file: str


#: Sets formulas. One file with its fonts: it loads nothing else.
MATHJAX = Vendored(
    "mathjax@3.2.2",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
    "es5/tex-svg.js",
)


def fetch(wanted: Vendored, store: Path) -> Path:
    """The file, from `store` or by way of npm. Raises GradlabError when it cannot be had, or is not the one."""
    kept = store / wanted.package / Path(wanted.file).name
    if not kept.is_file():
        write_atomic(kept, _from_npm(wanted))
    return kept


def _from_npm(wanted: Vendored) -> bytes:
    if shutil.which("npm") is None:
        raise GradlabError(f"npm is missing, which fetches {wanted.package}. Install Node.js: https://nodejs.org")
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", wanted.package, "--silent", "--pack-destination", scratch]
        done = subprocess.run(command, capture_output=True, text=True, cwd=scratch)
        packs = list(Path(scratch).glob("*.tgz"))
        if done.returncode or not packs:
            raise GradlabError(f"npm could not fetch {wanted.package}: {done.stderr.strip()[-300:]}")
        if base64.b64encode(hashlib.sha512(packs[0].read_bytes()).digest()).decode() != wanted.sha512:
            raise GradlabError(f"what npm fetched is not {wanted.package} as it was published. Nothing was kept.")
        with tarfile.open(packs[0]) as pack:
            return pack.extractfile(f"package/{wanted.file}").read()
