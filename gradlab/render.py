"""From DOT text to a picture, by the Graphviz program `dot`."""

from __future__ import annotations

import os
import re
import shutil
import sys
from functools import lru_cache
from html import escape

from gradlab.errors import GradlabError


def has_dot() -> bool:
    """True when the Graphviz program is there."""
    return shutil.which("dot") is not None


def advice() -> str:
    """The sentence with the command that installs Graphviz here."""
    if os.environ.get("CONDA_PREFIX"):
        command = "conda install graphviz"
    else:
        command = {"darwin": "brew install graphviz", "win32": "winget install graphviz"}.get(
            sys.platform, "sudo apt install graphviz"
        )
    return f"For a picture instead of text, install Graphviz: {command}"


@lru_cache(maxsize=64)  # a notebook shows the same graph again and again
def render(dot: str, kind: str) -> bytes:
    """The picture of `dot` as "svg", "png" or "pdf". Raises GradlabError when Graphviz is missing or refuses."""
    import graphviz

    try:
        return graphviz.pipe("dot", kind, dot.encode("utf-8"))
    except graphviz.ExecutableNotFound:
        raise GradlabError(f"there is no Graphviz to draw with. {advice()}") from None
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip()
        raise GradlabError(f"Graphviz could not draw this: {said}") from None


def svg_of(dot: str, alt: str) -> str:
    """The picture of `dot` as an <svg> element that screen readers read as one image, described by `alt`."""
    text = render(dot, "svg").decode("utf-8")
    text = text[text.index("<svg") :]
    # Graphviz titles its parts "n0&#45;&gt;n1"; a browser shows that as a tooltip.
    text = re.sub(r"<title>.*?</title>\s*", "", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    # Several pictures in one page must not share ids.
    text = re.sub(r'(<g) id="[^"]*"', r"\1", text)
    text = re.sub(r"<a xlink:title=(\"[^\"]*\")>", r"<a><title>\1</title>", text)
    text = re.sub(r'<title>"(.*?)"</title>', r"<title>\1</title>", text)
    described = f'<svg role="img" aria-label="{escape(alt)}" style="max-width:100%;height:auto"'
    return text.replace("<svg", described, 1).replace(">", f">\n<title>{escape(alt)}</title>", 1).strip()
