"""What users call: `backward` and `grad`. They prepare a walk, and hand out what it finds.

The walk itself, and the gradient that it starts with, are what lesson 3 builds.
"""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase, tick

accumulate = later("accumulate", "accumulate")
seed_gradient = later("engine", "seed_gradient")
set_grad_enabled = later("grad_mode", "set_grad_enabled")
topological_order = later("graph", "topological_order")
walk = later("engine", "walk")


class Start:
    """Where a walk starts: a node whose inputs are all results at once; it hands each its seed."""

    def __init__(self, results):
        self.next = [result.edge for result in results]
        self.number = tick()
        self.shape = ()
        self.pending = self.saved_tensors = self.hooks = None

    def visit(self, grad):
        return grad

    visit_recorded = visit


def run(results, gradients, retain_graph, create_graph, targets=None):
    """One walk from several results at once. Whatever happens on the way, nothing half-summed stays in the graph."""
    if not results:
        raise RuntimeError("grad requires non-empty inputs. Name at least one tensor to differentiate.")
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, TensorBase):
            kind = type(gradient).__name__
            raise TypeError(
                f"gradients can be either Tensors or None, but got {kind}. Make it a tensor of the result's shape."
            )
    seeds = [seed_gradient(result, gradient) for result, gradient in zip(results, gradients, strict=True)]
    if create_graph:
        wrap = TensorBase.result_type
        seeds = [wrap(seed) if g is None else g for g, seed in zip(gradients, seeds, strict=True)]
    root, all_visited = Start(results), False
    try:
        with set_grad_enabled(create_graph):
            walk(root, tuple(seeds), create_graph if retain_graph is None else retain_graph, create_graph, targets)
        all_visited = targets is None
    finally:
        if not all_visited:
            for node in topological_order(root):
                node.pending = None


def as_list(value, length=None):
    """One tensor, or a sequence of them, as a list; None as `length` times None."""
    if value is None:
        return [None] * length
    return list(value) if isinstance(value, (list, tuple)) else [value]


def backward(tensors, gradients=None, retain_graph=None, create_graph=False, inputs=None):
    """Add to the `.grad` of every leaf the gradient of `tensors` with respect to it; with `inputs`, only of those."""
    tensors = as_list(tensors)
    gradients = as_list(gradients, len(tensors))
    if inputs is None:
        return run(tensors, gradients, retain_graph, create_graph)
    targets = dict.fromkeys(x.edge for x in as_list(inputs))
    run(tensors, gradients, retain_graph, create_graph, targets)
    for x in as_list(inputs):
        if targets[x.edge] is not None:
            accumulate(x, targets[x.edge])


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    allow_unused=None,
    materialize_grads=False,
):
    """The gradients of `outputs` with respect to `inputs`, as a tuple of tensors; no `.grad` is touched.

    allow_unused: None instead of an error for an input that the outputs do not depend on.
    materialize_grads: zeros for such an input.
    """
    outputs, inputs = as_list(outputs), as_list(inputs)
    if any(x.edge is None for x in inputs):
        raise RuntimeError(
            "One of the differentiated Tensors does not require grad. "
            "Set requires_grad=True before you compute with it."
        )
    targets = dict.fromkeys(x.edge for x in inputs)
    run(outputs, as_list(grad_outputs, len(outputs)), retain_graph, create_graph, targets)
    return tuple(_found(targets[x.edge], i, x, allow_unused, materialize_grads) for i, x in enumerate(inputs))


def _found(gradient, i, x, allow_unused, materialize_grads):
    wrap = TensorBase.result_type
    if gradient is not None:
        return gradient if isinstance(gradient, TensorBase) else wrap(np.array(gradient, x.array.dtype))
    if materialize_grads:
        return wrap(np.zeros_like(x.array))
    if allow_unused:
        return None
    raise RuntimeError(
        f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
        "Set allow_unused=True if this is the desired behavior: its gradient is then None."
    )
