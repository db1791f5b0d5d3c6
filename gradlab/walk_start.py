"""Where a walk starts, and over what: or why it cannot."""

from __future__ import annotations

import numpy as np

from gradlab.errors import GradlabError
from gradlab.graph import shape_text

AGAIN = "Compute the result anew, or look before backward() frees it."


def seed_of(loss, gradient):
    if loss.grad_fn is None:
        why = "it is a leaf" if loss.requires_grad else "it does not require grad; explain_grad() says why"
        raise GradlabError(f"there is no backward to watch from this tensor: nothing was recorded for it ({why}).")
    if not hasattr(loss.grad_fn, "visit"):
        raise GradlabError("only graphs of mytorch can be walked step by step. Any graph can be drawn: draw(loss).")
    if gradient is None:
        if loss.array.size != 1:
            raise GradlabError(
                f"backward starts from a single number, and this tensor has shape {shape_text(loss.array.shape)}. "
                "Reduce it with .sum() or .mean(), or give gradient=..., a tensor of that shape."
            )
        return np.ones_like(loss.array)
    seed = np.asarray(getattr(gradient, "array", gradient))
    if seed.shape != loss.array.shape:
        raise GradlabError(
            f"the gradient has shape {shape_text(seed.shape)}, and the tensor {shape_text(loss.array.shape)}: "
            "give one number for each entry."
        )
    return seed


def check_alive(nodes: list) -> None:
    for node in nodes:
        if type(node.saved_tensors).__name__ == "Freed":
            raise GradlabError(f"this graph was freed by a backward that has passed. {AGAIN}")
        if node.pending is not None:
            raise GradlabError("a backward is running through this graph right now. Look before it, or after it.")
