"""PyTorch's torch.autograd.graph: hooks on what nodes save, and the graph's parts by name."""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.results import watchers

Node = later("graph", "Node")


class Packed:
    """Takes the place of what a node saved: every value packed by a hook, and unpacked when the node needs it."""

    def __init__(self, values, pack, unpack):
        self.unpack = unpack
        self.kept = [
            (True, pack(TensorBase.result_type(value))) if isinstance(value, np.ndarray) else (False, value)
            for value in values
        ]

    def __len__(self):
        return len(self.kept)

    def __iter__(self):
        return (self[i] for i in range(len(self.kept)))

    def __getitem__(self, i):
        packed, value = self.kept[i]
        if not packed:
            return value
        tensor = self.unpack(value)
        if not isinstance(tensor, TensorBase):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        return tensor.array


class saved_tensors_hooks:
    """In this block every tensor that a node saves goes through `pack_hook`; `unpack_hook` gives it back in the walk.

    To keep it on disk, in less precision, or not at all: then `unpack_hook` computes it anew (see `checkpoint`).
    The hooks are a watcher of recorded nodes, so without them nothing is paid.
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack, self.unpack = pack_hook, unpack_hook

    def __enter__(self):
        watchers.append(self)

    def __exit__(self, *error):
        watchers.remove(self)

    def __call__(self, node):
        innermost = [watch for watch in watchers if isinstance(watch, saved_tensors_hooks)][-1]
        if innermost is self and node.saved_tensors:
            node.saved_tensors = Packed(node.saved_tensors, self.pack, self.unpack)


class save_on_cpu(saved_tensors_hooks):
    """Keep a copy of what is saved. Everything is on the CPU here already."""

    def __init__(self, pin_memory=False, device_type="cpu"):
        super().__init__(lambda tensor: tensor.clone(), lambda tensor: tensor)


def get_gradient_edge(tensor):
    """The node that takes the tensor's gradient, and which of its results the tensor is."""
    if tensor.edge is None:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return tensor.edge.as_edge()
