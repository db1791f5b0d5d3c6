"""Engines put together for one lesson: the shell, the reference for the lessons before, and somebody's modules.

No module of a later lesson is in one: what works here works for a student who has come this far.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from autograder import places
from autograder.shell import shell_files
from gradlab.course import Course, Lesson
from gradlab.files import write_atomic


def overlay(course: Course, lesson: Lesson, modules: Mapping[str, str], target: Path) -> Path:
    """Make `target` a folder with the engine for `lesson` in it, and return it.

    modules: {name: text} of the lesson's own modules, such as a student's; those left out stay unbuilt. The modules
    of earlier lessons come from the reference engine that `autograder build` made.
    """
    package = target / course.package
    if package.exists():
        shutil.rmtree(package)
    for name, data in shell_files(course).items():
        write_atomic(target / Path(name).relative_to(places.REFERENCE), data)
    for earlier in course.before(lesson):
        for module in earlier.modules:
            built = places.reference_dir(course) / course.package / f"{module}.py"
            if built.is_file():
                shutil.copyfile(built, package / built.name)
    for module, text in modules.items():
        write_atomic(package / f"{module}.py", text)
    return target
