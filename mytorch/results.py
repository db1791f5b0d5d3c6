"""The housekeeping around a result: its dtype, and where the values come from that its node saved."""

from __future__ import annotations

import numpy as np

from mytorch import dtypes
from mytorch.base import TensorBase

#: Called with each node as it is recorded; anomaly mode and line records put a function here while they are on.
watchers: list = []

FLOAT64 = np.dtype(np.float64)


def as_result(out, ctx, values):
    """What `forward` returned, as an array with PyTorch's dtype; if `ctx` saved it too, it saves this array instead.

    NumPy makes float64 out of float32 with int64, of a float with an int array, of int / int. PyTorch stays at the
    widest float among the inputs, or float32; a 0-d tensor does not widen one with dims.
    """
    given, out = out, np.asarray(out)
    if out.dtype is FLOAT64 and not ctx.chooses_dtype and not _wide(values):
        out = out.astype(_widest(values), copy=False)
    if out is not given and ctx.saved_tensors is not None:
        ctx.saved_tensors = tuple([out if value is given else value for value in ctx.saved_tensors])
    return out


def _wide(values):
    """Whether there is an array of float64 with dims among `values`: then nothing can be wider."""
    for v in values:  # noqa: SIM110  (a generator would cost as much again, on every op of float64)
        if type(v) is np.ndarray and v.dtype is FLOAT64 and v.ndim:
            return True
    return False


def _widest(values):
    """The dtype of PyTorch's result for `values`, if it is a float."""
    floats = [v for v in values if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    widest = [v.dtype for v in floats if v.ndim] or [v.dtype for v in floats] or [dtypes.default.numpy]
    return np.result_type(*widest)


def unrecorded(out, mode):
    """A result that no graph knows."""
    result = TensorBase.result_type(out)
    if mode.inference:
        from mytorch.inference import mark

        mark(result)
    return result


#: Where a saved value comes from, if it is not an input: it is the result of the op, or something made on the way.
RESULT, NEITHER = -1, None


def sources_of(saved, values, out):
    """For each saved value its position among the inputs, or RESULT, or NEITHER. None if all inputs were saved."""
    if len(saved) == len(values) <= 2 and saved[0] is values[0] and saved[-1] is values[-1]:
        return None
    return tuple([_source(value, values, out) for value in saved])


def _source(value, values, out):
    if value is out:
        return RESULT
    return next((i for i, x in enumerate(values) if x is value), NEITHER)


def saved_as_tensors(node):
    """The saved values as tensors that know their place in the graph: for a rule that is recorded itself."""
    saved = node.saved_tensors
    if saved is None:
        return None
    sources = node.sources
    return tuple([_as_tensor(value, i if sources is None else sources[i], node) for i, value in enumerate(saved)])


def _as_tensor(value, source, node):
    if not isinstance(value, np.ndarray):
        return value
    edge = node if source is RESULT else None if source is NEITHER else node.next[source]
    return TensorBase.result_type(value, edge)
