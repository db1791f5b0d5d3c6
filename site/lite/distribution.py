"""Python for the browser: a Pyodide of one version, every file of it checked by its hash before it is used.

From a folder, such as a download of an earlier build, or from npm (the core) and Pyodide's own address (the wheels).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from packages import from_npm
from problems import Problem

VERSION = "314.0.4"
NPM = ("pyodide", VERSION, "fMexKS5P/s8iTjczevLUv/aWq9i5yaGvBTpBW6gM+nzDNelfPpREma/xdDK2AAGebAuKnBJk7fyVP6RBlz4btg==")
WHEELS = os.environ.get("PYODIDE_WHEELS", f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full")
LOCK = "pyodide-lock.json"
CORE = {
    "pyodide.mjs": "c75dd73bb0c70674135f9f4ab746c9b5316e9fe027cafacb2be445e658f04c92",
    "pyodide.asm.mjs": "fd7a3cefa122ff6463dcf2997961eb341250e4cc4ed60281448390f0a767cca2",
    "pyodide.asm.wasm": "6c8986a8ee583401069aa403e76ee79d4633a1478ab11cea76030bc299aded9f",
    "python_stdlib.zip": "b5ca2308e9fa72eda319889a1ddf086389e9f1234ced279cc71267fe9ba56e54",
}
#: What is there before the first cell runs, and what a lesson imports later. The lock names what these need.
AT_START = ("micropip", "packaging", "comm", "ipython", "jedi", "numpy")
LATER = ("matplotlib",)


def get(target: Path, folder: Path | None, cache: Path) -> dict:
    """Put the files that the lessons need into `target`, from `folder` or by download; the lock, cut down to them.

    Raises Problem when a file is missing, cannot be had, or is not what its hash says.
    """
    source = folder or _downloaded(cache)
    if not source.is_dir():
        raise Problem(f"{source} is no folder. Say where Pyodide {VERSION} is: make site PYODIDE=DIR")
    for name, wanted in CORE.items():
        _check(source / name, wanted)
    lock = _lock(source)
    kept = {name: lock["packages"][name] for name in closure(lock, (*AT_START, *LATER))}
    for package in kept.values():
        file = source / package["file_name"]
        if folder is None and not _is_good(file, package["sha256"]):
            _download(f"{WHEELS}/{package['file_name']}", file)
        _check(file, package["sha256"])
    target.mkdir(parents=True)
    for name in (*CORE, *(package["file_name"] for package in kept.values())):
        shutil.copyfile(source / name, target / name)
    return {**lock, "packages": kept}


def closure(lock: dict, wanted: Iterable[str]) -> list[str]:
    """The packages, and all that they need, sorted. Raises Problem when the lock has no such package."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        if name not in lock["packages"]:
            raise Problem(f"this Pyodide has no {name}, which the lessons need. Take the full release of {VERSION}.")
        found.add(name)
        waiting += lock["packages"][name]["depends"]
    return sorted(found)


def _downloaded(cache: Path) -> Path:
    """The core of the release from npm, in the cache; wheels come when they are wanted."""
    folder = cache / f"pyodide-{VERSION}"
    if not all(_is_good(folder / name, wanted) for name, wanted in CORE.items()):
        from_npm(*NPM, [*CORE, LOCK], folder)
    return folder


def _lock(source: Path) -> dict:
    try:
        lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
        return {"info": lock["info"], "packages": dict(lock["packages"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{source / LOCK} cannot be used: {error}. {_again(source)}") from None


def _check(file: Path, wanted: str) -> None:
    if not file.is_file():
        raise Problem(f"{file} is missing: half of a download? {_again(file.parent)}")
    if not _is_good(file, wanted):
        raise Problem(f"{file} is not what Pyodide {VERSION} published (its SHA-256 differs). {_again(file.parent)}")


def _again(folder: Path) -> str:
    return f"Delete {folder} and get it again, or name another: make site PYODIDE=DIR"


def _is_good(file: Path, wanted: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == wanted


def _download(url: str, file: Path) -> None:
    """Raises Problem when there is no network, or no such file. A file is there whole or not at all."""
    print(f"  {file.name}", flush=True)
    part = file.with_name(f"{file.name}.part")
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, part.open("wb") as stream:
            shutil.copyfileobj(answer, stream)
    except (urllib.error.URLError, OSError, ValueError) as error:
        part.unlink(missing_ok=True)
        reason = getattr(error, "reason", error)
        raise Problem(
            f"{url} cannot be downloaded: {reason}. Without a network, build from a folder: make site PYODIDE=DIR"
        ) from None
    os.replace(part, file)
