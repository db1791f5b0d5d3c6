"""PyTorch's torch.nn.utils: gradients, clipped; parameters as one vector."""

from __future__ import annotations

from mytorch._lessons import later
from mytorch.functions import cat

clip_grad_norm_ = later("training", "clip_grad_norm_")
clip_grad_value_ = later("training", "clip_grad_value_")
no_grad = later("grad_mode", "no_grad")


def parameters_to_vector(parameters):
    """All parameters, flattened, one after the other."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Copy the pieces of `vec` into the parameters."""
    start = 0
    with no_grad():
        for p in parameters:
            p.copy_(vec[start : start + p.numel()].reshape(p.shape))
            start += p.numel()
