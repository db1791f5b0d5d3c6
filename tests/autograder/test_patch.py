"""`autograder release --patch`: a lesson is fixed while students work in it."""

from __future__ import annotations

import json
import shutil

import pytest

from autograder.cli import main
from gradlab import cli as student
from gradlab.notebooks import read_notebook


@pytest.fixture
def here(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    assert main(["release", "--no-db"]) == 0
    return toy


def test_from_the_source_to_the_student(here, edit, tmp_path, monkeypatch, capsys):
    course_of_student = tmp_path / "student"
    shutil.copytree(here.root, course_of_student, ignore=shutil.ignore_patterns("solutions", ".build", "gradebook.db"))
    file = course_of_student / "modules" / "01_numbers" / "01_numbers.ipynb"
    raw = json.loads(file.read_text(encoding="utf-8"))
    exercise = next(cell for cell in raw["cells"] if cell["id"] == "double")
    exercise["source"] = "#| export numbers.double\ndef double(x):\n    return x + x"
    raw["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "a note"})
    file.write_text(json.dumps(raw), encoding="utf-8")
    edit("# %% [markdown]", "# %% [markdown]\n# A sentence that was missing.\n\n# %% [markdown]")
    capsys.readouterr()

    assert main(["release", "--patch", "1", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "01_numbers: 1 new" in said and "(text)" in said and not (here.root / "patches").exists()
    assert main(["release", "--patch", "1", "--no-db"]) == 0
    patch = here.root / "patches" / "01_numbers.ipynb"
    assert "They type: gradlab update 01_numbers.ipynb" in capsys.readouterr().out
    assert patch.read_bytes() == (here.root / "modules/01_numbers/01_numbers.ipynb").read_bytes()

    monkeypatch.chdir(course_of_student)
    assert student.main(["update", str(patch)]) == 0
    assert "01_numbers: 1 new; 1 answer and 1 cell of your own stay." in capsys.readouterr().out
    after = read_notebook(file)
    assert after.exercises["double"].source == exercise["source"]
    assert any("A sentence that was missing." in str(cell["source"]) for cell in after.raw["cells"])
    assert after.raw["cells"][-1]["id"] == "mine"


def test_it_is_a_release_like_any_other(here, capsys):
    assert main(["release", "--patch", "1", "--git", "main"]) == 2
    assert "--patch LESSON goes with" in capsys.readouterr().err
    assert main(["release", "--patch", "nine"]) == 2
    raw = json.loads((here.root / "modules/01_numbers/01_numbers.ipynb").read_text(encoding="utf-8"))
    assert set(raw["metadata"]["gradlab"]["released"]) == {cell["id"] for cell in raw["cells"]}
