"""Pictures in JupyterLab: inside the page, named for screen readers, with tooltips, in the page's colours."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.full

DRAW = """\
import mytorch
from gradlab.draw import draw
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = (x * mytorch.ones(3, 2)).sum()
draw(y, names={"x": x, "y": y})"""
CHECK = """\
from gradlab.expected import expect_graph
x = mytorch.tensor(3.0, requires_grad=True)
expect_graph(x * (x.detach() + 1), "Mul(x, Add(x, _))", x=x)"""
PLOT = """\
from gradlab.plots import loss_curve
loss_curve({"one": [3, 2, 1], "other": [1, 2, 4]})"""


@pytest.fixture(scope="module")
def lab(open_lesson):
    """A student of lesson 6, and the places of three cells that can be written to."""
    notebook, student = open_lesson("6")
    notebook.run(student.place("setup"))
    places = [i for i, cell in enumerate(student.cells()) if cell["metadata"].get("gradlab", {}).get("role") == "demo"]
    return notebook, places


def show(lab, number: int, source: str):
    notebook, places = lab
    notebook.write(places[number], source)
    return notebook.run(places[number])


def colour(page, selector: str, what: str) -> str:
    return page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{what}")


def test_a_drawing(lab):
    output = show(lab, 0, DRAW)
    picture = output.get_by_role("img", name="Graph of y: 1 leaf (x), 2 ops (Mul, Sum), 2 edges between them.")
    assert picture.evaluate("picture => picture.tagName") == "svg" and output.locator("img").count() == 0
    tips = picture.locator("a > title").all_text_contents()
    assert "broadcast from (2,) to (3, 2); its gradient is summed back to (2,)" in tips
    assert "x, AccumulateGrad, shape (2,), float32" in tips


def test_a_check_that_fails_shows_both_graphs(lab):
    output = show(lab, 1, CHECK)
    picture = output.get_by_role("img", name="Your graph and the expected one differ.")
    assert {"yours", "expected", "missing", "detached"} <= set(picture.locator("text").all_text_contents())
    said = output.inner_text()
    assert "AssertionError: the recorded graph is not the expected one." in said and "recorded: Mul(x, _)" in said
    assert "__tracebackhide__" not in said


def test_a_plot(lab):
    picture = show(lab, 2, PLOT).get_by_role("img", name="Figure: Loss during training")
    assert picture.evaluate("picture => picture.tagName") == "svg"


def test_the_map_of_skills_and_a_hint(lab):
    output = show(lab, 2, "gradlab.status()")
    picture = output.get_by_role("img", name="Skill map of Autograd from scratch: 0 of")
    assert picture.evaluate("picture => picture.tagName") == "svg"
    assert "the backward walk: locked" in " ".join(picture.locator("g > title").all_text_contents())
    first = show(lab, 2, 'gradlab.hint("Softplus")').inner_text()
    assert "Softplus: hint 1 of" in first and "run this cell again" in first
    assert "Softplus: hint 2 of" in show(lab, 2, 'gradlab.hint("Softplus")').inner_text()


def test_in_the_dark(lab):
    notebook, _ = lab
    page, leaf = notebook.page, ".gradlab-picture g.node path"
    assert colour(page, leaf, "fill") == "rgb(207, 230, 245)"
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    assert colour(page, leaf, "fill") == "rgb(15, 58, 86)"
