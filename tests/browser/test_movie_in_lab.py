"""The movie in JupyterLab: it plays there, it takes the arrow keys and the notebook does not, it follows the theme."""

from __future__ import annotations

import pytest

SOURCE = """\
import mytorch
from gradlab.movie import backward_movie
x = mytorch.tensor(3.0, requires_grad=True)
y = x * (x + 1)
backward_movie(y, names={"x": x, "y": y})"""

#: Clicks with nothing between them: on a slow machine the movie would be over before a second one.
TWO_CLICKS = "button => [1, 2].map(() => { button.click(); return button.getAttribute('aria-label'); })"


@pytest.fixture(scope="module")
def movie(open_lesson):
    """A student of lesson 4, whose engine can walk, plays a movie."""
    notebook, student = open_lesson("4")
    notebook.run(student.place("setup"))
    # Given cells cannot be written to.
    place = next(
        i for i, cell in enumerate(student.cells()) if cell["metadata"].get("gradlab", {}).get("role") == "demo"
    )
    notebook.write(place, SOURCE)
    notebook.run(place)
    return notebook.page, notebook.output(place)


def test_it_plays_and_takes_the_arrow_keys(movie):
    page, output = movie
    player = output.locator(".glm-player")
    player.wait_for()
    player.focus()
    selected = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = page.evaluate(selected)
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert "To x: 3, added to the 4 that waits there: 7" in output.locator(".glm-words").inner_text()
    page.keyboard.press("End")
    assert output.locator(".glm-over text").all_text_contents() == ["grad 7"]
    assert page.evaluate(selected) == before
    assert output.get_by_role("button", name="Play").evaluate(TWO_CLICKS) == ["Pause", "Play"]


def test_it_follows_the_theme(movie):
    page, _ = movie
    ground = "getComputedStyle(document.querySelector('.glm-player')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    assert page.evaluate(ground) == "rgb(21, 21, 21)"
