"""PyTorch's torch.nn.functional: layers, activations and losses as functions. Losses are in `mytorch.nn.losses`."""

from __future__ import annotations

import warnings

import numpy as np

from mytorch import ops
from mytorch.base import TensorBase
from mytorch.functions import log_softmax, relu, sigmoid, tanh  # noqa: F401
from mytorch.indexing import raw
from mytorch.nn.losses import (  # noqa: F401
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from mytorch.random import generator

# ---- layers ------------------------------------------------------------------------------------------------------


def linear(input, weight, bias=None):
    """x Wᵀ + b. input: (..., n), weight: (m, n), bias: (m,)."""
    return ops.Linear.apply(input, weight, bias)


def embedding(input, weight, padding_idx=None):
    """The rows of `weight` whose numbers `input` holds."""
    try:
        return ops.Embedding.apply(weight, raw(input))
    except IndexError:
        raise IndexError("index out of range in self") from None


def dropout(input, p=0.5, training=True, inplace=False):
    """In training each entry is 0 with probability p, and the others grow by 1/(1 − p), so that the mean stays."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return input
    kept = generator().random(input.array.shape) >= p
    return input * TensorBase.result_type((kept / (1 - p) if p < 1 else kept).astype(input.array.dtype))


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x − mean) / √(variance + eps) over the last dims, times `weight`, plus `bias`."""
    if tuple(input.shape[-len(normalized_shape) :]) != tuple(normalized_shape):
        raise RuntimeError(
            f"Given normalized_shape={list(normalized_shape)}, expected input with shape "
            f"[*, {', '.join(map(str, normalized_shape))}], but got input of size{list(input.shape)}"
        )
    dims = tuple(range(-len(normalized_shape), 0))
    centred = input - input.mean(dims, keepdim=True)
    result = centred / ((centred * centred).mean(dims, keepdim=True) + eps).sqrt()
    result = result if weight is None else result * weight
    return result if bias is None else result + bias


def one_hot(tensor, num_classes=-1):
    """ints (...) → 0 and 1, (..., classes): 1 at the class."""
    if tensor.array.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    classes = int(tensor.array.max()) + 1 if num_classes == -1 else num_classes
    if tensor.array.size and tensor.array.max() >= classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return TensorBase.result_type((tensor.array[..., None] == np.arange(classes)).astype(np.int64))


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """input / max(norm, eps) along `dim`."""
    return input / input.norm(p, dim, keepdim=True).clamp(min=eps).expand_as(input)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between x1 and x2 along `dim`."""
    length = x1.norm(2, dim).clamp(min=eps) * x2.norm(2, dim).clamp(min=eps)
    return (x1 * x2).sum(dim) / length


def pad(input, pad, mode="constant", value=0.0):
    """`value` added around: (left, right) of the last dim, then of the one before it, and so on."""
    widths = [(0, 0)] * (input.ndim - len(pad) // 2) + [tuple(pad[i : i + 2]) for i in range(len(pad) - 2, -1, -2)]
    out = TensorBase.result_type(
        np.full([a + n + b for n, (a, b) in zip(input.shape, widths, strict=True)], value, input.array.dtype)
    )
    out[tuple(slice(a, a + n) for n, (a, _) in zip(input.shape, widths, strict=True))] = input
    return out


# ---- activations -------------------------------------------------------------------------------------------------


def gelu(input, approximate="none"):
    """x · Φ(x); with approximate="tanh" a formula close to it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return (ops.GELU if approximate == "none" else ops.GELUTanh).apply(input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    return ops.LeakyReLU.apply(input, negative_slope)


def elu(input, alpha=1.0, inplace=False):
    return ops.ELU.apply(input, alpha, 1.0)


def selu(input, inplace=False):
    return ops.ELU.apply(input, 1.6732632423543772, 1.0507009873554805)


def silu(input, inplace=False):
    return ops.SiLU.apply(input)


def softplus(input, beta=1.0, threshold=20.0):
    return ops.Softplus.apply(input, beta, threshold)


def logsigmoid(input):
    return ops.LogSigmoid.apply(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    return ops.Hardtanh.apply(input, min_val, max_val)


def relu6(input, inplace=False):
    return ops.Hardtanh.apply(input, 0.0, 6.0)


def softsign(input):
    return input / (input.abs() + 1)


def softmax(input, dim=None, dtype=None):
    """eˣ / Σ eˣ along `dim`."""
    if dim is None:
        dim = implicit_dim("softmax", input.ndim)
    return input.softmax(dim, dtype)


def implicit_dim(name, ndim):
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=3,
    )
    return 0 if ndim in (0, 1, 3) else 1
