"""What was handed in, and how it is found."""

import json
import os

import pytest

from autograder.collect import collect
from gradlab.errors import GradlabError


@pytest.fixture
def folder(tmp_path, built):
    def put(student, *files, lesson="01_numbers", text="{}"):
        place = tmp_path / student / lesson
        place.mkdir(parents=True, exist_ok=True)
        for name in files:
            (place / name).write_text(text, encoding="utf-8")
        return place

    put("ann", "01_numbers.ipynb", "timestamp.txt", "notes.txt")
    put.root = tmp_path
    return put


def find(folder, built, *only):
    return {each.student: each for each in collect(folder.root, built.lessons, only)}


def test_the_usual_and_a_renamed_notebook(folder, built):
    folder("bob 🙂 [x]", "my work (final).ipynb")
    folder("cat", "01_numbers.ipynb", "Untitled.ipynb")
    found = find(folder, built)
    assert [each.note for each in found.values()] == [
        "",
        "the notebook was called my work (final).ipynb, not 01_numbers.ipynb",
        "",
    ]
    assert all(each.path and not each.problem for each in found.values())
    assert found["ann"].stamp == "{}" and found["cat"].path.name == "01_numbers.ipynb"


def test_of_several_the_one_that_says_it_is_this_lesson(folder, built):
    place = folder("bob", "a.ipynb")
    text = json.dumps({"metadata": {"gradlab": {"lesson": "01_numbers"}}})
    (place / "b.ipynb").write_text(text, encoding="utf-8")
    assert find(folder, built)["bob"].path.name == "b.ipynb"


def test_nothing_that_can_be_graded(folder, built):
    folder("two", "a.ipynb", "b.ipynb")
    folder("none", "answer.txt")
    folder("empty")
    place = folder("link")
    os.symlink(folder.root / "ann" / "01_numbers" / "01_numbers.ipynb", place / "01_numbers.ipynb")
    found = find(folder, built)
    assert found["two"].problem == "there are 2 notebooks (a.ipynb, b.ipynb), and none is called 01_numbers.ipynb"
    assert found["none"].problem == "there is no notebook in the folder, only answer.txt"
    assert found["empty"].problem == "there is no notebook in the folder"
    assert found["link"].problem == "01_numbers.ipynb is a link to another file, not a notebook"
    assert all(each.path is None and each.data() == b"" for each in found.values() if each.problem)


def test_students_without_this_lesson_and_stray_files_are_no_submissions(folder, built):
    folder("bob", "02_sums.ipynb", lesson="02_sums")
    folder(".cache", "01_numbers.ipynb")
    (folder.root / "readme.txt").write_text("", encoding="utf-8")
    found = collect(folder.root, built.lessons)
    assert [(each.student, each.lesson.id) for each in found] == [("ann", "01_numbers"), ("bob", "02_sums")]


def test_only_some(folder, built):
    folder("bob", "01_numbers.ipynb")
    assert list(find(folder, built, "bob")) == ["bob"]
    with pytest.raises(GradlabError, match=r'nobody called "an" .*Did you mean "ann"'):
        find(folder, built, "an")


def test_no_folder(built, tmp_path):
    with pytest.raises(GradlabError, match="is no folder"):
        collect(tmp_path / "nowhere", built.lessons)
