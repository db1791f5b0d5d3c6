"""nbgrader's gradebook, kept open: many submissions in one transaction, in nbgrader's own tables.

    with Gradebook("sqlite:////class/gradebook.db") as book:
        page = book.page(lesson)
        page.write([Entry("ada", {"walk-check": 1.0, "walk-hidden": 2.0}, unanswered=(), handed_in=None)])

nbgrader's API commits after every cell and computes totals that nobody asked for: 100 to 300 ms a submission. The same
rows, written as sets, take some 3 ms. One process writes.
"""

from __future__ import annotations

import datetime as dt
import logging
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from nbgrader import api
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Float, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError, SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder.gradebook_url import cannot_write, check_url, first_line
from gradlab.course import Lesson

COURSE_ID = "gradlab"  # as in nbgrader_config.py

# nbgrader declares FLOAT(0), which SQLite takes for a FLOAT and PostgreSQL for a mistake.
api.SubmittedNotebook.__table__.c.late_submission_penalty.type = Float()
# About nbgrader's own use of it, at every submission.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


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
    """An open gradebook. Raises GradlabError when it cannot be opened or written."""

    def __init__(self, url: str, late: Config | None = None):
        """late: settings for nbgrader's AssignLatePenalties and its plugin."""
        self.url = url
        self.penalties = AssignLatePenalties(config=late or Config())
        self.penalties.init_plugin()
        self.penalties.log = logging.Logger("nbgrader", level=logging.ERROR)  # it warns of everyone who is late
        check_url(url)
        try:
            self.book = api.Gradebook(url, COURSE_ID)
        except (SQLAlchemyError, OSError) as error:
            raise cannot_write(url, error) from None

    def page(self, lesson: Lesson) -> Page:
        """The page of a lesson that nbgrader's generate_assignment has put there."""
        try:
            due = lesson.due.replace(tzinfo=None) if lesson.due else None
            self.book.update_or_create_assignment(lesson.id, duedate=due, course_id=COURSE_ID)
            return Page(self, lesson)
        except SQLAlchemyError as error:
            raise cannot_write(self.url, error) from None

    def close(self) -> None:
        self.book.close()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Page:
    """One lesson in the gradebook. recorded: the students that are on it."""

    def __init__(self, gradebook: Gradebook, lesson: Lesson):
        self.gradebook, self.db, self.lesson = gradebook, gradebook.book.db, lesson
        notebook = gradebook.book.find_notebook(lesson.id, lesson.id)
        self.notebook, self.assignment = notebook.id, notebook.assignment_id
        self.graded = {cell.name: cell.id for cell in notebook.grade_cells}
        self.solutions = {cell.name: cell.id for cell in notebook.solution_cells}
        taken = select(api.SubmittedAssignment.student_id).where(self._is_mine())
        self.recorded = set(self.db.scalars(taken))
        self.db.commit()

    def write(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Write all entries, or those that can be written: {student: why not} for the others.

        Raises GradlabError when the gradebook takes none, and leaves it as it was.
        """
        try:
            self._write(entries)
        except OperationalError as error:
            self.db.rollback()
            raise cannot_write(self.gradebook.url, error) from None
        except (DBAPIError, SQLAlchemyError, ValueError) as error:
            self.db.rollback()
            if len(entries) > 1:
                return {student: why for entry in entries for student, why in self.write([entry]).items()}
            return {entries[0].student: first_line(error)}
        except BaseException:
            self.db.rollback()
            raise
        self.recorded.update(entry.student for entry in entries)
        return {}

    def _write(self, entries: Sequence[Entry]) -> None:
        known = self._known([entry.student for entry in entries])
        self._add([entry for entry in entries if entry.student not in known], known)
        self._replace({known[entry.student]: entry for entry in entries})
        late = [entry for entry in entries if self._may_be_late(entry)]
        self.db.flush()
        for entry in late:
            self._penalise(entry.student)
        self.db.commit()
        self.db.expire_all()

    def _is_mine(self):
        return api.SubmittedAssignment.assignment_id == self.assignment

    def _known(self, students: Iterable[str]) -> dict[str, tuple[str, str]]:
        """{student: (id of the submission, id of its notebook)} as far as there is one."""
        rows = self.db.execute(
            select(api.SubmittedAssignment.student_id, api.SubmittedAssignment.id, api.SubmittedNotebook.id)
            .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .where(self._is_mine(), api.SubmittedAssignment.student_id.in_(list(students)))
        )
        return {student: (submission, notebook) for student, submission, notebook in rows}

    def _add(self, entries: Sequence[Entry], known: dict[str, tuple[str, str]]) -> None:
        """Students and submissions that are not there yet; adds them to `known`."""
        if not entries:
            return
        names = [entry.student for entry in entries]
        there = set(self.db.scalars(select(api.Student.id).where(api.Student.id.in_(names))))
        self._insert(api.Student, [{"id": name} for name in names if name not in there])
        made = {name: (uuid4().hex, uuid4().hex) for name in names}
        known |= made
        self._insert(
            api.SubmittedAssignment,
            [{"id": made[n][0], "assignment_id": self.assignment, "student_id": n} for n in names],
        )
        self._insert(
            api.SubmittedNotebook,
            [{"id": made[n][1], "assignment_id": made[n][0], "notebook_id": self.notebook} for n in names],
        )

    def _replace(self, entries: Mapping[tuple[str, str], Entry]) -> None:
        """The scores of these submissions; those of before go, but for what a person gave."""
        notebooks = [notebook for _, notebook in entries]
        by_hand = self._by_hand(notebooks)
        comments = self._comments_by_hand(notebooks)
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
        self.db.execute(delete(api.Grade.__table__).where(api.Grade.__table__.c.notebook_id.in_(notebooks)))
        self.db.execute(delete(api.Comment.__table__).where(api.Comment.__table__.c.notebook_id.in_(notebooks)))
        self._insert(api.Grade, grades)
        self._insert(api.Comment, remarks)
        submissions, mine = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
        for (submission, _), entry in entries.items():
            when = update(submissions).where(submissions.c.id == submission).values(timestamp=entry.handed_in)
            self.db.execute(when)
        self.db.execute(update(mine).where(mine.c.id.in_(notebooks)).values(late_submission_penalty=None))

    def _by_hand(self, notebooks: list[str]) -> dict[tuple[str, str], tuple[float | None, float | None]]:
        table = api.Grade.__table__.c
        rows = self.db.execute(
            select(table.notebook_id, table.cell_id, table.manual_score, table.extra_credit).where(
                table.notebook_id.in_(notebooks), (table.manual_score.is_not(None)) | (table.extra_credit.is_not(None))
            )
        )
        return {(notebook, cell): (manual, extra) for notebook, cell, manual, extra in rows}

    def _comments_by_hand(self, notebooks: list[str]) -> dict[tuple[str, str], str]:
        table = api.Comment.__table__.c
        rows = self.db.execute(
            select(table.notebook_id, table.cell_id, table.manual_comment).where(
                table.notebook_id.in_(notebooks), table.manual_comment.is_not(None)
            )
        )
        return {(notebook, cell): comment for notebook, cell, comment in rows}

    def _insert(self, table, rows: list[dict]) -> None:
        if rows:
            self.db.execute(insert(table.__table__), rows)

    # ---- for feedback -------------------------------------------------------------------------------------------

    def read(self, students: Iterable[str]) -> dict[str, Marks]:
        """What the gradebook says about these students now, a person's scores and comments included."""
        notebooks = {notebook: student for student, (_, notebook) in self._known(students).items()}
        found = {student: Marks() for student in notebooks.values()}
        mine = api.SubmittedNotebook.__table__.c
        for notebook, penalty in self.db.execute(
            select(mine.id, mine.late_submission_penalty).where(mine.id.in_(list(notebooks)))
        ):
            found[notebooks[notebook]].penalty = penalty or 0.0
        cells = {cell: name for name, cell in (*self.graded.items(), *self.solutions.items())}
        for kind, value, to in (
            (api.Grade, api.Grade.score, "scores"),
            (api.Comment, api.Comment.comment, "comments"),
        ):
            rows = select(kind.notebook_id, kind.cell_id, value).where(kind.notebook_id.in_(list(notebooks)))
            for notebook, cell, said in self.db.execute(rows):
                getattr(found[notebooks[notebook]], to)[cells[cell]] = said
        self.db.commit()
        return found

    # ---- late work ----------------------------------------------------------------------------------------------

    def _may_be_late(self, entry: Entry) -> bool:
        due = self.lesson.due
        return bool(entry.handed_in and due and entry.handed_in > due.replace(tzinfo=None))

    def _penalise(self, student: str) -> None:
        """As nbgrader's AssignLatePenalties does it, with its plugin; an extension of the deadline counts."""
        submission = self.gradebook.book.find_submission(self.lesson.id, student)
        if submission.total_seconds_late <= 0:
            return
        notebook = self.gradebook.book.find_submission_notebook(self.lesson.id, self.lesson.id, student)
        seconds = submission.total_seconds_late
        penalty = self.gradebook.penalties.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
        if penalty is not None:
            notebook.late_submission_penalty = self.gradebook.penalties._check_late_penalty(notebook, penalty)
