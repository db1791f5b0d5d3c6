"""repr, character for character."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.torch
RNG = np.random.default_rng(0)
F4, F8 = np.float32, np.float64

ARRAYS = {
    "numbers": np.array([1.5, -2.25, 3.125], F4),
    "whole": np.array([1, 2, -3], F4),
    "whole and large": np.array([1.0, 123456.0], F4),
    "zeros": np.zeros(3, F4),
    "negative zero": np.array([-0.0, 0.0], F4),
    "one": np.array(1.0, F4),
    "0-d": np.array(3.14159, F4),
    "0-d double": np.array(3.14159, F8),
    "0-d int": np.array(7),
    "0-d bool": np.array(True),
    "small": np.array([1e-5, 1.0], F4),
    "tiny": np.array([1e-30, 2e-38], F4),
    "large": np.array([1e9, 1.0], F4),
    "ratio 1000": np.array([1.0, 1000.0], F4),
    "ratio 1001": np.array([1.0, 1001.5], F4),
    "1e8": np.array([1e8], F4),
    "above 1e8": np.array([1.1e8], F4),
    "nan": np.array([np.nan, 1.0], F4),
    "nan and fraction": np.array([np.nan, 1.5, -np.inf], F4),
    "inf": np.array([np.inf, -np.inf, 2.0], F4),
    "only nan": np.array([np.nan], F4),
    "only inf 0-d": np.array(-np.inf, F4),
    "powers with nan": np.array([np.nan, 1e-7, 1e7], F4),
    "matrix": RNG.normal(size=(3, 4)).astype(F4),
    "matrix double": RNG.normal(size=(2, 3)),
    "three dims": RNG.normal(size=(2, 2, 3)).astype(F4),
    "four dims": RNG.normal(size=(2, 1, 2, 2)).astype(F4),
    "long row": RNG.normal(size=30).astype(F4),
    "long whole row": np.arange(60).astype(F4),
    "wide": RNG.normal(size=(2, 25)).astype(F4),
    "ints": np.array([[1, -20], [300, 4]]),
    "long ints": np.arange(100),
    "int32": np.array([1, 2], np.int32),
    "uint8": np.array([1, 200], np.uint8),
    "int8": np.array([-1, 2], np.int8),
    "float16": np.array([1.5, 2.25], np.float16),
    "bools": np.array([[True, False], [False, False]]),
    "many": RNG.normal(size=1001).astype(F4),
    "a thousand": np.arange(1000).astype(F4),
    "many rows": RNG.normal(size=(200, 10)).astype(F4),
    "many in three dims": RNG.normal(size=(20, 3, 40)).astype(F4),
    "many ints": np.arange(2000).reshape(40, 50),
    "many bools": np.arange(2000).reshape(40, 50) % 3 == 0,
    "many with far ends": np.concatenate([[1e9], np.ones(1500)]).astype(F4),
    "hidden middle": np.concatenate([np.ones(700), [1e9], np.ones(700)]).astype(F4),
    "empty": np.zeros(0, F4),
    "empty int": np.zeros(0, np.int64),
    "empty matrix": np.zeros((0, 3), F4),
    "empty matrix 2": np.zeros((2, 0, 3), F8),
    "rounding": np.array([0.99999, 0.00005, 2.00005], F4),
}


def made(torch, array):
    return torch.from_numpy(array.copy())


@pytest.mark.parametrize("name", ARRAYS)
def test_numbers(name, mt, pt):
    assert repr(made(mt, ARRAYS[name])) == repr(made(pt, ARRAYS[name]))
    assert str(made(mt, ARRAYS[name])) == str(made(pt, ARRAYS[name]))


@pytest.mark.parametrize("name", [name for name, array in ARRAYS.items() if array.dtype.kind == "f"])
def test_suffixes(name, both):
    """requires_grad and grad_fn, on the last line or on one of their own."""

    def texts(torch):
        x = made(torch, ARRAYS[name]).requires_grad_()
        return [repr(t) for t in (x, x * 1, x.reshape(-1).log_softmax(-1), x.double() + 1, x.sum())]

    ours, theirs = both(texts)
    assert ours[:2] == theirs[:2]
    if ARRAYS[name].size:  # sums and logarithms may differ in their last bit, and so in a digit
        assert [without_digits(text) for text in ours] == [without_digits(text) for text in theirs]


def without_digits(text):
    return "".join(c for c in text if not c.isdigit())


@pytest.mark.parametrize(
    "options",
    [{"precision": 2}, {"sci_mode": True}, {"sci_mode": False}, {"threshold": 5}, {"edgeitems": 1, "threshold": 10},
     {"linewidth": 40}, {"profile": "short"}, {"profile": "full"}],
    ids=str,
)  # fmt: skip
def test_options(options, both):
    def texts(torch):
        torch.set_printoptions(**options)
        try:
            return [repr(made(torch, array)) for array in ARRAYS.values()]
        finally:
            torch.set_printoptions(profile="default", sci_mode=None)

    ours, theirs = both(texts)
    assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_random_numbers(seed, both):
    rng = np.random.default_rng(seed)
    arrays = []
    for _ in range(25):
        shape = tuple(rng.integers(0, 7, rng.integers(0, 5)))
        numbers = rng.normal(size=shape) * 10.0 ** rng.integers(-6, 9)
        numbers = np.where(rng.random(shape) < 0.1, rng.choice([0, np.nan, np.inf, -np.inf, 1.0, 1e-9]), numbers)
        arrays.append(np.asarray(numbers).astype(rng.choice([F4, F8])))
        if rng.random() < 0.3:
            arrays.append(np.asarray(np.round(numbers * 10.0 ** -rng.integers(0, 9))).astype(F4))
    ours, theirs = both(lambda torch: [repr(made(torch, array)) for array in arrays])
    assert ours == theirs
