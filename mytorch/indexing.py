"""Arguments as the user writes them, made plain: tensors to arrays, sizes to one tuple."""

from __future__ import annotations

import numpy as np

from mytorch.base import TensorBase


def raw(value):
    """The array of a tensor; anything else as it is."""
    return value.array if isinstance(value, TensorBase) else value


def raw_key(key):
    """An index with the tensors in it replaced by their arrays, lists by arrays."""
    if isinstance(key, tuple):
        return tuple(raw_key(k) for k in key)
    return np.array(key) if isinstance(key, list) else raw(key)


def as_shape(args):
    """Sizes given one by one, or as one tuple."""
    return tuple(args[0]) if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
