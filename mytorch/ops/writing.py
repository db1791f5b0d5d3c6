"""What a write in place does to the graph: the old value goes in, the new value comes out."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Index = later_op("shaping", "Index")


class Replace(Function):
    """The result is y, broadcast to the shape of x; nothing of x is left."""

    @staticmethod
    def forward(ctx, x, y):
        return np.broadcast_to(np.asarray(y).astype(x.dtype, copy=False), x.shape)

    @staticmethod
    def backward(ctx, grad):
        to_x, to_y = ctx.next
        return to_x and grad * 0, to_y and grad


class Fill(Replace):
    """One number everywhere."""


class Zero(Replace):
    """Zero everywhere."""


class SetIndex(Function):
    """x with y at `key`. What was overwritten gets no gradient; y gets the gradient at `key`."""

    @staticmethod
    def forward(ctx, x, key, y):
        ctx.key = key
        out = np.array(x)
        out[key] = y
        return out

    @staticmethod
    def backward(ctx, grad):
        to_x, _, to_y = ctx.next
        return to_x and SetIndex.compute(grad, ctx.key, 0), None, to_y and Index.compute(grad, ctx.key)


class MaskedFill(Function):
    """x with `value` where `mask` holds. The gradient passes elsewhere; a tensor's `value` gets the rest."""

    @staticmethod
    def forward(ctx, x, mask, value):
        ctx.mask = mask
        return np.where(mask, np.asarray(value).astype(x.dtype, copy=False), x)

    @staticmethod
    def backward(ctx, grad):
        to_value = ctx.next[2]
        return grad * ~ctx.mask, None, to_value and (grad * ctx.mask).sum()


class CopySlices(Function):
    """What a write into a view did to its base: the entries with these `numbers`, in reading order, became `new`.

    forward is given the memory as it is after the write.
    """

    @staticmethod
    def forward(ctx, base, new, numbers):
        ctx.numbers = numbers
        return base

    @staticmethod
    def backward(ctx, grad):
        flat = grad.reshape((-1,))
        kept = SetIndex.compute(flat, ctx.numbers, 0).reshape(grad.shape)
        return kept, Index.compute(flat, ctx.numbers), None
