"""What a worker may see: Python and NumPy, the code that runs in it, and an environment of almost nothing."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import numpy

import gradlab

WORKER = Path(__file__).resolve().parents[1] / "worker"
INSIDE = Path(__file__).resolve().parent / "inside"
GRADLAB = Path(gradlab.__file__).resolve().parent  # checks run as `gradlab check` runs them

#: Of the system, as far as it is there.
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime")


def python_places() -> list[str]:
    """The folders and files that Python and NumPy live in, besides the system's: outer ones first, none in another.

    Of a virtual environment only what Python reads, for the rest of it, or the folder around it, is nobody's business.
    """
    wanted = {Path(sys.executable), Path(numpy.__file__).resolve().parents[1]}
    wanted |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted |= {Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    wanted |= {Path(sys.prefix, "pyvenv.cfg"), Path(sys.prefix, "bin")} if sys.prefix != sys.base_prefix else set()
    wanted |= {path.resolve() for path in wanted if path.is_dir()}
    outer: list[Path] = []
    for path in sorted((path for path in wanted if path.exists()), key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(seen) for seen in (*outer, Path("/usr"))):
            outer.append(path)
    return [str(path) for path in outer]


def environment() -> dict[str, str]:
    """All that a worker's environment holds. One thread: a test's CPU time is then its time."""
    windows = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return windows | threads | {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
