"""Functions of two numbers, entry by entry."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Log = later_op("arithmetic", "Log")
Where = later_op("arithmetic", "Where")


class Rsub(Function):
    """z = y − x, for a number y in front of a tensor x."""

    @staticmethod
    def forward(ctx, x, y):
        return y - x

    @staticmethod
    def backward(ctx, grad):
        return -grad, None


class PowTensor(Function):
    """z = x ʸ for two tensors. dz/dx = y · x ʸ⁻¹, and 0 where y = 0. dz/dy = z · log x, and 0 where x = 0."""

    @staticmethod
    def forward(ctx, x, y):
        z = np.power(x, y)
        ctx.save_for_backward(x, y, z)
        return z

    @staticmethod
    def backward(ctx, grad):
        x, y, z = ctx.saved_tensors
        to_x, to_y = ctx.next
        dx = to_x and Where.compute(y == 0, 0.0, grad * y * PowTensor.compute(x, y - 1))
        dy = to_y and grad * z * Log.compute(Where.compute((x == 0) & (y >= 0), 1.0, x))
        return dx, dy


class PowBase(Function):
    """z = b ˣ for a number b > 0. dz/dx = z · log b."""

    @staticmethod
    def forward(ctx, b, x):
        z = np.power(x.dtype.type(b), x)
        ctx.log_b = float(np.log(b)) if b else 0.0
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        return None, grad * z * ctx.log_b


class Maximum(Function):
    """z = the larger of x and y, which gets the gradient; two equal ones get half each."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return np.maximum(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        half = grad * (x == y) / 2
        return grad * (x > y) + half, grad * (x < y) + half


class Minimum(Function):
    """z = the smaller of x and y, which gets the gradient; two equal ones get half each."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return np.minimum(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        half = grad * (x == y) / 2
        return grad * (x < y) + half, grad * (x > y) + half


class Atan2(Function):
    """z = the angle of the point (y, x), named in this order. dz/dy = x / (x² + y²), dz/dx = −y / (x² + y²)."""

    @staticmethod
    def forward(ctx, y, x):
        ctx.save_for_backward(y, x)
        return np.arctan2(y, x)

    @staticmethod
    def backward(ctx, grad):
        y, x = ctx.saved_tensors
        shared = grad / (x * x + y * y)
        return shared * x, -shared * y


class Remainder(Function):
    """z = x − n · ⌊x / n⌋, with the sign of n. dz/dx = 1, dz/dn = −⌊x / n⌋."""

    @staticmethod
    def forward(ctx, x, n):
        ctx.quotient = np.floor_divide(x, n)
        return np.remainder(x, n)

    @staticmethod
    def backward(ctx, grad):
        to_n = ctx.next[1]
        return grad, to_n and -grad * ctx.quotient
