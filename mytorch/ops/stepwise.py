"""Steps: functions that are flat between their jumps, so their gradient is 0 wherever there is one."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later

Function = later("graph", "Function")


class Flat(Function):
    """An op whose gradient is 0 everywhere. A subclass says how it computes."""

    @staticmethod
    def backward(ctx, grad):
        return grad * 0


class Sign(Flat):
    """−1, 0 or 1."""

    @staticmethod
    def forward(ctx, x):
        return np.sign(x)


class Floor(Flat):
    """The next whole number below."""

    @staticmethod
    def forward(ctx, x):
        return np.floor(x)


class Ceil(Flat):
    """The next whole number above."""

    @staticmethod
    def forward(ctx, x):
        return np.ceil(x)


class Trunc(Flat):
    """The whole number towards 0."""

    @staticmethod
    def forward(ctx, x):
        return np.trunc(x)


class Round(Flat):
    """The nearest whole number, or the nearest multiple of 10^−decimals; halves go to the even neighbour."""

    @staticmethod
    def forward(ctx, x, decimals):
        ctx.decimals = decimals
        return np.round(x, decimals)

    @staticmethod
    def backward(ctx, grad):
        return grad * 0, None


class Frac(Function):
    """y = x without its whole part. dy/dx = 1."""

    @staticmethod
    def forward(ctx, x):
        return x - np.trunc(x)

    @staticmethod
    def backward(ctx, grad):
        return grad


class NanToNum(Function):
    """x with numbers in place of nan and ±inf. The gradient passes where x was finite."""

    @staticmethod
    def forward(ctx, x, nan, posinf, neginf):
        ctx.finite = np.isfinite(x)
        return np.nan_to_num(x, nan=nan or 0.0, posinf=posinf, neginf=neginf)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.finite, None, None, None
