"""What a worker may see: Python and NumPy, the code that runs in it, and an environment of almost nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy

import gradlab

WORKER = Path(__file__).resolve().parents[1] / "worker"
GRADLAB = Path(gradlab.__file__).resolve().parent  # checks run as `gradlab check` runs them


def command() -> list[str]:
    """The command line that starts a worker."""
    return [sys.executable, "-I", str(WORKER), str(GRADLAB.parent)]


def python_folders() -> list[str]:
    """The folders that Python and NumPy live in, besides the system's: outer ones first, none inside another."""
    executable = Path(sys.executable)
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), executable.resolve().parents[1]}
    wanted |= {path.resolve() for path in wanted} | {Path(numpy.__file__).resolve().parents[1]}
    outer: list[Path] = []
    for path in sorted(wanted, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(seen) for seen in (*outer, Path("/usr"))):
            outer.append(path)
    return [str(path) for path in outer]


def environment() -> dict[str, str]:
    """All that a worker's environment holds. One thread: a test's CPU time is then its time."""
    windows = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return windows | threads | {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
