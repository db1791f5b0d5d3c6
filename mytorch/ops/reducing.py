"""More reductions. `dim` is None (all), an int or a tuple; `keepdim` keeps the reduced dims, with size 1."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op
from mytorch.ops.pointwise import Abs
from mytorch.ops.stepwise import Sign

Function = later("graph", "Function")
Max = later_op("reductions", "Max")
Exp = later_op("arithmetic", "Exp")
Where = later_op("arithmetic", "Where")
Expand = later_op("shaping", "Expand")
Reshape = later_op("shaping", "Reshape")
Transpose = later_op("shaping", "Transpose")
normalize_dims = later("shapes", "normalize_dims")
kept_shape = later("reductions", "kept_shape")
spread = later("reductions", "spread")


class Amax(Max):
    """The largest entry, over several dims if need be; equally large ones share the gradient."""


class Min(Max):
    """The smallest entry; equally small ones share the gradient."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        if x.size == 0:
            raise RuntimeError(
                "min(): Expected reduction dim to be specified for input.numel() == 0. There is no smallest entry."
            )
        y = np.asarray(np.min(x, axis=normalize_dims(dim, x.ndim), keepdims=keepdim))
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y


class Amin(Min):
    """The smallest entry, over several dims if need be."""


def count(shape, dim):
    """How many entries go into one result."""
    return int(np.prod([shape[d] for d in normalize_dims(dim, len(shape))], dtype=np.int64))


def variance(x, dim, correction, keepdim):
    """Σ(x − mean)² / (n − correction)."""
    dims = normalize_dims(dim, x.ndim)
    centred = x - np.mean(x, axis=dims, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.sum(centred * centred, axis=dims, keepdims=keepdim)
        return np.asarray(total / x.dtype.type(max(count(x.shape, dim) - correction, 0)))


def centred(x, dim):
    """x minus its mean over `dim`, on arrays or tensors."""
    dims = normalize_dims(dim, x.ndim)
    return x - x.sum(axis=dims, keepdims=True) / count(x.shape, dim)


class Var(Function):
    """y = Σ(x − mean)² / (n − correction). dy/dx = 2 (x − mean) / (n − correction)."""

    @staticmethod
    def forward(ctx, x, dim, correction, keepdim):
        ctx.dim, ctx.correction = dim, correction
        ctx.save_for_backward(x)
        return variance(x, dim, correction, keepdim)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        n = max(count(x.shape, ctx.dim) - ctx.correction, 0)
        slope = 2 / n if n else float("nan")
        return spread(grad, x.shape, ctx.dim) * slope * centred(x, ctx.dim), None, None, None


class Std(Function):
    """y = √Var. dy/dx = (x − mean) / ((n − correction) · y), and 0 where y = 0."""

    @staticmethod
    def forward(ctx, x, dim, correction, keepdim):
        y = np.sqrt(variance(x, dim, correction, keepdim))
        ctx.dim, ctx.correction = dim, correction
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        n = max(count(x.shape, ctx.dim) - ctx.correction, 0)
        slope = 1 / n if n else float("nan")
        share = Where.compute(y == 0, 0.0, grad / Where.compute(y == 0, 1.0, y)) * slope
        return spread(share, x.shape, ctx.dim) * centred(x, ctx.dim), None, None, None


class LogSumExp(Function):
    """y = log Σ eˣ, shifted by the maximum so that nothing overflows. dy/dx = e^(x − y): softmax."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        dims = normalize_dims(dim, x.ndim)
        top = np.max(x, axis=dims, keepdims=True)
        top = np.where(np.isfinite(top), top, 0)
        y = np.log(np.sum(np.exp(x - top), axis=dims, keepdims=True)) + top
        y = y if keepdim else np.squeeze(y, axis=dims)
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return spread(grad, x.shape, ctx.dim) * Exp.compute(x - spread(y, x.shape, ctx.dim)), None, None


class Norm(Function):
    """y = (Σ|x|ᵖ)^(1/p). dy/dx = sign(x) · (|x| / y)ᵖ⁻¹, and 0 where y = 0."""

    @staticmethod
    def forward(ctx, x, p, dim, keepdim):
        dims = normalize_dims(dim, x.ndim)
        if p == 2:
            y = np.sqrt(np.sum(x * x, axis=dims, keepdims=keepdim))
        else:
            y = np.sum(np.abs(x) ** p, axis=dims, keepdims=keepdim) ** (1 / p)
        y = np.asarray(y, x.dtype)
        ctx.dim, ctx.p = dim, p
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        scale = Where.compute(y == 0, 0.0, grad / Where.compute(y == 0, 1.0, y) ** (ctx.p - 1))
        scale = spread(scale, x.shape, ctx.dim)
        slope = x if ctx.p == 2 else Sign.compute(x) if ctx.p == 1 else Sign.compute(x) * Abs.compute(x) ** (ctx.p - 1)
        return scale * slope, None, None, None


class Prod(Function):
    """y = Π x over one dim or all. dy/dx = the product of all others: y / x, where no x is 0."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = np.asarray(np.prod(x, axis=dim, keepdims=keepdim, dtype=np.int64 if x.dtype.kind in "biu" else None))
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        grad = spread(grad, x.shape, ctx.dim)
        if bool((x != 0).all()):
            return grad * spread(y, x.shape, ctx.dim) / x, None, None
        return grad * product_of_others(x, ctx.dim), None, None


def product_of_others(x, dim):
    """For every entry the product of all others over `dim`, without dividing: n rows, each with one entry left out."""
    if dim is None:
        return product_of_others(x.reshape((-1,)), 0).reshape(x.shape)
    last = Transpose.compute(x, dim, -1)
    n = last.shape[-1]
    rows = Expand.compute(last.reshape((*last.shape[:-1], 1, n)), (*last.shape[:-1], n, n))
    left_out = Where.compute(np.eye(n, dtype=bool), 1.0, rows)
    return Transpose.compute(Prod.compute(left_out, left_out.ndim - 1, False), dim, -1)
