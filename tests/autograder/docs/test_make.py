"""The website takes the place of an older one, and of nothing else."""

from __future__ import annotations

import pytest

from autograder.docs.make import check_ours, put_in_place
from gradlab.errors import GradlabError


def page(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_nothing_stays_of_an_older_website(tmp_path):
    target = tmp_path / "public" / "docs"
    put_in_place(page(tmp_path / "old", "gone.html", "an answer"), target)
    check_ours(target)
    put_in_place(page(tmp_path / "new", "index.html", "pages"), target)
    assert (target / "index.html").read_text(encoding="utf-8") == "pages"
    assert not (target / "gone.html").exists() and not (tmp_path / "new").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    check_ours(tmp_path / "new")
    check_ours(page(tmp_path / "empty", "x", "") / "y")
    with pytest.raises(GradlabError, match="Name a new folder"):
        check_ours(page(tmp_path / "thesis", "chapter.tex", "years of work"))
    with pytest.raises(GradlabError, match="Name a new folder"):
        check_ours(tmp_path / "thesis" / "chapter.tex")
