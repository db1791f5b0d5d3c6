"""The housekeeping around a result: its dtype, and whose memory the arrays are that its node saved."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase

version_of = later("versions", "version_of")

#: Called with each node as it is recorded; anomaly mode and line records put a function here while they are on.
watchers: list = []

FLOAT64 = np.dtype(np.float64)


def as_result(out, function, values):
    """What `forward` returned, as an array with PyTorch's dtype.

    NumPy makes float64 out of float32 with int64, of a float with an int array, of int / int. PyTorch stays at the
    widest float among the inputs, or float32; a 0-d tensor does not widen one with dims.
    """
    out = np.asarray(out)
    if out.dtype is FLOAT64 and not function.chooses_dtype:
        floats = [v for v in values if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
        widest = [v.dtype for v in floats if v.ndim] or [v.dtype for v in floats] or [np.dtype(np.float32)]
        out = out.astype(np.result_type(*widest), copy=False)
    return out


def unrecorded(out, mode):
    """A result that no graph knows."""
    result = TensorBase.result_type(out)
    if mode.inference:
        result.extras().inference = True
    return result


def remember_owners(ctx, inputs, *results):
    """Note to whom the arrays belong that `ctx` saved; `owners` reads the note.

    Holding `inputs` costs nothing, but would keep the arrays of those alive that were not saved.
    """
    saved = ctx.saved_tensors
    if len(saved) == len(inputs) and saved[0] is not results[0].array:
        ctx.inputs = inputs
        return
    ctx.inputs = [x for x in inputs if isinstance(x, TensorBase) and any(x.array is value for value in saved)]
    ctx.inputs += [OwnResult(result) for result in results if any(result.array is value for value in saved)]


class OwnResult:
    """Stands for the node's own result among its inputs: naming the tensor itself would close a circle."""

    __slots__ = ("array", "version")

    def __init__(self, result):
        self.array = result.array
        self.version = version_of(result)


def owners(node):
    """Pairs (saved value, owner): the input tensor whose array was saved, an OwnResult, or None for anything else."""
    for value in node.saved_tensors:
        for x in node.inputs:
            if value is getattr(x, "array", None):
                yield value, x
                break
        else:
            yield value, None


def saved_as_tensors(node):
    """The saved values as tensors that know their place in the graph, for a rule that is recorded itself."""
    return node.saved_tensors and tuple([_as_tensor(value, owner, node) for value, owner in owners(node)])


def _as_tensor(value, owner, node):
    if isinstance(owner, TensorBase):
        return owner
    if isinstance(owner, OwnResult):
        return TensorBase.result_type(value, True, node)
    return TensorBase.result_type(value) if isinstance(value, np.ndarray) else value
