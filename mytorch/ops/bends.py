"""More activations: the bends that networks use besides ReLU, sigmoid, tanh and GELU."""

from __future__ import annotations

import math

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Where = later_op("arithmetic", "Where")
Sigmoid = later_op("activations", "Sigmoid")
Tanh = later_op("activations", "Tanh")
sigmoid = later("kernels", "sigmoid")


class LeakyReLU(Function):
    """y = x where x > 0, else slope · x. dy/dx = 1 or slope."""

    @staticmethod
    def forward(ctx, x, slope):
        ctx.slope = slope
        ctx.save_for_backward(x)
        return np.where(x > 0, x, x * slope)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return Where.compute(x > 0, grad, grad * ctx.slope), None


class ELU(Function):
    """y = scale · x where x > 0, else scale · α(eˣ − 1). dy/dx = scale where x > 0, else y + scale · α."""

    @staticmethod
    def forward(ctx, x, alpha, scale):
        ctx.scale, ctx.floor = scale, scale * alpha
        y = np.where(x > 0, scale * x, scale * alpha * np.expm1(np.minimum(x, 0)))
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return Where.compute(x > 0, grad * ctx.scale, grad * (y + ctx.floor)), None, None


class SiLU(Function):
    """y = x · σ(x). dy/dx = σ(x) · (1 + x · (1 − σ(x)))."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * sigmoid(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        s = Sigmoid.compute(x)
        return grad * s * (1 + x * (1 - s))


class Softplus(Function):
    """y = log(1 + e^βx) / β, and x itself where βx > threshold. dy/dx = σ(βx)."""

    @staticmethod
    def forward(ctx, x, beta, threshold):
        ctx.beta, ctx.threshold = beta, threshold
        ctx.save_for_backward(x)
        return np.where(x * beta > threshold, x, np.logaddexp(0, x * beta).astype(x.dtype) / beta)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return Where.compute(x * ctx.beta > ctx.threshold, grad, grad * Sigmoid.compute(x * ctx.beta)), None, None


class LogSigmoid(Function):
    """y = log σ(x) = −log(1 + e⁻ˣ). dy/dx = σ(−x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return -np.logaddexp(0, -x).astype(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * Sigmoid.compute(-x)


class Hardtanh(Function):
    """y = x, cut to the range from low to high. dy/dx = 1 strictly inside, else 0."""

    @staticmethod
    def forward(ctx, x, low, high):
        ctx.low, ctx.high = low, high
        ctx.save_for_backward(x)
        return np.clip(x, low, high)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x > ctx.low) * (x < ctx.high), None, None


class GELUTanh(Function):
    """y = x/2 · (1 + tanh u), where u = √(2/π) · (x + 0.044715 x³): GELU without erf."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        c = math.sqrt(2 / math.pi)
        t = Tanh.compute(c * (x + 0.044715 * x * x * x))
        return grad * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x))
