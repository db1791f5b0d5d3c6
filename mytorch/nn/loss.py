"""Losses as modules: each holds its options and calls its function."""

from __future__ import annotations

from mytorch.nn import functional as F
from mytorch.nn.module import Module


class Loss(Module):
    """`function(input, target, reduction=…)`, as a module."""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, input, target):
        return type(self).function(input, target, reduction=self.reduction)


class MSELoss(Loss):
    function = staticmethod(F.mse_loss)


class L1Loss(Loss):
    function = staticmethod(F.l1_loss)


class BCELoss(Loss):
    function = staticmethod(F.binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    function = staticmethod(F.binary_cross_entropy_with_logits)


class NLLLoss(Loss):
    function = staticmethod(F.nll_loss)


class CrossEntropyLoss(Loss):
    function = staticmethod(F.cross_entropy)


class SmoothL1Loss(Loss):
    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, self.reduction, self.beta)


class HuberLoss(Loss):
    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input, target):
        return F.huber_loss(input, target, self.reduction, self.delta)
