"""The losses of torch.nn.functional: those of lesson 6, with PyTorch's options around them.

reduction: "mean", "sum", or "none" for a loss for each sample. Options behind the target are given by name.
"""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.indexing import raw

mse_loss = later("losses", "mse_loss")
l1_loss = later("losses", "l1_loss")
reduce = later("losses", "reduce")
plain_bce = later("losses", "binary_cross_entropy")
plain_bce_with_logits = later("losses", "binary_cross_entropy_with_logits")
plain_nll = later("losses", "nll_loss")


# ---- numbers -----------------------------------------------------------------------------------------------------


def smooth_l1_loss(input, target, *, reduction="mean", beta=1.0):
    """d² / 2β where d = |input − target| < β, else d − β / 2."""
    d = (input - target).abs()
    return reduce((d * d * (0.5 / beta)).where(d < beta, d - 0.5 * beta), reduction)


def huber_loss(input, target, *, reduction="mean", delta=1.0):
    """d² / 2 where d = |input − target| < δ, else δ (d − δ / 2)."""
    d = (input - target).abs()
    return reduce((d * d * 0.5).where(d < delta, (d - 0.5 * delta) * delta), reduction)


def kl_div(input, target, *, reduction="mean", log_target=False):
    """target · (log target − input), for log-probabilities `input`; terms with target 0 are 0."""
    if log_target:
        return reduce(target.exp() * (target - input), reduction if reduction != "batchmean" else "sum")
    term = target * ((target.masked_fill(raw(target) == 0, 1)).log() - input)
    return term.sum() / len(input) if reduction == "batchmean" else reduce(term, reduction)


# ---- yes or no ---------------------------------------------------------------------------------------------------


def binary_cross_entropy(input, target, weight=None, *, reduction="mean"):
    """−(t · log p + (1 − t) · log(1 − p)) for probabilities p = `input`, each loss times its `weight`."""
    if weight is None:
        return plain_bce(input, target, reduction)
    return reduce(plain_bce(input, target, "none") * weight, reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, *, reduction="mean", pos_weight=None):
    """The same for logits x, where p = sigmoid(x). pos_weight: what the losses of the yeses count, for each class."""
    if weight is None and pos_weight is None:
        return plain_bce_with_logits(input, target, reduction)
    if pos_weight is None:
        losses = plain_bce_with_logits(input, target, "none")
    else:
        yes, no = plain_bce_with_logits(input, target * 0 + 1, "none"), plain_bce_with_logits(input, target * 0, "none")
        losses = target * yes * pos_weight + (1 - target) * no
    return reduce(losses if weight is None else losses * weight, reduction)


# ---- one of several classes --------------------------------------------------------------------------------------


def nll_loss(input, target, weight=None, *, ignore_index=-100, reduction="mean"):
    """−weight[target] · input at the target's class, for log-probabilities.

    input: (n, classes), (classes,) or (n, classes, …). target: ints, that shape without its classes. weight:
    (classes,). Samples whose target is `ignore_index` count nothing. The mean is over the weights.
    """
    classes = input.shape[min(input.ndim - 1, 1)]
    rows = (input.movedim(1, -1) if input.ndim > 2 else input).reshape(-1, classes)
    if input.ndim == 2 and target.ndim == 1 and len(input) != len(target):
        raise ValueError(f"Expected input batch_size ({len(input)}) to match target batch_size ({len(target)}).")
    check_classes(classes, target, ignore_index)
    chosen, factors = kept(rows, target, weight, ignore_index)
    if factors is None:
        result = plain_nll(rows, chosen, reduction)
    else:
        losses = plain_nll(rows, chosen, "none") * factors
        result = losses.sum() / factors.sum() if reduction == "mean" else reduce(losses, reduction)
    return result.reshape(target.shape) if reduction == "none" else result


def cross_entropy(input, target, weight=None, *, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """nll_loss(log_softmax(input)), for logits.

    target: classes, as for nll_loss, or their probabilities, floats of input's shape. label_smoothing: the share ε of
    each target that is spread over all classes.
    """
    dim = min(input.ndim - 1, 1)
    log_p, classes = input.log_softmax(dim), input.shape[dim]
    if target.array.dtype.kind == "f" and target.shape == input.shape:
        target = target * (1 - label_smoothing) + label_smoothing / classes
        losses = -weighted(log_p * target, weight, dim).sum(dim)
        return losses.sum() / max(losses.numel(), 1) if reduction == "mean" else reduce(losses, reduction)
    loss = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    if not label_smoothing:
        return loss
    _, factors = kept(log_p, target, weight, ignore_index)
    spread = -weighted(log_p, weight, dim).sum(dim) * TensorBase.result_type(raw(target) != ignore_index)
    if reduction == "mean":
        spread = spread.sum() / (target.numel() if factors is None else factors.sum())
    else:
        spread = reduce(spread, reduction)
    return loss * (1 - label_smoothing) + spread * (label_smoothing / classes)


def weighted(log_p, weight, dim):
    """Each class times its weight."""
    if weight is None:
        return log_p
    return log_p * weight.reshape([-1 if d == dim else 1 for d in range(log_p.ndim)])


def kept(rows, target, weight, ignore_index):
    """The class of each sample, and what its loss counts: None if all count 1, and none is ignored."""
    classes = raw(target).reshape(-1)
    counts = classes != ignore_index
    if weight is None and counts.all():
        return target.reshape(-1), None
    classes = np.where(counts, classes, 0)
    factors = counts.astype(rows.array.dtype) if weight is None else counts * raw(weight)[classes]
    return TensorBase.result_type(classes), TensorBase.result_type(factors)


def check_classes(classes, target, ignore_index):
    """Raise for classes that are not there, before an index error deep inside would say it worse."""
    if target.array.dtype.kind not in "iu":
        raise RuntimeError(
            f"expected scalar type Long but found {target.dtype}: the target holds the numbers of classes."
        )
    for c in target.array.ravel().tolist():
        if not 0 <= c < classes and c != ignore_index:
            raise IndexError(f"Target {c} is out of bounds.")
