"""The engine under test: the shell in mytorch/ and the lessons' modules, as the answers in solutions/ make them."""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def place(scratch: Path) -> Path:
    """The folder that contains the engine: one named by MYTORCH_UNDER_TEST, or one assembled in `scratch`.

    While not every lesson is written, it is the checkout itself, with whatever has been exported there.
    """
    if "MYTORCH_UNDER_TEST" in os.environ:
        return Path(os.environ["MYTORCH_UNDER_TEST"])
    from gradlab.course import load_course

    course = load_course(ROOT / "course.yml")
    if not all((ROOT / "solutions" / lesson.id / "lesson.py").is_file() for lesson in course.lessons):
        return ROOT
    return assemble(course, scratch)


def assemble(course, scratch: Path) -> Path:
    """Write shell and lessons' modules to `scratch`, as `autograder build` writes them to .build/reference."""
    from autograder.build import planned_files
    from autograder.places import REFERENCE
    from autograder.shell import shell_files
    from autograder.source import read_source

    files = shell_files(course)
    for lesson in course.lessons:
        files |= planned_files(course, read_source(course, lesson))
    for name, data in files.items():
        if name.startswith(f"{REFERENCE}/"):
            path = scratch / name.removeprefix(f"{REFERENCE}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return scratch


@cache
def load(folder: Path) -> ModuleType:
    """`mytorch` from that folder, and from no other."""
    for name in [name for name in sys.modules if name == "mytorch" or name.startswith("mytorch.")]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        package = importlib.import_module("mytorch")
        # Parts that are imported when first named must come from the same folder.
        for part in (
            "autograd.functional",
            "autograd.anomaly_mode",
            "autograd.graph",
            "autograd.profiler",
            "nn",
            "optim",
        ):
            importlib.import_module(f"mytorch.{part}")
        importlib.import_module("mytorch.utils")
    finally:
        sys.path.remove(str(folder))
    return package
