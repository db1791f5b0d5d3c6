"""Into other dtypes, and out of the world of tensors."""

from __future__ import annotations

import numpy as np

from mytorch import dtypes, ops
from mytorch.base import TensorBase
from mytorch.dtypes import numpy_dtype


class Converting:
    __slots__ = ()

    # ---- dtypes ----------------------------------------------------------------------------------------------

    def to(self, *target, dtype=None, device=None, copy=False, non_blocking=False):
        """In another dtype: one is given, or a tensor that has it. A device is accepted, and is the CPU."""
        for given in (*target, device):
            if isinstance(given, TensorBase):
                dtype = given.array.dtype
            elif isinstance(given, (dtypes.dtype, type, np.dtype)):
                dtype = given
            elif given is not None and not isinstance(given, bool):
                dtypes.device(given)
        dtype = numpy_dtype(dtype) or self.array.dtype
        if dtype == self.array.dtype:
            return self.clone() if copy else self
        if dtype.kind != "f":
            return TensorBase.result_type(self.array.astype(dtype))
        return ops.To.apply(self, dtype)

    def type(self, dtype=None):
        return self.to(dtype) if dtype is not None else f"torch.{self._type_name()}Tensor"

    def _type_name(self):
        from mytorch.methods.inplace import type_name

        return type_name(self.array)

    def type_as(self, other):
        return self.to(other.dtype)

    def float(self):
        return self.to(dtypes.float32)

    def double(self):
        return self.to(dtypes.float64)

    def half(self):
        return self.to(dtypes.float16)

    def long(self):
        return self.to(dtypes.int64)

    def int(self):
        return self.to(dtypes.int32)

    def bool(self):
        return self.to(dtypes.bool)

    def cpu(self):
        return self

    def is_floating_point(self):
        return self.array.dtype.kind == "f"

    def clone(self):
        return ops.Clone.apply(self)

    # ---- tensors like this one -------------------------------------------------------------------------------

    def new_tensor(self, data, dtype=None, requires_grad=False):
        from mytorch.creation import tensor

        return tensor(data, dtype or self.dtype, requires_grad=requires_grad)

    def new_full(self, size, fill_value, dtype=None, requires_grad=False):
        from mytorch.creation import full

        return full(size, fill_value, dtype=dtype or self.dtype, requires_grad=requires_grad)

    def new_zeros(self, *size, dtype=None, requires_grad=False):
        from mytorch.creation import zeros

        return zeros(*size, dtype=dtype or self.dtype, requires_grad=requires_grad)

    def new_ones(self, *size, dtype=None, requires_grad=False):
        from mytorch.creation import ones

        return ones(*size, dtype=dtype or self.dtype, requires_grad=requires_grad)

    new_empty = new_zeros

    # ---- out of the tensor world -----------------------------------------------------------------------------

    def item(self):
        """The number in a tensor of one entry, as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar. "
                "Reduce it first, or use tolist()."
            )
        return self.array.item()

    def tolist(self):
        return self.array.tolist()

    def numpy(self, *, force=False):
        """The array itself: it shares memory with the tensor."""
        if self.edge is not None and not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return self.array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __bool__(self):
        if self.array.size != 1:
            kind = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {kind} is ambiguous. Use .any() or .all().")
        return self.array.item() != 0

    def _number(self):
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars. Reduce it first.")
        return self.array.item()

    def __float__(self):
        return float(self._number())

    def __int__(self):
        return int(self._number())

    def __index__(self):
        if self.array.size != 1 or self.array.dtype.kind == "f":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.array)

    def __format__(self, spec):
        if not self.array.ndim and self.__class__ is TensorBase.result_type:
            return format(self.item(), spec)
        return object.__format__(self, spec)
