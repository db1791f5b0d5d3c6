"""What the rendered course shows and does not show, without rendering it."""

from __future__ import annotations

import html

import nbformat
import pytest
from nbformat.v4 import new_output

from autograder.docs.editions import CLASS, SELF, edition_of, launch_html
from autograder.docs.reference import plain
from autograder.docs.secrets import problems, tells, text_of
from autograder.docs.sources import _without_missing_pages
from autograder.kernel import errors, with_answers
from autograder.leaks.search import Searcher
from autograder.notebook import source_notebook
from autograder.source import read_source
from gradlab.course import load_course

ANSWER = "return x + x"


@pytest.fixture
def notebook(toy, tmp_path):
    """The toy course's first lesson with its answers."""
    file = tmp_path / "lesson.ipynb"
    nbformat.write(source_notebook(toy, read_source(toy, toy.lessons[0])), file)
    return with_answers(file)


@pytest.fixture(scope="module")
def searcher():
    return Searcher.of(load_course())


def sources(notebook, role):
    return [cell.source for cell in notebook.cells if cell.metadata.get("gradlab", {}).get("role") == role]


def test_a_class_sees_stubs_and_self_learners_fold_answers(notebook):
    for_class, for_self = (edition_of(notebook, edition, "") for edition in (CLASS, SELF))
    nbformat.validate(for_class)
    nbformat.validate(for_self)
    text = nbformat.writes(for_class)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    answers = {cell.id: cell for cell in for_self.cells if cell.id.endswith("-answer")}
    assert not [cell for cell in for_class.cells if cell.id.endswith("-answer")]
    assert {f"{name}-answer" for name in ("double", "triple")} <= set(answers)
    for name, cell in answers.items():
        assert cell.metadata.tags == ["hide-input"] and cell.metadata.mystnb.code_prompt_show == "Show an answer"
        assert "SOLUTION" not in cell.source and "NotImplementedError" not in cell.source
        assert cell.source not in text, name


def test_hidden_cells_are_in_no_edition(notebook):
    assert not sources(notebook, "hidden")
    assert not [cell for cell in edition_of(notebook, SELF, "").cells if cell.id.endswith("-hidden")]


def test_what_a_cell_prints_is_no_way_round(notebook):
    demo = next(cell for cell in notebook.cells if cell.id.startswith("demo-"))
    demo.outputs = [new_output("stream", name="stdout", text=f"def double(x):\n    {ANSWER}\n")]
    shown = nbformat.writes(edition_of(notebook, CLASS, "", lambda text: ANSWER in text))
    assert ANSWER not in shown and "what you have written" in shown


def test_an_answer_in_coloured_html_is_found(searcher, tmp_path):
    """Pygments puts every word in an element of its own; whoever looks line by line must see through that."""
    secret = next(s for s in searcher.keeper.secrets if s.what.startswith("the answer") and len(s.lines) > 5)
    source = next(
        cell.source for lesson in searcher.sources for cell in lesson.cells if cell.name and cell.name in secret.what
        and cell.role == "exercise"
    )  # fmt: skip
    coloured = "\n".join(
        "".join(f"<span class='n'>{html.escape(word)}</span>" for word in line) for line in source.split("\n")
    )
    (tmp_path / "page.html").write_text(f"<html><body><pre>{coloured}</pre></body></html>", encoding="utf-8")
    assert any(secret.what in problem for problem in problems(tmp_path, searcher, CLASS))
    assert problems(tmp_path, searcher, SELF) == []
    assert tells(source, searcher) and not tells("tensor(3.)", searcher)


def test_hidden_and_wrong_answers_are_for_nobody(searcher, tmp_path, repo):
    for name in ("hidden_tests", "wrong_answers"):
        text = (repo / "solutions" / "03_backward_pass" / f"{name}.py").read_text(encoding="utf-8")
        (tmp_path / "page.html").write_text(f"<pre>{html.escape(text)}</pre>", encoding="utf-8")
        assert problems(tmp_path, searcher, SELF), name


def test_lines_of_html_are_lines_of_text():
    assert text_of("<p>one <b>two</b></p><pre>a = <i>1</i> &lt; 2\nb</pre>").split("\n")[1:5] == [
        "one two",
        "",
        "a = 1 < 2",
        "b",
    ]


def test_buttons_open_the_lesson_in_the_students_repository(repo):
    notebook = "modules/03_backward_pass/03_backward_pass.ipynb"
    assert (repo / notebook).is_file()
    text = launch_html(notebook, "ada/autograd/spring", lite="../../lite")
    assert f"https://mybinder.org/v2/gh/ada/autograd/spring?urlpath=lab/tree/{notebook}" in text
    assert f"https://colab.research.google.com/github/ada/autograd/blob/spring/{notebook}" in text
    assert f"../../lite/lab/index.html?path={notebook}" in text
    assert "!git clone -q -b spring https://github.com/ada/autograd course\n%cd course" in text
    assert launch_html(notebook, "", lite="") == ""


def test_an_error_that_was_not_meant_is_told(notebook):
    notebook.cells[-1].cell_type = "code"
    notebook.cells[-1].outputs = [new_output("error", ename="ValueError", evalue="no", traceback=[])]
    assert errors(notebook) == [f"cell {notebook.cells[-1].id}: ValueError: no"]


def test_docstrings_are_text_with_code_in_it():
    assert plain("a * b * c, `x*y`, <b>, __init__") == r"a \* b \* c, `x*y`, \<b\>, \_\_init\_\_"
    assert plain("Use:\n\n    with x:\n        y") == "Use\\:\n\n```text\nwith x:\n    y\n```"


def test_a_page_that_is_not_there_is_in_no_table_of_contents(tmp_path):
    (tmp_path / "index.md").write_text("```{toctree}\n:hidden:\n\nhere\nmissing\n```\n", encoding="utf-8")
    (tmp_path / "here.md").write_text("# Here\n", encoding="utf-8")
    _without_missing_pages(tmp_path)
    assert (tmp_path / "index.md").read_text(encoding="utf-8") == "```{toctree}\n:hidden:\n\nhere\n```\n"
