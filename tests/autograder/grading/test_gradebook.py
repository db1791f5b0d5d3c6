"""nbgrader's gradebook as we write it: what stays of a regrade, PostgreSQL, and when it cannot be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader import api
from sqlalchemy import create_engine, select
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import NullType

from autograder import gradebook_tables, places
from autograder.build import build
from autograder.generate import generate
from autograder.gradebook import COURSE_ID, Entry, Gradebook
from autograder.gradebook_url import file_url, shown
from autograder.issued import issue
from autograder.late_rule import PerDay
from autograder.record import Recorder
from autograder.stamps import DAY
from gradlab.errors import GradlabError

LESSON = "01_numbers"
SCORES = {"double-check": 1.0, "double-hidden": 2.0}


@pytest.fixture(scope="module")
def release(built):
    """Put the lesson into the gradebook at this URL, as releasing it does."""
    text = places.source_notebook(built, built.lesson("1")).read_text(encoding="utf-8")
    return lambda url: generate({LESSON: text}, url)


@pytest.fixture(scope="module")
def empty(release, tmp_path_factory):
    """A gradebook in which nobody is."""
    folder = tmp_path_factory.mktemp("empty")
    release(file_url(folder))
    return folder / "gradebook.db"


@pytest.fixture
def url(empty, tmp_path):
    shutil.copy(empty, tmp_path)
    return file_url(tmp_path)


def write(url, lesson, *entries):
    with Gradebook(url) as book:
        return book.page(lesson).write(entries)


def everyone(url):
    with api.Gradebook(url, COURSE_ID) as book:
        return {each.student.id: each.score for each in book.assignment_submissions(LESSON)}


def test_a_released_lesson_belongs_to_the_course(url):
    with api.Gradebook(url, COURSE_ID) as book:
        assert book.find_assignment(LESSON).course_id == COURSE_ID


def test_a_gradebook_of_another_course_name(url, built):
    """As `nbgrader generate_assignment` makes one without our configuration."""
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(gradebook_tables.COURSE.delete())
        db.execute(gradebook_tables.COURSE.insert().values(id="default_course"))
        db.execute(gradebook_tables.ASSIGNMENT.update().values(course_id="default_course"))
    assert write(url, built.lesson("1"), Entry("ann", SCORES)) == {}
    with engine.connect() as db:  # nbgrader's API would add what is missing
        assert COURSE_ID in db.scalars(gradebook_tables.COURSE.select()).all()
        assert db.scalars(select(gradebook_tables.ASSIGNMENT.c.course_id)).all() == [COURSE_ID]
    engine.dispose()


def test_scores_are_replaced_and_what_a_person_gave_is_kept(url, built):
    lesson = built.lesson("1")
    assert write(url, lesson, Entry("ann", SCORES, ["triple"]), Entry("bob", SCORES)) == {}
    with api.Gradebook(url, COURSE_ID) as book:
        by_hand = book.find_grade("double-check", LESSON, LESSON, "ann")
        by_hand.manual_score, by_hand.extra_credit = 0.5, 0.25
        book.find_comment("double", LESSON, LESSON, "ann").manual_comment = "nice"
        book.db.commit()
    write(url, lesson, Entry("ann", {"double-hidden": 1.5}))
    assert everyone(url) == {"ann": 0.5 + 0.25 + 1.5, "bob": 3.0}
    with api.Gradebook(url, COURSE_ID) as book:
        assert book.find_grade("double-check", LESSON, LESSON, "ann").needs_manual_grade
        assert book.find_grade("triple-check", LESSON, LESSON, "ann").needs_manual_grade  # nobody scored it
        assert not book.find_grade("double-hidden", LESSON, LESSON, "ann").needs_manual_grade
        assert book.find_comment("double", LESSON, LESSON, "ann").comment == "nice"
        assert book.find_comment("triple", LESSON, LESSON, "bob").comment is None
    with Gradebook(url) as book:
        marks = book.page(lesson).read(["ann", "bob", "nobody"])
    assert marks["ann"].scores["double-check"] == 0.75 and marks["ann"].comments["double"] == "nice"
    assert set(marks) == {"ann", "bob"}


def test_one_that_cannot_be_written_does_not_take_the_others_along(url, built):
    nobody = Entry(None, SCORES)
    failed = write(url, built.lesson("1"), Entry("ann", SCORES), nobody, Entry("bob", SCORES))
    assert set(failed) == {None} and everyone(url) == {"ann": 3.0, "bob": 3.0}


def test_the_tables_are_nbgraders():
    """Names and types of what is written; nbgrader's own columns that are missing here must do without a value."""
    theirs = api.Base.metadata.tables
    for mine in (each for each in vars(gradebook_tables).values() if isinstance(each, TableClause)):
        columns = theirs[mine.name].columns
        for column in mine.columns:
            if not isinstance(column.type, NullType):
                assert type(column.type) is type(columns[column.name].type), column
        left_out = set(columns.keys()) - set(mine.columns.keys())
        assert all(columns[name].nullable for name in left_out), mine.name
    assert api.GradeCell.__mapper_args__["polymorphic_identity"] == gradebook_tables.IS_GRADED
    assert api.SolutionCell.__mapper_args__["polymorphic_identity"] == gradebook_tables.IS_SOLUTION


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_who_got_more_time_is_less_late(url, built):
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 1, tzinfo=UTC))
    entry = Entry("ann", SCORES, (), datetime(2026, 1, 3))
    penalties = []
    for extra in (0, 1, 5):
        with api.Gradebook(url, COURSE_ID) as book, Gradebook(url, PerDay(0.25)) as ours:
            page = ours.page(lesson)
            page.write([entry])
            book.grant_extension(LESSON, "ann", days=extra)
            page.write([entry])
            penalties.append(page.read(["ann"])["ann"].penalty)
            book.db.expire_all()
            assert book.find_submission(LESSON, "ann").total_seconds_late == max(0, 2 - extra) * DAY
    assert penalties == [1.5, 0.75, 0.0]


# ---- how a lesson gets there -------------------------------------------------------------------------------------


def _cells(url):
    """What nbgrader says about the lesson."""
    with api.Gradebook(url, COURSE_ID) as book:
        notebook = book.find_notebook(LESSON, LESSON)
        graded = {(cell.name, cell.max_score, cell.cell_type) for cell in notebook.grade_cells}
        sources = {(cell.name, cell.source, cell.checksum, cell.locked) for cell in notebook.source_cells}
        return notebook.assignment.course_id, notebook.kernelspec, graded, sources


def test_a_gradebook_that_is_new_or_has_the_lesson_needs_no_nbgrader(built, url, tmp_path, monkeypatch):
    lesson, new = built.lesson("1"), file_url(tmp_path / "new")
    template = issue(built, lesson, url)
    monkeypatch.setattr("autograder.issued._by_nbgrader", None)
    assert issue(built, lesson, url) == issue(built, lesson, new) == template
    assert _cells(url) == _cells(new)
    assert write(new, lesson, Entry("ann", SCORES)) == {} and everyone(new) == {"ann": 3.0}
    assert issue(built, lesson, new) == template and everyone(new) == {"ann": 3.0}


def test_a_lesson_that_changed_is_brought_up_to_date(toy, url):
    before = _cells(url)
    text = (toy.root / "solutions" / LESSON / "lesson.py").read_text(encoding="utf-8")
    (toy.root / "solutions" / LESSON / "lesson.py").write_text(text.replace("assert ", "assert  "), encoding="utf-8")
    assert not build(toy).errors
    assert "assert  " in issue(toy, toy.lesson("1"), url)
    assert _cells(url) != before
    fresh = file_url(toy.root)
    issue(toy, toy.lesson("1"), fresh)
    assert _cells(url) == _cells(fresh)


# ---- a gradebook that cannot be written -------------------------------------------------------------------------


def test_locked(url, built, monkeypatch):
    import sqlite3

    monkeypatch.setattr(sqlite3, "connect", _impatient(sqlite3.connect))
    with Gradebook(url) as book:
        page = book.page(built.lesson("1"))
        other = sqlite3.connect(url.removeprefix("sqlite:///"))
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradlabError, match=r"cannot be written .*locked.* Another program is using it"):
            page.write([Entry("ann", SCORES)])
        other.rollback()
        assert page.write([Entry("ann", SCORES)]) == {}
    assert everyone(url) == {"ann": 3.0}


def _impatient(connect):
    return lambda *args, **more: connect(*args, **(more | {"timeout": 0.1}))


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 3 MB. Making one takes root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting takes root")
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_read_only(empty, built, small_disk):
    """Root may write everywhere, but for a file system that is read-only."""
    shutil.copy(empty, small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(GradlabError, match=r"cannot be written .*correct the rights"):
        write(file_url(small_disk), built.lesson("1"), Entry("ann", SCORES))


def test_no_gradebook_at_all(built, blueprint, tmp_path):
    (tmp_path / "gradebook.db").write_bytes(b"this is no database, but a text that is long enough " * 50)
    with pytest.raises(GradlabError, match=r"cannot be written .*damaged"):
        Recorder(built, tmp_path, blueprint)
    with pytest.raises(GradlabError, match="needs a driver: pip install"):
        Gradebook("mysql://me:secret@localhost/grades")
    with pytest.raises(GradlabError, match="is no URL of a database"):
        Gradebook("my grades")
    assert "secret" not in shown("mysql://me:secret@localhost/grades")


FULL_DISK = """
import sys, json
from pathlib import Path
from autograder.blueprint import load_blueprint
from autograder.collect import Submission
from autograder.graded import Graded
from autograder.outputs import Filled
from autograder.record import Recorder
from gradlab.course import load_course
from gradlab.errors import GradlabError

course, out = load_course(sys.argv[1]), Path(sys.argv[2])
lesson = course.lesson("1")
with Recorder(course, out, load_blueprint(course, lesson)) as recorder:
    try:
        for number in range(10_000):
            student = f"student{number}"
            filled = Filled("x" * 50_000, {"double-check": 1.0})
            recorder.put(Submission(student, lesson, None), Graded(student, lesson.id, {}, digest="d"), filled)
            if number % 5 == 0:
                recorder.flush()
    except GradlabError as error:
        print(error)
"""


def test_a_full_disk(built, small_disk, repo):
    """A sentence, and nothing that is half there."""
    env = {**os.environ, "PYTHONPATH": str(repo)}
    command = [sys.executable, "-c", FULL_DISK, str(built.root), str(small_disk)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert "cannot be written" in done.stdout and "Make room" in done.stdout, done.stdout + done.stderr[-2000:]
    remembered = {path.parent.name for path in small_disk.glob(".gradlab/grades/*/*.json")}
    written = {path.parents[1].name: path for path in small_disk.glob("autograded/*/*/*.ipynb")}
    assert remembered and all(path.stat().st_size == 50_000 for path in written.values())
    assert remembered <= set(everyone(file_url(small_disk))) & set(written)
    assert not list(small_disk.rglob("*.tmp"))


# ---- PostgreSQL -------------------------------------------------------------------------------------------------


def _postgres() -> Path | None:
    """The folder with PostgreSQL's programs, as Debian has them or on the PATH."""
    found = [*map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), shutil.which("initdb")]
    return next((Path(initdb).parent for initdb in reversed(found[:-1] or found) if initdb), None)


@pytest.fixture
def postgres():
    """The URL of a real server of our own, with a new database; it listens on a socket in the test's folder."""
    programs = _postgres()
    if programs is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="pip install gradlab[postgres]")
    data, as_user = Path(tempfile.mkdtemp(prefix="gradlab-pg-")), []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(data, "nobody")
        as_user = ["setpriv", "--reuid=nobody", "--clear-groups", "--"]

    def do(program, *words):
        subprocess.run([*as_user, programs / program, *words], check=True, capture_output=True, cwd="/")

    do("initdb", "-D", data / "db", "-U", "grader", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={data} -c fsync=off"
    do("pg_ctl", "-D", data / "db", "-o", options, "-l", data / "log", "-w", "start")
    try:
        do("createdb", "-h", data, "-U", "grader", "grades")
        yield f"postgresql://grader@/grades?host={data}"
    finally:
        do("pg_ctl", "-D", data / "db", "-m", "immediate", "stop")
        shutil.rmtree(data, ignore_errors=True)


@pytest.mark.full
def test_postgresql(postgres, release, built):
    release(postgres)
    lesson = replace(built.lesson("1"), due=datetime(2026, 1, 1, tzinfo=UTC))
    late = datetime(2026, 1, 2)
    long = "ü" * 128
    failed = write(
        postgres, lesson, Entry("ann 🙂", SCORES, ["double"], late), Entry(long, SCORES), Entry("x" * 129, {})
    )
    assert list(failed) == ["x" * 129] and "too long" in failed["x" * 129]
    write(postgres, lesson, Entry("ann 🙂", {"double-check": 1.0}, (), late))
    assert everyone(postgres) == {"ann 🙂": 1.0, long: 3.0}
    with Gradebook(postgres) as book:
        assert book.page(lesson).read(["ann 🙂"])["ann 🙂"].scores["double-check"] == 1.0
