"""nbgrader's generate-assignment, run in a private folder: source notebooks in, what students get out."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import OverwriteCells, OverwriteKernelspec
from sqlalchemy.exc import SQLAlchemyError

from autograder.gradebook import COURSE_ID
from autograder.gradebook_new import mark_new
from autograder.gradebook_url import cannot_write, shown
from autograder.nbgrader_settings import release_settings
from autograder.notebook import notebook_text
from gradlab.errors import GradlabError


def generate(notebooks: Mapping[str, str], gradebook: str | None = None) -> dict[str, str]:
    """The released notebooks {lesson id: text} of these source notebooks {lesson id: text}.

    With a `gradebook` (its URL) nbgrader records the lessons and their cells there, as its own command does.
    """
    released = {}
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        root = Path(folder)
        for lesson, text in notebooks.items():
            source = root / "source" / lesson / f"{lesson}.ipynb"
            source.parent.mkdir(parents=True)
            source.write_text(text, encoding="utf-8", newline="\n")
        for lesson in notebooks:
            _run(root, lesson, gradebook)
            made = nbformat.read(root / "release" / lesson / f"{lesson}.ipynb", as_version=nbformat.NO_CONVERT)
            released[lesson] = notebook_text(made)
    return released


def as_recorded(released: str, lesson: str, gradebook: str) -> str:
    """A released notebook with its graded cells as the gradebook has them: hidden parts and checksums included."""
    notebook = nbformat.reads(released, as_version=4)
    about = {"notebook": lesson, "assignment": lesson, "db_url": gradebook}
    quiet = logging.Logger("nbgrader", level=logging.ERROR)  # every hidden test is a cell that has changed
    try:
        for preprocessor in (OverwriteKernelspec(log=quiet), OverwriteCells(log=quiet)):
            notebook, _ = preprocessor.preprocess(notebook, {"nbgrader": about})
    except SQLAlchemyError as error:
        raise cannot_write(gradebook, error) from None
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT)


def _run(root: Path, lesson: str, gradebook: str | None) -> None:
    config = release_settings()
    config.SaveCells.enabled = gradebook is not None
    course = CourseDirectory(root=str(root), course_id=COURSE_ID, assignment_id=lesson, config=config)
    if gradebook:
        course.db_url = gradebook
    converter = GenerateAssignment(coursedir=course, config=config, no_database=gradebook is None)
    with _heard(converter.log) as log, _our_programs_on_path():
        try:
            if gradebook:
                mark_new(gradebook)
            converter.start()
        except SQLAlchemyError as error:
            raise cannot_write(course.db_url, error) from None
        except (NbGraderException, OSError, RuntimeError) as error:
            raise GradlabError(_told(lesson, log.getvalue(), error, gradebook)) from error


def _told(lesson: str, log: str, error: Exception, gradebook: str | None) -> str:
    said = [line for line in log.splitlines() if line.startswith("sqlalchemy.exc.")]
    if gradebook and said:
        return str(cannot_write(gradebook, RuntimeError(said[-1].rpartition(") ")[2])))
    if gradebook and ("Cannot add or remove cells" in log or "Cannot modify existing assignment" in log):
        return (
            f"{lesson}: its cells have changed, and {shown(gradebook)} already holds submissions of it. nbgrader keeps "
            "both or neither. Keep the names of graded cells, or move that gradebook away and grade again."
        )
    last = [line for line in log.strip().split("\n") if line.strip()][-12:]
    return f"nbgrader could not release {lesson}: {error}\n" + "\n".join(last)


@contextmanager
def _heard(logger: logging.Logger) -> Iterator[io.StringIO]:
    """What nbgrader logs, kept for an error's message instead of printed."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    propagate, logger.propagate = logger.propagate, False
    others = logger.handlers[:]
    logger.handlers = [handler]
    try:
        yield text
    finally:
        logger.handlers, logger.propagate = others, propagate


@contextmanager
def _our_programs_on_path() -> Iterator[None]:
    """nbgrader runs `alembic` when it makes a gradebook; it is installed beside this Python, maybe not on PATH."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
