"""A lesson in a gradebook, as nbgrader puts it there, and the notebook that grades are written into.

    template = issue(course, lesson, "sqlite:////class/gradebook.db")

nbgrader takes a second for that, after another to be imported. What it makes depends on the lesson's source and on
nothing else, so it is kept, as secret as the reference: the hidden parts are in it.

.build/issued/<lesson>/<digest>.ipynb     that notebook
.build/issued/<lesson>/<digest>.db        a gradebook that holds the lesson, and no student

A gradebook that is not there yet begins as a copy of this one. One that has the lesson's cells already is left alone.
To all others nbgrader sees itself.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder import places
from autograder.gradebook_tables import ASSIGNMENT, CELL, GRADE_CELL, NOTEBOOK, SOURCE_CELL
from autograder.gradebook_url import FILE, file_url
from autograder.graded import digest_of
from autograder.kit import grader_version
from gradlab.course import Course, Lesson
from gradlab.files import read_text, write_atomic


def issue(course: Course, lesson: Lesson, url: str) -> str:
    """See that the gradebook `url` has the lesson's cells, and return the text of the notebook to grade.

    It is the released one with its graded cells as nbgrader has them: hidden parts and checksums included. Raises
    GradlabError when the lesson is at fault, or when the gradebook cannot be written; OSError, when its folder cannot.
    """
    source = read_text(places.source_notebook(course, lesson))
    name = digest_of(source, version("nbgrader"), grader_version())[:20]
    folder = course.root / places.BUILD / "issued" / lesson.id
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        issued = _kept(folder, name) or _made(source, lesson, Path(scratch))
        if issued.gradebook.parent != folder:
            _keep(issued, folder, name)
        file = _file_of(url)
        if file and not file.exists():
            write_atomic(file, issued.gradebook.read_bytes())
        elif _cells(url, lesson) != _cells(f"sqlite:///{issued.gradebook.as_posix()}", lesson):
            _by_nbgrader(source, lesson, url)
    return issued.template


class _Issued(NamedTuple):
    """template: the text of the notebook. gradebook: a file."""

    template: str
    gradebook: Path


def _kept(folder: Path, name: str) -> _Issued | None:
    notebook, gradebook = folder / f"{name}.ipynb", folder / f"{name}.db"
    if notebook.is_file() and gradebook.is_file():
        return _Issued(read_text(notebook), gradebook)
    return None


def _keep(issued: _Issued, folder: Path, name: str) -> None:
    """Keep this, and nothing of another edition. It saves time and nothing else, so it may fail."""
    try:
        write_atomic(folder / f"{name}.db", issued.gradebook.read_bytes())
        write_atomic(folder / f"{name}.ipynb", issued.template)
        for path in folder.iterdir():
            if path.suffix in (".db", ".ipynb") and path.stem != name:
                path.unlink(missing_ok=True)
    except OSError:
        pass


def _made(source: str, lesson: Lesson, scratch: Path) -> _Issued:
    return _Issued(_by_nbgrader(source, lesson, file_url(scratch)), scratch / FILE)


def _by_nbgrader(source: str, lesson: Lesson, url: str) -> str:
    from autograder.generate import as_recorded, generate

    return as_recorded(generate({lesson.id: source}, url)[lesson.id], lesson.id, url)


def _file_of(url: str) -> Path | None:
    """The file that a gradebook is; None for a server, and for a URL that says more than where it is."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database and not parsed.query
    return Path(parsed.database) if is_file else None


def _cells(url: str, lesson: Lesson) -> set[tuple] | None:
    """All that a gradebook says about the lesson's cells; None when it cannot say anything."""
    engine = create_engine(url)
    cells = (
        select(CELL.c.name, CELL.c.type, GRADE_CELL.c.max_score, GRADE_CELL.c.cell_type)
        .join(NOTEBOOK, NOTEBOOK.c.id == CELL.c.notebook_id)
        .outerjoin(GRADE_CELL, GRADE_CELL.c.id == CELL.c.id)
    )
    sources = select(
        *(SOURCE_CELL.c[name] for name in ("name", "cell_type", "locked", "source", "checksum")), NOTEBOOK.c.kernelspec
    ).join(NOTEBOOK, NOTEBOOK.c.id == SOURCE_CELL.c.notebook_id)
    try:
        with engine.connect() as db:
            mine = select(ASSIGNMENT.c.id).where(ASSIGNMENT.c.name == lesson.id).scalar_subquery()
            rows = [
                each for query in (cells, sources) for each in db.execute(query.where(NOTEBOOK.c.assignment_id == mine))
            ]
    except SQLAlchemyError:  # no table of nbgrader's, damaged, locked: nbgrader's own attempt will tell
        return None
    finally:
        engine.dispose()
    return {tuple(row) for row in rows}
