"""A fixed lesson for students who are in the middle of it: the new release, and what it changes for them.

A patch *is* the released notebook: it knows what each of its cells was, and `gradlab update` merges it into their work.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder import places
from autograder.distribution.release import refuse_leaks
from autograder.leaks.search import Searcher
from autograder.release import Change
from gradlab.course import Course
from gradlab.files import write_atomic
from gradlab.merge import Merged, merge

FOLDER = "patches"


@dataclass(frozen=True)
class Patch:
    """change: what a release does to the lesson's notebook in modules/. merged: the same for a student who has that."""

    change: Change
    merged: Merged | None


def plan_patches(course: Course, changes: Iterable[Change]) -> list[Patch]:
    """What these changes mean for students who work in the notebooks of modules/. Ask before they are applied."""
    return [Patch(change, _merged(course, change)) for change in changes]


def _merged(course: Course, change: Change) -> Merged | None:
    file = places.released_notebook(course, change.lesson)
    if not file.is_file():
        return None
    return merge(json.loads(file.read_text(encoding="utf-8")), copy.deepcopy(json.loads(change.text)))


def write_patches(course: Course, patches: Iterable[Patch], to: Path) -> list[Path]:
    """Write each notebook to the folder `to`. Raises GradlabError, with nothing written, when one gives away what is
    kept from students."""
    patches = list(patches)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        for patch in patches:
            write_atomic(Path(scratch, patch.change.lesson.notebook.name), patch.change.text)
        refuse_leaks(Searcher.of(course), Path(scratch))
    files = [to / patch.change.lesson.notebook.name for patch in patches]
    for file, patch in zip(files, patches, strict=True):
        write_atomic(file, patch.change.text)
    return files
