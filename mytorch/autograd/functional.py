"""Derivatives of a function as a whole: Jacobians, Hessians, and their products with vectors.

`func` takes tensors and returns tensors. Inputs may be one tensor or a tuple; the result has the same nesting.
"""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.creation import zeros_like
from mytorch.differentiate import grad
from mytorch.functions import stack

set_grad_enabled = later("grad_mode", "set_grad_enabled")


def as_tuple(value, name, what):
    """`value` as a tuple of tensors. Raises TypeError, naming the offender, if anything else is in it."""
    values = value if isinstance(value, tuple) else (value,)
    for i, x in enumerate(values):
        if not isinstance(x, TensorBase):
            where = f"Value at index {i}" if isinstance(value, tuple) else "The value"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the given {what} "
                f"has type {type(x).__name__}. {where} is no tensor."
            )
    return values


def as_given(values, like):
    return tuple(values) if isinstance(like, tuple) else values[0]


def leaves(inputs, create_graph):
    """The inputs as tensors to differentiate with respect to; with create_graph they stay in the graph they are in."""
    if create_graph:
        return tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in inputs)
    return tuple(x.detach().requires_grad_() for x in inputs)


def gradients(outputs, inputs, vectors=None, create_graph=False, strict=False, name="grad"):
    """The gradients of `outputs`, zeros where there is no connection; with `strict` that is an error."""
    connected = [(o, v) for o, v in zip(outputs, vectors or [None] * len(outputs), strict=True) if o.requires_grad]
    if strict and len(connected) < len(outputs):
        i = next(i for i, o in enumerate(outputs) if not o.requires_grad)
        raise RuntimeError(
            f"Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
            "differentiable manner from the input when running in strict mode."
        )
    if not connected:
        return tuple(zeros_like(x) for x in inputs)
    found = grad(
        [o for o, _ in connected],
        inputs,
        [v for _, v in connected],
        create_graph=create_graph,
        retain_graph=True,
        allow_unused=True,
    )
    if strict and any(g is None for g in found):
        i = [g is None for g in found].index(True)
        raise RuntimeError(
            f"The output of the user-provided function is independent of input {i}. This is not allowed in strict mode."
        )
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True))


def finished(values, create_graph):
    return values if create_graph else tuple(v.detach() for v in values)


def vectors_for(v, tensors, what):
    """The vectors to multiply with, checked against what they meet; without them, 1 for a single number."""
    if v is None:
        if len(tensors) != 1 or tensors[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if the {what} given is a single Tensor with a single element. Give v, "
                f"with the shape of the {what}."
            )
        return None
    v = v if isinstance(v, tuple) else (v,)
    if len(v) != len(tensors):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(tensors)} but got {len(v)}.")
    for i, (one, x) in enumerate(zip(v, tensors, strict=True)):
        if one.shape != x.shape:
            prefix = f"Entry {i} in " if len(v) > 1 else ""
            raise RuntimeError(f"{prefix}v has invalid size: should be {x.shape} but got {one.shape}.")
    return v


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), vᵀ J): one backward walk."""
    with set_grad_enabled(True):
        x = leaves(as_tuple(inputs, "vjp", "inputs"), create_graph)
        outputs = func(*x)
        out = as_tuple(outputs, "vjp", "outputs of the user-provided function")
        v = vectors_for(v, out, "output of the user-provided function")
        found = gradients(out, x, v, create_graph, strict)
    return as_given(finished(out, create_graph), outputs), as_given(finished(found, create_graph), inputs)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), J v): two walks. uᵀJ is linear in u, so its gradient with respect to u, times v, is J v."""
    with set_grad_enabled(True):
        x = leaves(as_tuple(inputs, "jvp", "inputs"), create_graph)
        v = vectors_for(v, x, "input to the user-provided function")
        outputs = func(*x)
        out = as_tuple(outputs, "jvp", "outputs of the user-provided function")
        u = tuple(zeros_like(o).requires_grad_() for o in out)
        pulled = gradients(out, x, u, True, strict)
        found = gradients(pulled, u, v, create_graph)
    return as_given(finished(out, create_graph), outputs), as_given(finished(found, create_graph), outputs)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """d output / d input, of shape output.shape + input.shape: one backward walk for each entry of the output."""
    with set_grad_enabled(True):
        x = leaves(as_tuple(inputs, "jacobian", "inputs"), create_graph)
        outputs = func(*x)
        out = as_tuple(outputs, "jacobian", "outputs of the user-provided function")
        rows = [jacobian_of(o, x, create_graph, strict) for o in out]
    rows = [as_given(finished(row, create_graph), inputs) for row in rows]
    return as_given(rows, outputs)


def jacobian_of(output, inputs, create_graph, strict):
    """The Jacobians of one output with respect to each input."""
    per_entry = []
    for place in np.ndindex(output.array.shape):
        seed = np.zeros_like(output.array)
        seed[place] = 1
        per_entry.append(gradients((output,), inputs, (TensorBase.result_type(seed),), create_graph, strict))
    if not per_entry:
        return tuple(zeros_like(x).expand(*output.shape, *x.shape) for x in inputs)
    return tuple(
        stack(column).reshape(*output.shape, *x.shape)
        for column, x in zip(zip(*per_entry, strict=True), inputs, strict=True)
    )


def single(func, name):
    """`func`, which must return one number."""

    def checked(*inputs):
        out = func(*inputs)
        if not isinstance(out, TensorBase) or out.numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {name} should contain a single element. Reduce it first."
            )
        return out.squeeze()

    return checked


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with one number as its result: the Jacobian of its gradient."""
    func = single(func, "hessian")

    def gradient(*x):
        x = tuple(one.view_as(one) for one in x)
        return gradients((func(*x),), x, None, True, strict)

    blocks = jacobian(gradient, as_tuple(inputs, "hessian", "inputs"), create_graph, strict)
    return tuple(tuple(row) for row in blocks) if isinstance(inputs, tuple) else blocks[0][0]


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), H v), for a function with one number as its result. H is symmetric, so this is `vhp`."""
    return vhp(func, inputs, v, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), vᵀ H): the gradient of the gradient's product with v. No Hessian is ever built."""
    func = single(func, "hvp")
    with set_grad_enabled(True):
        x = leaves(as_tuple(inputs, "hvp", "inputs"), create_graph)
        v = vectors_for(v, x, "input to the user-provided function")
        out = func(*x)
        first = gradients((out,), x, None, True, strict)
        found = gradients(first, x, v, create_graph, strict)
    return finished((out,), create_graph)[0], as_given(finished(found, create_graph), inputs)
