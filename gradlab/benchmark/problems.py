"""The numbers that every engine gets, and the answers that hand-written NumPy gives.

Each `by_hand_…` is what one would write for that very function and no other: the forward pass, then its derivative.
All arrays are float32, unless said otherwise.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

SIZE = 16
CHAIN = 5_000  # z = z·a + b: 10,000 ops
DIAMONDS = 1_000
SMALL_MLP = (784, 128, 64, 10), 32
LARGE_MLP = (784, 1024, 1024, 10), 256


def numbers(*shape, scale=1.0, shift=0.0, seed=0):
    return (np.random.default_rng(seed).normal(size=shape) * scale + shift).astype(np.float32)


def chain_inputs():
    """z, a, b with a close to 1, so that 5,000 factors of it neither vanish nor overflow."""
    return numbers(SIZE), numbers(SIZE, scale=1e-4, shift=1.0, seed=1), numbers(SIZE, scale=1e-3, seed=2)


def diamond_input():
    """x in float64: the gradient, 1.5 to the power of 1,000, is too large for float32."""
    return numbers(SIZE).astype(np.float64)


def mlp_inputs(sizes, batch):
    """Images, right classes, and [weight, bias, weight, bias, …]."""
    layers = pairwise(sizes)
    weights = [w for n, m in layers for w in (numbers(n, m, scale=n**-0.5, seed=n + m), np.zeros(m, np.float32))]
    return numbers(batch, sizes[0]), np.random.default_rng(1).integers(0, sizes[-1], batch), weights


def by_hand_chain():
    z0, a, b = chain_inputs()

    def work():
        z, before = z0, []
        for _ in range(CHAIN):
            before.append(z)
            z = z * a + b
        grad = np.ones_like(z)
        grad_a, grad_b = np.zeros_like(a), np.zeros_like(b)
        for z in reversed(before):
            grad_b = grad_b + grad
            grad_a = grad_a + grad * z
            grad = grad * a
        return grad, grad_a, grad_b

    return work


def by_hand_no_grad_chain():
    z0, a, b = chain_inputs()

    def work():
        z = z0
        for _ in range(CHAIN):
            z = z * a + b
        return (z,)

    return work


def by_hand_diamonds():
    x = diamond_input()

    def work():
        y = x
        for _ in range(DIAMONDS):
            y = y + y * 0.5
        grad = np.ones_like(x)
        for _ in range(DIAMONDS):
            grad = grad + grad * 0.5
        return (grad,)

    return work


def by_hand_mlp(sizes, batch):
    x, target, weights = mlp_inputs(sizes, batch)
    rows = np.arange(batch)

    def work():
        inputs, h = [], x
        for i in range(0, len(weights), 2):
            inputs.append(h)
            h = h @ weights[i] + weights[i + 1]
            if i + 2 < len(weights):
                h = np.maximum(h, 0)
        shifted = h - h.max(1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        grad = np.exp(log_p)
        grad[rows, target] -= 1
        grad /= batch
        grads = []
        for i in reversed(range(0, len(weights), 2)):
            grads[:0] = [inputs[i // 2].T @ grad, grad.sum(0)]
            if i:
                grad = (grad @ weights[i].T) * (inputs[i // 2] > 0)
        return tuple(grads)

    return work


def by_hand_bias():
    x, b = numbers(256, 1024), numbers(1024, seed=1)

    def work():
        (x + b).sum()
        grad = np.ones_like(x)
        return grad, grad.sum(0)

    return work


BY_HAND = {
    "chain": by_hand_chain,
    "no_grad chain": by_hand_no_grad_chain,
    "diamonds": by_hand_diamonds,
    "MLP 784-128-64-10, batch 32": lambda: by_hand_mlp(*SMALL_MLP),
    "MLP 784-1024-1024-10, batch 256": lambda: by_hand_mlp(*LARGE_MLP),
    "bias add and sum": by_hand_bias,
}
