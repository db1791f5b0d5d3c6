"""`autograder release --to`: a whole student repository or nothing, and nobody's files are overwritten."""

from __future__ import annotations

import subprocess
import tomllib

import pytest

from autograder.cli import main
from autograder.distribution import writing
from gradlab.course import load_course


@pytest.fixture
def here(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    return toy


@pytest.fixture
def to(tmp_path):
    return tmp_path / "for students"


def git(folder, *arguments) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def tree(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_that_a_student_needs_and_nothing_else(here, to, capsys):
    assert main(["release", "--to", str(to)]) == 0
    assert "✓ searched" in capsys.readouterr().out
    tops = {path.name for path in to.iterdir()}
    assert tops == {
        *("README.md", "LICENSE", "Makefile", "pyproject.toml", "course.yml", "environment.yml", ".gitignore"),
        *("binder", "gradlab", "modules", "mytorch", ".release.json"),
    }
    project = tomllib.loads((to / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert list(project["scripts"]) == ["gradlab"]
    assert not any(name in each for each in project["dependencies"] for name in ("nbgrader", "pytest", "jupytext"))
    assert (to / "binder" / "postBuild").stat().st_mode & 0o111
    assert not list(to.parent.glob(".for students*")), "what it was written to first is gone"


def test_some_lessons(here, to, capsys):
    assert main(["release", "--to", str(to), "--lessons", "1-1"]) == 0
    course = load_course(to)
    assert [lesson.id for lesson in course.lessons] == ["01_numbers"]
    assert course.policies == here.policies
    assert [path.name for path in (to / "modules").iterdir()] == ["01_numbers"]
    assert "02_sums" not in (to / "README.md").read_text(encoding="utf-8")
    assert main(["release", "--to", str(to), "--lessons", "2"]) == 2
    assert "Release all up to it: --lessons 1-2" in capsys.readouterr().err
    assert main(["release", "--to", str(to), "--lessons", "1,2"]) == 0
    assert (to / "modules" / "02_sums").is_dir()


def test_a_dry_run_writes_nothing(here, to, capsys):
    assert main(["release", "--to", str(to), "--dry-run"]) == 0
    assert "would be new" in capsys.readouterr().out and not to.exists()


def test_a_foreign_folder_is_left_alone(here, to, capsys):
    to.mkdir()
    (to / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    for more in ([], ["--force"]):
        assert main(["release", "--to", str(to), *more]) == 2
        assert "was not written by a release: it holds thesis.txt" in capsys.readouterr().err
    assert tree(to) == {"thesis.txt": b"ten years of work"}


def test_work_in_a_release_is_lost_only_when_asked_for(here, to, capsys):
    main(["release", "--to", str(to)])
    before = tree(to)
    (to / "README.md").write_text("mine", encoding="utf-8")
    (to / "notes.txt").write_text("mine", encoding="utf-8")
    assert main(["release", "--to", str(to)]) == 2
    assert "README.md, notes.txt" in capsys.readouterr().err
    assert (to / "README.md").read_text(encoding="utf-8") == "mine"
    assert main(["release", "--to", str(to), "--force"]) == 0
    assert tree(to) == before


def test_a_release_that_fails_leaves_the_old_one(here, to, monkeypatch, edit):
    main(["release", "--to", str(to), "--lessons", "1"])
    before = tree(to)
    edit("twice nothing is nothing", "nothing, twice")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.Path, "write_bytes", full)
    with pytest.raises(OSError):
        main(["release", "--to", str(to)])
    assert tree(to) == before and not list(to.parent.glob(".for students*"))


def test_a_leak_stops_it_before_anything_is_written(here, to, capsys):
    secret = (here.root / "solutions" / "01_numbers" / "hidden_tests.py").read_text(encoding="utf-8")
    (here.root / "mytorch" / "data" / "note.txt").write_text(secret, encoding="utf-8")
    assert main(["release", "--to", str(to), "--git", "main"]) == 2
    assert "mytorch/data/note.txt holds the hidden test" in capsys.readouterr().err
    assert not to.exists() and not list(to.parent.glob(".for students*"))


def test_a_history_of_its_own(here, to, edit, capsys):
    assert main(["release", "--to", str(to), "--lessons", "1", "--git", "course"]) == 0
    assert git(to, "log", "--format=%s%n%p") == "Lesson 1: Numbers"  # and no parent
    assert git(to, "status", "--porcelain") == ""
    assert main(["release", "--to", str(to), "--lessons", "1", "--git", "course"]) == 0
    assert "nothing to commit" in capsys.readouterr().out
    assert main(["release", "--to", str(to), "--git", "course"]) == 0
    assert git(to, "log", "--format=%s").split("\n") == ["Lessons 1 to 2", "Lesson 1: Numbers"]
    assert git(to, "status", "--porcelain") == ""
    assert main(["release", "--to", str(to), "--git", "no such..branch"]) == 2
    assert "cannot be the name of a branch" in capsys.readouterr().err


def test_a_history_that_holds_answers_is_refused(here, to, capsys):
    main(["release", "--to", str(to), "--git", "main"])
    secret = (here.root / "solutions" / "01_numbers" / "hidden_tests.py").read_text(encoding="utf-8")
    (to / "oops.py").write_text(secret, encoding="utf-8")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    git(to, "add", "oops.py")
    git(to, *identity, "commit", "--quiet", "-m", "oops")
    git(to, *identity, "revert", "--no-edit", "HEAD")
    before = git(to, "rev-parse", "HEAD")
    assert main(["release", "--to", str(to), "--lessons", "1", "--git", "main"]) == 2
    assert "blob" in capsys.readouterr().err
    assert git(to, "rev-parse", "HEAD") == before and (to / "modules" / "02_sums").is_dir()


def test_a_badge_when_it_is_known_where_it_goes(here, to, capsys):
    assert main(["release", "--to", str(to), "--github", "ada/course/main"]) == 0
    words = (to / "README.md").read_text(encoding="utf-8")
    opens = words.split("gh/ada/course/main?urlpath=lab/tree/")[1].split(")")[0]
    assert (to / opens).is_file()
    assert main(["release", "--to", str(to), "--github", "nonsense"]) == 2
    assert main(["release", "--github", "ada/course"]) == 2
    assert "--to DIR" in capsys.readouterr().err
