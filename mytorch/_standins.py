"""What the package does before a lesson is built: `graph_Function` stands in for `mytorch.graph.Function`, and so on.

Each stand-in is the poorer behaviour that its lesson replaces.

Lesson 2 replaces an op that computes and records nothing. Lesson 4: a `.grad` that is overwritten. Lesson 5: a grad
mode that is always on, and writes in place that nobody notices.
"""

from __future__ import annotations

import numpy as np

from mytorch._lessons import later, not_built
from mytorch.base import TensorBase

# ---- lesson 2: an op is its forward, and nothing is recorded ----------------------------------------------------


class graph_Function:
    """An op that computes. `ctx` takes the notes of `forward`, and nobody reads them."""

    saved_tensors = None
    next: tuple = ()

    def save_for_backward(self, *arrays) -> None:
        pass

    @classmethod
    def apply(cls, *inputs):
        out = cls.forward(cls(), *[x.array if isinstance(x, TensorBase) else x for x in inputs])
        if isinstance(out, tuple):
            return tuple(TensorBase.result_type(np.asarray(o)) for o in out)
        return TensorBase.result_type(np.asarray(out))

    compute = apply


# ---- lesson 3: an op without a rule computes; its gradient is still missing --------------------------------------


def op(module, name):
    """An op that computes by the kernel of lesson 1, and says so when it is asked for a gradient."""
    kernel = later("kernels", KERNEL_OF.get(name, name.lower()))

    class Unruled(later("graph", "Function")):
        @staticmethod
        def forward(ctx, *inputs):
            return kernel(*inputs)

        @staticmethod
        def backward(ctx, grad):
            raise not_built(module, name)

    Unruled.__name__ = Unruled.__qualname__ = name
    return Unruled


KERNEL_OF = {"LogSoftmax": "log_softmax"}

# ---- lesson 4: the gradient of a leaf is what arrived last -------------------------------------------------------


def accumulate_accumulate(leaf, incoming) -> None:
    if not isinstance(incoming, TensorBase):
        incoming = TensorBase.result_type(np.array(incoming, dtype=leaf.array.dtype))
    leaf._grad = incoming


def accumulate_release(node) -> None:
    """The graph stays until Python drops it."""


def accumulate_check_alive(nodes) -> None:
    """No graph is ever freed, so none can be found freed."""


# ---- lesson 5: recording is always on, and nobody notices a write ------------------------------------------------


class grad_mode_mode:
    enabled = True
    inference = False


def grad_mode_is_grad_enabled() -> bool:
    return True


class grad_mode_set_grad_enabled:
    def __init__(self, enabled) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error) -> None:
        pass


def versions_record_write(tensor) -> None:
    pass


class versions_latest_write:
    tick = 0


def versions_check_unwritten(node) -> None:
    pass


def versions_check_writable(tensor) -> None:
    pass


# ---- lesson 6: no ops of one's own -------------------------------------------------------------------------------


class custom_Function:
    def __init_subclass__(cls, **options) -> None:
        raise not_built("custom", "Function")
