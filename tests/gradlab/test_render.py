"""Who draws: the program `dot`, a Graphviz from pip, a browser's; or nobody, and then it is said what would help."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import types

import pytest

from gradlab import render
from gradlab.errors import GradlabError

DOT = 'digraph { a [shape=Mrecord, label="x | ünï"] a -> b -> a }'


@pytest.fixture(autouse=True)
def nothing_remembered():
    render.render.cache_clear()
    yield
    render.render.cache_clear()


def shapes(svg: str) -> list[str]:
    return sorted(re.findall(r"<(ellipse|path|polygon|polyline)\b", svg))


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
@pytest.mark.skipif(importlib.util.find_spec("pygraphviz") is None, reason="needs pygraphviz")
def test_the_same_picture_from_both(monkeypatch):
    by_program = render.bare_svg(DOT)
    render.render.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert render.renderer() is render.by_package
    assert shapes(render.bare_svg(DOT)) == shapes(by_program) and "ünï" in by_program
    assert render.render(DOT, "png").startswith(b"\x89PNG")


def test_the_package_is_used_without_the_program(monkeypatch):
    drawn = []

    class AGraph:
        def __init__(self, string):
            drawn.append(string)

        def draw(self, format, prog):
            return f"<svg>{format} by {prog}</svg>".encode()

    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", types.SimpleNamespace(AGraph=AGraph))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "pygraphviz")
    assert render.has_dot() and render.bare_svg(DOT) == "<svg>svg by dot</svg>" and drawn == [DOT]


@pytest.mark.parametrize("conda", [False, True])
def test_nobody_draws(monkeypatch, conda):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("CONDA_PREFIX", "/env") if conda else monkeypatch.delenv("CONDA_PREFIX", raising=False)
    command = "conda install graphviz" if conda else "pip install pygraphviz"
    with pytest.raises(GradlabError, match=f"there is no Graphviz to draw with.*{command}$"):
        render.render(DOT, "svg")


def test_in_a_browser(monkeypatch):
    """The seam that the browser edition fills: a JavaScript function, found through Pyodide's `js`."""
    page = types.SimpleNamespace()
    monkeypatch.setattr(render, "IN_BROWSER", True)
    monkeypatch.setitem(sys.modules, "js", page)
    assert not render.has_dot() and "drawn as text" in render.advice()
    page.gradlabRenderDot = lambda dot, kind: f"<svg>{kind}</svg>"
    assert render.bare_svg(DOT) == "<svg>svg</svg>"
    with pytest.raises(GradlabError, match=r"saved as \.svg, \.dot or \.txt, not as \.png"):
        render.render(DOT, "png")

    def fails(dot, kind):
        raise RuntimeError("syntax error in line 1")

    page.gradlabRenderDot = fails
    with pytest.raises(GradlabError, match="could not draw this: syntax error"):
        render.render("digraph", "svg")


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_what_graphviz_refuses():
    with pytest.raises(GradlabError, match=r"Graphviz could not draw this: .*syntax error"):
        render.render("digraph {", "svg")


@pytest.mark.parametrize(("ops", "scaled"), [(2, False), (12, True), (40, True)])
def test_a_wide_picture_fits_a_notebook(ops, scaled):
    dot = "digraph { rankdir=LR; " + " -> ".join(f"a_long_name_{n}" for n in range(ops)) + " }"

    def size(svg: str) -> list[int]:
        return [int(length) for length in re.search(r'width="(\d+)pt" height="(\d+)pt"', svg).groups()]

    (wide, high), (wide_now, high_now) = size(render.bare_svg(dot)), size(render.svg_of(dot, "A chain"))
    assert wide_now == (max(render.WIDEST, round(wide * render.SMALLEST)) if scaled else wide)
    assert high_now == pytest.approx(high * wide_now / wide, abs=1)
