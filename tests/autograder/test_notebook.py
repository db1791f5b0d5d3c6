"""Cells to nbgrader's source notebook: ids, metadata, the place of hidden tests, Markdown."""

import json

import nbformat
import pytest

from autograder.notebook import notebook_text, source_notebook
from autograder.source import read_source
from gradlab.errors import GradlabError
from gradlab.notebooks import read_notebook


@pytest.fixture
def cells(toy):
    """{id: cell} of the toy course's first lesson."""
    return {cell.id: cell for cell in make(toy).cells}


def make(course):
    return source_notebook(course, read_source(course, course.lessons[0]))


def test_ids_come_from_names(cells):
    assert list(cells) == [
        "numbers",
        "setup",
        "predict-twice",
        "given-numbers_head",
        "double",
        "double-hints",
        "double-check",
        "double-check-zero",
        "double-hidden",
        "triple",
        "triple-check",
        "triple-hidden",
        "given-signs_head",
        "negate",
        "negate-check",
        "demo-print-mytorch-double-21",
        "demo-with-gradlab-lesson-expect-error-zerodivisionerror",
        "demo-a-cell-that-is-meant-to",
        "given-price",
        "quiz-price",
        "quiz-price-check",
        "quiz-price-hidden",
        "why-double-a-b",
    ]


@pytest.mark.parametrize(
    ("grade_id", "grade", "solution", "locked", "points"),
    [
        ("setup", False, False, True, None),
        ("given-price", False, False, True, None),
        ("double", False, True, False, None),
        ("double-check", True, False, True, 1),
        ("double-hidden", True, False, True, 2),
    ],
)
def test_nbgrader_metadata(cells, grade_id, grade, solution, locked, points):
    meta = cells[grade_id].metadata.nbgrader
    assert (meta.grade_id, meta.grade, meta.solution, meta.locked) == (grade_id, grade, solution, locked)
    assert meta.get("points") == points
    assert meta.schema_version == 3


def test_our_metadata(toy, cells):
    assert cells["double"].metadata.gradlab == {"role": "exercise", "name": "double", "export": "numbers"}
    assert cells["quiz-price"].metadata.gradlab == {"role": "exercise", "name": "quiz-price"}
    assert cells["double-check-zero"].metadata.gradlab == {"role": "check", "name": "double"}
    assert cells["predict-twice"].metadata.gradlab == {"role": "predict", "name": "twice"}
    assert "nbgrader" not in cells["predict-twice"].metadata
    ours = make(toy).metadata.gradlab
    assert (ours.course, ours.lesson, ours.format) == ("Toy course", "01_numbers", 1)
    assert ours.stubs["quiz-price"].endswith('raise NotImplementedError("put the price of two here")')


def test_hidden_cell(cells):
    assert cells["double-hidden"].source == (
        "# Hidden tests of `double` run here when your work is graded.\n### BEGIN HIDDEN TESTS\n"
        'from autograder.hidden import grade\ngrade("01_numbers", "double", points=2)\n### END HIDDEN TESTS'
    )


def test_hints_are_nested_and_folds_are_escaped(cells):
    hints = cells["double-hints"].source
    assert hints.startswith("<details>\n<summary>Hint 1 of 2</summary>\n\nWhich operation")
    assert hints.endswith("- or multiplying\n\n</details>\n\n</details>")
    assert "<summary>Why <code>double</code>? A &lt; B</summary>" in cells["why-double-a-b"].source


def test_a_cell_that_is_meant_to_raise_has_the_tag(cells):
    assert cells["demo-a-cell-that-is-meant-to"].metadata.tags == ["raises-exception"]


def test_bytes_are_steady_and_the_notebook_is_valid(toy):
    notebook = make(toy)
    nbformat.validate(notebook)
    text = notebook_text(notebook)
    assert text == notebook_text(make(toy)) == notebook_text(nbformat.reads(text, as_version=nbformat.NO_CONVERT))
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_students_tools_read_it(toy, tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook_text(make(toy)), encoding="utf-8")
    read = read_notebook(tmp_path / "a.ipynb", "01_numbers")
    assert list(read.exercises) == ["double", "triple", "negate", "quiz-price"]
    assert read.hidden_points == {"double": 2, "triple": 1, "quiz-price": 1}
    assert set(read.stubs) == set(read.exercises)


def test_repeated_text_gets_different_ids(toy, write):
    write("# %% [markdown]\n# # Same\n\n# %% [markdown]\n# # Same\n\n# %% [markdown]\n# ---\n")
    assert [cell.id for cell in make(toy).cells][2:] == ["same", "same-2", "cell"]


def test_ids_that_collide_are_an_error(toy, write):
    write('# %% given="x"\nx = 1\n\n# %% exercise="given-x"\n### BEGIN SOLUTION a\ny = 1\n### END SOLUTION\n')
    with pytest.raises(GradlabError, match=r'lesson.py:11: .* "given-x", is also that of the given on line 8'):
        make(toy)
