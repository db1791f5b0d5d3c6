"""Losses as modules: each holds its options and calls its function."""

from __future__ import annotations

from mytorch.nn import functional as F
from mytorch.nn.module import Module


class Loss(Module):
    """`function(input, target, reduction=…)`, as a module. Options are given by name."""

    def __init__(self, *, reduction="mean", **options):
        super().__init__()
        self.reduction = reduction
        self.__dict__.update(options)
        self.options = tuple(options)

    def forward(self, input, target):
        options = {name: getattr(self, name) for name in self.options}
        return type(self).function(input, target, reduction=self.reduction, **options)


class WeightedLoss(Loss):
    """A loss that takes a weight, which goes where the module goes: it is a buffer."""

    def __init__(self, weight=None, *, reduction="mean", **options):
        super().__init__(reduction=reduction, **options)
        self.register_buffer("weight", weight)
        self.options += ("weight",)


class MSELoss(Loss):
    function = staticmethod(F.mse_loss)


class L1Loss(Loss):
    function = staticmethod(F.l1_loss)


class SmoothL1Loss(Loss):
    function = staticmethod(F.smooth_l1_loss)

    def __init__(self, *, reduction="mean", beta=1.0):
        super().__init__(reduction=reduction, beta=beta)


class HuberLoss(Loss):
    function = staticmethod(F.huber_loss)

    def __init__(self, *, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction, delta=delta)


class BCELoss(WeightedLoss):
    function = staticmethod(F.binary_cross_entropy)


class BCEWithLogitsLoss(WeightedLoss):
    function = staticmethod(F.binary_cross_entropy_with_logits)

    def __init__(self, weight=None, *, reduction="mean", pos_weight=None):
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)
        self.options += ("pos_weight",)


class NLLLoss(WeightedLoss):
    function = staticmethod(F.nll_loss)

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean"):
        super().__init__(weight, reduction=reduction, ignore_index=ignore_index)


class CrossEntropyLoss(WeightedLoss):
    function = staticmethod(F.cross_entropy)

    def __init__(self, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, reduction=reduction, ignore_index=ignore_index, label_smoothing=label_smoothing)
