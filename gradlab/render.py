"""From DOT text to a picture, by whatever Graphviz is here: the program `dot`, a Graphviz from pip, or a browser's."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from gradlab.errors import GradlabError
from gradlab.page_theme import following_the_page

WIDEST = 620  # points of a picture: beside JupyterLab's file browser, on a laptop
SMALLEST = 0.5  # the scale below which nobody can read it: a wider one is for scrolling

IN_BROWSER = sys.platform == "emscripten"


def has_dot() -> bool:
    """True when something can draw here."""
    return renderer() is not None


def renderer():
    """The function (dot text, kind) -> bytes that draws here, or None."""
    if IN_BROWSER:
        return by_browser if _from_browser() is not None else None
    if shutil.which("dot") is not None:
        return by_program
    return by_package if importlib.util.find_spec("pygraphviz") is not None else None


def advice() -> str:
    """The sentence with the command that installs Graphviz here."""
    if IN_BROWSER:
        return "Here in the browser graphs are drawn as text."
    # A package from pip needs no administrator, and is the same command everywhere.
    command = "conda install graphviz" if os.environ.get("CONDA_PREFIX") else "pip install pygraphviz"
    return f"For a picture instead of text, install Graphviz: {command}"


@lru_cache(maxsize=64)  # a notebook shows the same graph again and again
def render(dot: str, kind: str) -> bytes:
    """The picture of `dot` as "svg", "png" or "pdf". Raises GradlabError when Graphviz is missing or refuses."""
    draw = renderer()
    if draw is None:
        raise GradlabError(f"there is no Graphviz to draw with. {advice()}")
    return draw(dot, kind)


def by_program(dot: str, kind: str) -> bytes:
    """By the program `dot` on PATH."""
    import graphviz

    try:
        return graphviz.pipe("dot", kind, dot.encode("utf-8"))
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip()
        raise GradlabError(f"Graphviz could not draw this: {said}") from None


def by_package(dot: str, kind: str) -> bytes:
    """By pygraphviz: its wheels for Linux, macOS and Windows bring a Graphviz with them."""
    try:
        return importlib.import_module("pygraphviz").AGraph(string=dot).draw(format=kind, prog="dot")
    except (OSError, ValueError, ImportError) as error:
        raise GradlabError(f"pygraphviz could not draw this: {error}") from None


def by_browser(dot: str, kind: str) -> bytes:
    """By the page's Graphviz in WebAssembly, through `globalThis.gradlabRenderDot(dot, kind)`, which the page provides.

    It is called with DOT text and "svg", answers at once with the SVG as text, and throws what Graphviz refuses:
    `(dot, kind) => viz.renderString(dot, {format: kind})` once `viz` of @viz-js/viz is there. Until it is defined,
    drawings are text.
    """
    if kind != "svg":
        raise GradlabError(f"in the browser a drawing is saved as .svg, .dot or .txt, not as .{kind}.")
    try:
        return str(_from_browser()(dot, kind)).encode("utf-8")
    except Exception as error:  # whatever JavaScript throws
        raise GradlabError(f"Graphviz could not draw this: {error}") from None


def _from_browser():
    return getattr(importlib.import_module("js"), "gradlabRenderDot", None)


def svg_of(dot: str, alt: str, twins: Mapping[str, str] | None = None) -> str:
    """The picture of `dot` as an <svg> element that screen readers read as one image, described by `alt`.

    twins: {light colour: dark colour}, for a picture that takes the colours of the page it stands in.
    """
    text = bare_svg(dot)
    # Several pictures in one page must not share ids.
    text = re.sub(r'(<g) id="[^"]*"', r"\1", text)
    text = _fitting(text)
    text = described(text, alt)
    return following_the_page(text, twins) if twins else text


def described(svg: str, alt: str) -> str:
    """The <svg> element with its description, no wider than its page."""
    begin = f'<svg role="img" aria-label="{escape(alt)}" style="max-width:100%;height:auto"'
    return svg.replace("<svg", begin, 1).replace(">", f">\n<title>{escape(alt)}</title>", 1).strip()


def _fitting(svg: str) -> str:
    """The <svg> element, scaled down when it is too wide: JupyterLab shows it as an image that it does not scale."""
    size = re.match(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    if size is None or int(size[1]) <= WIDEST:
        return svg
    scale = max(WIDEST / int(size[1]), SMALLEST)
    width, height = (round(int(length) * scale) for length in size.groups())
    return f'<svg width="{width}pt" height="{height}pt"{svg[size.end() :]}'


def bare_svg(dot: str) -> str:
    """The <svg> element as Graphviz makes it, with our tooltips and without its own."""
    text = render(dot, "svg").decode("utf-8")
    text = text[text.index("<svg") :]
    # Graphviz titles its parts "n0&#45;&gt;n1"; a browser shows that as a tooltip.
    text = re.sub(r"<title>.*?</title>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<a xlink:title=(\"[^\"]*\")>", r"<a><title>\1</title>", text)
    return re.sub(r'<title>"(.*?)"</title>', r"<title>\1</title>", text)
