"""Parameters: the tensors that a module learns."""

from __future__ import annotations

from mytorch.base import TensorBase
from mytorch.tensor import Tensor


class Parameter(Tensor):
    """A leaf in the memory of `data` that a module finds when it is assigned as an attribute."""

    __slots__ = ()

    def __new__(cls, data=None, requires_grad=True):
        return super().__new__(cls)

    def __init__(self, data=None, requires_grad=True):
        from mytorch.creation import empty

        data = empty(0) if data is None else data
        TensorBase.__init__(self, data.array)
        self.requires_grad = requires_grad

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


def Buffer(data, *, persistent=True):
    """A tensor that belongs to a module's state but is not learned; see Module.register_buffer."""
    return data
