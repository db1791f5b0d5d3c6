"""Along a dim: running sums, and entries in another order."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later

Function = later("graph", "Function")


class Cumsum(Function):
    """yᵢ = x₀ + … + xᵢ along `dim`. xᵢ is in every later sum, so its gradient is the sum of those from i on."""

    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        return np.cumsum(x, axis=dim, dtype=np.int64 if x.dtype.kind in "biu" else x.dtype) if x.ndim else x.copy()

    @staticmethod
    def backward(ctx, grad):
        if not grad.ndim:
            return grad, None
        return Flip.compute(Cumsum.compute(Flip.compute(grad, ctx.dim), ctx.dim), ctx.dim), None


class Flip(Function):
    """The entries along `dims` in reverse. Reversing them again undoes it."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.dims = dims
        return np.flip(x, dims).copy()

    @staticmethod
    def backward(ctx, grad):
        return Flip.compute(grad, ctx.dims), None


class Roll(Function):
    """The entries moved on by `shifts` along `dims`; what falls off the end comes back in front."""

    @staticmethod
    def forward(ctx, x, shifts, dims):
        ctx.back, ctx.dims = tuple(-n for n in shifts) if isinstance(shifts, tuple) else -shifts, dims
        return np.roll(x, shifts, dims)

    @staticmethod
    def backward(ctx, grad):
        return Roll.compute(grad, ctx.back, ctx.dims), None, None
