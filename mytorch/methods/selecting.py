"""Some of the entries: by place, by mask, by order."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.indexing import index_error, raw, raw_key
from mytorch.return_types import named
from mytorch.views import ONE_OF_SEVERAL, apply_view

normalize_dims = later("shapes", "normalize_dims")


def one_dim(dim, ndim):
    """A dim as an int from 0 on. A 0-d tensor has a dim 0 here."""
    return (normalize_dims(dim, ndim) or (0,))[0]


def key_at(dim, part):
    """The key that reads `part` along dim `dim` and everything along the dims before it."""
    return (*(slice(None),) * dim, part)


def pick(op, x, indices, dim, keepdim):
    """Along `dim` the entries of x at `indices`, an array with one index along it; and the indices as a tensor."""
    from mytorch.ops.selecting import along, without

    if not x.array.ndim:
        return op.apply(x, (...,)), TensorBase.result_type(np.zeros((), np.int64))
    dim = one_dim(dim, x.array.ndim)
    key = along(indices, dim)
    key = key if keepdim else without(key, dim)
    return op.apply(x, key), TensorBase.result_type(indices if keepdim else np.squeeze(indices, dim))


def sorted_along(op, x, order, dim):
    from mytorch.ops.selecting import along

    if not x.array.ndim:
        return op.apply(x, (...,)), TensorBase.result_type(np.zeros((), np.int64))
    return op.apply(x, along(order, dim)), TensorBase.result_type(order)


def several(op, x, keys):
    """A tuple of views of one tensor; none of them can be written to while gradients are recorded."""
    pieces = tuple(apply_view(op, x, key) for key in keys)
    for index, piece in enumerate(pieces):
        if piece.extra is not None:
            piece.extra.locked = piece.extra.locked or ONE_OF_SEVERAL
        if piece.edge is not None:
            piece.edge.index = index
    return pieces


class Selecting:
    __slots__ = ()

    def __getitem__(self, key):
        key = raw_key(key, self.array.ndim)
        try:
            return apply_view(ops.Index, self, key)
        except IndexError as error:
            raise index_error(error, self.array, key) from None

    def __iter__(self):
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def select(self, dim, index):
        dim = one_dim(dim, self.array.ndim)
        key = key_at(dim, index)
        try:
            return apply_view(ops.Select, self, (*key, ...))
        except IndexError as error:
            raise index_error(error, self.array, key) from None

    def narrow(self, dim, start, length):
        dim = one_dim(dim, self.array.ndim)
        if start + length > self.array.shape[dim]:
            raise RuntimeError(
                f"start ({start}) + length ({length}) exceeds dimension size ({self.array.shape[dim]}). Take fewer."
            )
        return apply_view(ops.Slice, self, key_at(dim, slice(start, start + length)))

    def unbind(self, dim=0):
        dim = one_dim(dim, self.array.ndim)
        return several(ops.Unbind, self, [(*key_at(dim, i), ...) for i in range(self.array.shape[dim])])

    def split(self, split_size, dim=0):
        """Pieces of `split_size` along `dim`, the last maybe smaller; or of the sizes in a list."""
        dim = one_dim(dim, self.array.ndim)
        total, op = self.array.shape[dim], ops.SplitWithSizes
        if isinstance(split_size, int):
            op = ops.Split
            split_size = [min(split_size, total - i) for i in range(0, total, split_size)] or [0]
        elif sum(split_size) != total:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {total} (input tensor's size at dimension "
                f"{dim}), but got split_sizes={list(split_size)}"
            )
        stops = np.cumsum(split_size).tolist()
        return several(op, self, [key_at(dim, slice(b - n, b)) for n, b in zip(split_size, stops, strict=True)])

    def chunk(self, chunks, dim=0):
        """At most `chunks` pieces of equal size."""
        size = -(-self.array.shape[dim] // chunks)
        return self.split(max(size, 1), dim)

    def unfold(self, dimension, size, step):
        """Windows of `size` entries along a dim, `step` apart; they become a last dim."""
        dim = one_dim(dimension, self.array.ndim)
        starts = np.arange(0, self.array.shape[dim] - size + 1, step)
        windows = ops.Unfold.apply(self, key_at(dim, starts[:, None] + np.arange(size)))
        return windows.movedim(dim + 1, -1)

    def diagonal(self, offset=0, dim1=0, dim2=1):
        x = self.movedim((dim1, dim2), (-2, -1))
        rows, columns = x.array.shape[-2:]
        n = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
        places = np.arange(n)
        return ops.Diagonal.apply(x, (..., places + max(-offset, 0), places + max(offset, 0)))

    def trace(self):
        return self.diagonal().sum()

    # ---- by index tensors ------------------------------------------------------------------------------------

    def gather(self, dim, index):
        """Entry by entry of `index`: self at that index along `dim`."""
        from mytorch.ops.selecting import along

        index = raw(index)
        try:
            return ops.Gather.apply(self, along(index, one_dim(dim, self.array.ndim)))
        except IndexError:
            size = self.array.shape[dim]
            worst = next(i for i in index.ravel().tolist() if not 0 <= i < size)
            raise RuntimeError(f"index {worst} is out of bounds for dimension {dim} with size {size}.") from None

    def take_along_dim(self, indices, dim):
        indices = raw(indices)
        dim = one_dim(dim, self.array.ndim)
        shape = list(
            np.broadcast_shapes(
                *[tuple(1 if i == dim else n for i, n in enumerate(s)) for s in (self.array.shape, indices.shape)]
            )
        )
        shape[dim] = indices.shape[dim]
        wide = self.expand(*[self.array.shape[dim] if i == dim else n for i, n in enumerate(shape)])
        return wide.gather(dim, TensorBase.result_type(np.broadcast_to(indices, shape)))

    def index_select(self, dim, index):
        key = key_at(one_dim(dim, self.array.ndim), raw(index))
        try:
            return ops.IndexSelect.apply(self, key)
        except IndexError:
            raise IndexError("index out of range in self") from None

    def take(self, index):
        return ops.Take.apply(self, np.unravel_index(raw(index), self.array.shape))

    def masked_select(self, mask):
        mask = raw(mask)
        shape = np.broadcast_shapes(self.array.shape, mask.shape)
        return ops.MaskedSelect.apply(self.expand(*shape), np.nonzero(np.broadcast_to(mask, shape)))

    def nonzero(self, *, as_tuple=False):
        found = np.nonzero(self.array)
        if as_tuple:
            return tuple(TensorBase.result_type(i) for i in found)
        return TensorBase.result_type(np.stack(found, -1) if found else np.zeros((int(self.array != 0), 0), np.int64))

    # ---- by order --------------------------------------------------------------------------------------------

    def sort(self, dim=-1, descending=False, stable=False):
        """(values, indices), with the entries in order along `dim`."""
        order = self.argsort(dim, descending).array
        return named("sort", *sorted_along(ops.Sort, self, order, dim))

    def argsort(self, dim=-1, descending=False, stable=False):
        if not self.array.ndim:
            return TensorBase.result_type(np.zeros((), np.int64))
        if not descending:
            return TensorBase.result_type(np.argsort(self.array, axis=dim, kind="stable"))
        # Equal entries keep their order: sort backwards what is written backwards, and read the result backwards.
        n = self.array.shape[dim]
        order = np.argsort(np.flip(self.array, dim), axis=dim, kind="stable")
        return TensorBase.result_type(n - 1 - np.flip(order, dim))

    def topk(self, k, dim=-1, largest=True, sorted=True):
        """(values, indices) of the k largest entries along `dim`, the largest first."""
        if k > (self.array.shape[dim] if self.array.ndim else 1):
            raise RuntimeError("selected index k out of range")
        order = self.argsort(dim, descending=largest).array
        order = np.take(order, range(k), axis=dim) if order.ndim else order
        return named("topk", *sorted_along(ops.Topk, self, order, dim))

    def unique(self, sorted=True, return_inverse=False, return_counts=False):
        found = np.unique(self.array, return_inverse=return_inverse, return_counts=return_counts)
        return tuple(map(TensorBase.result_type, found)) if isinstance(found, tuple) else TensorBase.result_type(found)

    def bincount(self, minlength=0):
        return TensorBase.result_type(np.bincount(self.array, minlength=minlength))
