"""Random numbers: NumPy's generator behind PyTorch's names. The numbers differ from PyTorch's for the same seed."""

from __future__ import annotations

import numpy as np

from mytorch.creation import finish, floating, shape_of
from mytorch.dtypes import numpy_dtype


class Generator:
    """A sequence of random numbers. The package has one of its own, `default`; `generator=` names another."""

    def __init__(self, device="cpu") -> None:
        self.numbers = None

    def manual_seed(self, seed):
        self.numbers = np.random.default_rng(seed)
        return self

    def get(self):
        """NumPy's generator, made when first asked for: its module takes longer to import than all of mytorch."""
        if self.numbers is None:
            self.numbers = np.random.default_rng()
        return self.numbers


default = Generator()


def manual_seed(seed):
    """Start the sequence of random numbers anew: the same seed gives the same numbers."""
    return default.manual_seed(seed)


seed = manual_seed


def generator(given=None):
    return (given or default).get()


def get_rng_state():
    """Where the sequence is; `set_rng_state` goes back there."""
    return default.get().bit_generator.state


def set_rng_state(state):
    default.get().bit_generator.state = state


def randn(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Normally distributed numbers, mean 0 and variance 1."""
    numbers = (generator or default).get()
    return finish(np.asarray(numbers.normal(size=shape_of(size))).astype(floating(dtype)), requires_grad)


def rand(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Uniformly distributed numbers in [0, 1)."""
    numbers = (generator or default).get()
    return finish(np.asarray(numbers.random(shape_of(size))).astype(floating(dtype)), requires_grad)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Whole numbers from `low` up to, not including, `high`; `randint(high, size)` starts at 0."""
    if not isinstance(high, (int, np.integer)):
        low, high, size = 0, low, high if size is None else size
    numbers = (generator or default).get()
    return finish(np.asarray(numbers.integers(low, high, size)).astype(numpy_dtype(dtype) or np.int64), requires_grad)


def randperm(n, *, generator=None, dtype=None, device=None):
    """0..n-1 in random order."""
    return finish((generator or default).get().permutation(n).astype(numpy_dtype(dtype) or np.int64), False)


def normal(mean=0.0, std=1.0, size=(), *, generator=None):
    """Normally distributed numbers; `mean` and `std` may be tensors."""
    return mean + std * randn(*(size or getattr(mean, "shape", None) or getattr(std, "shape", ())), generator=generator)


def bernoulli(input, *, generator=None):
    """1 with the probability that `input` says, else 0."""
    return finish(
        ((generator or default).get().random(input.array.shape) < input.array).astype(input.array.dtype), False
    )


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Indices drawn with the weights in `input`, (n,) or a row of them each (m, n)."""
    numbers = (generator or default).get()
    rows = np.atleast_2d(input.array).astype(np.float64)
    drawn = [numbers.choice(row.size, num_samples, replacement, row / row.sum()) for row in rows]
    return finish(np.array(drawn[0] if input.ndim == 1 else drawn), False)


def randn_like(x, *, dtype=None, device=None, requires_grad=False):
    return randn(*x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def rand_like(x, *, dtype=None, device=None, requires_grad=False):
    return rand(*x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)
