"""What is the matter with a gradient that is there: not a number, zero, a sum of several calls, or nothing at all."""

from __future__ import annotations

import numpy as np

from gradlab.explanation import Called, Explanation, at, behind
from gradlab.graph import short
from gradlab.lines import arrivals_of, place_of
from gradlab.slow_walk import slow_walk

MOST = 50  # backward calls that are counted in an accumulated gradient


def with_gradient(tensor, loss, called: Called) -> Explanation:
    me, grad = called.tensor, tensor.grad.array
    walk = _Witness(tensor, loss) if loss is not None and loss.edge is not None else None
    if not np.isfinite(grad).all():
        return _not_finite(me, grad, walk, called)
    times, calls = walk.times(grad) if walk else 0, arrivals_of(tensor.edge) if tensor.edge is not None else []
    if times > 1 or len(calls) > 1:
        times = times if times > 1 else len(calls)
        places = [str(place) for place in calls if place is not None]
        listed = f" (in {'; in '.join(dict.fromkeys(places))})" if places else ""
        return Explanation(
            "accumulated",
            f"{me}.grad is a sum: gradients of {times} backward() calls{listed} were accumulated in it. Each call "
            "adds. "
            "Reset it before the next one: optimizer.zero_grad(), or set .grad = None.",
            calls[-1] if calls else None,
        )
    if not grad.any():
        return _zero(me, walk, called)
    uses = walk.uses if walk else 0
    if uses > 1:
        return Explanation(
            "used_often",
            f"{me}.grad is right: {called.loss} uses {me} in {uses} places, and their {uses} contributions are added. "
            f"See them one by one in backward_movie({called.loss}), after computing {called.loss} anew.",
        )
    return Explanation(
        "fine",
        f"{me}.grad is there, finite and not zero; nothing that was recorded speaks against it. To check it against "
        "finite differences, use torch.autograd.gradcheck on your function.",
    )


class _Witness:
    """One slow walk from `loss`, watching the gradient of `tensor` and where something odd begins."""

    def __init__(self, tensor, loss):
        self.target, self.odd, self.vanished, self.uses, self.grad = tensor.edge, None, None, 0, None
        self.loss_finite = bool(np.isfinite(loss.array).all())
        order = behind(loss.edge)
        self.uses = sum(each is self.target for node in order for each in node.next)
        self.alive = loss.array.size == 1 and not any(type(n.saved_tensors).__name__ == "Freed" for n in order)
        if self.alive and loss.grad_fn is not None:
            slow_walk(loss, watch=self.watch)

    def watch(self, node, grad, sent) -> None:
        if node is self.target:
            self.grad = np.asarray(grad)
        if isinstance(grad, list):
            return
        sent = [np.asarray(g) for g, to in zip(sent, node.next, strict=False) if g is not None and to is not None]
        if self.odd is None and np.isfinite(grad).all() and not all(np.isfinite(g).all() for g in sent):
            self.odd = node
        if self.vanished is None and sent and np.any(grad) and not any(g.any() for g in sent):
            self.vanished = node

    def times(self, grad) -> int:
        """How many times the gradient of one walk is in `grad`; 0 when it is no whole number of times."""
        if self.grad is None or self.grad.shape != grad.shape or not np.any(self.grad):
            return 0
        once = self.grad.astype(float)
        times = round(float((once * grad).sum() / (once * once).sum()))
        return times if 1 <= times <= MOST and np.allclose(grad, times * once, rtol=1e-4, atol=1e-7) else 0


def _not_finite(me: str, grad, walk: _Witness | None, called: Called) -> Explanation:
    what = "nan" if np.isnan(grad).any() else "inf"
    found = f"{me}.grad holds {what}"
    if walk is not None and not walk.loss_finite:
        return Explanation(
            "nan",
            f"{found}: {called.loss} itself is not finite, so the forward pass went wrong first. Look at the values on "
            f"the way with draw({called.loss}, names=locals()), and keep logs, roots and quotients away from 0.",
        )
    if walk is None or not walk.alive:
        return Explanation(
            "nan",
            f"{found}. Where it began can be seen as long as the graph is there: compute the result anew and ask "
            f"explain_grad({me}, {called.loss if walk else 'loss'}) before backward() frees it, or run both inside "
            "`with torch.autograd.detect_anomaly():`.",
        )
    if walk.odd is None:
        return Explanation(
            "nan",
            f"{found}, and one walk from {called.loss} makes only finite numbers: it was there before. "
            f"Reset it: {me}.grad = None.",
        )
    place = place_of(walk.odd)
    return Explanation(
        "nan",
        f"{found}: the rule of {short(walk.odd.name())}{at(place)} makes it out of a finite "
        f"gradient{_saved(walk.odd)}. "
        "Keep its input away from that value: clamp it, add a small number, or use a stable op such as logsumexp.",
        place,
    )


def _zero(me: str, walk: _Witness | None, called: Called) -> Explanation:
    if walk is not None and walk.vanished is not None:
        place = place_of(walk.vanished)
        return Explanation(
            "zero",
            f"{me}.grad is zero: a gradient arrives at {short(walk.vanished.name())}{at(place)}, and its rule passes "
            "on "
            f"zeros{_saved(walk.vanished)}. A ReLU whose inputs are all negative does that, and a saturated sigmoid, "
            "or "
            "a factor 0: change the starting values or the scale of the inputs.",
            place,
        )
    return Explanation(
        "zero",
        f"{me}.grad is zero. Somewhere a factor is 0 (a ReLU whose inputs are negative, a saturated sigmoid, a mask), "
        "or "
        f"the contributions cancel. Compute the result anew and watch backward_movie(loss), or ask "
        f"explain_grad({me}, loss) before backward() frees the graph.",
    )


def _saved(node) -> str:
    """What is remarkable about the values that a node saved."""
    values = node.saved_tensors
    for value in values if type(values) is tuple else ():
        array = getattr(value, "array", value)
        if not isinstance(array, np.ndarray) or not array.size:
            continue
        if not array.all():
            return f" (it saved an input that holds {'only zeros' if not array.any() else 'a 0'})"
        if array.dtype.kind == "f" and (array < 0).all():
            return " (it saved an input with only negative entries)"
    return ""
