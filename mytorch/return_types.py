"""Results that are pairs with names, such as those of `max` and `sort` along a dim."""

from __future__ import annotations


class NamedPair(tuple):
    """(values, indices): a tuple whose parts have names too."""

    __slots__ = ()
    operation = ""

    @property
    def values(self):
        return self[0]

    @property
    def indices(self):
        return self[1]

    def __repr__(self):
        return f"torch.return_types.{self.operation}(\nvalues={self[0]!r},\nindices={self[1]!r})"


KINDS = {
    operation: type(operation, (NamedPair,), {"__slots__": (), "operation": operation})
    for operation in ("max", "min", "median", "kthvalue", "sort", "topk")
}


def named(operation, values, indices):
    return KINDS[operation]((values, indices))
