"""Operations that write their result into a tensor's own memory."""

from __future__ import annotations

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.indexing import raw_key

check_writable = later("versions", "check_writable")
record_write = later("versions", "record_write")
mode = later("grad_mode", "mode")


def write(x, function, *others):
    """x ← function(x, *others), in place. If it is recorded, the graph keeps a copy of the old value, not the memory."""
    check_writable(x)
    old = x
    if mode.enabled and (x._requires_grad or any(isinstance(o, TensorBase) and o._requires_grad for o in others)):
        old = TensorBase.result_type(x.array.copy(), x._requires_grad, x.edge)
    new = function.apply(old, *others)
    if new.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.array.shape)} doesn't match the broadcast shape {list(new.array.shape)}. "
            "A write in place cannot change a shape."
        )
    x.array[...] = new.array
    if new.edge is not None:
        x.edge, x._requires_grad = new.edge, True
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
        return write(self, ops.Pow, exponent)

    def copy_(self, other):
        return write(self, ops.Replace, other)

    def fill_(self, value):
        return write(self, ops.Replace, value)

    def zero_(self):
        return write(self, ops.Replace, 0)

    def exp_(self):
        return write(self, ops.Exp)

    def relu_(self):
        return write(self, ops.ReLU)

    def clamp_(self, min=None, max=None):
        return write(self, ops.Clamp, min, max)

    __iadd__, __isub__, __imul__, __itruediv__ = add_, sub_, mul_, div_

    def __setitem__(self, key, value):
        write(self, ops.SetIndex, raw_key(key), value)
