"""What a student meets in JupyterLab: a real server, a real kernel, a real browser."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(scope="module")
def first(open_lesson):
    """Lesson 1, with the cells above its first exercise run. Tests here go on from each other, as a student does."""
    notebook, student = open_lesson("1")
    for place, cell in enumerate(student.cells()):
        if cell["id"] == "to_array":
            return notebook, student
        if cell["cell_type"] == "code":
            notebook.run(place)
    raise AssertionError("lesson 1 has no exercise to_array")


def test_the_notebook_is_rendered(first):
    notebook, student = first
    assert "Tensors" in notebook.cell(0).locator("h1").inner_text()
    numpy = student.place("given-imports")
    assert notebook.error(numpy) == "" and notebook.cell(numpy).locator(".jp-InputPrompt").inner_text() == "[2]:"


def test_a_stub_says_what_to_do(first):
    notebook, student = first
    assert "○ to_array is not written yet" in notebook.run(student.place("to_array")).inner_text()
    assert student.module("kernels") and "to_array" not in student.module("kernels").split("def ")[-1]
    check = student.place("to_array-check")
    said = notebook.run(check).inner_text()
    stub = re.search(r'NotImplementedError\("(.*?)"\)', "".join(student.cells()[student.place("to_array")]["source"]))
    assert f"`to_array` is not written yet: {stub[1]}" in said
    assert len(said.splitlines()) < 8, "a student who has written nothing needs no traceback"


def test_hints_open_one_inside_the_other(first):
    notebook, student = first
    hints = notebook.cell(student.place("to_array-hints"))
    steps = hints.locator("summary")
    assert steps.count() > 1
    assert not steps.nth(1).is_visible()
    steps.nth(0).click()
    assert steps.nth(1).is_visible()


def test_an_answer_is_exported_and_its_check_passes(first):
    notebook, student = first
    exercise = student.place("to_array")
    notebook.write(exercise, student.answers["to_array"])
    assert "✓ to_array → mytorch/kernels.py" in notebook.run(exercise).inner_text()
    assert "def to_array" in student.module("kernels")
    check = student.place("to_array-check")
    assert "✓ check of to_array passed" in notebook.run(check).inner_text()
    assert notebook.error(check) == ""


def test_a_syntax_error_keeps_the_last_good_version(first):
    notebook, student = first
    good, exercise = student.module("kernels"), student.place("to_array")
    notebook.write(exercise, student.answers["to_array"] + "\n    return (")
    assert "✗" in notebook.run(exercise).inner_text()
    assert student.module("kernels") == good
    notebook.write(exercise, student.answers["to_array"])
    notebook.run(exercise)


def test_a_graph_is_drawn(open_lesson):
    notebook, student = open_lesson("3")
    cells = student.cells()
    drawing = next(
        place for place, cell in enumerate(cells) if cell["cell_type"] == "code" and "draw(" in "".join(cell["source"])
    )
    for place in range(drawing):
        if cells[place]["cell_type"] == "code":
            notebook.run(place)
    picture = notebook.run(drawing).locator("svg[role=img]")
    box = picture.bounding_box()
    assert 50 < box["height"] < 400 and 100 < box["width"] <= notebook.cell(drawing).bounding_box()["width"]
    assert "Graph of loss" in picture.get_attribute("aria-label")
