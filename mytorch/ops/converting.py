"""Copies and conversions."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later

Function = later("graph", "Function")


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
