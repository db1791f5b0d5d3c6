"""Random numbers: NumPy's generator behind PyTorch's names. The numbers differ from PyTorch's for the same seed."""

from __future__ import annotations

import numpy as np

from mytorch.creation import finish, shape_of
from mytorch.dtypes import numpy_dtype

_generator = np.random.default_rng()


def manual_seed(seed):
    """Start the sequence of random numbers anew: the same seed gives the same numbers."""
    global _generator
    _generator = np.random.default_rng(seed)


def generator():
    return _generator


def randn(*size, dtype=None, requires_grad=False):
    """Normally distributed numbers, mean 0 and variance 1."""
    return finish(_generator.normal(size=shape_of(size)).astype(numpy_dtype(dtype) or np.float32), requires_grad)


def rand(*size, dtype=None, requires_grad=False):
    """Uniformly distributed numbers in [0, 1)."""
    return finish(_generator.random(shape_of(size)).astype(numpy_dtype(dtype) or np.float32), requires_grad)


def randint(low, high=None, size=(), dtype=None):
    """Whole numbers from `low` up to, not including, `high`."""
    low, high = (0, low) if high is None else (low, high)
    return finish(_generator.integers(low, high, size).astype(numpy_dtype(dtype) or np.int64), False)


def randperm(n):
    """0..n-1 in random order."""
    return finish(_generator.permutation(n), False)


def randn_like(x, dtype=None, requires_grad=False):
    return randn(*x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def rand_like(x, dtype=None, requires_grad=False):
    return rand(*x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)
