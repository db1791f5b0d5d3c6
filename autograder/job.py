"""The jobs that are done in other processes, or on other machines: grading a submission, making a page of feedback.

A job is a function and plain data. It writes nothing and may be done twice.
"""

from __future__ import annotations

import pickle
import tempfile
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autograder.attempts import worth
from autograder.collect import Submission
from autograder.graded import Graded, digest_of, tidy
from autograder.kit import Kit
from autograder.outputs import Filled, fill
from autograder.startup import quicken
from autograder.watchdog import Logbook

if TYPE_CHECKING:
    from autograder.desk import Inputs
    from autograder.diagnose.library import Known
    from autograder.rebuild import Rebuilt


@dataclass(frozen=True)
class InFile:
    """What many jobs need, in a file, for processes on this machine: a job is then a few bytes and the submission."""

    path: str

    @classmethod
    def write(cls, what: Kit | Inputs | Known, path: Path) -> InFile:
        path.write_bytes(pickle.dumps(what))
        return cls(str(path))

    def read(self) -> Kit | Inputs | Known:
        return pickle.loads(Path(self.path).read_bytes())


class _Bench:
    """The desk that this process works at: unpacked once, and put away when it gets another."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # a dask worker may have several threads; a desk is for one
        self.kit_from: Kit | InFile | None = None
        self.library = None
        self.read: dict[InFile, Inputs | Known] = {}

    def desk_for(self, kit_from: Kit | InFile):
        from autograder.desk import set_up
        from autograder.memo import Memo
        from gradlab.course import load_course

        if self.kit_from is None or not _same(self.kit_from, kit_from):
            warnings.simplefilter("ignore", SyntaxWarning)  # about students' code, at every compile
            self.kit_from = None
            self.read.clear()
            if self.library:
                self.library.close()
            kit = kit_from.read() if isinstance(kit_from, InFile) else kit_from
            self.folder = tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
            course = load_course(kit.unpack(Path(self.folder.name).resolve() / "course"))
            scratch = Path(self.folder.name).resolve() / "engines"
            memo = Memo(Path(f"{kit_from.path}-memo") if isinstance(kit_from, InFile) else None)
            self.desk = replace(set_up(course, course.lesson(kit.lesson), scratch, kit.rung, kit.isolated), memo=memo)
            self.library = self._library() if kit.diagnose else None
            self.kit, self.kit_from = kit, kit_from
        return self.desk, self.kit

    def _library(self):
        from autograder.diagnose.submission import library_for

        return library_for(self.desk.blueprint)

    def opened(self, what: Inputs | Known | InFile) -> Inputs | Known:
        if not isinstance(what, InFile):
            return what
        if what not in self.read:
            self.read[what] = what.read()
        return self.read[what]


def _same(one: Kit | InFile, other: Kit | InFile) -> bool:
    if isinstance(one, InFile) or isinstance(other, InFile):
        return one == other
    return (one.lesson, one.edition, one.rung) == (other.lesson, other.edition, other.rung)


_bench = _Bench()


class Done(NamedTuple):
    """The grade of a submission, and the notebook that shows it when there is a template for it.

    attempt: which of several it is, when the best counts.
    """

    graded: Graded
    filled: Filled | None
    attempt: int = 0


def ask_reference(kit_from: Kit | InFile, seed: int) -> Inputs:
    """The inputs of `seed`, with what the reference makes of them. Raises GradlabError when the lesson is at fault."""
    quicken()
    with _bench.lock:
        desk, _ = _bench.desk_for(kit_from)
        return desk.inputs(seed)


def know(kit_from: Kit | InFile, exercise: str) -> Known:
    """What is known of the wrong answers to an exercise; what is wanted is the same for all."""
    quicken()
    from autograder.diagnose.library import Known

    with _bench.lock:
        _bench.desk_for(kit_from)
        library = _bench.library
        if not library:
            return Known({}, {})
        try:
            return Known(library.wanted, {exercise: library.of(exercise)})
        finally:
            library.bench.talk.close()


def grade_one(
    kit_from: Kit | InFile,
    inputs_from: Inputs | InFile,
    attempts: Sequence[tuple[Submission, bytes]],
    known_from: Known | InFile | None = None,
) -> list[Done]:
    """The best grade of a student's attempts, late penalty taken off; mostly there is one attempt.

    All of them, where what late work costs is not known here.

    known_from: what was found out about wrong answers, when diagnoses are asked for; without it, they are tried here.
    Raises GradlabError when the lesson is at fault; never for what a student handed in.
    """
    quicken()
    with _bench.lock:
        with _logbook(kit_from, attempts[0][0].student) as logbook:
            return _grade_one(kit_from, inputs_from, attempts, known_from, logbook)


def _logbook(kit_from: Kit | InFile, student: str) -> Logbook:
    """Beside the kit, where the process finds it that does this job again; on another machine there is none."""
    if not isinstance(kit_from, InFile):
        return Logbook()
    return Logbook(Path(kit_from.path).with_name(digest_of(student)))


def _grade_one(kit_from, inputs_from, attempts, known_from, logbook: Logbook) -> list[Done]:
    from autograder.desk import grade_submission

    desk, kit = _bench.desk_for(kit_from)
    inputs = _bench.opened(inputs_from)
    found = []
    for number, (submission, data) in enumerate(attempts):
        logbook.attempt = number
        found.append((number, *grade_submission(desk, submission, data, inputs, logbook)))
    if kit.late:
        found = [max(found, key=lambda each: worth(each[1].score, attempts[each[0]][0], kit.late))]
    done = []
    for number, graded, rebuilt in found:
        logbook.attempt = number
        if _bench.library and logbook.begins("diagnoses"):
            graded = replace(graded, diagnoses=_diagnoses(rebuilt, graded, known_from))
        graded = tidy(replace(graded, digest=kit.digest(attempts, inputs.seed)))
        done.append(Done(graded, fill(kit.template, rebuilt, graded) if kit.template else None, number))
    return done


def _diagnoses(rebuilt: Rebuilt, graded: Graded, known_from: Known | InFile | None) -> dict[str, dict]:
    from autograder.diagnose.submission import diagnoses

    if known_from is not None:
        _bench.library.take(_bench.opened(known_from))
    return diagnoses(_bench.library, rebuilt.sources, graded.verdicts)


def make_page(text: str, marks, student: str, lesson: str) -> str:
    """The feedback page of a graded notebook."""
    quicken()
    from autograder.feedback import About, page

    return page(text, marks, About(student, lesson))
