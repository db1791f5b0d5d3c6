"""Saving and loading: pickles, as in PyTorch, of tensors, state dicts and whatever holds them."""

from __future__ import annotations

import pickle
from os import PathLike


def save(obj, f):
    """Write `obj` to a file, named or open."""
    if isinstance(f, (str, PathLike)):
        with open(f, "wb") as file:
            return pickle.dump(obj, file)
    return pickle.dump(obj, f)


def load(f, *, weights_only=True, map_location=None):
    """Read what `save` wrote. A pickle can run code when it is read: load only files that you trust."""
    if isinstance(f, (str, PathLike)):
        with open(f, "rb") as file:
            return pickle.load(file)
    return pickle.load(f)
