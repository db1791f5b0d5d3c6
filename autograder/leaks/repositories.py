"""A git repository: every object in its store, also those that no branch reaches, and its own files."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gradlab.errors import GradlabError

_LOOSE = re.compile(r"objects/([0-9a-f]{2}/[0-9a-f]{38,62}|pack/[^/]+\.(pack|idx|rev|bitmap|mtimes))")


def is_store(folder: Path) -> bool:
    """True for a `.git`, or a bare repository."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def objects(store: Path) -> Iterator[tuple[str, bytes]]:
    """("blob 3f2a…", content) of every object. Trees are told as the names in them. Raises GradlabError."""
    command = ["git", "-c", "safe.directory=*", "--git-dir", str(store), "cat-file", "--batch-all-objects", "--batch"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        process = subprocess.Popen(
            [*command, "--unordered"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
    except FileNotFoundError:
        raise GradlabError(f"{store} is a git repository, and there is no git here to read it. Install git.") from None
    with process:
        while header := process.stdout.readline():
            name, kind, size = header.decode().split()
            content = process.stdout.read(int(size))
            process.stdout.read(1)
            yield f"{kind} {name[:12]}", _names(content) if kind == "tree" else content
        said = process.stderr.read().decode("utf-8", "replace").strip()
    if process.returncode:
        raise GradlabError(f"git cannot read {store}: {said or f'exit code {process.returncode}'}")


def is_object(path: str) -> bool:
    """True for a file of the store (relative to it) that `objects` has read."""
    return re.fullmatch(_LOOSE, path) is not None


def _names(tree: bytes) -> bytes:
    """The names in a tree object, which has binary ids between them."""
    names, rest = [], tree
    while rest:
        entry, _, rest = rest.partition(b"\0")
        names.append(entry.partition(b" ")[2])
        rest = rest[20:]  # SHA-1; of SHA-256 some noise stays among the names, which does no harm
    return b"\n".join(names)
