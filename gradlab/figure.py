"""A matplotlib Figure that shows itself in a notebook, once, whether or not pyplot is about."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class LessonFigure(Figure):
    """Without pyplot IPython does not know how to show a Figure. This one says so itself, sharp on fine screens."""

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
        return f"Figure: {axes.get_title(loc='left')}, {axes.get_ylabel()} by {axes.get_xlabel()}.{lines}"
