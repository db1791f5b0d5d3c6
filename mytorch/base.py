"""The bare tensor: an array, and what autograd has to remember about it. Everything else stands on this file."""

from __future__ import annotations

from itertools import count

import numpy as np

#: The clock of the engine. Every node, and every write in place, takes the next tick; so "newer" means "larger".
tick = count(1).__next__


class Extra:
    """What only few tensors need; most have none, and pay nothing for it.

    base, how: for a view: the tensor it looks into, and the steps (op, arguments) that make the view again.
    locked:    for a view that must not be written to while gradients are recorded: why.
    views:     for a base: weak references to its views.
    inference: True for a tensor made in inference mode.
    retains:   True after `retain_grad()`.
    unseen:    True for `.data`: writes to it are not noticed.
    """

    base = how = locked = views = None
    inference = retains = unseen = False


class TensorBase:
    """array: the numbers. edge: the node that takes this tensor's gradient, None if it does not require grad.

    A tensor knows its node and a node knows the nodes before it, never the other way round: so a graph lives exactly
    as long as the tensor that was computed last.
    """

    __slots__ = ("__weakref__", "_grad", "array", "edge", "extra")

    #: The class of the tensors that ops return: the package's own Tensor (set by `mytorch.tensor`).
    result_type: type

    def __init__(self, array: np.ndarray, edge=None) -> None:
        self.array = array
        self.edge = edge
        self._grad = self.extra = None

    def __init_subclass__(cls, result_type: bool = False, **options) -> None:
        super().__init_subclass__(**options)
        if result_type:
            TensorBase.result_type = cls

    def extras(self) -> Extra:
        """The record of rare things, made when first asked for."""
        if self.extra is None:
            self.extra = Extra()
        return self.extra
