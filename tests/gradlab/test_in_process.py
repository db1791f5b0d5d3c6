"""What stands in for other processes where there are none, and what a page keeps of a package in memory."""

from __future__ import annotations

import sys
import types
import zipfile

import pytest

from gradlab import checks, export, in_process, magic
from gradlab.kept import Kept
from gradlab.notebooks import read_notebook


def test_checks_say_the_same_as_in_a_fresh_process(place, make, monkeypatch):
    place.write(make.first_lesson(square=make.SQUARE))
    place.exporter().export_lesson(read_notebook(place.path()))
    elsewhere = checks.run_checks(place.path(), place.root, package="tinytorch")
    loaded = sys.modules["tinytorch"] = types.ModuleType("tinytorch")
    path, finders = list(sys.path), list(sys.meta_path)
    monkeypatch.setattr(checks, "IN_BROWSER", True)
    monkeypatch.setattr(checks, "Runner", None)
    here = checks.run_checks(place.path(), place.root, package="tinytorch")
    assert [(r.name, r.ok, r.message) for r in here] == [(r.name, r.ok, r.message) for r in elsewhere]
    assert sys.modules["tinytorch"] is loaded and (sys.path, sys.meta_path) == (path, finders)


def test_a_module_that_cannot_be_imported_is_said(place, monkeypatch):
    monkeypatch.setattr(export, "IN_BROWSER", True)
    monkeypatch.setattr(export.subprocess, "run", None)
    (place.root / "tinytorch" / "ops.py").write_text("import nothing_like_this\n", encoding="utf-8")
    said = export.import_problem(place.root, "tinytorch", "ops")
    assert "ModuleNotFoundError: No module named 'nothing_like_this'" in said
    (place.root / "tinytorch" / "ops.py").write_text("one = 1\n", encoding="utf-8")
    assert in_process.import_problem(place.root, "tinytorch", "ops", {}) is None


@pytest.fixture
def memory(place, tmp_path):
    """What a page has kept of a course, and the package in memory."""
    shell, engine = tmp_path / "shell", tmp_path / "engine"
    (shell / "tinytorch").mkdir(parents=True)
    (shell / "tinytorch" / "__init__.py").write_text("given = True\n", encoding="utf-8")
    kept = Kept(place.course, engine)
    kept.restore(shell)
    return kept, shell, engine


def test_what_is_written_survives_a_restart(place, memory):
    kept, shell, engine = memory
    (engine / "tinytorch" / "ops.py").write_text("square = 4\n", encoding="utf-8")
    (engine / ".gradlab").mkdir()
    (engine / ".gradlab" / "results.json").write_text("{}", encoding="utf-8")
    assert list(kept.keep()) == []
    assert (place.root / "tinytorch" / "ops.py").read_text(encoding="utf-8") == "square = 4\n"
    again = Kept(place.course, engine.with_name("restarted"))
    again.restore(shell)
    assert (again.engine / "tinytorch" / "ops.py").is_file() and (again.engine / ".gradlab" / "results.json").is_file()
    (again.engine / "tinytorch" / "ops.py").unlink()  # gradlab reset
    assert list(again.keep()) == [] and not (place.root / "tinytorch" / "ops.py").exists()


def test_a_full_storage_is_said_at_each_cell_until_there_is_room(place, memory, monkeypatch):
    kept, _, engine = memory
    (engine / "tinytorch" / "ops.py").write_text("square = 4\n", encoding="utf-8")
    with monkeypatch.context() as full:
        full.setattr(type(engine), "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        for _ in range(2):
            (said,) = kept.keep()
            assert said.startswith("✗ tinytorch/ops.py could not be kept") and "Download" in said
    assert list(kept.keep()) == []


def test_a_broken_note_is_left_out(place, memory):
    kept, shell, _ = memory
    (place.root / "progress.zip").write_bytes(b"PK half a file")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(place.root / "progress.zip")
    kept.restore(shell)


def test_the_magic_is_the_command(capsys):
    registered = {}
    shell = types.SimpleNamespace(register_magic_function=lambda f, magic_name, **_: registered.update({magic_name: f}))
    magic.install(shell)
    registered["gradlab"]("--version")
    assert capsys.readouterr().out.startswith("gradlab ")
