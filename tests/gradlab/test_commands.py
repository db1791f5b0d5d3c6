"""The verbs of `gradlab`, as a student types them."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest

from gradlab.cli import COMMAND, main
from gradlab.exports import load_exports
from gradlab.notebooks import read_notebook


@pytest.fixture
def gradlab(place, capsys, monkeypatch):
    """Run a command; its exit code and what it printed."""
    monkeypatch.delenv("GRADLAB_STUDENT", raising=False)

    def run(*args):
        code = main(list(args))
        out, err = capsys.readouterr()
        return code, out + err

    return run


def solved(make, **options):
    return make.first_lesson(square=make.SQUARE, **options)


STUBS = {"square": "", "cube": "", "walk": ""}


def with_stubs(make, **sources):
    walk = "#| export walk.walk\ndef walk(n):\n    raise NotImplementedError('count up to n')"
    cube = "#| export ops.cube\ndef cube(x):\n    raise NotImplementedError('square, once more')"
    return make.first_lesson(**sources, stubs={"square": make.SQUARE_STUB, "cube": cube, "walk": walk})


@pytest.mark.parametrize("verb", COMMAND.verbs)
def test_help_shows_an_example(gradlab, verb):
    code, said = gradlab(verb, "--help")
    assert code == 0 and f"gradlab {verb}" in said.split("example:")[1]


@pytest.mark.parametrize("verb", ["export", "check", "reset", "submit"])
def test_bad_lessons(gradlab, place, verb):
    code, said = gradlab(verb, "7")
    assert code == 2 and said.startswith('error: there is no lesson "7".')
    code, said = gradlab(verb, "2")
    assert code == 2 and "02_second.ipynb does not exist" in said
    place.path().write_text('{"cells": [', encoding="utf-8")
    code, said = gradlab(verb, "1")
    assert code == 2 and "it ends too early" in said and said.count("\n") == 1


# ---- export, check ----------------------------------------------------------------------------------------------


def test_export(gradlab, place, make):
    code, said = gradlab("export", "1", "--dry-run")
    assert code == 0 and "would be exported" in said and not place.has("ops")
    code, said = gradlab("export", "first")
    assert code == 0 and "✓ cube → tinytorch/ops.py" in said and "○ square is not written yet." in said
    assert "3 of 4 cells exported, 1 still to be written." in said
    place.write(make.first_lesson(square="#| export ops.square\nx = ("))
    code, said = gradlab("export", "1")
    assert code == 1 and "SyntaxError" in said


def test_check(gradlab, place, make):
    gradlab("export", "1")
    code, said = gradlab("check", "1")
    lines = said.splitlines()
    assert code == 1
    assert lines[0] == "✗ fails   square  0 of 1 point" and "no attribute 'square'" in said
    assert "✓ passes  walk    2 of 2 points" in lines
    assert lines[-1] == "01_first: 2 of 3 points. Next: work on `square`, run its cell, then: gradlab check 1"
    place.write(solved(make))
    assert "newer `square` than your package. Next: gradlab export 1" in gradlab("check", "1")[1]
    gradlab("export", "1")
    code, said = gradlab("check", "1")
    assert code == 0
    assert said.endswith("01_first: 3 of 3 points. Hidden tests give up to 3 more. Next: gradlab submit 1\n")


def test_check_of_a_lesson_whose_earlier_ones_are_not_there(gradlab, place, make):
    """An ImportError alone would leave a student at a loss."""
    cells = [make.exercise("more", "def more():\n    pass"), make.check("more", "from tinytorch import walk")]
    place.write(make.notebook(cells, "02_second"), "02_second")
    said = gradlab("check", "2")[1]
    assert "It builds on lesson 1, of which your package has nothing yet. Next: gradlab check 1" in said
    gradlab("export", "1")
    assert "Next: gradlab check 1" not in gradlab("check", "2")[1]


def test_check_of_an_exercise_under_another_name(gradlab, place, make):
    """What is checked is the package's older version, and the grader finds nothing: both must be said."""
    raw = with_stubs(make, square=make.SQUARE)
    place.write(raw)
    gradlab("export", "1")
    assert "is not in the notebook" not in gradlab("check", "1")[1]
    cell = next(cell for cell in raw["cells"] if cell["id"] == "square")
    cell["source"] = cell["source"].replace("ops.square", "ops.quadrat")
    place.write(raw)
    said = gradlab("check", "1")[1]
    assert "note: `square` is not in the notebook, so it cannot be graded. `quadrat` is no exercise here" in said
    assert "To put it back: gradlab reset 1 square" in said


# ---- status -----------------------------------------------------------------------------------------------------


def test_status(gradlab, place, make):
    code, said = gradlab("status")
    assert code == 0
    assert "Tiny: 0 of 3 points so far; hidden tests give up to 3 more." in said
    assert "◐ 1  First   " in said and "· 2  Second  not here yet" in said
    assert "Next: `square` in lesson 1, write it" in said and "modules/01_first/01_first.ipynb" in said
    assert "tinytorch" not in said.replace(str(place.root), "") and not (place.root / ".gradlab").exists()

    place.write(solved(make))
    _, said = gradlab("status", "1")
    assert "◐ square  not exported: run its cell, or: gradlab export 1" in said
    gradlab("export", "1")
    assert "◐ square  unchecked: run its check, or: gradlab check 1" in gradlab("status", "1")[1]
    gradlab("check", "1")
    assert "3 of  3 exercises, 3 of 3 points" in gradlab("status")[1]
    assert "Hand it in: gradlab submit 1" in gradlab("status")[1]
    gradlab("submit", "1", "--student", "ada")
    assert ", submitted 20" in gradlab("status")[1]

    # A result counts only for what it was a result of.
    place.write(make.first_lesson(square=make.SQUARE.replace("x * x", "x + x")))
    gradlab("export", "1")
    assert "unchecked" in gradlab("status", "1")[1]
    gradlab("check", "1")
    _, said = gradlab("status", "1")
    assert "✗ square  failing: its check fails" in said and "3 times 3 is 9" in said


def test_status_without_a_notebook(gradlab, place, make):
    folder = place.path("02_second").parent
    folder.mkdir()
    assert "✗ 2  Second  its notebook cannot be read" in gradlab("status")[1]
    place.path().unlink()
    assert "Next: " in gradlab("status")[1] and "01_first.ipynb does not exist" in gradlab("status")[1]
    place.path().parent.rmdir()
    assert "Next: nothing. Lesson 1 is not here yet." in gradlab("status")[1]
    assert gradlab("status", "1") == (0, "Lesson 1, First: not here yet\n")


def test_status_of_an_exercise_that_is_not_saved(gradlab, place, make):
    place.write(solved(make))
    gradlab("export", "1")
    place.write(make.first_lesson())
    assert "◐ square  unsaved: your package has it, the file does not: save the notebook" in gradlab("status", "1")[1]


def test_status_of_a_damaged_lesson(gradlab, place, make):
    raw = with_stubs(make, square="#| export ops.square\nx = (")
    raw["cells"] = [cell for cell in raw["cells"] if cell["id"] != "walk"]
    place.write(raw)
    _, said = gradlab("status", "1")
    assert "✗ walk    missing: its cell is gone; put it back: gradlab reset 1 walk" in said
    assert "✗ square  broken: repair its syntax" in said and "line 2: SyntaxError" in said
    (place.root / ".gradlab" / "checks").mkdir(parents=True)
    (place.root / ".gradlab/checks/01_first.json").write_text('["?"]', encoding="utf-8")
    assert gradlab("status")[0] == 0


# ---- reset ------------------------------------------------------------------------------------------------------


def test_reset_an_exercise(gradlab, place, make):
    place.write(with_stubs(make, square=make.SQUARE))
    gradlab("export", "1")
    before = place.path().read_bytes()
    assert gradlab("reset", "1", "square", "--dry-run") == (0, "01_first: would put back `square`.\n")
    assert place.path().read_bytes() == before
    code, said = gradlab("reset", "1", "square")
    assert code == 0 and "put back `square`." in said
    copy = next(line for line in said.splitlines() if line.startswith("Your version is in ")).split(" in ")[1]
    assert (place.root / copy).read_bytes() == before
    exercises = read_notebook(place.path()).exercises
    assert exercises["square"].source == make.SQUARE_STUB and exercises["walk"].source == make.WALK
    assert "def square" not in place.module("ops") and "def cube" in place.module("ops")
    assert "square" not in load_exports(place.root, "ops")
    assert "nothing to reset, square is as it was given" in gradlab("reset", "1", "square")[1]


def test_reset_a_lesson_and_a_lost_cell(gradlab, place, make):
    raw = with_stubs(make, square=make.SQUARE)
    lost = next(cell for cell in raw["cells"] if cell["id"] == "walk")
    raw["cells"].remove(lost)
    place.write(raw)
    code, said = gradlab("reset", "1")
    assert code == 0 and "put back `square`, `cube`, `walk`." in said
    cells = json.loads(place.path().read_text(encoding="utf-8"))["cells"]
    ids = [cell["id"] for cell in cells]
    assert ids.index("walk") + 1 == ids.index("walk-check")
    assert cells[ids.index("walk")]["metadata"]["nbgrader"] == lost["metadata"]["nbgrader"]
    assert all("NotImplementedError" in cell["source"] for cell in cells if cell["id"] in STUBS)
    first = set((place.root / ".gradlab/backups/01_first").iterdir())
    place.write(raw)
    gradlab("reset", "1")
    assert len(set((place.root / ".gradlab/backups/01_first").iterdir()) - first) == 1


def test_reset_needs_a_name_and_stubs(gradlab, place, make):
    code, said = gradlab("reset", "1")
    assert code == 2 and "does not hold the stubs" in said and "Download the lesson again" in said
    place.write(with_stubs(make))
    code, said = gradlab("reset", "1", "sqare")
    assert code == 2 and 'no exercise "sqare". Did you mean "square"? Its exercises: square, cube, walk.' in said


def test_reset_asks_git_for_an_older_notebook(gradlab, place, make):
    import subprocess

    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "modules"], [*who, "commit", "-qm", "release"]):
        subprocess.run(["git", "-C", str(place.root), *command], check=True)
    place.write(solved(make))
    code, _ = gradlab("reset", "1", "square")
    assert code == 0 and read_notebook(place.path()).exercises["square"].source == make.SQUARE_STUB


# ---- submit -----------------------------------------------------------------------------------------------------


def test_submit(gradlab, place, make):
    raw = with_stubs(make, cube="#| export ops.cube\nx = (")
    place.write(raw)
    code, said = gradlab("submit", "1", "--student", "ada")
    assert code == 0
    for line in ("`square`: not written yet.", "`cube`: no valid Python.", "`walk`: written, but not exported"):
        assert line in said
    packed = place.root / "submissions" / "ada-01_first.zip"
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["ada/01_first/01_first.ipynb", "ada/01_first/timestamp.txt"]
        assert archive.read("ada/01_first/01_first.ipynb") == place.path().read_bytes()
        assert archive.read("ada/01_first/timestamp.txt").endswith(b" UTC")
    assert hashlib.sha256(place.path().read_bytes()).hexdigest() in said


def test_submit_a_folder(gradlab, place, monkeypatch):
    monkeypatch.setenv("GRADLAB_STUDENT", "bob@uni.edu")
    code, _ = gradlab("submit", "1", "--to", str(place.root / "hand in"), "--folder")
    assert code == 0
    assert (place.root / "hand in/bob@uni.edu/01_first/01_first.ipynb").read_bytes() == place.path().read_bytes()


@pytest.mark.parametrize("name", ["../../etc", "a b", "é", ".hidden", "-x", "a/b", "x" * 101])
def test_submit_under_a_bad_name(gradlab, place, name):
    code, said = gradlab("submit", "1", f"--student={name}")
    assert code == 2 and "cannot be the name of a student" in said
    assert not (place.root / "submissions").exists()


def test_submit_a_whole_lesson(gradlab, place, make):
    place.write(with_stubs(make, square=make.SQUARE))
    gradlab("export", "1")
    gradlab("check", "1")
    _, said = gradlab("submit", "1", "--student", "ada")
    assert said.startswith("01_first: 3 of 3 points in checks, 3 by grading.\nPacked for ada: ")


def test_submit_with_lost_and_doubled_cells(gradlab, place, make):
    raw = with_stubs(make, square=make.SQUARE)
    raw["cells"] = [c for c in raw["cells"] if c["id"] not in ("walk", "walk-check", "square-check")]
    raw["cells"].append(make.exercise("square", make.SQUARE))
    place.write(raw)
    _, said = gradlab("submit", "1", "--student", "ada")
    assert "`walk`: not in the notebook at all." in said
    assert "the notebook has no check cells" in said
    assert "`square` is there more than once; the last one counts." in said
