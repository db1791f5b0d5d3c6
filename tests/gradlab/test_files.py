"""Files are whole or absent."""

from __future__ import annotations

import os
import sys

import pytest

from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic, write_if_changed


def test_write_makes_folders_and_leaves_nothing_beside(tmp_path):
    file = tmp_path / "a" / "b.txt"
    write_atomic(file, "∂y/∂x\r\n")
    assert file.read_bytes() == "∂y/∂x\r\n".encode()
    write_atomic(file, b"\x00")
    assert [path.name for path in file.parent.iterdir()] == ["b.txt"]


def test_a_write_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    write_atomic(file, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(file, "new")
    assert file.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_permissions_stay(tmp_path):
    file = tmp_path / "run.sh"
    write_atomic(file, "1")
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()
    file.chmod(0o750)
    write_atomic(file, "2")
    assert file.stat().st_mode & 0o777 == 0o750


def test_write_only_when_changed(tmp_path):
    file = tmp_path / "a.txt"
    assert [write_if_changed(file, text) for text in ("1", "1", "2")] == [True, False, True]


def test_read_text(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read_text(file) == "a\nb\nc\n"
    file.write_bytes(b"a\n\xff")
    for path, said in [(file, "a.txt:2: not UTF-8"), (tmp_path, "is a folder"), (tmp_path / "no", "does not exist")]:
        with pytest.raises(GradlabError, match=said):
            read_text(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
