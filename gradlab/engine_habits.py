"""What this very engine does where a gradient arrives, and with what was saved: asked of it, on stand-ins.

Lessons build both, so a student's engine may do neither yet, or do it wrong; a movie shows what it does.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from gradlab.errors import GradlabError


def grad_after(leaf, incoming):
    """What `leaf.grad` would be once the array `incoming` has arrived, as an array; `leaf` is left alone."""
    from mytorch._lessons import later
    from mytorch.base import TensorBase

    stand = TensorBase.result_type(leaf.array)
    stand._grad = None if leaf.grad is None else TensorBase.result_type(np.array(leaf.grad.array))
    try:
        later("accumulate", "accumulate")(stand, np.array(incoming))
    except NotImplementedError:
        raise
    except Exception as error:
        raise GradlabError(f"`accumulate` fails: {type(error).__name__}: {error}") from error
    after = stand._grad
    return None if after is None else np.asarray(getattr(after, "array", after))


def frees_what_was_saved() -> bool:
    """Does a walk drop what ops have saved? Not before lesson 4."""
    from mytorch._lessons import later

    saved = (np.ones(1),)
    node = SimpleNamespace(saved_tensors=saved)
    try:
        later("accumulate", "release")(node)
    except Exception:  # half-written: whatever it does with a real node, it does not free this one
        return False
    return node.saved_tensors is not saved
