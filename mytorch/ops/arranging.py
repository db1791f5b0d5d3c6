"""Entries repeated, cut out or put on a diagonal."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Index = later_op("shaping", "Index")


class Repeat(Function):
    """x beside itself, `times[i]` times along dim i. An entry gets the sum of the gradients of its copies."""

    @staticmethod
    def forward(ctx, x, times):
        ctx.x_shape, ctx.times = x.shape, times
        return np.tile(x, times)

    @staticmethod
    def backward(ctx, grad):
        shape = (1,) * (len(ctx.times) - len(ctx.x_shape)) + tuple(ctx.x_shape)
        apart = tuple(n for pair in zip(ctx.times, shape, strict=True) for n in pair)
        return grad.reshape(apart).sum(axis=tuple(range(0, len(apart), 2))).reshape(ctx.x_shape), None


class Tril(Function):
    """The lower triangle of a matrix: 0 above the `diagonal`-th diagonal. So for the gradient."""

    @staticmethod
    def forward(ctx, x, diagonal):
        ctx.diagonal = diagonal
        return np.tril(x, diagonal)

    @staticmethod
    def backward(ctx, grad):
        return Tril.compute(grad, ctx.diagonal), None


class Triu(Function):
    """The upper triangle of a matrix: 0 below the `diagonal`-th diagonal. So for the gradient."""

    @staticmethod
    def forward(ctx, x, diagonal):
        ctx.diagonal = diagonal
        return np.triu(x, diagonal)

    @staticmethod
    def backward(ctx, grad):
        return Triu.compute(grad, ctx.diagonal), None


class DiagEmbed(Function):
    """A square matrix with x (n,) on its `diagonal`-th diagonal and 0 elsewhere."""

    @staticmethod
    def forward(ctx, x, diagonal):
        rows = np.arange(len(x))
        ctx.key = rows + max(-diagonal, 0), rows + max(diagonal, 0)
        return np.diag(x, diagonal)

    @staticmethod
    def backward(ctx, grad):
        return Index.compute(grad, ctx.key), None
