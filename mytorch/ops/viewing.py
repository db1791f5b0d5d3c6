"""Views with names of their own: what they do is a Reshape or a Transpose."""

from __future__ import annotations

from mytorch._lessons import later_op

Reshape = later_op("shaping", "Reshape")
Transpose = later_op("shaping", "Transpose")


class T(Transpose):
    """A matrix, transposed."""


class Unsqueeze(Reshape):
    """A new dim of size 1."""


class SqueezeAll(Reshape):
    """Without any dim of size 1."""


class SqueezeDim(Reshape):
    """Without certain dims, where they have size 1."""
