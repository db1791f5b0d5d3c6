"""Gradients and nodes in few words."""

from __future__ import annotations

import numpy as np

from gradlab.graph import shape_text

FEW = 6  # entries of a gradient that is written out


def numbers(value) -> str:
    """A gradient in few words: `2`, `[1, 0.5]`, or for more than six entries `(3, 4), from -1 to 2`. "" for None."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):  # of an op with several results
        return f"({', '.join(numbers(each) or 'none' for each in value)})"
    array = np.asarray(getattr(value, "array", value))
    if array.size <= FEW:
        return _text(array.tolist())
    with np.errstate(all="ignore"):
        low, high = array.min(), array.max()
    return (
        f"{shape_text(array.shape)}, all {low:.4g}"
        if low == high
        else f"{shape_text(array.shape)}, {low:.3g} to {high:.3g}"
    )


def _text(value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}"


def named(node) -> str:
    """`Mul → h`, `Mul`, `x`, or `leaf`."""
    if node.kind == "op":
        return f"{node.called} → {node.label}" if node.label else node.called
    return node.name if node.kind == "fold" else node.label or node.kind
