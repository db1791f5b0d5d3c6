"""Products of tensors: a linear layer in one op, and Einstein's sums."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Expand = later_op("shaping", "Expand")
MatMul = later_op("linalg", "MatMul")
matmul = later("kernels", "matmul")


class Bmm(MatMul):
    """A batch of matrix products."""


class Linear(Function):
    """y = x Wᵀ + b. dx = dy W, dW = dyᵀ x, db = dy, summed over everything but the last dim by the engine.

    x: (..., n). weight: (m, n). bias: (m,) or None.
    """

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        y = matmul(x, weight.T)
        if bias is not None:
            y = y + bias
        return y

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        to_x, to_weight, to_bias = ctx.next
        dx = to_x and grad @ weight
        dw = to_weight and grad.reshape((-1, weight.shape[0])).mT @ x.reshape((-1, weight.shape[1]))
        return dx, dw, to_bias and grad


class Einsum(Function):
    """Σ of products by index letters, as in "ij,jk->ik". The gradient of one factor is such a sum over the others."""

    @staticmethod
    def forward(ctx, equation, *factors):
        equation = equation.replace(" ", "")
        if "->" not in equation:
            letters = equation.replace(",", "")
            equation += "->" + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        given, ctx.out = equation.split("->")
        ctx.given = given.split(",")
        ctx.save_for_backward(*factors)
        return np.asarray(np.einsum(equation, *factors))

    @staticmethod
    def backward(ctx, grad):
        factors, gradients = ctx.saved_tensors, [None]
        for i, (wanted, own) in enumerate(zip(ctx.next[1:], ctx.given, strict=True)):
            if wanted is None:
                gradients.append(None)
                continue
            if "." in own or len(set(own)) < len(own):
                raise NotImplementedError(f"the gradient of einsum for {own!r}: use letters that differ, and no dots.")
            others = [j for j in range(len(factors)) if j != i]
            there = ctx.out + "".join(ctx.given[j] for j in others)
            shared = "".join(c for c in own if c in there)
            terms = ",".join([ctx.out, *(ctx.given[j] for j in others)])
            g = Einsum.compute(f"{terms}->{shared}", grad, *(factors[j] for j in others))
            # A letter that only this factor has was summed over alone: every entry along it gets the same gradient.
            shape = factors[i].shape
            g = g.reshape(tuple(n if c in shared else 1 for c, n in zip(own, shape, strict=True)))
            gradients.append(Expand.compute(g, tuple(shape)))
        return tuple(gradients)
