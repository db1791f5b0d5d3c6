"""gradlab doctor: each thing that can be broken is broken here, found, and named with the next thing to type."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradlab.cli import main
from gradlab.commands.doctor import patient
from gradlab.doctor import environment, folder, work
from gradlab.doctor.findings import NOTE, OK, PROBLEM, examine, ok

REPO = Path(__file__).parents[2]


def found(probe, state=PROBLEM, quick=True):
    return [each for each in probe(patient(quick)) if each.state == state]


def only(probe, state=PROBLEM, **how):
    all_of_it = found(probe, state, **how)
    assert len(all_of_it) == 1, all_of_it
    return all_of_it[0]


@pytest.fixture
def done(place, make):
    """A student who is through with the first lesson."""
    place.write(make.first_lesson(square=make.SQUARE))
    main(["export", "1"])
    return place


# ---- environment ------------------------------------------------------------------------------------------------


def test_healthy(done, monkeypatch, capsys):
    monkeypatch.setattr(environment, "MODULES", {"numpy": "numpy"})
    capsys.readouterr()
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "✗" not in said and f"tinytorch from {done.root / 'tinytorch'}" in said and "numpy from " in said
    assert "2 modules of tinytorch are as your notebooks exported them" in said
    assert said.endswith("Nothing is broken. Next: gradlab status\n")


def test_where_numpy_is_broken(done, tmp_path, capfd):
    broken = tmp_path / "elsewhere" / "numpy"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libopenblas: no such file')", encoding="utf-8")
    environment_ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(broken.parent), str(REPO)])}
    command = [sys.executable, "-m", "gradlab", "doctor", "--quick"]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment_, cwd=done.root, check=False)
    assert told.returncode == 1, told.stderr
    assert "✗ `import numpy` fails: ImportError: libopenblas" in told.stdout
    assert "✓ Tiny, in" in told.stdout and "✓ 1 notebooks can be read" in told.stdout, "the others are looked at"
    assert 'Next: python -m pip install --force-reinstall --no-cache-dir "numpy"' in told.stdout


def test_versions(monkeypatch):
    wanted = ["numpy>=99", "rich>=13", "never-heard-of>=1,<2", 'ruff>=99; extra == "dev"']
    monkeypatch.setattr(environment.metadata, "requires", lambda name: wanted)
    first, second = environment._outdated()
    assert (
        "numpy is 2" in first.what and "needs 99" in first.what and first.next == 'python -m pip install -U "numpy>=99"'
    )
    assert second.what == "never-heard-of is not installed."
    monkeypatch.setattr(environment, "OLDEST", (3, 99))
    assert "too old" in only(environment.python).what


def test_files_that_stand_in_the_way(done):
    shadow = done.path().parent / "numpy.py"
    shadow.write_text("pi = 3\n", encoding="utf-8")
    seen = only(folder.shadows)
    assert "`numpy`" in seen.what and seen.next == "mv modules/01_first/numpy.py modules/01_first/my_numpy.py"
    seen = only(environment.kernel, quick=False)
    assert "in a notebook, `import" in seen.what and "numpy" in seen.what
    # A module that Python itself needs, where `python -m gradlab` is started.
    shadow.write_text("raise SystemExit('mine')", encoding="utf-8")
    shadow.rename(done.root / "random.py")
    environment_ = {**os.environ, "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-m", "gradlab", "doctor", "--quick"]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment_, cwd=done.root, check=False)
    assert told.returncode == 1 and "Next: mv random.py my_random.py" in told.stdout, told.stderr


def test_another_gradlab_than_the_one_of_this_folder(done):
    own = shutil.copytree(REPO / "gradlab", done.root / "gradlab", ignore=shutil.ignore_patterns("__pycache__"))
    assert found(folder.installed_gradlab) == []  # the same, installed elsewhere: so it is on a hub
    (own / "files.py").write_text("# newer", encoding="utf-8")
    assert "has its own gradlab" in only(folder.installed_gradlab).what


def test_what_is_no_shadow(done):
    (done.root / "numpy").mkdir()  # a folder of notes
    (done.root / "my_numpy.py").write_text("", encoding="utf-8")
    assert found(folder.shadows, OK) and not found(folder.shadows)
    (done.root / "numpy" / "__init__.py").write_text("", encoding="utf-8")
    (done.path().parent / "tinytorch.py").write_text("", encoding="utf-8")
    assert len(found(folder.shadows)) == 2


def test_a_probe_that_fails_is_a_finding_too(done):
    def broken_probe(patient):
        yield ok("so far")
        raise ZeroDivisionError("division by zero")

    first, second, third = examine(patient(True), [broken_probe, lambda patient: [ok("still")]])
    assert (first.what, second.state, third.what) == ("so far", PROBLEM, "still")
    assert "broken probe" in second.what and "division by zero" in second.what


# ---- the folder -------------------------------------------------------------------------------------------------


def test_no_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environment, "MODULES", {})
    assert main(["doctor", "--quick"]) == 1
    assert "Next: cd to the folder of the course" in capsys.readouterr().out
    (tmp_path / "course.yml").write_text("title: x\n", encoding="utf-8")
    assert 'the course has no "package"' in only(folder.course_file).what


def test_a_folder_that_cannot_be_written_to(place):
    (place.root / ".gradlab").write_text("a file where a folder should be", encoding="utf-8")
    assert only(folder.writing).what.startswith("nothing can be written to")
    (place.root / ".gradlab").unlink()
    assert found(folder.writing, OK) and not (place.root / ".gradlab").exists(), "it leaves nothing behind"


def test_merge_conflicts(done, make):
    raw = make.first_lesson(square="<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> theirs")
    raw["cells"][3]["source"] = raw["cells"][3]["source"].splitlines(keepends=True)
    done.write(raw)
    seen = only(folder.conflicts)
    assert "modules/01_first/01_first.ipynb:" in seen.what and seen.next.startswith("git checkout --ours -- modules/")
    (done.root / "tinytorch" / "base.py").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert len(found(folder.conflicts)) == 2


def test_cut_off_writes(done):
    left = done.root / "tinytorch" / ".ops.py.0a1b2c3d.tmp"
    left.write_text("def squ", encoding="utf-8")
    assert not found(folder.cut_off_writes, NOTE), "somebody may be writing it at this moment"
    os.utime(left, (time.time() - 3600,) * 2)
    assert only(folder.cut_off_writes, NOTE).next == "rm tinytorch/.ops.py.0a1b2c3d.tmp"
    left.unlink()
    left.symlink_to("gone")  # as of a write that has ended since the folder was read
    assert not list(folder.cut_off_writes(patient(True)))


# ---- the work ---------------------------------------------------------------------------------------------------


def test_notebooks(done, make):
    done.path().write_text('{"cells": [', encoding="utf-8")
    seen = only(work.notebooks)
    assert "it ends too early" in seen.what and seen.next.startswith("mv 01_first.ipynb broken.ipynb")
    (done.root / ".git").mkdir()
    assert only(work.notebooks).next == "git checkout -- modules/01_first/01_first.ipynb"
    checkpoint = done.path().parent / ".ipynb_checkpoints" / "01_first-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("{}", encoding="utf-8")
    assert only(work.notebooks).next == f"cp {checkpoint} {done.path()}"
    raw = make.first_lesson()
    raw["cells"] += [make.exercise("square", make.SQUARE)]
    done.write(raw)
    assert "`square` is in 01_first more than once" in only(work.notebooks, NOTE).what


def test_exported_modules(done):
    file = done.root / "tinytorch" / "ops.py"
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "\n# a quick fix\n", encoding="utf-8")
    seen = only(work.exports)
    assert "tinytorch/ops.py was changed by hand" in seen.what and seen.next == "gradlab export 1"
    file.write_text(good + "\ndef (", encoding="utf-8")
    assert "is no valid Python" in only(work.exports).what
    file.unlink()
    assert "tinytorch/ops.py is gone" in only(work.exports).what
    main(["export", "1"])
    assert not found(work.exports)
    (done.root / ".gradlab/exports/ops.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in only(work.exports, NOTE).what
    (done.root / ".gradlab/exports/ops.json").unlink()
    assert "no notebook of this folder has exported it" in only(work.exports, NOTE).what


def test_the_first_broken_exercise(done, make, capsys):
    assert not found(work.exercises, quick=False)
    wrong = "#| export ops.square\ndef square(x):\n    return x + x"
    done.write(make.first_lesson(square=wrong))
    seen = only(work.exercises)
    assert "`square`: the notebook has a version that your package" in seen.what and seen.next == "gradlab export 1"
    main(["export", "1"])
    assert not found(work.exercises), "--quick runs nothing, and nobody has run the check"
    seen = only(work.exercises, quick=False)
    assert seen.what == "lesson 1, `square` fails its check: 3 times 3 is 9" and seen.next == "gradlab hint 1 square"
    done.write(make.first_lesson(square="#| export ops.square\ndef square(x:"))
    assert "mend its cell" in only(work.exercises).next
    raw = make.first_lesson(stubs={"square": make.SQUARE_STUB})
    done.write({**raw, "cells": [cell for cell in raw["cells"] if cell["id"] != "square"]})
    assert only(work.exercises).next == "gradlab reset 1 square"


def test_an_exercise_that_a_later_lesson_builds_on(place, make):
    main(["export", "1"])
    assert not found(work.exercises), "who has not come so far has broken nothing"
    second = make.notebook([make.exercise("more", "#| export extra.more\nmore = 1")], "02_second")
    place.write(second, "02_second")
    seen = only(work.exercises)
    assert seen.what == "lesson 1, `square` is not written yet, and 02_second builds on it."
