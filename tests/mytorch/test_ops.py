"""Every op of the table on both engines: values, dtypes, shapes, reprs, gradients and second derivatives."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np
import pytest
from compare import same, same_numbers, tensors_in
from int_table import INTS
from op_table import ROWS as OPS
from write_table import WRITES

ROWS = OPS + WRITES
pytestmark = pytest.mark.torch


def inputs_of(row, torch, dtype):
    """The row's inputs as leaves of one engine; the same numbers, and the same layout in memory, for both."""
    rng = np.random.default_rng(len(row.name))
    leaves = []
    for recipe in row.inputs:
        array = recipe.draw(rng, dtype)
        leaf = torch.from_numpy(array if array.ndim else np.array(array))
        leaves.append(leaf.requires_grad_() if recipe.differentiable else leaf)
    return leaves


def seeds_for(outputs, torch):
    """For every output that wants one, a gradient to start with: always the same numbers."""
    seeds = []
    for o in outputs:
        numbers = np.random.default_rng(7).uniform(-1, 1, tuple(o.shape))
        seeds.append(torch.tensor(np.asarray(numbers), dtype=o.dtype).requires_grad_())
    return seeds


def derivatives(row, torch, dtype, orders):
    """(result, gradients, second derivatives) of one row on one engine."""
    leaves = inputs_of(row, torch, dtype)
    result = row.call(torch, *leaves)
    wanted = [x for x in leaves if x.requires_grad]
    outputs = [o for o in tensors_in(result) if o.requires_grad]
    if not wanted or not outputs:
        return result, [], []
    seeds = seeds_for(outputs, torch)
    first = torch.autograd.grad(outputs, wanted, seeds, create_graph=orders > 1, allow_unused=True)
    connected = [g for g in first if g is not None and g.requires_grad]
    if orders == 1 or not connected:
        return result, first, []
    second = torch.autograd.grad(
        connected, wanted + seeds, [g * 0.3 + 0.7 for g in seeds_for(connected, torch)], allow_unused=True
    )
    return result, first, second


def compare_gradients(ours, theirs, what, factor):
    for i, (a, b) in enumerate(zip_longest(ours, theirs)):
        if a is None or b is None:
            rest = b if a is None else a
            assert rest is None or not np.any(rest.detach().numpy()), f"{what} of input {i}: {a} and {b}"
        else:
            same_numbers(a, b, f"{what} of input {i}", factor)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_op(row, dtype, mt, pt):
    orders = 2 if row.second and dtype == "float64" else 1
    ours, theirs = (derivatives(row, torch, dtype, orders) for torch in (mt, pt))
    same(ours[0], theirs[0], "result", names=not row.named_otherwise, factor=row.tolerance)
    compare_gradients(ours[1], theirs[1], "gradient", 3 * row.tolerance)
    compare_gradients(ours[2], theirs[2], "second derivative", 30 * row.tolerance)


@pytest.mark.parametrize("row", INTS, ids=lambda row: row.name)
def test_without_gradients(row, mt, pt):
    def run(torch):
        leaves = [x.detach() for x in inputs_of(row, torch, "float32")]
        return row.call(torch, *leaves)

    same(run(mt), run(pt))


@pytest.mark.full
@pytest.mark.parametrize(
    "row", [row for row in ROWS if any(i.differentiable for i in row.inputs)], ids=lambda row: row.name
)
def test_numeric_gradient(row, mt):
    """The engine's own gradcheck, for every row: no PyTorch in it. Kinks and jumps are not asked for their slope."""
    if any(i.kind == "ties" for i in row.inputs) or "of equals" in row.name or "of 0" in row.name:
        pytest.skip("no derivative there")
    leaves = inputs_of(row, mt, "float64")
    outputs = tensors_in(row.call(mt, *leaves))
    wanted = [i for i, o in enumerate(outputs) if o.requires_grad and o.dtype == mt.float64]
    if not wanted or any(0 in x.shape for x in leaves):
        pytest.skip("nothing to move")

    def chosen(*inputs):
        made = tensors_in(row.call(mt, *inputs))
        return tuple(made[i] for i in wanted)

    assert mt.autograd.gradcheck(chosen, leaves)
    if row.second:
        assert mt.autograd.gradgradcheck(chosen, leaves)
