"""Ops beyond the lessons, written in the same way."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Index = later_op("shaping", "Index")


class To(Function):
    """x in another dtype. The gradient goes back in x's own."""

    chooses_dtype = True

    @staticmethod
    def forward(ctx, x, dtype):
        ctx.x_dtype = x.dtype
        return x.astype(dtype)

    @staticmethod
    def backward(ctx, grad):
        return To.compute(grad, ctx.x_dtype), None


class Clone(Function):
    """A copy in memory of its own, which gradients pass as if it were not there."""

    @staticmethod
    def forward(ctx, x):
        return np.array(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Abs(Function):
    """y = |x|. dy/dx = the sign of x, 0 at 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return np.abs(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * Sign.compute(x)


class Sign(Function):
    """y = −1, 0 or 1. dy/dx = 0."""

    @staticmethod
    def forward(ctx, x):
        return np.sign(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


class Replace(Function):
    """The result is y, broadcast to the shape of x; nothing of x is left."""

    @staticmethod
    def forward(ctx, x, y):
        return np.broadcast_to(np.asarray(y, x.dtype), x.shape)

    @staticmethod
    def backward(ctx, grad):
        return None, grad


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
        return SetIndex.compute(grad, ctx.key, 0), None, Index.compute(grad, ctx.key)
