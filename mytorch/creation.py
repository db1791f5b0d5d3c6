"""Tensors out of nothing: from numbers, filled, counted."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.dtypes import numpy_dtype
from mytorch.tensor import Tensor

to_array = later("kernels", "to_array")


def finish(array, requires_grad: bool):
    result = Tensor(array)
    return result.requires_grad_() if requires_grad else result


def tensor(data, dtype=None, requires_grad=False):
    """A new leaf with the numbers of `data`: a number, nested lists, or a NumPy array. It shares no memory with `data`.

    dtype: float32 for Python floats, int64 for ints, bool for bools, unless given.
    """
    if isinstance(data, TensorBase):
        data = data.array
    elif isinstance(data, (list, tuple)):
        data = plain(data)
    return finish(to_array(data, numpy_dtype(dtype)), requires_grad)


def plain(data):
    """Nested lists with the tensors of one entry in them replaced by numbers."""
    if isinstance(data, TensorBase):
        return data.tolist()
    return [plain(item) for item in data] if isinstance(data, (list, tuple)) else data


def as_tensor(data, dtype=None):
    """`data` as a tensor, without copying where that is possible."""
    if isinstance(data, TensorBase):
        return data if dtype is None else data.to(dtype)
    return from_numpy(data) if isinstance(data, np.ndarray) and dtype is None else tensor(data, dtype)


def from_numpy(array):
    """A tensor in the memory of `array`: writing to one writes to the other."""
    return Tensor(array)


def shape_of(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size


def full(size, fill_value, dtype=None, requires_grad=False):
    array = np.full(size, fill_value, numpy_dtype(dtype))
    return finish(array.astype(np.float32) if dtype is None and array.dtype == np.float64 else array, requires_grad)


def zeros(*size, dtype=None, requires_grad=False):
    return finish(np.zeros(shape_of(size), numpy_dtype(dtype) or np.float32), requires_grad)


def ones(*size, dtype=None, requires_grad=False):
    return finish(np.ones(shape_of(size), numpy_dtype(dtype) or np.float32), requires_grad)


empty = zeros


def zeros_like(x, dtype=None, requires_grad=False):
    return finish(np.zeros(x.shape, numpy_dtype(dtype) or x.array.dtype), requires_grad)


def ones_like(x, dtype=None, requires_grad=False):
    return finish(np.ones(x.shape, numpy_dtype(dtype) or x.array.dtype), requires_grad)


def full_like(x, fill_value, dtype=None, requires_grad=False):
    return finish(np.full(x.shape, fill_value, numpy_dtype(dtype) or x.array.dtype), requires_grad)


empty_like = zeros_like


def arange(start, end=None, step=1, dtype=None, requires_grad=False):
    start, end = (0, start) if end is None else (start, end)
    given = (start, end, step)
    default = np.int64 if all(isinstance(n, (int, np.integer)) for n in given) else np.float32
    return finish(np.arange(*given).astype(numpy_dtype(dtype) or default), requires_grad)


def linspace(start, end, steps, dtype=None, requires_grad=False):
    return finish(np.linspace(start, end, steps, dtype=numpy_dtype(dtype) or np.float32), requires_grad)


def eye(n, m=None, dtype=None, requires_grad=False):
    return finish(np.eye(n, m, dtype=numpy_dtype(dtype) or np.float32), requires_grad)
