"""Inference tensors: results of `inference_mode`, which no recorded op may save.

The memory of each is remembered while it lives, and a watcher looks at what nodes save. It is set up with the first
inference tensor, so who makes none pays nothing.
"""

from __future__ import annotations

import weakref

import numpy as np

from mytorch.results import watchers
from mytorch.views import owner_of

#: The ids of the arrays that own the memory of inference tensors.
memories: set = set()


def mark(tensor):
    """Let `tensor` be an inference tensor."""
    tensor.extras().inference = True
    owner = owner_of(tensor.array)
    if id(owner) not in memories:
        memories.add(id(owner))
        weakref.finalize(owner, memories.discard, id(owner)).atexit = False
    if refuse not in watchers:
        watchers.append(refuse)


def unmark(view):
    """Let `view`, which was marked as the result that it is, be as ordinary as the memory that it looks into."""
    view.extra.inference = False
    memories.discard(id(owner_of(view.array)))


def refuse(node):
    """Raise RuntimeError if the node has saved the numbers of an inference tensor."""
    for value in node.saved_tensors or ():
        if isinstance(value, np.ndarray) and id(owner_of(value)) in memories:
            raise RuntimeError(
                "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode "
                "in computation tracked by autograd. To work around this, you can make a clone to get a normal tensor "
                "and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
            )
