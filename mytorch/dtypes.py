"""PyTorch's names for NumPy's dtypes, and its torch.Size."""

from __future__ import annotations

import numpy as np


class dtype:
    """A PyTorch dtype: `torch.float32` and so on. `numpy` is the NumPy dtype behind it."""

    def __init__(self, name: str, numpy) -> None:
        self.name, self.numpy = name, np.dtype(numpy)

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name

    @property
    def is_floating_point(self) -> bool:
        return self.numpy.kind == "f"

    @property
    def itemsize(self) -> int:
        return self.numpy.itemsize


float16 = half = dtype("float16", np.float16)
float32 = float = dtype("float32", np.float32)
float64 = double = dtype("float64", np.float64)
uint8 = dtype("uint8", np.uint8)
int8 = dtype("int8", np.int8)
int16 = short = dtype("int16", np.int16)
int32 = int = dtype("int32", np.int32)
int64 = long = dtype("int64", np.int64)
bool = dtype("bool", np.bool_)

BY_NUMPY = {d.numpy: d for d in (float16, float32, float64, uint8, int8, int16, int32, int64, bool)}


def numpy_dtype(given):
    """The NumPy dtype for a PyTorch dtype, a NumPy dtype, Python's float, int or bool, or None (stays None)."""
    if given is None:
        return None
    if isinstance(given, dtype):
        return given.numpy
    given = {"float": np.float32}.get(getattr(given, "__name__", ""), given)
    return np.dtype(given)


class Size(tuple):
    """A shape: a tuple of ints that prints as torch.Size([2, 3])."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def numel(self):
        result = 1
        for n in self:
            result *= n
        return result
