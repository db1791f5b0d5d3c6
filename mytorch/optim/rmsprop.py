"""RMSprop: each entry's gradient is divided by a running root mean square of its own. Hinton, 2012."""

from __future__ import annotations

import numpy as np

from mytorch.optim.optimizer import Optimizer


class RMSprop(Optimizer):
    """v ← α v + (1 − α) g², p ← p − lr · g / (√v + eps). With momentum μ: b ← μ b + g / (√v + eps), and lr · b.

    weight_decay adds weight_decay · p to the gradient first. centered: the variance of g in place of the mean of g².
    """

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, capturable=False,
        foreach=None, maximize=False, differentiable=False,
    ):  # fmt: skip
        options = {"lr": lr, "eps": eps, "momentum": momentum, "weight_decay": weight_decay, "alpha": alpha}
        names = ("learning rate", "epsilon value", "momentum value", "weight_decay value", "alpha value")
        for name, value in zip(names, options.values(), strict=True):
            if value < 0:
                raise ValueError(f"Invalid {name}: {value}")
        rare = {"capturable": capturable, "foreach": foreach, "maximize": maximize, "differentiable": differentiable}
        super().__init__(params, {**options, "centered": centered, **rare})

    def update(self, p, grad, state, group):
        alpha = group["alpha"]
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * p
        if not state:
            state.update(step=0, square_avg=np.zeros_like(p))
            if group["momentum"]:
                state["momentum_buffer"] = np.zeros_like(p)
            if group["centered"]:
                state["grad_avg"] = np.zeros_like(p)
        state["step"] += 1
        v = state["square_avg"]
        v *= alpha
        v += (1 - alpha) * grad * grad
        if group["centered"]:
            mean = state["grad_avg"]
            mean += (1 - alpha) * (grad - mean)
            v = v - mean * mean
        step = grad / (np.sqrt(v) + group["eps"])
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            buffer *= group["momentum"]
            buffer += step
            step = buffer
        p -= group["lr"] * step
