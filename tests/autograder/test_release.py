"""`autograder release`: through nbgrader's real pipeline into modules/."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.release import apply, plan_release
from gradlab.errors import GradlabError
from gradlab.notebooks import read_notebook

FIRST, SECOND = "modules/01_numbers/01_numbers.ipynb", "modules/02_sums/02_sums.ipynb"


@pytest.fixture
def here(toy, monkeypatch):
    monkeypatch.chdir(toy.root)
    return toy


def test_students_get_stubs_and_no_hidden_tests(here):
    assert main(["release", "--no-db"]) == 0
    notebook = read_notebook(here.root / FIRST)
    assert notebook.exercises["double"].source == (
        '#| export numbers.double\ndef double(x: float) -> float:\n    """Twice `x`."""\n'
        '    raise NotImplementedError("return twice what came in")'
    )
    assert 'NotImplementedError("return \\"three times\\" what came in")' in notebook.exercises["triple"].source
    hidden = [cell for cell in notebook.cells if cell.role == "hidden"]
    assert next(cell.source for cell in hidden) == "# Hidden tests of `double` run here when your work is graded."
    text = (here.root / FIRST).read_text(encoding="utf-8")
    assert not any(word in text for word in ("SOLUTION", "HIDDEN TESTS", "autograder", "halves.sum", "opposite ="))
    assert notebook.stubs == {name: cell.source for name, cell in notebook.exercises.items()}
    assert json.loads(text)["metadata"]["kernelspec"]["name"] == "python3"
    assert list((here.root / "modules" / "01_numbers").iterdir()) == [here.root / FIRST]


def test_a_release_repeats_itself_and_leaves_other_lessons_alone(here, edit, capsys):
    main(["release", "--no-db"])
    before = [(here.root / name).read_bytes() for name in (FIRST, SECOND)]
    edit("twice nothing is nothing", "nothing, twice")
    edit("1 and 2, doubled", "doubled, 1 and 2", file="solutions/02_sums/lesson.py")
    capsys.readouterr()
    assert main(["release", "1", "--no-db"]) == 0
    assert "01_numbers: changed double-check-zero\n" in capsys.readouterr().out
    assert (here.root / FIRST).read_bytes() != before[0]
    assert (here.root / SECOND).read_bytes() == before[1]
    stamp = (here.root / FIRST).stat().st_mtime_ns
    assert main(["release", "1", "--no-db"]) == 0
    assert (here.root / FIRST).stat().st_mtime_ns == stamp


def test_a_dry_run_writes_nothing(here, capsys):
    assert main(["release", "--dry-run"]) == 0
    assert "2 of 2 lessons would change" in capsys.readouterr().out
    assert not (here.root / "modules").exists()
    assert not (here.root / "gradebook.db").exists()


def test_loose_ends_stop_a_release(here, edit, capsys):
    edit('tests("triple", points=1', 'tests("triple", points=3', file="solutions/01_numbers/hidden_tests.py")
    assert main(["release", "--no-db"]) == 2
    assert "its hidden tests add up to 3" in capsys.readouterr().err
    assert not (here.root / "modules").exists()


def test_work_in_modules_is_not_overwritten(here, capsys):
    main(["release", "--no-db"])
    text = (here.root / FIRST).read_text(encoding="utf-8")
    notebook = json.loads(text)
    next(cell for cell in notebook["cells"] if cell["id"] == "negate")["source"] = "def negate(x):\n    return -x"
    done = json.dumps(notebook)
    (here.root / FIRST).write_text(done, encoding="utf-8")
    assert main(["release", "--no-db"]) == 2
    assert "holds somebody's work (negate)" in capsys.readouterr().err
    assert (here.root / FIRST).read_text(encoding="utf-8") == done
    assert main(["release", "1", "--force", "--no-db"]) == 0
    assert (here.root / FIRST).read_text(encoding="utf-8") == text


def test_the_gradebook_knows_the_lessons_and_keeps_what_was_handed_in(here, edit):
    from nbgrader.api import Gradebook

    assert main(["release"]) == 0
    url = f"sqlite:///{here.root / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        notebook = gradebook.find_notebook("01_numbers", "01_numbers")
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        assert points["double-hidden"] == 2 and points["double-check-zero"] == 1 and sum(points.values()) == 9
        gradebook.update_or_create_student("ada")
        gradebook.update_or_create_submission("01_numbers", "ada")
    edit("twice nothing is nothing", "nothing, twice")
    changes = plan_release(here, here.lessons[:1], record=True)  # other words, same cells
    apply(here, changes)
    edit('check="double" part="zero"', 'check="double" part="nought"')
    before = (here.root / FIRST).read_bytes()
    with pytest.raises(GradlabError, match="already holds submissions"):
        plan_release(here, here.lessons[:1], record=True)
    assert (here.root / FIRST).read_bytes() == before


@pytest.mark.slow
def test_stock_nbgrader_writes_the_same_file(here, repo):
    main(["release", "--no-db"])
    ours = (here.root / FIRST).read_bytes()
    shutil.copy(repo / "nbgrader_config.py", here.root)
    programs = Path(sys.executable).parent
    paths = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(repo), "HOME": str(here.root)}
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "01_numbers", "--force"]
    done = subprocess.run(command, cwd=here.root, env={**os.environ, **paths}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (here.root / FIRST).read_bytes() == ours
