"""Into nbgrader's gradebook, by nbgrader's own autograde: with our outputs in place of running the notebook.

    recorder = Recorder(course, out, blueprint)
    recorder.record(submission, notebook)        # a notebook made of recorder.skeleton, with its verdicts as outputs

So formgrader, `nbgrader export` and feedback find everything where they expect it: gradebook.db, autograded/ and
feedback/ in `out`. One process writes; workers never see it.
"""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder import places
from autograder.blueprint import Blueprint
from autograder.collect import Submission
from autograder.generate import generate
from autograder.grading_settings import feedback_settings, recording_settings
from gradlab.course import Course
from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic

COURSE_ID = "gradlab"  # as in nbgrader_config.py
GRADEBOOK = "gradebook.db"
REBUILT = ".gradlab/rebuilt"

# About nbgrader's own use of it, at every submission.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


class NotRecorded(Exception):
    """nbgrader could not record one submission."""


class _OneNotebook(BaseConverter):
    """A converter of one known notebook. nbgrader's own looks for them with glob: a student may be called [x]."""

    def init_notebooks(self) -> None:
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {folder: [str(Path(folder, f"{self.coursedir.assignment_id}.ipynb"))]}


class AutogradeOne(_OneNotebook, Autograde):
    pass


class FeedbackOne(_OneNotebook, GenerateFeedback):
    pass


class Recorder:
    """One lesson in the gradebook of the folder `out`. skeleton: the text of the lesson's released notebook.

    Making one tells the gradebook the lesson's cells. Raises GradlabError when that cannot be.
    """

    def __init__(self, course: Course, out: Path, blueprint: Blueprint):
        self.course, self.lesson, self.out = course, blueprint.lesson, Path(out).resolve()
        self.file = self.out / GRADEBOOK
        self.url = f"sqlite:///{self.file.as_posix()}"
        source = read_text(places.source_notebook(course, self.lesson))
        try:
            self.skeleton = generate({self.lesson.id: source}, self.file)[self.lesson.id]
            with Gradebook(self.url, COURSE_ID) as gradebook:
                due = self.lesson.due.replace(tzinfo=None) if self.lesson.due else None
                gradebook.update_or_create_assignment(self.lesson.id, duedate=due)
                self.recorded = {each.student.id for each in gradebook.assignment_submissions(self.lesson.id)}
        except SQLAlchemyError as error:
            raise GradlabError(self._locked(error)) from None

    def has(self, submission: Submission) -> bool:
        """Whether a grade of this student is in the gradebook, and the notebook that shows it is there."""
        return submission.student in self.recorded and self._file("autograded", submission, "ipynb").is_file()

    def has_feedback(self, submission: Submission) -> bool:
        return self._file("feedback", submission, "html").is_file()

    def _file(self, step: str, submission: Submission, ending: str) -> Path:
        return self.out / step / submission.student / self.lesson.id / f"{self.lesson.id}.{ending}"

    def record(self, submission: Submission, notebook: NotebookNode) -> None:
        """Write one graded notebook and its scores; scores of before are replaced. Raises NotRecorded, or GradlabError
        when the gradebook cannot be written."""
        lesson = self.lesson.id
        folder = self.out / REBUILT / submission.student / lesson
        write_atomic(folder / f"{lesson}.ipynb", nbformat.writes(notebook, version=nbformat.NO_CONVERT))
        stamp = folder / "timestamp.txt"
        if _is_time(submission.stamp):
            write_atomic(stamp, submission.stamp)
        else:
            stamp.unlink(missing_ok=True)
        self._convert(AutogradeOne, recording_settings(self.course), submission)

    def write_feedback(self, submission: Submission) -> None:
        """Write feedback/<student>/<lesson>/<lesson>.html. Raises as `record` does."""
        self._convert(FeedbackOne, feedback_settings(), submission)

    def _convert(self, converter: type[BaseConverter], config: Config, submission: Submission) -> None:
        log, said = _log()
        folder = CourseDirectory(
            root=str(self.out),
            course_id=COURSE_ID,
            db_url=self.url,
            submitted_directory=REBUILT,
            student_id=submission.student,
            assignment_id=self.lesson.id,
            log=log,
        )
        try:
            converter(coursedir=folder, config=config, force=True, log=log).start()
        except SQLAlchemyError as error:
            raise GradlabError(self._locked(error)) from None
        except (NbGraderException, OSError) as error:
            if "OperationalError" in said.getvalue():
                raise GradlabError(self._locked(error)) from None
            lines = [line for line in said.getvalue().splitlines() if line.strip()]
            raise NotRecorded((lines or [str(error)])[-1]) from None

    def _locked(self, error: Exception) -> str:
        said = str(error).splitlines()[0][:200]
        return f"{self.file} cannot be written ({said}). Close what else uses it, check its rights, and grade again."


def _log() -> tuple[logging.Logger, io.StringIO]:
    """A log for nbgrader that is kept instead of printed, and what was written to it."""
    said = io.StringIO()
    log = logging.Logger("nbgrader", level=logging.WARNING)
    log.addHandler(logging.StreamHandler(said))
    return log, said


def _is_time(stamp: str) -> bool:
    try:
        return bool(stamp) and parse_utc(stamp) is not None
    except (ValueError, OverflowError, TypeError):
        return False
