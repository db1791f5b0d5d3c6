"""PyTorch's names for NumPy's dtypes, its torch.Size, torch.device and torch.finfo."""

from __future__ import annotations

import builtins
from math import prod

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
    def is_complex(self) -> bool:
        return False

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

#: What Python's own types mean where a dtype is expected.
BY_PYTHON = {builtins.float: float32, builtins.int: int64, builtins.bool: bool}


def of_array(array):
    """The PyTorch dtype of an array. Raises TypeError for one that tensors cannot have."""
    try:
        return BY_NUMPY[array.dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type {array.dtype}. The only supported types are: float64, float32, float16, "
            "int64, int32, int16, int8, uint8, and bool."
        ) from None


def numpy_dtype(given):
    """The NumPy dtype for a PyTorch dtype, a NumPy dtype, Python's float, int or bool, or None (stays None)."""
    if given is None:
        return None
    if given is builtins.float:
        return default.numpy
    given = BY_PYTHON.get(given, given) if isinstance(given, type) else given
    return given.numpy if isinstance(given, dtype) else np.dtype(given)


# ---- the default -------------------------------------------------------------------------------------------------

default = float32


def get_default_dtype():
    """The dtype that tensors of Python floats get."""
    return default


def set_default_dtype(d):
    """Let tensors of Python floats have the dtype `d`: float32, as at the start, or another float."""
    global default
    if not (isinstance(d, dtype) and d.is_floating_point):
        raise TypeError("only floating-point types are supported as the default type")
    default = d


# ---- limits ------------------------------------------------------------------------------------------------------


class finfo:
    """The limits of a floating dtype: eps, tiny, max, min, bits."""

    def __init__(self, given=None) -> None:
        self.dtype = given or default
        info = np.finfo(self.dtype.numpy)
        self.bits = info.bits
        self.eps, self.max, self.min = builtins.float(info.eps), builtins.float(info.max), builtins.float(info.min)
        self.tiny = self.smallest_normal = builtins.float(info.tiny)


class iinfo:
    """The limits of an integer dtype: max, min, bits."""

    def __init__(self, given) -> None:
        self.dtype = given
        info = np.iinfo(given.numpy)
        self.bits, self.max, self.min = info.bits, builtins.int(info.max), builtins.int(info.min)


# ---- shapes and places -------------------------------------------------------------------------------------------


class Size(tuple):
    """A shape: a tuple of ints that prints as torch.Size([2, 3])."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, key):
        got = super().__getitem__(key)
        return Size(got) if isinstance(key, slice) else got

    def __add__(self, other):
        return Size(super().__add__(other))

    def numel(self):
        return prod(self)


class device:
    """Where a tensor lives. There is one place: the CPU."""

    def __init__(self, type="cpu", index=None) -> None:
        self.type, self.index = getattr(type, "type", type), index
        if self.type != "cpu":
            raise RuntimeError(f"mytorch computes with NumPy, on the CPU; there is no device {self.type!r}.")

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other):
        return isinstance(other, device) or other == "cpu"

    def __hash__(self):
        return hash("cpu")


CPU = device()
