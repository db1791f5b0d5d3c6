"""Recipes for rows of the tables: what to call, on which inputs, in which shapes and layouts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class In:
    """A recipe for an input. kind: what numbers. layout: "plain", "transposed" or "strided" in memory."""

    shape: tuple
    kind: str = "real"
    layout: str = "plain"
    high: int = 0

    def draw(self, rng, dtype):
        shape = self.shape
        if self.layout == "transposed":
            shape = shape[::-1]
        if self.layout == "strided":
            shape = (*shape[:-1], shape[-1] * 2)
        array = np.asarray(self.numbers(rng, shape))
        if self.kind not in ("ints", "bools", "counts"):
            array = array.astype(dtype)
        if self.layout == "transposed":
            array = array.T
        return array[..., ::2] if self.layout == "strided" else array

    def numbers(self, rng, shape):
        if self.kind == "real":  # no two alike, none near 0 or a whole number
            return (rng.permutation(int(np.prod(shape))).reshape(shape) - np.prod(shape) / 2) * 0.37 + 0.113
        if self.kind == "positive":
            return rng.uniform(0.3, 3.0, shape)
        if self.kind == "unit":
            return rng.uniform(-0.9, 0.9, shape)
        if self.kind in ("share", "target"):
            return rng.uniform(0.1, 0.9, shape)
        if self.kind == "ties":
            return rng.integers(-2, 3, shape)
        if self.kind == "counts":
            return rng.integers(1, 5, shape)
        if self.kind == "ints":
            return rng.integers(0, self.high, shape) if self.high else rng.integers(-9, 10, shape)
        if self.kind == "bools":
            return rng.random(shape) < 0.5
        raise ValueError(self.kind)

    @property
    def differentiable(self):
        return self.kind not in ("ints", "bools", "counts", "target")


@dataclass(frozen=True)
class Row:
    name: str
    call: object
    inputs: tuple
    second: bool = True
    #: Where the names of the nodes differ, and why; empty: they must be equal.
    named_otherwise: str = ""
    tolerance: float = 1.0
    key: str = field(default="", compare=False)


def R(*shape, **options):
    return In(shape, "real", **options)


def P(*shape, **options):
    return In(shape, "positive", **options)


def U(*shape, **options):
    return In(shape, "unit", **options)


def T(*shape, **options):
    return In(shape, "ties", **options)


def I(*shape, high=0):  # noqa: E743
    return In(shape, "ints", high=high)


def B(*shape):
    return In(shape, "bools")


def words(text):
    return text.split()


# ---- families: one call on many shapes ---------------------------------------------------------------------------

LAYOUTS = [((3,), "plain"), ((), "plain"), ((0, 3), "plain"), ((2, 3), "transposed"), ((2, 2, 3), "strided")]
PAIRS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((4, 1, 3), (2, 1)),
    ((0, 3), (1, 3)),
    ((2, 3), ()),
]


def unary(name, kind="real", **options):
    """A function of every entry, on vectors, numbers, nothing, and memory in another order."""
    call = lambda torch, x: getattr(torch, name)(x)  # noqa: E731
    return [
        Row(f"{name}{list(shape)}{layout[:1]}", call, (In(shape, kind, layout),), **options)
        for shape, layout in LAYOUTS
    ]


def binary(name, call, left="real", right="positive", **options):
    """A function of two tensors that are broadcast."""
    return [Row(f"{name}{list(a)}{list(b)}", call, (In(a, left), In(b, right)), **options) for a, b in PAIRS]


def functional(name, **options):
    call = lambda torch, x: getattr(torch.nn.functional, name)(x)  # noqa: E731
    return [
        Row(f"{name}{list(shape)}{layout[:1]}", call, (In(shape, "real", layout),), **options)
        for shape, layout in LAYOUTS
    ]


def reduction(name, call, shapes=((2, 3), (3,), (2, 3, 2)), kind="real", **options):
    return [Row(f"{name}{list(shape)}", call, (In(shape, kind),), **options) for shape in shapes]
