"""nbgrader's gradebook, kept open: many submissions in one transaction, in nbgrader's own tables.

    with Gradebook("sqlite:////class/gradebook.db") as book:
        page = book.page(lesson)
        page.write([Entry("ada", {"walk-check": 1.0, "walk-hidden": 2.0}, unanswered=(), handed_in=None)])

nbgrader's API commits after every cell and computes totals that nobody asked for: 100 to 300 ms a submission, and
most of a second to import it. The same rows, written as sets, take some 2 ms. One process writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import Connection, bindparam, create_engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, NoResultFound, OperationalError, SQLAlchemyError

from autograder.gradebook_tables import (
    ASSIGNMENT,
    CELL,
    COMMENT,
    COURSE,
    GRADE,
    IS_GRADED,
    IS_SOLUTION,
    NOTEBOOK,
    STUDENT,
    SUBMISSION,
    SUBMITTED,
)
from autograder.gradebook_url import cannot_write, check_url, first_line
from autograder.late_rule import NOTHING_LOST, LateRule
from gradlab.course import Lesson
from gradlab.errors import GradlabError

COURSE_ID = "gradlab"  # as in nbgrader_config.py


@dataclass(frozen=True)
class Entry:
    """What is written of one submission. scores: {id of the graded cell: points}; the others wait for a person.

    unanswered: the solution cells that are as they were handed out. handed_in: in UTC, without a time zone, or None.
    """

    student: str
    scores: Mapping[str, float]
    unanswered: Collection[str] = ()
    handed_in: dt.datetime | None = None


@dataclass
class Marks:
    """scores, comments: {cell: its own}. penalty: the points taken off for being late."""

    scores: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    penalty: float = 0.0


class Gradebook:
    """An open gradebook with nbgrader's tables. Raises GradlabError when it cannot be opened or written."""

    def __init__(self, url: str, late: LateRule = NOTHING_LOST):
        """late: says what late work loses."""
        check_url(url)
        self.url, self.late = url, late
        self.engine = create_engine(url)

    def page(self, lesson: Lesson) -> Page:
        """The page of a lesson that nbgrader's generate_assignment has put there."""
        try:
            return Page(self, lesson)
        except NoResultFound:
            raise GradlabError(f"{lesson.id} is not in the gradebook: autograder release {lesson.number}") from None
        except SQLAlchemyError as error:
            raise cannot_write(self.url, error) from None

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Page:
    """One lesson in the gradebook. recorded: the students that are on it."""

    def __init__(self, gradebook: Gradebook, lesson: Lesson):
        self.gradebook, self.lesson = gradebook, lesson
        self.due = lesson.due.replace(tzinfo=None) if lesson.due else None
        with gradebook.engine.begin() as db:
            self.assignment = db.scalars(select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.name == lesson.id)).one()
            mine = (NOTEBOOK.c.name == lesson.id) & (NOTEBOOK.c.assignment_id == self.assignment)
            self.notebook = db.scalars(select(NOTEBOOK.c.id).where(mine)).one()
            if not db.scalar(select(COURSE.c.id).where(COURSE.c.id == COURSE_ID)):  # it was made under another name
                db.execute(insert(COURSE).values(id=COURSE_ID))
            told = {"duedate": self.due, "course_id": COURSE_ID}
            db.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id == self.assignment).values(told))
            self.graded = self._cells(db, IS_GRADED)
            self.solutions = self._cells(db, IS_SOLUTION)
            self.recorded = set(db.scalars(select(SUBMISSION.c.student_id).where(self._is_mine())))

    def _cells(self, db: Connection, kind: str) -> dict[str, str]:
        """{name: id} of the lesson's cells of this kind."""
        mine = (CELL.c.notebook_id == self.notebook) & (CELL.c.type == kind)
        return {name: cell for name, cell in db.execute(select(CELL.c.name, CELL.c.id).where(mine))}

    def write(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Write all entries, or those that can be written: {student: why not} for the others.

        Raises GradlabError when the gradebook takes none, and leaves it as it was.
        """
        try:
            with self.gradebook.engine.begin() as db:
                self._write(db, entries)
        except OperationalError as error:
            raise cannot_write(self.gradebook.url, error) from None
        except (DBAPIError, SQLAlchemyError, ValueError) as error:
            if len(entries) > 1:
                return {student: why for entry in entries for student, why in self.write([entry]).items()}
            return {entries[0].student: first_line(error)}
        self.recorded.update(entry.student for entry in entries)
        return {}

    def _write(self, db: Connection, entries: Sequence[Entry]) -> None:
        known = self._known(db, [entry.student for entry in entries])
        self._add(db, [entry for entry in entries if entry.student not in known], known)
        self._replace(db, {known[entry.student]: entry for entry in entries})
        for entry in entries:
            if entry.handed_in and self.due and entry.handed_in > self.due:
                self._penalise(db, *known[entry.student], entry)

    def _is_mine(self):
        return SUBMISSION.c.assignment_id == self.assignment

    def _known(self, db: Connection, students: Iterable[str]) -> dict[str, tuple[str, str]]:
        """{student: (id of the submission, id of its notebook)} as far as there is one."""
        rows = db.execute(
            select(SUBMISSION.c.student_id, SUBMISSION.c.id, SUBMITTED.c.id)
            .join(SUBMITTED, SUBMITTED.c.assignment_id == SUBMISSION.c.id)
            .where(self._is_mine(), SUBMISSION.c.student_id.in_(list(students)))
        )
        return {student: (submission, notebook) for student, submission, notebook in rows}

    def _add(self, db: Connection, entries: Sequence[Entry], known: dict[str, tuple[str, str]]) -> None:
        """Students and submissions that are not there yet; adds them to `known`."""
        if not entries:
            return
        names = [entry.student for entry in entries]
        there = set(db.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(names))))
        _insert(db, STUDENT, [{"id": name} for name in names if name not in there])
        made = {name: (uuid4().hex, uuid4().hex) for name in names}
        known |= made
        _insert(db, SUBMISSION, [{"id": made[n][0], "assignment_id": self.assignment, "student_id": n} for n in names])
        submitted = {"notebook_id": self.notebook, "flagged": False}
        _insert(db, SUBMITTED, [{"id": made[n][1], "assignment_id": made[n][0], **submitted} for n in names])

    def _replace(self, db: Connection, entries: Mapping[tuple[str, str], Entry]) -> None:
        """The scores of these submissions; those of before go, but for what a person gave."""
        notebooks = [notebook for _, notebook in entries]
        by_hand = self._by_hand(db, notebooks)
        comments = self._comments_by_hand(db, notebooks)
        grades, remarks = [], []
        for (_, notebook), entry in entries.items():
            for name, cell in self.graded.items():
                manual, extra = by_hand.get((notebook, cell), (None, None))
                grades.append(
                    {
                        "id": uuid4().hex,
                        "cell_id": cell,
                        "notebook_id": notebook,
                        "auto_score": entry.scores.get(name),
                        "manual_score": manual,
                        "extra_credit": extra,
                        # As nbgrader has it: a person should look (again).
                        "needs_manual_grade": manual is not None or name not in entry.scores,
                    }
                )
            for name, cell in self.solutions.items():
                said = "No response." if name in entry.unanswered else None
                manual = comments.get((notebook, cell))
                remarks.append(
                    {
                        "id": uuid4().hex,
                        "cell_id": cell,
                        "notebook_id": notebook,
                        "auto_comment": said,
                        "manual_comment": manual,
                    }
                )
        db.execute(delete(GRADE).where(GRADE.c.notebook_id.in_(notebooks)))
        db.execute(delete(COMMENT).where(COMMENT.c.notebook_id.in_(notebooks)))
        _insert(db, GRADE, grades)
        _insert(db, COMMENT, remarks)
        when = update(SUBMISSION).where(SUBMISSION.c.id == bindparam("one")).values(timestamp=bindparam("handed_in"))
        db.execute(when, [{"one": one, "handed_in": entry.handed_in} for (one, _), entry in entries.items()])
        db.execute(update(SUBMITTED).where(SUBMITTED.c.id.in_(notebooks)).values(late_submission_penalty=None))

    def _by_hand(
        self, db: Connection, notebooks: list[str]
    ) -> dict[tuple[str, str], tuple[float | None, float | None]]:
        table = GRADE.c
        rows = db.execute(
            select(table.notebook_id, table.cell_id, table.manual_score, table.extra_credit).where(
                table.notebook_id.in_(notebooks), (table.manual_score.is_not(None)) | (table.extra_credit.is_not(None))
            )
        )
        return {(notebook, cell): (manual, extra) for notebook, cell, manual, extra in rows}

    def _comments_by_hand(self, db: Connection, notebooks: list[str]) -> dict[tuple[str, str], str]:
        table = COMMENT.c
        rows = db.execute(
            select(table.notebook_id, table.cell_id, table.manual_comment).where(
                table.notebook_id.in_(notebooks), table.manual_comment.is_not(None)
            )
        )
        return {(notebook, cell): comment for notebook, cell, comment in rows}

    def _penalise(self, db: Connection, submission: str, notebook: str, entry: Entry) -> None:
        """As nbgrader's AssignLatePenalties does it; an extension of the deadline counts."""
        extension = db.scalar(select(SUBMISSION.c.extension).where(SUBMISSION.c.id == submission))
        seconds = (entry.handed_in - self.due - (extension or dt.timedelta())).total_seconds()
        if seconds <= 0:
            return
        score = sum(self._scores(db, [notebook])[notebook].values())
        penalty = self.gradebook.late.penalty(entry.student, score, seconds)
        if penalty is not None:
            mine = SUBMITTED.c.id == notebook
            db.execute(update(SUBMITTED).where(mine).values(late_submission_penalty=penalty))

    # ---- what it says -------------------------------------------------------------------------------------------

    def read(self, students: Iterable[str]) -> dict[str, Marks]:
        """What the gradebook says about these students now, a person's scores and comments included."""
        with self.gradebook.engine.begin() as db:
            notebooks = {notebook: student for student, (_, notebook) in self._known(db, students).items()}
            scores, comments = self._scores(db, list(notebooks)), self._comments(db, list(notebooks))
            mine = SUBMITTED.c.id.in_(list(notebooks))
            rows = db.execute(select(SUBMITTED.c.id, SUBMITTED.c.late_submission_penalty).where(mine))
            penalties = {notebook: penalty or 0.0 for notebook, penalty in rows}
        return {
            student: Marks(scores[notebook], comments[notebook], penalties[notebook])
            for notebook, student in notebooks.items()
        }

    def _scores(self, db: Connection, notebooks: list[str]) -> dict[str, dict[str, float]]:
        """{notebook: {graded cell: points}}, as nbgrader adds them up."""
        names = {cell: name for name, cell in self.graded.items()}
        found: dict[str, dict[str, float]] = {notebook: {} for notebook in notebooks}
        columns = (GRADE.c.auto_score, GRADE.c.manual_score, GRADE.c.extra_credit)
        rows = select(GRADE.c.notebook_id, GRADE.c.cell_id, *columns).where(GRADE.c.notebook_id.in_(notebooks))
        for notebook, cell, auto, manual, extra in db.execute(rows):
            given = auto if manual is None else manual
            found[notebook][names[cell]] = 0.0 if given is None else given + (extra or 0.0)
        return found

    def _comments(self, db: Connection, notebooks: list[str]) -> dict[str, dict[str, str | None]]:
        """{notebook: {solution cell: what is said about it}}; what a person says comes first."""
        names = {cell: name for name, cell in self.solutions.items()}
        found: dict[str, dict[str, str | None]] = {notebook: {} for notebook in notebooks}
        columns = (COMMENT.c.auto_comment, COMMENT.c.manual_comment)
        rows = select(COMMENT.c.notebook_id, COMMENT.c.cell_id, *columns).where(COMMENT.c.notebook_id.in_(notebooks))
        for notebook, cell, auto, manual in db.execute(rows):
            found[notebook][names[cell]] = auto if manual is None else manual
        return found


def _insert(db: Connection, table, rows: list[dict]) -> None:
    if rows:
        db.execute(insert(table), rows)
