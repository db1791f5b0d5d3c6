"""Comparing what two engines make of one program."""

from __future__ import annotations

import re

import numpy as np

TOLERANCE = {"float16": 1e-2, "float32": 2e-5, "float64": 1e-9}


def is_tensor(value):
    return hasattr(value, "grad_fn")


def tensors_in(value):
    """Every tensor in a result: itself, or those in a tuple or list."""
    if is_tensor(value):
        return [value]
    return [t for item in value for t in tensors_in(item)] if isinstance(value, (tuple, list)) else []


def array_of(tensor):
    return tensor.detach().numpy(force=True)


def same_numbers(ours, theirs, what, factor=1.0):
    """Shape, dtype and values of two tensors."""
    a, b = array_of(ours), array_of(theirs)
    assert tuple(ours.shape) == tuple(theirs.shape), f"{what}: shape {tuple(ours.shape)}, PyTorch {tuple(theirs.shape)}"
    assert str(ours.dtype) == str(theirs.dtype), f"{what}: dtype {ours.dtype}, PyTorch {theirs.dtype}"
    tolerance = TOLERANCE.get(b.dtype.name, 0) * factor
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=what, equal_nan=True)


def same(ours, theirs, what="result", names=True, factor=1.0):
    """Any two results: tensors with their reprs, or plain Python values."""
    if is_tensor(theirs):
        same_numbers(ours, theirs, what, factor)
        assert ours.requires_grad == theirs.requires_grad, f"{what}: requires_grad is {ours.requires_grad}"
        assert ours.is_leaf == theirs.is_leaf, f"{what}: is_leaf is {ours.is_leaf}"
        mine, right = repr(ours), repr(theirs)
        if not names:
            mine, right = without_name(mine), without_name(right)
        if mine != right:  # the last digit may be rounded from numbers that differ in their last bit
            mine_lines, right_lines = re.sub(r"\d", "0", mine), re.sub(r"\d", "0", right)
            name = re.search(r"grad_fn.*", mine), re.search(r"grad_fn.*", right)
            assert mine_lines == right_lines and str(name[0] and name[0][0]) == str(name[1] and name[1][0]), (
                f"{what}: prints\n{mine}\nPyTorch prints\n{right}"
            )
    elif isinstance(theirs, (tuple, list)) and len(tensors_in(theirs)):
        assert len(ours) == len(theirs), what
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, f"{what}[{i}]", names, factor)
    elif isinstance(theirs, float):
        assert ours == theirs or abs(ours - theirs) <= 1e-5 * max(1, abs(theirs)), f"{what}: {ours}, PyTorch {theirs}"
    else:
        assert ours == theirs or repr(ours) == repr(theirs), f"{what}: {ours!r}, PyTorch {theirs!r}"


def without_name(text):
    """A repr without the name of its node, and without the line breaks that depend on how long that is."""
    head, sep, tail = text.partition("grad_fn=<")
    return "".join((head + (sep and "grad_fn" + tail[tail.index(">") :])).split())
