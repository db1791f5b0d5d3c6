"""Lending answers to students who are stuck: only when asked for, only when the policy says so, and nothing else."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from autograder.catchup import catchup_files, lendable
from autograder.cli import main
from autograder.distribution.release import planned, release_to
from autograder.leaks.search import Searcher
from gradlab import cli as student
from gradlab.course import load_course
from gradlab.errors import GradlabError


@pytest.fixture
def lending(toy, monkeypatch):
    """The toy course with a policy: lending("after_due") or lending("always")."""
    monkeypatch.chdir(toy.root)
    file = toy.root / "course.yml"
    text = file.read_text(encoding="utf-8").replace("points: 9", "points: 9\n    due: 2026-09-14")

    def course(policy: str):
        file.write_text(f"{text}policies:\n  catchup: {policy}\n", encoding="utf-8")
        return load_course(toy.root)

    return course


def test_when(lending):
    moment = dt.datetime(2026, 9, 14, 12, tzinfo=dt.UTC)

    def ids(policy, now):
        course = lending(policy)
        return [lesson.id for lesson in lendable(course, course.lessons, now)]

    assert ids("always", moment) == ["01_numbers"], "nothing builds on the last lesson, so it is never lent"
    assert ids("after_due", moment) == [] and ids("after_due", moment + dt.timedelta(days=1)) == ["01_numbers"]
    with pytest.raises(GradlabError, match=r"is never, so no answer leaves this repository"):
        ids("never", moment)


def test_no_release_holds_them_by_itself(lending, tmp_path, capsys):
    course = lending("always")
    to = tmp_path / "students"
    assert not [name for name in planned(course, course.lessons, to).files if name.startswith("catchup")]
    assert main(["release", "--with-catchup"]) == 2 and "--to DIR" in capsys.readouterr().err
    lending("never")
    assert main(["release", "--to", str(to), "--with-catchup"]) == 2
    assert "is never" in capsys.readouterr().err and not (to / "catchup").exists()


def test_asked_for(lending, tmp_path, monkeypatch, capsys):
    course = lending("always")
    to = tmp_path / "students"
    assert main(["release", "--to", str(to), "--with-catchup"]) == 0
    assert "lent to students who are stuck: 01_numbers." in capsys.readouterr().out
    module = (to / "catchup" / "01_numbers" / "numbers.py").read_text(encoding="utf-8")
    assert "def double" in module and "SOLUTION" not in module
    assert Searcher.of(course).problems(to), "elsewhere they would be a leak"
    # A student borrows them.
    monkeypatch.chdir(to)
    path = list(sys.path)
    assert student.main(["catchup", "1"]) == 0
    assert "Borrowed: mytorch/numbers.py, mytorch/signs.py." in capsys.readouterr().out
    assert (to / "mytorch" / "numbers.py").read_text(encoding="utf-8").endswith(module)
    sys.path[:] = path
    # Another release before the next due date, without them: gone.
    monkeypatch.chdir(course.root)
    assert main(["release", "--to", str(to), "--force", "--dry-run"]) == 0
    assert "removed catchup/01_numbers/numbers.py" in capsys.readouterr().out


def test_only_the_very_file_is_let_through(lending, tmp_path):
    course = lending("always")
    lessons = list(course.lessons)
    plan = planned(course, lessons, tmp_path / "students", lent=lessons[:1])
    files = {**plan.files, "notes.py": catchup_files(course, lessons[:1])["catchup/01_numbers/numbers.py"] + b"\n"}
    leaking = type(plan)(plan.to, files, plan.new, plan.changed, plan.gone)
    with pytest.raises(GradlabError, match=r"notes\.py holds the answer of"):
        release_to(course, lessons, leaking)
    assert not plan.to.exists()
