"""How a tensor prints: character for character as PyTorch prints it."""

from __future__ import annotations

import math
from contextlib import contextmanager

import numpy as np

from mytorch import dtypes


class Options:
    """precision: digits after the point. threshold: summarize above so many entries, with `edgeitems` at each end."""

    def __init__(self) -> None:
        self.precision, self.threshold, self.edgeitems, self.linewidth, self.sci_mode = 4, 1000, 3, 80, None


options = Options()
PROFILES = {"default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80)}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Change how tensors print. profile: "default", "short" or "full"; the other options change it further."""
    if profile is not None:
        options.precision, options.threshold, options.edgeitems, options.linewidth = PROFILES[profile]
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    vars(options).update({name: value for name, value in given.items() if value is not None})
    options.sci_mode = sci_mode


def get_printoptions():
    return dict(vars(options))


@contextmanager
def printoptions(**changes):
    """`set_printoptions` for the length of a block."""
    before = get_printoptions()
    set_printoptions(**changes)
    try:
        yield
    finally:
        vars(options).update(before)


def tensor_repr(tensor) -> str:
    """`tensor([1., 2.], requires_grad=True)`, with size, dtype and grad_fn where they say something."""
    array = tensor.array
    digits = "[]" if array.size == 0 else numbers(array, len("tensor("))
    notes = []
    if array.size == 0 and array.ndim != 1:
        notes.append(f"size={tuple(array.shape)}")
    dtype = tensor.dtype
    if dtype not in (dtypes.default, dtypes.int64, dtypes.bool) or (array.size == 0 and dtype is not dtypes.default):
        notes.append(f"dtype={dtype}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn=<{tensor.grad_fn.name().rsplit('::', 1)[-1]}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return with_notes(f"tensor({digits}", notes, len("tensor("))


def with_notes(text, notes, indent):
    """`text` and the notes, each on a line of its own where the last line is full."""
    width = len(text) - text.rfind("\n") + 1
    for note in notes:
        if width + len(note) + 2 > options.linewidth:
            text += ",\n" + " " * indent + note
            width = indent + len(note)
        else:
            text += ", " + note
            width += len(note) + 2
    return text + ")"


def numbers(array, indent):
    """The entries in brackets, aligned; what would be too many is cut out of the middle of every dim."""
    summarize = array.size > options.threshold
    shown = corners(array) if summarize else array
    return nested(array, indent, summarize, Format(shown))


def edges(size):
    """The indices at both ends of a dim of this size, or None if all are shown."""
    n = options.edgeitems
    return [*range(n), *range(size - n, size)] if size > 2 * n else None


def corners(array):
    for dim, size in enumerate(array.shape):
        if edges(size):
            array = np.take(array, edges(size), axis=dim)
    return array


class Format:
    """One format for all entries: whole numbers, fixed point or powers of ten, in one width."""

    def __init__(self, shown) -> None:
        self.floating, self.style, self.width = shown.dtype.kind == "f", "whole", 1
        values = shown.ravel()
        if self.floating:
            values = values[np.isfinite(values) & (values != 0)]
            if not len(values):
                return
            self.style = self.style_for(values)
        self.width = max(len(self.text(value)) for value in values.tolist())

    def style_for(self, values):
        sizes = np.abs(values.astype(np.float64))
        small, large = sizes.min(), sizes.max()
        powers = large / small > 1000 or large > 1e8 or small < 1e-4
        if powers if options.sci_mode is None else options.sci_mode:
            return "powers"
        return "whole" if (values == np.ceil(values)).all() else "fixed"

    def text(self, value):
        if not self.floating:
            return str(value)
        if self.style == "whole":
            return f"{value:.0f}." if math.isfinite(value) else str(value)
        return f"{value:.{options.precision}{'e' if self.style == 'powers' else 'f'}}"

    def __call__(self, value):
        return self.text(value).rjust(self.width)


def nested(array, indent, summarize, form):
    if array.ndim == 0:
        return form(array.item())
    ends = edges(len(array)) if summarize else None
    half = len(ends) // 2 if ends else 0
    if array.ndim == 1:
        parts = [form(value) for value in (array[ends] if ends else array).tolist()]
        if ends:
            parts.insert(half, " ...")
        per_line = max(1, (options.linewidth - indent) // (form.width + 2))
        lines = [", ".join(parts[i : i + per_line]) for i in range(0, len(parts), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = [nested(array[i], indent + 1, summarize, form) for i in ends or range(len(array))]
    if ends:
        parts.insert(half, "...")
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
