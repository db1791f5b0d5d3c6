"""Which notebooks were handed in, in folders and archives of several kinds (owners.py). Looks, and changes nothing.

    collected = collect(Path("moodle.zip"), course.lessons)
    collected.submissions, collected.unmatched

Nothing is guessed in silence: what is unusual about a submission is its `note`, why it cannot be graded its `problem`,
and files that are nobody's are `unmatched`, with the reason and what to do about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.attempts import Attempt, choose
from autograder.files import NOTHING, File, files_in, inside
from autograder.owners import Owner, owner_of
from autograder.roster import Roster, as_id
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError, did_you_mean

STAMP = "timestamp.txt"
#: A word that `nbgrader submit` makes up: who knows it finds the feedback in the exchange.
SECRET = "submission_secret.txt"
NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson.

    file:    the notebook; None when there is none that can be graded, and `problem` says why.
    note:    what was unusual about finding it, or "".
    stamp:   the text of timestamp.txt (nbgrader's time of submission), or "".
    secret:  the text of submission_secret.txt (by which nbgrader's exchange hands back feedback), or "".
    others:  further attempts, when the best of all counts.
    """

    student: str
    lesson: Lesson
    file: File | None
    note: str = ""
    problem: str = ""
    stamp: str = ""
    secret: str = ""
    others: tuple[Submission, ...] = ()

    def data(self) -> bytes:
        """The bytes of the notebook; none when there is no notebook. Raises OSError."""
        return self.file.read() if self.file else b""


@dataclass
class Collected:
    """submissions: by lesson and student. unmatched: {file: why nobody's}. missing: of the roster, who has nothing."""

    submissions: list[Submission] = field(default_factory=list)
    unmatched: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def collect(
    place: Path, course: Course, lessons: Iterable[Lesson] = (), only: Sequence[str] = (), roster: Roster | None = None
) -> Collected:
    """What is in the folder or zip `place` for these lessons (none: all). `only`: of these students.

    Raises GradlabError when the place cannot be read, or a student in `only` did not hand anything in.
    """
    try:
        files = list(files_in(place))
    except OSError as error:
        if not place.exists():
            raise GradlabError(
                f"{place} is no folder and no zip. Say where the submissions are: --submissions DIR"
            ) from None
        raise GradlabError(f"{place} cannot be read: {error.strerror}.") from None
    wanted = list(lessons) or list(course.lessons)
    found = _Collector(course, wanted, roster or Roster(), lone=len(wanted) == 1)
    found.take(files)
    students = sorted(found.students)
    for name in only:
        if name not in students:
            raise GradlabError(f'nobody called "{name}" is in {place}.{did_you_mean(name, students)}')
    return found.collected(only)


class _Collector:
    """Sorts files into what each student handed in together, and that into attempts at lessons."""

    def __init__(self, course: Course, lessons: list[Lesson], roster: Roster, lone: bool):
        self.course, self.lessons, self.roster, self.lone = course, lessons, roster, lone
        self.ids = [lesson.id for lesson in course.lessons]
        self.groups: dict[tuple, tuple[Owner, str, list[File]]] = {}
        self.students: dict[str, str] = {}
        self.unmatched: dict[str, str] = {}

    # ---- files to groups ----------------------------------------------------------------------------------------

    def take(self, files: list[File]) -> None:
        for file in files:
            parts = file.parts
            owner = owner_of(parts, self.ids)
            if len(parts) == 1 and file.ending == ".zip" and not (owner and owner.attempt):
                self._take_archive(file, owner)
            elif owner:
                self._put(owner, file)
            elif file.ending == NOTEBOOK:
                self._take_loose(file, parts)

    def _take_archive(self, file: File, owner: Owner | None) -> None:
        """A zip beside others: of a whole class, or one that a student packed."""
        canvas = owner and not owner.lesson
        if canvas:  # Canvas says who handed it in
            return self._put(owner, file)
        if file.members:  # a class's archive holds archives of students only
            return self._leave(file, "nothing says whose this archive is")
        try:
            files = list(files_in(file.place)) if not file.problem else []
        except OSError as error:
            return self._leave(file, str(error.strerror))
        if file.problem:
            return self._leave(file, file.problem)
        claimed = owner.names[0] if owner else ""
        owners = {each.names[0] for inner in files if (each := owner_of(inner.parts, self.ids))}
        if claimed and owners and owners != {claimed}:
            others = ", ".join(sorted(owners))
            return self._leave(file, f"its name says that it is {claimed}'s, and what is in it that it is {others}'s")
        if claimed and not owners:
            return [self._put(owner, inner) for inner in files] and None
        self.take(files)

    def _take_loose(self, file: File, parts: tuple[str, ...]) -> None:
        student = self.roster.find([file.name, Path(file.name).stem])
        if student:
            self._put(Owner((student,), parts, title=file.name), file)
        else:
            self._leave(file, "nothing says whose notebook this is")

    def _leave(self, file: File, why: str) -> None:
        self.unmatched["/".join(file.parts)] = why

    def _put(self, owner: Owner, file: File) -> None:
        key = (str(file.place) if file.members else "", *owner.group)
        if key not in self.groups:
            student = self._student(owner, file)
            if not student:
                return
            self.groups[key] = (owner, student, [])
        self.groups[key][2].append(file)

    def _student(self, owner: Owner, file: File) -> str:
        """The id of the student; "" when there is none, and then that is told."""
        if self.roster.students:
            student = self.roster.find(owner.names)
            if not student:
                self._leave(file, f"{as_id(owner.names[0])} is not on the roster, or more than one is called so")
                return ""
        else:
            student = as_id(owner.names[0])
            if not student:
                self._leave(file, "the name of its student has no letter in it")
                return ""
        if self.students.setdefault(student, owner.names[0]) != owner.names[0] and not self.roster.students:
            self._leave(file, f"two students would be called {student}")
            return ""
        return student

    # ---- groups to submissions ----------------------------------------------------------------------------------

    def collected(self, only: Sequence[str]) -> Collected:
        attempts: dict[tuple[str, str], list[Attempt]] = {}
        for owner, student, files in self.groups.values():
            if only and student not in only:
                continue
            for attempt in self._attempts(owner, student, files):
                attempts.setdefault((attempt.submission.lesson.id, student), []).append(attempt)
        submissions = [choose(each, self.course.policies.attempts) for _, each in sorted(attempts.items())]
        there = {each.student for each in submissions}
        missing = [student for student in self.roster.students if student not in there and not only]
        return Collected(submissions, dict(sorted(self.unmatched.items())), missing)

    def _attempts(self, owner: Owner, student: str, files: list[File]) -> list[Attempt]:
        """The attempts in what was handed in together: one for each lesson that is asked for."""
        files, damaged = self._unpacked(files)
        stamp = owner.stamp or _text_of(files, STAMP)
        secret = _text_of(files, SECRET)
        notebooks = [file for file in files if file.ending == NOTEBOOK]
        if owner.lesson or self.lone:
            lesson = next((each for each in self.lessons if each.id == (owner.lesson or self.lessons[0].id)), None)
            by_lesson = {lesson: notebooks} if lesson else {}
            if not owner.lesson:  # it may say that it is another's
                by_lesson = {lesson: [file for file in notebooks if _lesson_of(file) in (lesson.id, None)]}
                if notebooks and not by_lesson[lesson]:
                    return []
        else:
            by_lesson = self._by_lesson(notebooks)
        return [
            Attempt(
                replace(_submission(student, lesson, some, files, owner, stamp, damaged), secret=secret), owner.attempt
            )
            for lesson, some in by_lesson.items()
        ]

    def _by_lesson(self, notebooks: list[File]) -> dict[Lesson, list[File]]:
        found: dict[Lesson, list[File]] = {}
        for file in notebooks:
            says = _lesson_of(file) or next((each for each in self.ids if each in file.name), None)
            lesson = next((each for each in self.lessons if each.id == says), None)
            if lesson:
                found.setdefault(lesson, []).append(file)
            elif says not in self.ids:
                self._leave(file, "nothing says which lesson this notebook is of: grade one lesson at a time")
        return found

    def _unpacked(self, files: list[File]) -> tuple[list[File], str]:
        """The files, with those of a student's archive in its place; and why an archive could not be opened."""
        found, damaged = [], ""
        for file in files:
            if file.ending != ".zip":
                found.append(file)
                continue
            try:
                found += inside(file)
            except OSError as error:
                damaged = f"{file.name}: {error.strerror}"
        return found, damaged


def _submission(student, lesson, notebooks, files, owner: Owner, stamp: str, damaged: str) -> Submission:
    wanted = f"{lesson.id}{NOTEBOOK}"
    title = owner.title if len(files) == 1 else ""  # as the student called it, without what Canvas put around it
    chosen = [file for file in notebooks if file.name == wanted]
    if not chosen and len(notebooks) > 1:
        chosen = [file for file in notebooks if _lesson_of(file) == lesson.id]
    chosen = chosen or notebooks
    if len(chosen) != 1:
        why = damaged or _why_none(wanted, chosen, files)
        return Submission(student, lesson, None, problem=why, stamp=stamp)
    file = chosen[0]
    name = title or file.name
    note = "" if name == wanted else f"the notebook was called {as_id(name)}, not {wanted}"
    return Submission(student, lesson, None if file.problem else file, note, file.problem, stamp)


def _why_none(wanted: str, several: list[File], files: list[File]) -> str:
    if several:
        return f"there are {len(several)} notebooks ({_listed(several)}), and none is called {wanted}"
    others = [file for file in files if file.name not in (STAMP, SECRET, NOTHING)]
    return f"there is no notebook in the folder{f', only {_listed(others)}' if others else ''}"


def _listed(files: list[File]) -> str:
    return ", ".join(as_id(file.name) for file in files[:4]) + (", …" if len(files) > 4 else "")


def _text_of(files: list[File], name: str) -> str:
    """The text of the first file that is called so, as far as it is a word or two; "" when there is none."""
    for file in files:
        if file.name == name and not file.problem:
            try:
                return file.read().decode("utf-8").strip()[:200]
            except (OSError, UnicodeDecodeError):
                return ""
    return ""


def _lesson_of(file: File) -> str | None:
    """The lesson that a notebook says it is; None when it says nothing or cannot be read."""
    try:
        if file.problem:
            return None
        return json.loads(file.read().decode("utf-8-sig"))["metadata"]["gradlab"]["lesson"]
    except (ValueError, KeyError, TypeError, RecursionError, OSError):
        return None


def without_data(submission: Submission, error: OSError) -> Submission:
    """A submission whose notebook could not be read after all."""
    name = submission.file.name if submission.file else "the notebook"
    return replace(submission, file=None, problem=f"{name} cannot be read: {error.strerror or error}")
