"""Methods of Tensor as functions: `torch.exp(x)` is `x.exp()`."""

from __future__ import annotations

from operator import methodcaller

from mytorch import ops
from mytorch.base import TensorBase
from mytorch.creation import tensor

METHODS = [
    "abs",
    "add",
    "all",
    "amax",
    "any",
    "argmax",
    "clamp",
    "clone",
    "div",
    "exp",
    "flatten",
    "log",
    "log_softmax",
    "matmul",
    "max",
    "mean",
    "mul",
    "neg",
    "permute",
    "pow",
    "relu",
    "reshape",
    "sigmoid",
    "softmax",
    "sqrt",
    "squeeze",
    "sub",
    "sum",
    "t",
    "tanh",
    "transpose",
    "unsqueeze",
]


def _function(name):
    def function(input, *args, **kwargs):
        return methodcaller(name, *args, **kwargs)(input if isinstance(input, TensorBase) else tensor(input))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"torch.{name}(x, …) is x.{name}(…)."
    return function


globals().update({name: _function(name) for name in METHODS})


def where(condition, input, other):
    """input where `condition` holds, else other."""
    return ops.Where.apply(condition, input, other)


def cat(tensors, dim=0):
    """The tensors one after the other along `dim`."""
    return ops.Cat.apply(dim, *tensors)


def stack(tensors, dim=0):
    """The tensors side by side along a new `dim`."""
    return ops.Stack.apply(dim, *tensors)


def is_tensor(value):
    return isinstance(value, TensorBase)


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether all entries agree within atol + rtol · |other|."""
    import numpy as np

    return bool(np.allclose(input.array, other.array, rtol, atol, equal_nan))


def equal(input, other):
    """Whether shape and all entries are the same."""
    return input.shape == other.shape and bool((input.array == other.array).all())
