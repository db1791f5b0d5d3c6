"""Hints: one step at a time, remembered, in the terminal and in the notebook."""

from __future__ import annotations

import json

import pytest

import gradlab as package
from gradlab.cli import main
from gradlab.errors import GradlabError
from gradlab.hints import open_hint, opened, steps_of
from gradlab.notebooks import read_notebook

FOLDED = """\
<details>
<summary>Hint 1 of 2</summary>

Which operator multiplies? See `x * y`.

<details>
<summary>Hint 2 of 2</summary>

Both factors are the same.

</details>

</details>"""


@pytest.fixture
def hinted(place, make):
    raw = make.first_lesson()
    ours = {"gradlab": {"role": "hints", "name": "square"}}
    raw["cells"].insert(4, {**make.prose(FOLDED), "metadata": ours, "id": "square-hints"})
    place.write(raw)
    return place


def notebook_of(place):
    return read_notebook(place.path(), "01_first")


def test_steps_as_the_builder_folds_them(hinted, make):
    from autograder.notebook import _nested

    assert _nested(("Which operator multiplies? See `x * y`.", "Both factors are the same.")) == FOLDED
    steps = ("Which operator multiplies? See `x * y`.", "Both factors are the same.")
    assert steps_of(notebook_of(hinted), "square") == steps
    raw = json.loads(hinted.path().read_text(encoding="utf-8"))
    raw["cells"][4]["metadata"] = {}
    raw["cells"][4]["source"] = FOLDED.splitlines(keepends=True)
    hinted.write(raw)
    assert steps_of(notebook_of(hinted), "square") == steps, "metadata lost, source as lines"
    assert steps_of(notebook_of(hinted), "cube") == ()


def test_each_call_opens_one_more(hinted):
    notebook = notebook_of(hinted)
    assert open_hint(hinted.root, notebook, "square", more=False).steps == ()
    first = open_hint(hinted.root, notebook, "square")
    assert (len(first.steps), first.left, first.is_new) == (1, 1, True)
    assert open_hint(hinted.root, notebook, "square", more=False).steps == first.steps
    assert len(open_hint(hinted.root, notebook, "square").steps) == 2
    last = open_hint(hinted.root, notebook, "square")
    assert len(last.steps) == 2 and not last.is_new
    assert opened(hinted.root, "01_first") == {"square": 2}
    (hinted.root / ".gradlab" / "hints" / "01_first.json").write_text("{", encoding="utf-8")
    assert opened(hinted.root, "01_first") == {}


def test_no_hints(hinted):
    with pytest.raises(GradlabError, match=r"no hint for `cube`.*gradlab check 1"):
        open_hint(hinted.root, notebook_of(hinted), "cube")
    with pytest.raises(GradlabError, match=r'no exercise "sqare". Did you mean "square"'):
        open_hint(hinted.root, notebook_of(hinted), "sqare")


def test_command(hinted, capsys):
    assert main(["hint", "--again"]) == 0 and "No hint of `square` is open yet." in capsys.readouterr().out
    assert main(["hint"]) == 0, "the exercise to do next"
    said = capsys.readouterr().out
    assert "square: hint 1 of 2" in said and "Which operator" in said and "same" not in said
    assert "One more, when you have tried: gradlab hint 1 square" in said
    assert main(["hint", "square"]) == 0
    said = capsys.readouterr().out
    assert "Both factors" in said and "That was the last one. Then run the cell, and: gradlab check 1" in said
    assert main(["hint", "1", "square", "--close"]) == 0 and opened(hinted.root, "01_first") == {}
    capsys.readouterr()
    assert main(["hint", "squared"]) == 2
    assert 'no lesson here has an exercise "squared". Did you mean "square"?' in capsys.readouterr().err
    assert main(["hint", "1", "2", "3"]) == 2
    assert main(["hint", "1", "--again"]) == 0, "a lesson alone: the exercise to do next there"
    assert "No hint of `square` is open yet." in capsys.readouterr().out
    hinted.path().write_text("{", encoding="utf-8")
    assert main(["hint", "square"]) == 2 and "no notebook" in capsys.readouterr().err


def test_the_same_name_in_two_lessons(hinted, make, capsys):
    hinted.write(make.notebook([make.exercise("square", "#| export extra.square\nx = 1")], "02_second"), "02_second")
    assert main(["hint", "square"]) == 0, "the lesson one is at goes first"
    solved = make.first_lesson(square=make.SQUARE)
    hinted.write(make.notebook([cell for cell in solved["cells"] if cell["id"] != "cube"]))
    main(["export", "1"])
    main(["check", "1"])
    capsys.readouterr()
    main(["hint", "walk"])
    assert "no hint for `walk`" in capsys.readouterr().err


def test_in_a_notebook(hinted, monkeypatch, capsys):
    monkeypatch.chdir(hinted.path().parent)
    hint = package.hint("square")
    shown = hint._repr_mimebundle_()
    assert "**square: hint 1 of 2**" in shown["text/markdown"] and "run this cell again" in shown["text/plain"]
    assert len(package.hint("square", again=True).steps) == 1
    assert len(package.hint().steps) == 2 and "the last one" in repr(package.hint())
    assert package.hint("nothing") is None and 'no exercise "nothing"' in capsys.readouterr().out
    monkeypatch.chdir(hinted.root)
    assert package.hint("square") is None and "no lesson is in this folder" in capsys.readouterr().out
