"""Tensors out of nothing: from numbers, filled, counted."""

from __future__ import annotations

import numpy as np

from mytorch import dtypes
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.dtypes import numpy_dtype
from mytorch.results import unrecorded
from mytorch.tensor import Tensor

to_array = later("kernels", "to_array")
mode = later("grad_mode", "mode")


def finish(array, requires_grad: bool):
    result = unrecorded(array, mode) if mode.inference else Tensor(array)
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError(
            "Only Tensors of floating point and complex dtype can require gradients. "
            f"This one is {dtypes.of_array(array)}: write 3.0 instead of 3, or give dtype=torch.float32."
        )
    return result.requires_grad_() if requires_grad else result


def floating(dtype):
    """The NumPy dtype asked for, or that of the default dtype."""
    return numpy_dtype(dtype) or dtypes.default.numpy


def tensor(data, dtype=None, device=None, requires_grad=False):
    """A new leaf with the numbers of `data`: a number, nested lists, or a NumPy array. It shares no memory with `data`.

    dtype: float32 for Python floats, int64 for ints, bool for bools, unless given.
    """
    from_python = not isinstance(data, (np.ndarray, np.generic))
    if isinstance(data, TensorBase):
        data, from_python = data.array, False
    elif isinstance(data, (list, tuple)):
        check_even(data)
        data = plain(data)
    array = to_array(data, numpy_dtype(dtype))
    if dtype is None and from_python and array.dtype.kind == "f" and dtypes.default is not dtypes.float32:
        array = to_array(data, dtypes.default.numpy)
    dtypes.of_array(array)
    return finish(array, requires_grad)


def plain(data):
    """Nested lists with the tensors in them replaced by numbers."""
    if isinstance(data, TensorBase):
        return data.tolist()
    return [plain(item) for item in data] if isinstance(data, (list, tuple)) else data


def check_even(data, dim=0):
    """Raise ValueError for lists of unequal length, at the first place where one is."""
    lengths = [len(item) if isinstance(item, (list, tuple)) else None for item in data]
    for item, length in zip(data, lengths, strict=True):
        if length != lengths[0]:
            if length is None:
                raise TypeError(
                    f"expected a sequence at dim {dim + 1}, but got {type(item).__name__}: all rows are lists or none."
                )
            raise ValueError(
                f"expected sequence of length {lengths[0]} at dim {dim + 1} (got {length}). Make all rows equally long."
            )
        if length is not None:
            check_even(item, dim + 1)


def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor, without copying where that is possible."""
    if isinstance(data, TensorBase):
        return data if dtype is None else data.to(dtype)
    return from_numpy(data) if isinstance(data, np.ndarray) and dtype is None else tensor(data, dtype)


asarray = as_tensor


def from_numpy(array):
    """A tensor in the memory of `array`: writing to one writes to the other."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    dtypes.of_array(array)
    return Tensor(array)


def shape_of(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    array = np.full(size, fill_value, numpy_dtype(dtype))
    return finish(array.astype(floating(None)) if dtype is None and array.dtype == np.float64 else array, requires_grad)


def zeros(*size, dtype=None, device=None, requires_grad=False):
    return finish(np.zeros(shape_of(size), floating(dtype)), requires_grad)


def ones(*size, dtype=None, device=None, requires_grad=False):
    return finish(np.ones(shape_of(size), floating(dtype)), requires_grad)


empty = zeros


def zeros_like(x, *, dtype=None, device=None, requires_grad=False):
    return finish(np.zeros(x.shape, numpy_dtype(dtype) or x.array.dtype), requires_grad)


def ones_like(x, *, dtype=None, device=None, requires_grad=False):
    return finish(np.ones(x.shape, numpy_dtype(dtype) or x.array.dtype), requires_grad)


def full_like(x, fill_value, *, dtype=None, device=None, requires_grad=False):
    return finish(np.full(x.shape, fill_value, numpy_dtype(dtype) or x.array.dtype), requires_grad)


empty_like = zeros_like


def scalar_tensor(value, *, dtype=None, requires_grad=False):
    return finish(np.asarray(value, floating(dtype)), requires_grad)


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    start, end = (0, start) if end is None else (start, end)
    given = (start, end, step)
    default = np.dtype(np.int64) if all(isinstance(n, (int, np.integer)) for n in given) else floating(None)
    return finish(np.arange(*given).astype(numpy_dtype(dtype) or default), requires_grad)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    return finish(np.linspace(start, end, steps, dtype=floating(dtype)), requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    return finish(np.logspace(start, end, steps, base=base, dtype=floating(dtype)), requires_grad)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    return finish(np.eye(n, m, dtype=floating(dtype)), requires_grad)


def tril_indices(row, col, offset=0):
    return Tensor(np.stack(np.tril_indices(row, offset, col)))


def triu_indices(row, col, offset=0):
    return Tensor(np.stack(np.triu_indices(row, offset, col)))
