"""Reading notebooks: what is in them, and what is said of bad ones."""

from __future__ import annotations

import json

import pytest

from gradlab.errors import GradlabError
from gradlab.notebooks import NotebookError, find_notebook, read_notebook, write_notebook


def test_cells_by_role(place, make):
    notebook = read_notebook(place.path())
    assert notebook.lesson == "01_first"
    assert [cell.role for cell in notebook.cells] == [
        "setup", "given", "exercise", "check", "hidden", "exercise", "exercise", "check",
    ]  # fmt: skip
    assert list(notebook.exercises) == ["square", "cube", "walk"]
    assert [cell.name for cell in notebook.exported_to("ops")] == ["names", "square", "cube"]
    assert [(cell.id, cell.points) for cell in notebook.checks] == [("square-check", 1), ("walk-check", 2)]
    assert notebook.hidden_points == {"square": 3}
    assert notebook.stubs == {}
    assert notebook.exercises["square"].source == make.SQUARE_STUB


def test_metadata_lost_by_another_program(place, make):
    raw = make.first_lesson()
    for cell in raw["cells"]:
        cell["metadata"].pop("gradlab", None)
    del raw["metadata"]["gradlab"]
    found = read_notebook(place.write(raw), "01_first")
    assert [(c.role, c.name) for c in found.cells] == [
        (c.role, c.name) for c in read_notebook(place.write(make.first_lesson())).cells
    ]


def test_of_copies_the_last_counts(place, make):
    raw = make.first_lesson()
    raw["cells"] += [make.exercise("square", make.SQUARE), make.check("walk", "assert False", points=2)]
    found = read_notebook(place.write(raw))
    assert found.exercises["square"].source == make.SQUARE
    assert found.copies == ("square", "walk-check")
    assert [cell.source for cell in found.checks if cell.name == "walk"] == ["assert False"]


def test_odd_but_readable(place, make):
    raw = make.first_lesson()
    for cell in raw["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    raw["cells"] += ["what?", {"cell_type": "code"}, {"cell_type": "code", "source": 3, "metadata": []}, {}]
    text = json.dumps(raw, indent=1, ensure_ascii=False).replace("\n", "\r\n")
    place.path().write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = read_notebook(place.path())
    assert found.exercises["walk"].source == make.WALK and len(found.checks) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello", ":1: this is no notebook"),
        (b'{"cells": [{"cell_type": "code", "sou', "it ends too early"),
        (b"[1, 2]", "is JSON, but no notebook"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 3, "worksheets": []}', "old format"),
        (b'{"cells": [], "x": "\xff"}', "not UTF-8"),
        (b"[" * 200_000, "no notebook"),
    ],
)
def test_no_notebook(place, content, said):
    place.path().write_bytes(content)
    with pytest.raises(GradlabError) as caught:
        read_notebook(place.path(), "01_first")
    message = str(caught.value)
    assert said in message and str(place.path()) in message
    assert message.endswith((".", "again.")) and len(message) < 400


def test_cut_anywhere_it_is_no_notebook(place, make):
    whole = json.dumps(make.first_lesson())
    for end in range(0, len(whole) - 1, 97):
        place.path().write_text(whole[:end], encoding="utf-8")
        with pytest.raises(NotebookError):
            read_notebook(place.path())


def test_of_another_lesson(place):
    with pytest.raises(NotebookError, match="is the notebook of lesson 01_first, not of 02_second"):
        read_notebook(place.path(), "02_second")


def test_absent_and_renamed(place):
    lesson = place.course.lesson("1")
    place.path().rename(place.path().with_name("my copy.ipynb"))
    assert find_notebook(place.course, lesson).name == "my copy.ipynb"
    place.path().with_name("other.ipynb").write_bytes(place.path().with_name("my copy.ipynb").read_bytes())
    with pytest.raises(NotebookError, match=r"more than one candidate: my copy\.ipynb, other\.ipynb"):
        find_notebook(place.course, lesson)
    with pytest.raises(NotebookError, match="does not exist"):
        find_notebook(place.course, place.course.lesson("2"))


def test_write_is_what_jupyter_writes(place, make):
    nbformat = pytest.importorskip("nbformat")
    write_notebook(place.path(), make.first_lesson())
    ours = place.path().read_text(encoding="utf-8")
    nbformat.write(nbformat.read(place.path(), as_version=4), place.path())
    theirs = place.path().read_text(encoding="utf-8")
    assert json.loads(ours)["cells"][3]["metadata"] == json.loads(theirs)["cells"][3]["metadata"]
    assert len(ours.splitlines()) <= len(theirs.splitlines())
