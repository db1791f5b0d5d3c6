"""How a tensor prints: as PyTorch prints it."""

from __future__ import annotations

import numpy as np

DEFAULT = ("float32", "int64", "bool")


def tensor_repr(tensor) -> str:
    """`tensor([1., 2.], requires_grad=True)`, with dtype and grad_fn where they say something."""
    digits = np.array2string(
        tensor.array,
        precision=4,
        separator=", ",
        threshold=1000,
        edgeitems=3,
        prefix="tensor(",
        floatmode="maxprec_equal",
    )
    notes = [] if tensor.array.dtype.name in DEFAULT else [f"dtype={tensor.dtype}"]
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn={tensor.grad_fn}")
    elif tensor.edge is not None:
        notes.append("requires_grad=True")
    return f"tensor({', '.join([digits, *notes])})"
