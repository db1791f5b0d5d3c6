"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from mytorch.optim.optimizer import Optimizer


class SGD(Optimizer):
    """p ← p − lr · g. With momentum μ: v ← μ v + (1 − dampening) g, and v in place of g; nesterov: g + μ v.

    weight_decay adds weight_decay · p to the gradient first.
    """

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, foreach=None,
        differentiable=False, fused=None,
    ):  # fmt: skip
        for name, value in (("learning rate", lr), ("momentum value", momentum), ("weight_decay value", weight_decay)):
            if value < 0:
                raise ValueError(f"Invalid {name}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        options = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }
        rare = {"maximize": maximize, "foreach": foreach, "differentiable": differentiable, "fused": fused}
        super().__init__(params, {**options, **rare})

    def update(self, p, grad, state, group):
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * p
        if group["momentum"]:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = grad.copy()
            else:
                v *= group["momentum"]
                v += (1 - group["dampening"]) * grad
            grad = grad + group["momentum"] * v if group["nesterov"] else v
        p -= group["lr"] * grad
