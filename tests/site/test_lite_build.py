"""The build of the edition for the browser: what it refuses, and says."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

LITE = Path(__file__).resolve().parents[2] / "site" / "lite"
OURS = ("distribution", "packages", "problems")


@pytest.fixture
def distribution(monkeypatch):
    """site/lite/distribution.py, which is run as a script beside its own modules."""
    monkeypatch.syspath_prepend(str(LITE))
    import distribution

    yield distribution
    for name in OURS:
        sys.modules.pop(name, None)


@pytest.fixture
def folder(distribution, tmp_path, monkeypatch) -> Path:
    """A Pyodide in small: every file of it a few bytes, and known by its hash."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name in distribution.CORE:
        (folder / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(distribution, "CORE", {name: sha256(folder / name) for name in distribution.CORE})
    packages = {}
    for name in (*distribution.AT_START, *distribution.LATER, "never-asked-for"):
        wheel = folder / f"{name}-1-py3-none-any.whl"
        wheel.write_text(name, encoding="utf-8")
        depends = ["Jedi"] if name == "ipython" else []  # as a lock spells it: names compare without case
        packages[name] = {"file_name": wheel.name, "sha256": sha256(wheel), "depends": depends}
    (folder / distribution.LOCK).write_text(json.dumps({"info": {}, "packages": packages}), encoding="utf-8")
    return folder


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_only_what_lessons_need_is_taken(distribution, folder, tmp_path):
    lock = distribution.get(tmp_path / "site", folder, tmp_path / "cache")
    assert set(lock["packages"]) == {*distribution.AT_START, *distribution.LATER}
    assert len(list((tmp_path / "site").iterdir())) == len(distribution.CORE) + len(lock["packages"])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("pyodide.asm.wasm", b"half", "its SHA-256 differs"),
        ("numpy-1-py3-none-any.whl", b"half", "its SHA-256 differs"),
        ("numpy-1-py3-none-any.whl", None, "is missing: half of a download?"),
        ("pyodide-lock.json", b'{"info": {}', "cannot be used"),
        ("pyodide-lock.json", b'{"info": {}, "packages": {}}', "which the lessons need"),
    ],
)
def test_half_a_download_is_refused_before_anything_is_written(distribution, folder, tmp_path, name, data, words):
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    with pytest.raises(distribution.Problem, match=words.replace("?", r"\?")):
        distribution.get(tmp_path / "site", folder, tmp_path / "cache")
    assert not (tmp_path / "site").exists()


def test_no_network(distribution, folder, tmp_path, monkeypatch):
    """The core is in the cache; a wheel is not, and its host does not answer."""
    (folder / "numpy-1-py3-none-any.whl").unlink()
    monkeypatch.setattr(distribution, "_downloaded", lambda cache: folder)
    monkeypatch.setattr(distribution, "WHEELS", "http://127.0.0.1:9")
    with pytest.raises(distribution.Problem, match="make site PYODIDE=DIR"):
        distribution.get(tmp_path / "site", None, tmp_path / "cache")
    assert not list(folder.glob("*.part"))


def test_a_download_is_checked(distribution, folder, tmp_path, monkeypatch):
    served = tmp_path / "served"
    served.mkdir()
    wheel = folder / "numpy-1-py3-none-any.whl"
    wheel.rename(served / wheel.name)
    monkeypatch.setattr(distribution, "_downloaded", lambda cache: folder)
    monkeypatch.setattr(distribution, "WHEELS", served.as_uri())
    distribution.get(tmp_path / "site", None, tmp_path / "cache")
    wheel.unlink()
    (served / wheel.name).write_text("something else", encoding="utf-8")
    with pytest.raises(distribution.Problem, match="SHA-256 differs"):
        distribution.get(tmp_path / "again", None, tmp_path / "cache")
