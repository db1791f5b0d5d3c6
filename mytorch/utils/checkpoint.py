"""Checkpoints: trade time for memory. What a piece of the forward pass would save is thrown away and computed anew."""

from __future__ import annotations

from mytorch._lessons import later
from mytorch.autograd.graph import saved_tensors_hooks
from mytorch.random import get_rng_state, set_rng_state

enable_grad = later("grad_mode", "enable_grad")


def checkpoint(function, *args, use_reentrant=None, preserve_rng_state=True, **kwargs):
    """function(*args, **kwargs), of which the graph keeps the ops but not the values that they save.

    The walk runs `function` once more when it first needs one of them. So it must do the same again: random numbers are
    drawn from the same state. `use_reentrant` is accepted, and makes no difference.
    """
    state = get_rng_state() if preserve_rng_state else None
    again = Recompute(function, args, kwargs, state)
    with saved_tensors_hooks(again.forget, again.recall):
        return function(*args, **kwargs)


class Recompute:
    """Numbers the values that the first run saves, and finds them by number in a second run."""

    def __init__(self, function, args, kwargs, state):
        self.function, self.args, self.kwargs, self.state = function, args, kwargs, state
        self.saved, self.values = 0, {}

    def forget(self, tensor):
        self.saved += 1
        return self.saved - 1

    def recall(self, number):
        if number not in self.values:
            self.run_again()
        return self.values.pop(number)

    def run_again(self):
        found = []

        def keep(tensor):
            found.append(tensor)
            return tensor

        now = get_rng_state()
        if self.state is not None:
            set_rng_state(self.state)
        try:
            with enable_grad(), saved_tensors_hooks(keep, lambda tensor: tensor):
                self.function(*self.args, **self.kwargs)
        finally:
            set_rng_state(now)
        if len(found) != self.saved:
            raise RuntimeError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation. Number of tensors saved during forward: {self.saved}. Number of tensors saved during "
                f"recomputation: {len(found)}. The function must do the same each time."
            )
        self.values = dict(enumerate(found))


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """Run `functions`, one after the other, in `segments` checkpoints."""
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = -(-len(functions) // segments)
    for start in range(0, len(functions), size):
        piece = functions[start : start + size]
        input = checkpoint(run_all, piece, input)
    return input


def run_all(functions, input):
    for function in functions:
        input = function(input)
    return input
