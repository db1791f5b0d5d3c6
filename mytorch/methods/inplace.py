"""Operations that write their result into a tensor's own memory."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase, tick
from mytorch.dtypes import of_array
from mytorch.indexing import index_error, is_advanced, raw, raw_key
from mytorch.methods.operators import explained
from mytorch.views import base_of, check_base_writable, check_view_writable, rebase, refresh_views

check_writable = later("versions", "check_writable")
record_write = later("versions", "record_write")
mode = later("grad_mode", "mode")


def write(x, function, *others):
    """x ← function(x, *others), in place. Where it is recorded, the graph keeps a copy of the old value."""
    recorded = mode.enabled and any(isinstance(t, TensorBase) and t.edge is not None for t in (x, *others))
    check_writable(x)
    if base_of(x) is not None:
        check_view_writable(x, recorded)
    old = TensorBase.result_type(x.array.copy(), x.edge) if recorded else x
    try:
        new = function.apply(old, *others)
    except ValueError as error:
        raise explained(error, x, *others) from None
    check_result(x, new, function)
    try:
        x.array[...] = new.array
    except ValueError:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        ) from None
    if x.extra is None or not x.extra.unseen:
        record_write(x)
    if recorded:
        adopt(x, new)
    return x


def check_fits(given, there, key):
    """Raise RuntimeError if a value of shape `given` cannot be written where there is room of the shape `there`."""
    try:
        if np.broadcast_shapes(given, there) == there:
            return
    except ValueError:
        pass
    if is_advanced(key):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(given)} cannot be broadcast to indexing result of shape "
            f"{list(there)}"
        )
    raise RuntimeError(
        f"The expanded size of the tensor ({there[-1] if there else 1}) must match the existing size "
        f"({given[-1] if given else 1}) at non-singleton dimension {max(len(there) - 1, 0)}.  "
        f"Target sizes: {list(there)}.  Tensor sizes: {list(given)}"
    )


def check_result(x, new, function):
    """Raise RuntimeError for a result that does not fit into x."""
    if new.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.array.shape)} doesn't match the broadcast shape {list(new.array.shape)}. "
            "A write in place cannot change a shape."
        )
    if new.array.dtype.kind == "f" and x.array.dtype.kind != "f":
        made, wanted = type_name(new.array), type_name(x.array)
        raise RuntimeError(
            f"result type {made} can't be cast to the desired output type {wanted}. Write the result to a new tensor."
        )


def type_name(array):
    names = {"float32": "Float", "float64": "Double", "float16": "Half", "int64": "Long", "int32": "Int"}
    dtype = of_array(array).name
    return names.get(dtype, dtype.capitalize())


def adopt(x, new):
    """x takes the history of `new`, its value from now on; so do its base, if it is a view, and every view of it."""
    node = new.edge
    if node is None:
        return
    # The node is as new as the write, and what it saved of its own result is now the memory of x.
    node.number = tick()
    if isinstance(node.saved_tensors, tuple):
        node.saved_tensors = tuple(x.array if value is new.array else value for value in node.saved_tensors)
    if base_of(x) is not None:
        rebase(x, new)
        refresh_views(x.extra.base)
    else:
        x.edge = node
        refresh_views(x)


def random_write(x, values):
    """Numbers from outside: the write is like `copy_`, but nothing of x is looked at."""
    check_writable(x)
    x.array[...] = values
    record_write(x)
    return x


class Inplace:
    """The methods of Tensor that end in an underscore, and the augmented operators."""

    __slots__ = ()

    def add_(self, other, *, alpha=1):
        return write(self, ops.Add, other if alpha == 1 else other * alpha)

    def sub_(self, other, *, alpha=1):
        return write(self, ops.Sub, other if alpha == 1 else other * alpha)

    def mul_(self, other):
        return write(self, ops.Mul, other)

    def div_(self, other):
        return write(self, ops.Div, other)

    def pow_(self, exponent):
        return write(self, ops.PowTensor if isinstance(exponent, TensorBase) else ops.Pow, exponent)

    def neg_(self):
        return write(self, ops.Neg)

    def addcmul_(self, tensor1, tensor2, *, value=1):
        return self.add_(tensor1 * tensor2, alpha=value)

    def addcdiv_(self, tensor1, tensor2, *, value=1):
        return self.add_(tensor1 / tensor2, alpha=value)

    def lerp_(self, end, weight):
        return self.add_((end - self) * weight)

    __iadd__, __isub__, __imul__, __itruediv__, __ipow__ = add_, sub_, mul_, div_, pow_

    # ---- new values ------------------------------------------------------------------------------------------

    def copy_(self, other):
        return write(self, ops.Replace, other)

    def fill_(self, value):
        return write(self, ops.Fill, value)

    def zero_(self):
        return write(self, ops.Zero, 0)

    def masked_fill_(self, mask, value):
        return write(self, ops.MaskedFill, raw(mask), value)

    def normal_(self, mean=0.0, std=1.0):
        from mytorch.random import generator

        return random_write(self, generator().normal(mean, std, self.array.shape))

    def uniform_(self, low=0.0, high=1.0):
        from mytorch.random import generator

        return random_write(self, generator().uniform(low, high, self.array.shape))

    def __setitem__(self, key, value):
        key = raw_key(key, self.array.ndim)
        if base_of(self) is None and not is_advanced(key):
            check_base_writable(self)
        try:
            there = self.array[key].shape
        except IndexError as error:
            raise index_error(error, self.array, key) from None
        check_fits(np.shape(raw(value)), there, key)
        write(self, ops.SetIndex, key, value)

    # ---- functions of one number -----------------------------------------------------------------------------

    def abs_(self):
        return write(self, ops.Abs)

    def exp_(self):
        return write(self, ops.Exp)

    def log_(self):
        return write(self, ops.Log)

    def sqrt_(self):
        return write(self, ops.Sqrt)

    def sin_(self):
        return write(self, ops.Sin)

    def cos_(self):
        return write(self, ops.Cos)

    def reciprocal_(self):
        return write(self, ops.Reciprocal)

    def floor_(self):
        return write(self, ops.Floor)

    def round_(self, *, decimals=0):
        return write(self, ops.Round, decimals)

    def relu_(self):
        return write(self, ops.ReLU)

    def sigmoid_(self):
        return write(self, ops.Sigmoid)

    def tanh_(self):
        return write(self, ops.Tanh)

    def clamp_(self, min=None, max=None):
        return write(self, ops.Clamp, raw(min), raw(max))

    clip_ = clamp_
