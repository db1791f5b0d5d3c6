"""Selecting entries: every one of these is an Index with a key that was worked out before. They differ in name alone.

A name of its own is what `grad_fn` shows, and what tells views that may not be written to from those that may.
"""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later_op

Index = later_op("shaping", "Index")


def along(indices, dim):
    """The key that reads x at `indices` along `dim`, and at its own place along every other dim."""
    key = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    key[dim] = indices
    return tuple(key)


def without(key, dim):
    """The same key for one index along `dim`, which then disappears from the result."""
    return tuple(np.squeeze(k, dim) for k in key)


class Select(Index):
    """One index along a dim."""


class Slice(Index):
    """A range of indices along a dim."""


class Unbind(Index):
    """One of all the slices along a dim."""


class Split(Index):
    """One of several pieces of equal size."""


class SplitWithSizes(Index):
    """One of several pieces of given sizes."""


class Gather(Index):
    """Along a dim, the entries whose indices another tensor holds."""


class IndexSelect(Index):
    """Along a dim, the slices whose indices a 1-D tensor holds."""


class Take(Index):
    """Entries by their number in reading order."""


class MaskedSelect(Index):
    """The entries where a mask is True, as a 1-D tensor."""


class Embedding(Index):
    """Rows of a table."""


class Diagonal(Index):
    """The entries with equal row and column."""


class Unfold(Index):
    """Windows that slide along a dim."""


class MaxDim(Index):
    """The largest entry along a dim, at the index that argmax gives."""


class MinDim(Index):
    """The smallest entry along a dim, at the index that argmin gives."""


class Sort(Index):
    """The entries along a dim, in order."""


class Topk(Index):
    """The k largest entries along a dim."""


class Kthvalue(Index):
    """The k-th smallest entry along a dim."""


class Median(Index):
    """The middle one of all entries; of two, the smaller."""


class MedianDim(Index):
    """The middle entry along a dim."""
