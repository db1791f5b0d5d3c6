"""Methods of Tensor as functions: `torch.exp(x)` is `x.exp()`. And the functions that take several tensors."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.creation import tensor
from mytorch.indexing import raw
from mytorch.methods.operators import explained

normalize_dims = later("shapes", "normalize_dims")

NAMES = """
    abs absolute acos add addmm all allclose amax amin any argmax argmin argsort asin atan atan2 bincount bmm
    broadcast_to ceil chunk clamp clip clone cos cosh count_nonzero cumprod cumsum detach diag diagonal div
    divide dot eq equal erf exp expm1 flatten flip floor frac gather ge ger gt index_select inner isclose
    isfinite isinf isnan kthvalue le lerp log log10 log1p log2 log_softmax logical_and logical_not logical_or
    logical_xor logsumexp lt masked_fill masked_select matmul max maximum mean median min minimum mm movedim
    moveaxis mul multiply mv nan_to_num narrow ne neg negative nonzero norm numel outer permute pow prod ravel
    reciprocal relu remainder repeat_interleave reshape roll round rsqrt select sigmoid sign sin sinh softmax
    sort split sqrt square squeeze std sub subtract sum swapaxes swapdims t take take_along_dim tan tanh tile
    topk trace transpose tril triu true_divide trunc unbind unflatten unique unsqueeze var
"""
METHODS = NAMES.split()


def _function(name):
    def function(input, *args, **kwargs):
        if not isinstance(input, TensorBase):
            input = _to_tensor(name, input, args)
        return getattr(input, name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"torch.{name}(x, …) is x.{name}(…)."
    return function


def _to_tensor(name, input, args):
    """A number in front of a tensor, as in torch.pow(2, x), is a tensor of one entry."""
    if isinstance(input, (int, float, np.ndarray, np.generic)) and any(isinstance(x, TensorBase) for x in args):
        return tensor(input)
    raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")


#: `from mytorch.functions import *` gives these: the methods, and the functions below.
OTHERS = """
    broadcast_tensors cartesian_prod cat concat concatenate einsum histc hstack is_floating_point is_nonzero is_tensor
    isin meshgrid result_type rsub searchsorted stack var_mean vstack where
"""
__all__ = METHODS + OTHERS.split()

globals().update({name: _function(name) for name in METHODS})


def pow(input, exponent):
    """input to the power of `exponent`; either may be a number."""
    return input**exponent


def rsub(input, other):
    return other - input


def where(condition, input=None, other=None):
    """input where `condition` holds, else other. With the condition alone: the indices where it holds."""
    if input is None:
        return condition.nonzero(as_tuple=True)
    try:
        return ops.Where.apply(condition, input, other)
    except ValueError as error:
        raise explained(error, condition, input, other) from None


def cat(tensors, dim=0):
    """The tensors one after the other along `dim`; in every other dim they must agree."""
    tensors = [x for x in tensors if x.array.shape != (0,)] or list(tensors)
    try:
        return ops.Cat.apply(dim, *tensors)
    except ValueError:
        raise _cat_error(tensors, dim) from None


def _cat_error(tensors, dim):
    shapes = [x.array.shape for x in tensors]
    for i, shape in enumerate(shapes):
        if not shape:
            return RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if len(shape) != len(shapes[0]):
            return RuntimeError(f"Tensors must have same number of dimensions: got {len(shapes[0])} and {len(shape)}")
    (dim,) = normalize_dims(dim, len(shapes[0]))
    for i, shape in enumerate(shapes):
        for other, (n, m) in enumerate(zip(shapes[0], shape, strict=True)):
            if other != dim and n != m:
                return RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} for "
                    f"tensor number {i} in the list."
                )
    return RuntimeError("these tensors do not fit together")


concat = concatenate = cat


def stack(tensors, dim=0):
    """The tensors side by side along a new `dim`."""
    if not len(tensors):
        raise RuntimeError("stack expects a non-empty TensorList")
    return ops.Stack.apply(dim, *tensors)


def hstack(tensors):
    tensors = [x.reshape(1) if x.ndim == 0 else x for x in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors):
    return cat([x if x.ndim > 1 else x.reshape(1, -1) for x in tensors], 0)


def einsum(equation, *operands):
    """Sums of products by index letters: einsum("ij,jk->ik", a, b) is a @ b."""
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return ops.Einsum.apply(equation, *operands)


def broadcast_tensors(*tensors):
    shape = later("shapes", "broadcast_shapes")(*(x.array.shape for x in tensors))
    return tuple(x.expand(*shape) for x in tensors)


def meshgrid(*tensors, indexing="ij"):
    """Every tensor's values along a dim of its own, all stretched to one shape."""
    tensors = tensors[0] if isinstance(tensors[0], (list, tuple)) else tensors
    grids = broadcast_tensors(
        *(x.reshape(*(-1 if i == j else 1 for j in range(len(tensors)))) for i, x in enumerate(tensors))
    )
    return tuple(x.transpose(0, 1) for x in grids) if indexing == "xy" else grids


def cartesian_prod(*tensors):
    return stack([x.flatten() for x in meshgrid(*tensors)], dim=1)


def var_mean(input, dim=None, correction=1, keepdim=False):
    return input.var(dim, correction=correction, keepdim=keepdim), input.mean(dim, keepdim)


# ---- questions ---------------------------------------------------------------------------------------------------


def is_tensor(value):
    return isinstance(value, TensorBase)


def is_floating_point(input):
    return input.array.dtype.kind == "f"


def is_nonzero(input):
    return bool(input)


def isin(elements, test_elements):
    return TensorBase.result_type(np.isin(raw(elements), raw(test_elements)))


def result_type(tensor1, tensor2):
    from mytorch.dtypes import of_array

    return of_array((tensor1 + tensor2).array)


def searchsorted(sorted_sequence, values, *, right=False):
    found = np.searchsorted(sorted_sequence.array, raw(values), "right" if right else "left")
    return TensorBase.result_type(np.asarray(found))


def histc(input, bins=100, min=0, max=0):
    span = (min, max) if min < max else (input.array.min(), input.array.max())
    return TensorBase.result_type(np.histogram(input.array, bins, span)[0].astype(input.array.dtype))
