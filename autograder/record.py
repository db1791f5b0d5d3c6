"""Grades into what nbgrader keeps: autograded/ and the gradebook. One process writes; workers never see it.

    with Recorder(course, out, blueprint) as recorder:
        recorder.put(submission, graded, filled)     # filled: made of recorder.template
        recorder.flush()

So formgrader, `nbgrader export` and `nbgrader generate_feedback` find everything where they expect it. What is
remembered of a submission (graded.py) is written last: whatever ends this process, the next run grades it again or has
it whole.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from autograder.blueprint import Blueprint
from autograder.claim import no_place
from autograder.collect import SECRET, STAMP, Submission
from autograder.gradebook import Entry, Gradebook, Page
from autograder.gradebook_url import check_url, file_url
from autograder.graded import Graded, forget, grades_file, save
from autograder.issued import issue
from autograder.late_rule import NOTHING_LOST, LateRule
from autograder.memory import give_back
from autograder.outputs import Filled
from autograder.stamps import time_of
from gradlab.course import Course
from gradlab.files import read_text, write_atomic

BATCH, SECONDS = 50, 2.0  # so many, or after so long: one transaction


class Recorder:
    """One lesson in the gradebook `url` and in the folder `out`. template: what a notebook to record is made of.

    Making one tells the gradebook the lesson's cells. Raises GradlabError when anything cannot be written.
    """

    def __init__(self, course: Course, out: Path, blueprint: Blueprint, url: str = "", late: LateRule = NOTHING_LOST):
        self.lesson, self.out = blueprint.lesson, Path(out).resolve()
        self.url = url or file_url(self.out)
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise no_place(self.out, error) from None
        check_url(self.url)
        try:
            self.template = issue(course, self.lesson, self.url)
        except OSError as error:
            raise no_place(self.out, error) from None
        self.gradebook = Gradebook(self.url, late)
        self.page: Page = self.gradebook.page(self.lesson)
        self._waiting: list[tuple[Graded, Entry]] = []
        self._flushed = time.monotonic()

    def has(self, submission: Submission) -> bool:
        """Whether a grade of this student is in the gradebook, and the notebook that shows it is there."""
        return submission.student in self.page.recorded and self.notebook(submission.student).is_file()

    def notebook(self, student: str) -> Path:
        return self.out / "autograded" / student / self.lesson.id / f"{self.lesson.id}.ipynb"

    def feedback(self, student: str) -> Path:
        return self.out / "feedback" / student / self.lesson.id / f"{self.lesson.id}.html"

    def put(self, submission: Submission, graded: Graded, filled: Filled) -> None:
        """Write a graded notebook; its scores follow with the next `flush`."""
        handed_in = time_of(submission.stamp)
        try:
            forget(self.out, graded.student, self.lesson.id)
            self.feedback(graded.student).unlink(missing_ok=True)  # of the grade before this one
            _sweep(self.notebook(graded.student).parent)
            write_atomic(self.notebook(graded.student), filled.text)
            for name, text in ((STAMP, submission.stamp if handed_in else ""), (SECRET, submission.secret)):
                beside = self.notebook(graded.student).with_name(name)
                if text:
                    write_atomic(beside, text)
                else:
                    beside.unlink(missing_ok=True)
        except OSError as error:
            raise no_place(self.out, error) from None
        self._waiting.append((graded, Entry(graded.student, filled.scores, filled.unanswered, handed_in)))

    def put_feedback(self, student: str, page: str) -> None:
        try:
            _sweep(self.feedback(student).parent)
            # `nbgrader release_feedback` wants both files of everybody. Who did not hand in through the exchange gets a
            # word that nobody knows.
            for name, instead in ((STAMP, ""), (SECRET, secrets.token_hex(64))):
                kept = self.notebook(student).with_name(name)
                write_atomic(self.feedback(student).with_name(name), read_text(kept) if kept.is_file() else instead)
            write_atomic(self.feedback(student), page)  # last: where there is a page, there is all
        except OSError as error:
            raise no_place(self.out, error) from None

    @property
    def is_due(self) -> bool:
        """Whether enough has been put down, or long enough ago, to be written to the gradebook."""
        return len(self._waiting) >= BATCH or time.monotonic() - self._flushed > SECONDS

    def flush(self) -> dict[str, str]:
        """Write the scores of what was put down; those of before are replaced. {student: why not} where that failed."""
        waiting, self._waiting = self._waiting, []
        self._flushed = time.monotonic()
        if not waiting:
            return {}
        failed = self.page.write([entry for _, entry in waiting])
        try:
            for graded, _ in waiting:
                if graded.student not in failed:
                    _sweep(grades_file(self.out, graded.student, graded.lesson).parent)
                    save(self.out, graded)
        except OSError as error:
            raise no_place(self.out, error) from None
        give_back()
        return failed

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_) -> None:
        self.gradebook.close()


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed had half written there; only one at a time writes here."""
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)
