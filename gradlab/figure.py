"""A matplotlib Figure that shows itself in a notebook, once, whether or not pyplot is about."""

from __future__ import annotations

import hashlib
import io
import re

import matplotlib as mpl
from matplotlib.figure import Figure

from gradlab.embedded import picture_html
from gradlab.page_theme import following_the_page
from gradlab.plot_style import TWINS
from gradlab.render import described


class LessonFigure(Figure):
    """Without pyplot IPython does not know how to show a Figure. This one says so itself, sharp on fine screens."""

    def svg(self) -> str:
        """The figure as an <svg> element that takes the colours of the page it stands in."""
        picture = io.StringIO()
        with mpl.rc_context({"svg.hashsalt": "gradlab"}):  # the same figure is the same text
            self.savefig(picture, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
        text = picture.getvalue()
        text = re.sub(
            r"<!--.*?-->|<metadata>.*?</metadata>|(?<=\n)\s+", "", text[text.index("<svg") :], flags=re.DOTALL
        )
        # A hundredth of a point is finer than anybody sees.
        text = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text)
        # Several figures in one page must not share ids.
        own = "f" + hashlib.sha1(text.encode("utf-8")).hexdigest()[:8]
        text = re.sub(r'<g id="[^"]*"', "<g", text)
        text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{own}", text)
        return following_the_page(described(text, repr(self)), TWINS)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": picture_html(self.svg(), repr(self)), "text/plain": repr(self)}

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=2 * self.dpi, bbox_inches="tight")
        data = picture.getvalue()
        width, height = (int.from_bytes(data[place : place + 4]) // 2 for place in (16, 20))  # of the PNG's header
        return data, {"width": width, "height": height}

    def __repr__(self) -> str:
        """What the figure shows, in a sentence: the text beside the picture, which screen readers read."""
        axes = self.axes[0]
        names = [line.get_label() for line in axes.get_lines() if not line.get_label().startswith("_")]
        lines = f" Lines: {', '.join(names)}." if names else ""
        up, across = axes.get_ylabel(), axes.get_xlabel()
        return f"Figure: {axes.get_title(loc='left')}, {f'{up} by {across}' if up else across}.{lines}"
