"""Why is this gradient None? Or zero, or not a number, or twice what it should be?

    explain_grad(w, loss)

It looks at what was recorded and answers in a sentence, with what to do about it. When the code ran inside `with
record_lines():`, the answer has the line, too.
"""

from __future__ import annotations

import sys

from gradlab.errors import GradlabError
from gradlab.explain_values import with_gradient
from gradlab.explanation import Called, Explanation, at, behind
from gradlab.graph import short
from gradlab.lines import Cut, Place, arrivals_of, cut_of, cuts_of_leaf, place_of, record_lines

__all__ = ["Explanation", "explain_grad", "record_lines"]

LINES = "To see the line, run your code inside `with record_lines():` and ask again."


def explain_grad(tensor, loss=None) -> Explanation:
    """Why `tensor.grad` is what it is.

    loss: what you differentiated, or want to. With it more can be said: whether `tensor` is in its graph at all.
    Nothing is changed. Raises GradlabError for what is not a tensor of mytorch.
    """
    for thing, what in ((tensor, "tensor"), (loss, "loss")):
        if not hasattr(thing, "edge") and not (what == "loss" and thing is None):
            raise GradlabError(f"explain_grad asks about tensors of mytorch; this {what} is {type(thing).__name__!r}.")
    names = sys._getframe(1).f_locals
    called = Called(_name(tensor, names, "this tensor"), _name(loss, names, "the result"))
    if tensor.grad is None:
        return _without_rights(tensor, called) or _nothing_arrived(tensor, loss, called)
    return with_gradient(tensor, loss, called)


# ---- None: it could not have a gradient -------------------------------------------------------------------------


def _without_rights(tensor, called: Called) -> Explanation | None:
    """A tensor that no backward gives a gradient to."""
    me = called.tensor
    if tensor.array.dtype.kind != "f":
        return Explanation(
            "integer",
            f"{me}.grad is None: {me} holds {tensor.dtype}, and only floating point numbers can have a gradient. "
            "Write 3.0 instead of 3, or give dtype=torch.float32, and requires_grad=True.",
        )
    if tensor.is_inference():
        return Explanation(
            "inference",
            f"{me}.grad is None: {me} was made in inference mode, where nothing is recorded. Compute it outside of "
            "`inference_mode()`, or use a clone() of it.",
        )
    if not tensor.requires_grad:
        return _no_history(me, cut_of(tensor))
    if tensor.is_leaf or tensor.retains_grad:
        return None
    place = place_of(tensor.grad_fn)
    return Explanation(
        "not_leaf",
        f"{me}.grad is None: {me} is not a leaf but the result of {short(tensor.grad_fn.name())}{at(place)}; a "
        "gradient "
        f"passes through it, and only leaves keep theirs. Call {me}.retain_grad() before backward().",
        place,
    )


def _no_history(me: str, cut: Cut | None) -> Explanation:
    if cut is None:
        return Explanation(
            "requires_grad",
            f"{me}.grad is None: {me} does not require grad. It was made without requires_grad=True, or it lost its "
            f"history by detach() or under no_grad(). If it is a leaf, give it requires_grad=True before you compute "
            f"with it. {LINES}",
        )
    first = cut.origin or cut
    through = "" if cut.origin is None else f"{me} was computed{at(cut.place)} from something that "
    if first.how in ("detach", "data"):
        word = "detach()" if first.how == "detach" else ".data"
        return Explanation(
            "detached",
            f"{me}.grad is None: {through or 'it '}was detached{at(first.place)}. What {word} returns has the numbers "
            f"and not the history. Take the {word} away; or, if it is meant as a leaf of its own, call "
            "requires_grad_().",
            first.place,
        )
    if first.how == "no_grad":
        return Explanation(
            "no_grad",
            f"{me}.grad is None: {through or 'it '}was created under no_grad(){at(first.place)}, where nothing is "
            "recorded. Move that line out of the `with no_grad():` block.",
            first.place,
        )
    return Explanation(
        "no_rule",
        f"{me}.grad is None: {through or 'it '}comes from an op without a gradient{at(first.place)}. Use an op that "
        "can "
        "be differentiated there.",
        first.place,
    )


# ---- None: it could, and none came ------------------------------------------------------------------------------


def _nothing_arrived(tensor, loss, called: Called) -> Explanation:
    me, calls = called.tensor, arrivals_of(tensor.edge)
    if loss is None:
        if calls:
            return _reset(me, calls[-1])
        if cuts := cuts_of_leaf(tensor.edge):
            return _lost(me, "what was computed from it", cuts[-1])
        return Explanation(
            "not_called",
            f"{me}.grad is None: no backward() has reached {me}. Either none was called yet, or its result was not "
            f"computed from {me}. Ask again with that result: explain_grad({me}, loss).",
        )
    if loss.edge is None:
        return _loss_without_graph(tensor, loss, called)
    order = behind(loss.edge)
    if not any(node is tensor.edge for node in order):
        if cuts := cuts_of_leaf(tensor.edge, order):
            return _lost(me, f"the way from {me} to {called.loss}", cuts[-1])
        return Explanation(
            "unreachable",
            f"{me}.grad is None: {called.loss} was not computed from {me}. Its graph does not contain {me}: another "
            f"tensor was used in its place (a copy, an older one of the same name), or the way was cut by detach(), "
            f"no_grad() or a trip through NumPy. Look at draw({called.loss}, names=locals()). {LINES}",
        )
    if calls or any(type(node.saved_tensors).__name__ == "Freed" for node in order):
        return _reset(me, calls[-1] if calls else None)
    return Explanation(
        "not_called",
        f"{me}.grad is None: backward() has not been called. {me} is in the graph of {called.loss}: call "
        f"{called.loss}.backward().",
    )


def _reset(me: str, call: Place | None) -> Explanation:
    return Explanation(
        "reset",
        f"{me}.grad is None, although a backward() has passed{at(call)} and the graph is freed. Since then it was set "
        "to "
        "None (by zero_grad(), or by hand), or the gradients were asked for by autograd.grad(), which returns them and "
        "leaves .grad alone. Compute the result anew, call backward(), and read .grad before zero_grad().",
        call,
    )


def _lost(me: str, what: str, cut: Cut) -> Explanation:
    remedy = {
        "detach": "Take that detach() away if the gradient should pass.",
        "data": "Use the tensor itself instead of its .data.",
        "no_grad": "Move that line out of the `with no_grad():` block.",
    }.get(cut.how, "Use an op that can be differentiated there.")
    how = {"detach": "was detached", "data": "was detached (by .data)", "no_grad": "was cut under no_grad()"}
    return Explanation(
        "no_grad" if cut.how == "no_grad" else "no_rule" if cut.how == "rule" else "detached",
        f"{me}.grad is None: {what} {how.get(cut.how, 'leads through an op without a gradient')}{at(cut.place)}. "
        f"{remedy}",
        cut.place,
    )


def _loss_without_graph(tensor, loss, called: Called) -> Explanation:
    cut = cut_of(loss)
    why = _no_history(called.loss, cut)
    if cut is not None:
        return Explanation(why.reason, why.text.replace(f"{called.loss}.grad", f"{called.tensor}.grad", 1), why.place)
    return Explanation(
        "unreachable",
        f"{called.tensor}.grad is None: {called.loss} does not require grad, so nothing leads back from it. It was "
        f"computed under no_grad(), from detached tensors, or before {called.tensor} required grad. Compute it again "
        f"where gradients are recorded. {LINES}",
    )


def _name(tensor, names: dict, otherwise: str) -> str:
    """What the caller calls it."""
    if tensor is None:
        return otherwise
    return next((name for name, value in names.items() if value is tensor and not name.startswith("_")), otherwise)
