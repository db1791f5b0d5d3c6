"""`autograder build`: what lies in .build/, and what does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.build import build
from autograder.cli import main
from autograder.loose_ends import loose_ends
from autograder.source import read_source

REFERENCE = ".build/reference/mytorch"


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_built(toy):
    report = build(toy)
    assert (report.errors, report.warnings) == ([], [])
    assert set(tree(toy.root / ".build")) == {
        "source/01_numbers/01_numbers.ipynb",
        "source/02_sums/02_sums.ipynb",
        "reference/mytorch/__init__.py",
        "reference/mytorch/data/note.txt",
        "reference/mytorch/numbers.py",
        "reference/mytorch/signs.py",
        "reference/mytorch/sums.py",
    }


def test_the_reference_engine_works(toy):
    build(toy)
    code = "import mytorch; print(mytorch.total([1, 2]), mytorch.negate(3))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=toy.root / ".build/reference", capture_output=True, text=True
    )
    assert done.stdout == "6.0 -3\n", done.stderr


def test_builds_are_identical_and_leave_files_alone(toy):
    build(toy)
    first = tree(toy.root / ".build")
    stamps = {path: path.stat().st_mtime_ns for path in (toy.root / ".build").rglob("*") if path.is_file()}
    report = build(toy)
    assert (report.written, report.removed) == ([], [])
    assert tree(toy.root / ".build") == first
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())


def test_a_students_exports_are_not_part_of_the_shell(toy):
    package = toy.root / "mytorch"
    (package / "numbers.py").write_text("of a student = 1\n", encoding="utf-8")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    (package / ".hidden").write_bytes(b"x")
    build(toy)
    built = tree(toy.root / REFERENCE)
    assert set(built) == {"__init__.py", "data/note.txt", "numbers.py", "signs.py", "sums.py"}
    assert b"student" not in built["numbers.py"]


def test_stale_files_are_removed(toy, edit):
    build(toy)
    strangers = [".build/source/01_numbers/notes.txt", ".build/source/07_old/07_old.ipynb", f"{REFERENCE}/old.py"]
    for name in strangers:
        (toy.root / name).parent.mkdir(exist_ok=True)
        (toy.root / name).write_text("x", encoding="utf-8")
    edit("#| export signs.signs_head\n", "")
    edit("#| export signs.negate\n", "")
    report = build(toy)
    assert report.removed == sorted([*strangers, f"{REFERENCE}/signs.py"])
    assert not (toy.root / ".build/source/07_old").exists()


def test_one_lesson_leaves_the_others_alone(toy, edit):
    build(toy)
    edit("twice nothing is nothing", "nothing, twice")
    report = build(toy, [toy.lesson("2")])
    assert (report.written, report.removed) == ([], [])
    assert build(toy, [toy.lesson("1")]).written == [".build/source/01_numbers/01_numbers.ipynb"]


def test_a_broken_lesson_keeps_its_last_build_and_others_are_built(toy, edit):
    build(toy)
    before = tree(toy.root / ".build")
    edit('# %% given="price"', '# %% giben="price"')
    edit("add up the doubles", "add up all doubles", file="solutions/02_sums/lesson.py")
    report = build(toy)
    assert len(report.errors) == 1 and "giben" in report.errors[0]
    assert report.written == [".build/source/02_sums/02_sums.ipynb"]
    name = "source/01_numbers/01_numbers.ipynb"
    assert (toy.root / ".build" / name).read_bytes() == before[name]


LOOSE_ENDS = {
    "points of the lesson": (
        "    points: 9\n",
        "    points: 8\n",
        "course.yml",
        "add up to 9 points; course.yml says 8",
    ),
    "module without a cell": (
        "[numbers, signs]",
        "[numbers, signs, logs]",
        "course.yml",
        "it exports logs, but no cell",
    ),
    "points of a hidden test": (
        'tests("triple", points=1',
        'tests("triple", points=2',
        "solutions/01_numbers/hidden_tests.py",
        'lesson.py:44: exercise "triple" has points=1; its hidden tests add up to 2',
    ),
    "hidden test of nothing": (
        'tests("triple", points=1',
        'tests("tripel", points=1',
        "solutions/01_numbers/hidden_tests.py",
        'Did you mean "triple"?',
    ),
    "hidden tests that are no Python": ("see(", "see((", "solutions/01_numbers/hidden_tests.py", "hidden_tests.py:"),
}


@pytest.mark.parametrize(("old", "new", "file", "words"), LOOSE_ENDS.values(), ids=LOOSE_ENDS)
def test_loose_ends(toy, edit, old, new, file, words):
    from gradlab.course import load_course

    edit(old, new, file=file)
    course = load_course(toy.root)
    assert words in "\n".join(loose_ends(course, read_source(course, course.lessons[0])))


def test_missing_hidden_tests_are_a_loose_end(toy):
    (toy.root / "solutions/01_numbers/hidden_tests.py").unlink()
    assert "does not exist" in loose_ends(toy, read_source(toy, toy.lessons[0]))[0]


def test_the_verb(toy, monkeypatch, capsys, edit):
    monkeypatch.chdir(toy.root)
    assert main(["build"]) == 0
    assert "Next: autograder verify" in capsys.readouterr().out
    edit('# %% given="price"', '# %% giben="price"')
    assert main(["build", "1"]) == 2
    assert "error: solutions/01_numbers/lesson.py:" in capsys.readouterr().err
    assert main(["build", "2"]) == 0
