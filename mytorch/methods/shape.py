"""The same entries in another shape or order; a look into the same memory wherever that is possible."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.indexing import as_shape, raw
from mytorch.views import apply_view

normalize_dims = later("shapes", "normalize_dims")


def as_dims(dim):
    return (dim,) if isinstance(dim, int) else tuple(dim)


class Shaping:
    __slots__ = ()

    def reshape(self, *shape):
        return apply_view(ops.Reshape, self, as_shape(shape))

    def view(self, *shape):
        """`reshape`, but an error where that would have to copy."""
        if len(shape) == 1 and not isinstance(shape[0], (int, tuple, list)):
            return self._view_as_dtype(shape[0])
        result = self.reshape(*shape)
        if self.array.size and not np.may_share_memory(result.array, self.array):
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                "two contiguous subspaces). Use .reshape(...) instead."
            )
        return result

    def _view_as_dtype(self, dtype):
        from mytorch.dtypes import numpy_dtype

        return type(self)(self.array.view(numpy_dtype(dtype)))

    def view_as(self, other):
        return self.view(other.shape)

    def reshape_as(self, other):
        return self.reshape(other.shape)

    def flatten(self, start_dim=0, end_dim=-1):
        """The dims from `start_dim` to `end_dim` as one."""
        if not self.array.ndim:
            return self.reshape(1)
        (start,), (end,) = normalize_dims(start_dim, self.array.ndim), normalize_dims(end_dim, self.array.ndim)
        if start > end:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        shape = self.array.shape
        if start == end:
            return self
        return self.reshape(*shape[:start], int(np.prod(shape[start : end + 1], dtype=np.int64)), *shape[end + 1 :])

    def ravel(self):
        return self.flatten()

    def unflatten(self, dim, sizes):
        (dim,) = normalize_dims(dim, self.array.ndim)
        return self.reshape(*self.array.shape[:dim], *sizes, *self.array.shape[dim + 1 :])

    # ---- order of the dims -----------------------------------------------------------------------------------

    def transpose(self, dim0, dim1):
        return apply_view(ops.Transpose, self, dim0, dim1)

    swapaxes = swapdims = transpose

    def t(self):
        if self.array.ndim > 2:
            raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.array.ndim}D. Use mT.")
        return apply_view(ops.T, self, 0, 1 if self.array.ndim == 2 else 0)

    def permute(self, *dims):
        return apply_view(ops.Permute, self, as_shape(dims))

    def movedim(self, source, destination):
        """Dim `source` moves to `destination`; the others keep their order."""
        ndim = self.array.ndim
        source, destination = normalize_dims(as_dims(source), ndim), normalize_dims(as_dims(destination), ndim)
        order = [dim for dim in range(ndim) if dim not in source]
        for to, dim in sorted(zip(destination, source, strict=True)):
            order.insert(to, dim)
        return self.permute(order)

    moveaxis = movedim

    @property
    def T(self):
        return self.permute(tuple(reversed(range(self.array.ndim))))

    @property
    def mT(self):
        if self.array.ndim < 2:
            raise RuntimeError(
                f"tensor.mT is only supported on matrices or batches of matrices. Got {self.array.ndim}-D tensor."
            )
        return self.transpose(-2, -1)

    # ---- dims of size 1 --------------------------------------------------------------------------------------

    def unsqueeze(self, dim):
        (dim,) = normalize_dims(dim, self.array.ndim + 1)
        return apply_view(ops.Unsqueeze, self, (*self.array.shape[:dim], 1, *self.array.shape[dim:]))

    def squeeze(self, dim=None):
        shape = self.array.shape
        gone = normalize_dims(dim, self.array.ndim)
        op = ops.SqueezeAll if dim is None else ops.SqueezeDim
        return apply_view(op, self, tuple(n for i, n in enumerate(shape) if n != 1 or i not in gone))

    def expand(self, *shape):
        """A view in which dims of size 1 are stretched; −1 leaves a dim as it is."""
        shape, own = as_shape(shape), self.array.shape
        added = len(shape) - len(own)
        if added < 0:
            raise RuntimeError(
                f"expand: the number of sizes provided ({len(shape)}) must be greater or equal to the number of "
                f"dimensions in the tensor ({len(own)}). Target sizes: {list(shape)}.  Tensor sizes: {list(own)}"
            )
        sizes = tuple(own[i - added] if n == -1 and i >= added else n for i, n in enumerate(shape))
        for i, n in enumerate(sizes[added:]):
            if own[i] not in (1, n):
                raise RuntimeError(
                    f"The expanded size of the tensor ({n}) must match the existing size ({own[i]}) at non-singleton "
                    f"dimension {i + added}.  Target sizes: {list(shape)}.  Tensor sizes: {list(own)}"
                )
        return apply_view(ops.Expand, self, sizes)

    def expand_as(self, other):
        return self.expand(*other.shape)

    broadcast_to = expand

    # ---- copies ----------------------------------------------------------------------------------------------

    def repeat(self, *times):
        times = as_shape(times)
        if len(times) < self.array.ndim:
            raise RuntimeError(
                "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
            )
        return ops.Repeat.apply(self, tuple(times))

    def tile(self, *times):
        times = as_shape(times)
        return self.repeat(*(1,) * (self.array.ndim - len(times)), *times)

    def repeat_interleave(self, repeats, dim=None):
        x, dim = (self.flatten(), 0) if dim is None else (self, dim)
        return x.index_select(dim, np.repeat(np.arange(x.array.shape[dim]), raw(repeats)))

    def flip(self, *dims):
        return ops.Flip.apply(self, normalize_dims(as_shape(dims), self.array.ndim))

    def roll(self, shifts, dims=None):
        """The entries moved on by `shifts` along `dims`; without dims, in reading order."""
        as_tuple = lambda value: tuple(value) if isinstance(value, list) else value  # noqa: E731
        return ops.Roll.apply(self, as_tuple(shifts), as_tuple(dims))

    def tril(self, diagonal=0):
        return ops.Tril.apply(self, diagonal)

    def triu(self, diagonal=0):
        return ops.Triu.apply(self, diagonal)

    def diag(self, diagonal=0):
        """A matrix with this vector on its diagonal; or the diagonal of this matrix."""
        return ops.DiagEmbed.apply(self, diagonal) if self.array.ndim == 1 else self.diagonal(diagonal)

    def contiguous(self):
        """This tensor, if its entries lie in memory in reading order; else a copy in which they do."""
        return self if self.array.flags.c_contiguous else ops.Clone.apply(self)

    def is_contiguous(self):
        return self.array.flags.c_contiguous

    def stride(self, dim=None):
        strides = tuple(n // self.array.itemsize for n in self.array.strides)
        return strides if dim is None else strides[dim]
