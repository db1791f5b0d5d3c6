"""One lesson's side of the desk as plain data: what a grade depends on besides the submission.

A kit is packed once, and unpacked wherever submissions are graded: in another process, on another machine. It holds
answers and hidden tests, so it stays on the grader's side of the sandbox.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

import gradlab
from autograder import places
from autograder.collect import Submission
from autograder.graded import FORMAT, digest_of
from autograder.late_rule import NOTHING_LOST, LateRule, PerDay
from autograder.sandbox import Isolation
from autograder.shell import shell_files
from gradlab.course import FILE_NAME, Course, Lesson


@dataclass(frozen=True)
class Kit:
    """lesson: its id. files: {path relative to the course's root: content}.

    template: the notebook that grades are written into; "" when they are only shown. edition: a hash of all that
    grades depend on besides the submission; reference: of what the reference's replies depend on. rung: how students'
    code is kept apart, as sandbox.chosen takes it; isolated: what came of that on this machine, None for another one.
    diagnose: say of answers that lose points which known mistake they are. late: what late work costs; None when only
    the process that records can say it.
    """

    lesson: str
    files: dict[str, bytes] = field(repr=False)
    template: str = field(default="", repr=False)
    edition: str = ""
    reference: str = ""
    rung: str = ""
    diagnose: bool = False
    isolated: Isolation | None = None
    late: PerDay | None = NOTHING_LOST

    def digest(self, attempts: Sequence[tuple[Submission, bytes]], seed: int) -> str:
        """Changes when a submission would have to be graded anew. seed: of its hidden tests."""
        parts = [part for each, data in attempts for part in (data, each.note, each.problem, each.stamp)]
        return digest_of(seed, self.edition, *parts)

    def unpack(self, folder: Path) -> Path:
        """Write the course's files into `folder`, as far as this lesson needs them."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder


def pack(
    course: Course,
    lesson: Lesson,
    template: str = "",
    rung: str = "",
    diagnose: bool = False,
    late: LateRule = NOTHING_LOST,
) -> Kit:
    """The kit of a lesson that is built."""
    root = course.root
    names = [places.source_notebook(course, lesson), *places.reference_dir(course).rglob("*.py")]
    names += [path for path in (root / "solutions" / lesson.id).glob("*.py") if path.name != "lesson.py"]
    shell = [root / Path(name).relative_to(places.REFERENCE) for name in shell_files(course)]
    paths = {path.relative_to(root).as_posix(): path for path in (*names, *shell) if path.is_file()}
    files = {name: paths[name].read_bytes() for name in sorted(paths)}
    # What comes after this lesson is in no engine for it.
    later = {f"{module}.py" for each in course.lessons[course.lessons.index(lesson) + 1 :] for module in each.modules}
    kept = [part for name, data in files.items() if Path(name).name not in later for part in (name, data)]
    reference = digest_of(course.package, repr(lesson.modules), grader_version(), sys.version, np.__version__, *kept)
    # Of course.yml only what can change a grade: a new title is no reason to grade again.
    rules = (course.package, late.edition, lesson.modules, lesson.points, lesson.due)
    edition = digest_of(gradlab.__version__, FORMAT, repr(rules), template, grader_version(), *kept, str(diagnose))
    everything = {FILE_NAME: (root / FILE_NAME).read_bytes(), **files}
    here = late if isinstance(late, PerDay) else None
    return Kit(lesson.id, everything, template, edition, reference, rung, diagnose, late=here)


@cache
def grader_version() -> str:
    """A hash of the grader's own code: what is put right in it may change grades."""
    whole = hashlib.sha256()
    for package in (Path(__file__).parent, Path(gradlab.__file__).parent):
        for path in sorted(package.rglob("*.py")):
            if not {"commands", "verify"} & set(path.parts[len(package.parts) :]):
                whole.update(path.read_bytes())
    return whole.hexdigest()
