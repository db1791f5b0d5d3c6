"""Views: tensors that look into the memory of another one, their base.

A write into either is a write into both. Where it is recorded, it changes the history of the base, and with it that of
every view of it: so a view knows its base and how it was made from it, and a base knows its views, weakly.
"""

from __future__ import annotations

import weakref

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase

mode = later("grad_mode", "mode")
is_leaf = later("graph", "is_leaf")

#: Why a view must not be written to while gradients are recorded.
ONE_OF_SEVERAL = (
    "Output {index} of {name} is a view and is being modified inplace. This view is the output of a function that "
    "returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace "
    "the inplace operation by an out-of-place one."
)
MADE_IN_NO_GRAD = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case "
    "is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
    "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want "
    "the inplace to be tracked)."
)


def owner_of(array):
    """The array that owns the memory of `array`; NumPy notes it, even for a view of a view."""
    return array if array.base is None else array.base


def apply_view(op, x, *args):
    """The op, which may give a look into x's memory and not a copy: then x and the result know of each other."""
    result = op.apply(x, *args)
    if result.array.base is not None and owner_of(result.array) is owner_of(x.array):
        link(result, x, op, args)
        if mode.inference and not x.is_inference():
            from mytorch.inference import unmark

            unmark(result)
    elif result.edge is not None:
        result.edge.is_view = False
    return result


def link(view, x, op, args):
    """Note that `view` is `op.apply(x, *args)`, in the memory of x; and so a view of x's own base, if x is a view."""
    extra, source = view.extras(), x.extra
    if source is None or source.base is None:
        base, extra.how = x, ((op, args),)
    else:
        base, extra.how, extra.locked = source.base, (*source.how, (op, args)), source.locked
    extra.base = base
    if not mode.enabled:
        extra.locked = MADE_IN_NO_GRAD
    views = base.extras().views
    if views is None:
        views = base.extra.views = {}
    # A view that dies takes itself off the list.
    views[weakref.ref(view, views.pop)] = None


def base_of(tensor):
    return tensor.extra and tensor.extra.base


def follow(how, base):
    """The view of `base` that `how` describes, as a tensor in base's graph."""
    for op, args in how:
        base = op.apply(base, *args)
    return base


def rebase(view, new):
    """`new` was written into `view`: put that into the history of its base."""
    base, how = view.extra.base, view.extra.how
    numbers = follow(how, TensorBase.result_type(np.arange(base.array.size).reshape(base.array.shape))).array
    before = TensorBase.result_type(base.array, base.edge)
    base.edge = ops.CopySlices.apply(before, new, numbers).edge


def refresh_views(base):
    """Give every view of `base` the history that it has now."""
    for reference in list(base.extra.views or ()) if base.extra else ():
        view = reference()
        if view is not None and not (view.extra.locked == MADE_IN_NO_GRAD and view.edge is None):
            view.edge = follow(view.extra.how, base).edge


def check_base_writable(base):
    """Raise RuntimeError if views of `base` must not be written to, because it is a leaf."""
    if mode.enabled and base.edge is not None and is_leaf(base):
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation. "
            "The leaf's old value would be lost: write inside `with no_grad():`, or into a view of a clone()."
        )


def check_view_writable(view, recorded):
    """Raise RuntimeError for a view whose base could not take the write into its history."""
    check_base_writable(view.extra.base)
    if recorded and view.extra.locked:
        op = type(view.edge).__name__ if view.edge is not None else "Unbind"
        raise RuntimeError(view.extra.locked.format(index=getattr(view.edge, "index", 0), name=op))
