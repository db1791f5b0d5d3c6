"""Where the author's side keeps its files, relative to the course's root.

solutions/<id>/lesson.py          the source of a lesson          (written by hand)
.build/source/<id>/<id>.ipynb     nbgrader's source notebook      (built)
.build/reference/mytorch/         the engine of the answers       (built)
modules/<id>/<id>.ipynb           what a student opens            (released, committed)
"""

from __future__ import annotations

from pathlib import Path

from gradlab.course import Course, Lesson

BUILD = ".build"
# The folder that nbgrader takes for `source/`: notebooks alone, for it copies every other file into the release.
SOURCE = f"{BUILD}/source"
REFERENCE = f"{BUILD}/reference"
MODULES = "modules"


def lesson_file(course: Course, lesson: Lesson) -> Path:
    return course.root / "solutions" / lesson.id / "lesson.py"


def hidden_tests_file(course: Course, lesson: Lesson) -> Path:
    return course.root / "solutions" / lesson.id / "hidden_tests.py"


def source_notebook(course: Course, lesson: Lesson) -> Path:
    return course.root / SOURCE / lesson.id / f"{lesson.id}.ipynb"


def released_notebook(course: Course, lesson: Lesson) -> Path:
    return course.root / lesson.notebook


def reference_dir(course: Course) -> Path:
    """The folder that contains the reference engine `mytorch/`."""
    return course.root / REFERENCE
