"""Arguments as the user writes them, made plain: tensors to arrays, sizes to one tuple."""

from __future__ import annotations

import numpy as np

from mytorch.base import TensorBase


def raw(value):
    """The array of a tensor; anything else as it is."""
    return value.array if isinstance(value, TensorBase) else value


def raw_key(key, ndim):
    """An index with the tensors and lists in it replaced by arrays; `ndim` is the number of dims of what is indexed.

    One int for every dim gets an Ellipsis at its end, with which NumPy gives a view of the entry, not a copy.
    """
    if type(key) is int:
        return (key, ...) if ndim == 1 else key
    if type(key) is not tuple:
        return plain(key)
    key = tuple([plain(part) for part in key])
    return (*key, ...) if len(key) == ndim and all([isinstance(part, int) for part in key]) else key


def plain(part):
    if isinstance(part, TensorBase):
        array = part.array
        return int(array) if array.ndim == 0 and array.dtype.kind in "iu" else array
    if isinstance(part, slice):
        if part.step is not None and part.step <= 0:
            raise ValueError("step must be greater than zero. Use flip to read backwards.")
        return part
    if isinstance(part, (list, range)):
        return np.array([raw(item) for item in part]) if len(part) else np.zeros(0, np.int64)
    return part


def is_advanced(key):
    """Whether a plain key reads a copy and no view: it holds an array or a bool."""
    return any(isinstance(part, (np.ndarray, bool, np.bool_)) for part in (key if isinstance(key, tuple) else (key,)))


def index_error(error, array, key):
    """PyTorch's sentence for an index that is not there."""
    keys = key if isinstance(key, tuple) else (key,)
    keys = [k for k in keys if k is not Ellipsis]
    consumed = sum(k.ndim if getattr(k, "dtype", None) == np.bool_ else 1 for k in keys if k is not None)
    if consumed > array.ndim:
        return IndexError(f"too many indices for tensor of dimension {array.ndim}. The key names {consumed}.")
    for dim, k in enumerate(k for k in keys if k is not None):
        if isinstance(k, np.ndarray) and k.dtype == bool and k.shape != array.shape[dim : dim + k.ndim]:
            return IndexError(
                f"The shape of the mask {list(k.shape)} at index 0 does not match the shape of the indexed tensor "
                f"{list(array.shape)} at index 0. A mask has the shape of what it masks."
            )
        if isinstance(k, (int, np.ndarray)) and not isinstance(k, bool) and dim < array.ndim:
            size = array.shape[dim]
            for i in np.ravel(k).tolist():
                if not -size <= i < size:
                    return IndexError(
                        f"index {i} is out of bounds for dimension {dim} with size {size}. It is counted from 0."
                    )
    return IndexError(str(error))


def as_shape(args):
    """Sizes given one by one, or as one tuple."""
    return tuple(args[0]) if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
