"""What a worker may see: Python and NumPy, the code that runs in it, and an environment of almost nothing."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy

import gradlab

WORKER = Path(__file__).resolve().parents[1] / "worker"
INSIDE = Path(__file__).resolve().parent / "inside"
NUMPY = Path(numpy.__file__).resolve().parents[1]
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


def packages() -> dict[str, list[str]]:
    """{folder of installed packages that would be seen: what stays of it, which is NumPy}.

    The grader's own Python may have PyTorch, and an engine that calls it is nobody's work.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    wanted = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")} | {Path(numpy.__file__).parents[1]}
    for root in (sys.prefix, sys.base_prefix, "/usr", "/usr/local"):
        for part in (version, "python3"):
            wanted |= {
                Path(root, lib, part, f"{kind}-packages") for lib in ("lib", "lib64") for kind in ("site", "dist")
            }
    wanted |= {path.resolve() for path in wanted}
    shown = (*SYSTEM, *python_places())
    seen = [path for path in wanted if path.is_dir() and any(path.is_relative_to(place) for place in shown)]
    return {str(path): sorted(str(each) for each in path.glob("numpy*")) for path in sorted(seen)}


def without(places: Iterable[str], hidden: Mapping[str, Sequence[str]]) -> list[str]:
    """`places`, and in the place of those around a hidden folder all that is beside it, with what stays of it."""
    found: list[str] = []
    for place in places:
        real = os.path.realpath(place)
        if real in hidden:
            found += hidden[real]
        elif any(Path(folder).is_relative_to(real) for folder in hidden):
            beside = sorted(str(each) for each in Path(real).iterdir())
            found += without([each for each in beside if not _leads_around(each, hidden)], hidden)
        else:
            found.append(place)
    return found


def _leads_around(place: str, hidden: Iterable[str]) -> bool:
    """Whether it is a link to a folder around a hidden one: what is there is among `places` under its own name."""
    return os.path.islink(place) and any(Path(folder).is_relative_to(os.path.realpath(place)) for folder in hidden)


def environment() -> dict[str, str]:
    """All that a worker's environment holds. One thread: a test's CPU time is then its time."""
    windows = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return windows | threads | {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
