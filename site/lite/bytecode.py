"""Bytecode for what every page imports: half of the time before the first cell would else go into compiling."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from problems import Problem

PROGRAM = Path(__file__).with_name("compile.mjs")
#: What a kernel and the lessons import.
MODULES = (
    *("IPython.core.interactiveshell", "IPython.core.shellapp", "IPython.display", "jedi", "comm", "micropip"),
    *("numpy", "yaml", "gradlab.lesson", "matplotlib.pyplot", "matplotlib_inline.backend_inline"),
)


def add_bytecode(pyodide: Path, lock_name: str, cache: Path) -> None:
    """Put bytecode into the wheels and the standard library of `pyodide`, and their new hashes into its lock.

    What was compiled before, out of the very same files, comes from the cache.
    """
    archives = sorted([*pyodide.glob("*.whl"), *pyodide.glob("*.zip")])
    done = cache / f"compiled-{_digest([PROGRAM, *archives])}"
    if not done.is_dir():
        _compile(pyodide, archives, done)
    for archive in archives:
        shutil.copyfile(done / archive.name, archive)
    lock = json.loads((pyodide / lock_name).read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package["sha256"] = hashlib.sha256((pyodide / package["file_name"]).read_bytes()).hexdigest()
    (pyodide / lock_name).write_text(json.dumps(lock, sort_keys=True), encoding="utf-8")


def _compile(pyodide: Path, archives: list[Path], done: Path) -> None:
    if shutil.which("node") is None:
        raise Problem("node is not here, and compiles Python for the page. Install Node.js (https://nodejs.org).")
    done.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=done.parent) as name:
        folder = Path(name, "compiled")
        folder.mkdir()
        for archive in archives:
            shutil.copyfile(archive, folder / archive.name)
        command = ["node", str(PROGRAM), str(pyodide), str(folder), *MODULES]
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if ended.returncode:
            raise Problem(f"Python for the page could not be compiled:\n{ended.stderr.strip()[-2000:]}")
        for old in done.parent.glob("compiled-*"):
            shutil.rmtree(old)
        os.replace(folder, done)


def _digest(files: list[Path]) -> str:
    parts = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files]
    return hashlib.sha256("\n".join([*MODULES, *parts]).encode()).hexdigest()[:16]
