"""Many entries to one. `dim`: an int or a tuple; without it all. NumPy's `axis` and `keepdims` mean the same."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.methods.selecting import pick
from mytorch.return_types import named

normalize_dims = later("shapes", "normalize_dims")


def answer(array):
    return TensorBase.result_type(np.asarray(array))


def check_entries(name, x, dim):
    """Raise for a reduction over no entries that has no answer then."""
    if x.array.size == 0 and (dim is None or not x.array.shape[dim]):
        raise (RuntimeError if dim is None else IndexError)(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
            if dim is None
            else f"{name}(): Expected reduction dim {dim} to have non-zero size."
        )


class Reducing:
    __slots__ = ()

    def sum(self, dim=None, keepdim=False, *, axis=None, keepdims=False, dtype=None):
        x = self if dtype is None else self.to(dtype)
        return ops.Sum.apply(x, dim if axis is None else axis, keepdim or keepdims)

    def mean(self, dim=None, keepdim=False, *, axis=None, keepdims=False, dtype=None):
        x = self if dtype is None else self.to(dtype)
        return ops.Mean.apply(x, dim if axis is None else axis, keepdim or keepdims)

    def var(self, dim=None, unbiased=None, keepdim=False, *, correction=1):
        """Σ(x − mean)² / (n − correction); `unbiased=False` is correction 0."""
        dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
        return ops.Var.apply(self, dim, correction if unbiased is None else int(unbiased), keepdim)

    def std(self, dim=None, unbiased=None, keepdim=False, *, correction=1):
        """The root of `var`."""
        dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
        return ops.Std.apply(self, dim, correction if unbiased is None else int(unbiased), keepdim)

    def prod(self, dim=None, keepdim=False, *, dtype=None):
        return ops.Prod.apply(self if dtype is None else self.to(dtype), dim, keepdim)

    def logsumexp(self, dim, keepdim=False):
        return ops.LogSumExp.apply(self, dim, keepdim)

    def norm(self, p="fro", dim=None, keepdim=False):
        """(Σ|x|ᵖ)^(1/p); "fro" is p = 2, inf the largest |x|."""
        p = 2 if p in ("fro", None) else p
        if p == float("inf"):
            return self.abs().amax(dim, keepdim)
        if p == 0:
            return (self != 0).to(self.dtype).sum(dim, keepdim)
        return ops.Norm.apply(self, p, dim, keepdim)

    # ---- the largest and the smallest ------------------------------------------------------------------------

    def amax(self, dim=None, keepdim=False):
        return ops.Amax.apply(self, dim or None if dim == () else dim, keepdim)

    def amin(self, dim=None, keepdim=False):
        return ops.Amin.apply(self, dim or None if dim == () else dim, keepdim)

    def max(self, dim=None, keepdim=False):
        """The largest entry; with `dim` (values, indices) along it; with another tensor the larger of the two."""
        if dim is None:
            return ops.Max.apply(self, None, False)
        if isinstance(dim, TensorBase):
            return self.maximum(dim)
        return named("max", *pick(ops.MaxDim, self, self.argmax(dim, True).array, dim, keepdim))

    def min(self, dim=None, keepdim=False):
        """The smallest entry; with `dim` (values, indices) along it; with another tensor the smaller of the two."""
        if dim is None:
            return ops.Min.apply(self, None, False)
        if isinstance(dim, TensorBase):
            return self.minimum(dim)
        return named("min", *pick(ops.MinDim, self, self.argmin(dim, True).array, dim, keepdim))

    def argmax(self, dim=None, keepdim=False):
        return self._arg(np.argmax, "argmax", dim, keepdim)

    def argmin(self, dim=None, keepdim=False):
        return self._arg(np.argmin, "argmin", dim, keepdim)

    def _arg(self, function, name, dim, keepdim):
        if dim is not None and self.array.ndim:
            (dim,) = normalize_dims(dim, self.array.ndim)
        check_entries(name, self, dim if self.array.ndim else None)
        if not self.array.ndim:
            return answer(np.int64(0))
        return answer(function(self.array, axis=dim, keepdims=keepdim))

    def median(self, dim=None, keepdim=False):
        """The middle entry, of two the smaller; with `dim` (values, indices)."""
        if dim is None:
            flat = self.array.ravel()
            place = int(np.argsort(flat, kind="stable")[(flat.size - 1) // 2])
            return ops.Median.apply(self, np.unravel_index(place, self.array.shape) or (...,))
        k = (self.array.shape[dim] - 1) // 2
        order = np.argsort(self.array, axis=dim, kind="stable")
        return named("median", *pick(ops.MedianDim, self, np.take(order, [k], axis=dim), dim, keepdim))

    def kthvalue(self, k, dim=-1, keepdim=False):
        """(values, indices) of the k-th smallest entry along `dim`, counted from 1."""
        order = np.argsort(self.array, axis=dim, kind="stable")
        return named("kthvalue", *pick(ops.Kthvalue, self, np.take(order, [k - 1], axis=dim), dim, keepdim))

    # ---- questions -------------------------------------------------------------------------------------------

    def all(self, dim=None, keepdim=False):
        return answer(np.all(self.array, axis=dim, keepdims=keepdim))

    def any(self, dim=None, keepdim=False):
        return answer(np.any(self.array, axis=dim, keepdims=keepdim))

    def count_nonzero(self, dim=None):
        return answer(np.asarray(np.count_nonzero(self.array, axis=dim), np.int64))

    # ---- along a dim -----------------------------------------------------------------------------------------

    def cumsum(self, dim, *, dtype=None):
        normalize_dims(dim, self.array.ndim)
        return ops.Cumsum.apply(self if dtype is None else self.to(dtype), dim)

    def cumprod(self, dim):
        """yᵢ = x₀ · … · xᵢ: row i of a square of copies, with what comes after xᵢ replaced by 1."""
        x = self.transpose(dim, -1)
        n = x.array.shape[-1]
        square = x.unsqueeze(-2).expand(*x.array.shape[:-1], n, n)
        return square.masked_fill(~np.tri(n, dtype=bool), 1).prod(-1).transpose(dim, -1)
