"""Why a gradient is None, zero, not a number, or a sum: the reason, the line, and what to do."""

from __future__ import annotations

import gc
import sys

import pytest

from gradlab.draw import draw
from gradlab.errors import GradlabError
from gradlab.explain import explain_grad, record_lines


@pytest.fixture
def w(torch):
    return torch.tensor([2.0, 3.0], requires_grad=True)


def integer(torch, w):
    return torch.tensor([1, 2]), None


def no_requires_grad(torch, w):
    return torch.tensor([1.0]), None


def inference(torch, w):
    with torch.inference_mode():
        return w * 2, None


def not_leaf(torch, w):
    y = w * 2
    y.sum().backward()
    return y, None


def detached(torch, w):
    return (w * 2).detach(), None


def data(torch, w):
    return w.data, None


def detached_before(torch, w):
    return w.detach() + 1, None


def in_place(torch, w):
    return (w * 2).detach_(), None


def no_grad(torch, w):
    with torch.no_grad():
        return w * 2, None


def loss_under_no_grad(torch, w):
    with torch.no_grad():
        return w, (w * 2).sum()


def detached_on_the_way(torch, w):
    h = (w * 2).detach()
    return w, (h * torch.ones(2, requires_grad=True)).sum()


def not_reached(torch, w):
    return w, torch.ones(2, requires_grad=True).sum()


def not_called(torch, w):
    return w, (w * 2).sum()


def reset(torch, w):
    loss = (w * 2).sum()
    loss.backward()
    w.grad = None
    return w, loss


def asked_for(torch, w):
    loss = (w * w).sum()
    torch.autograd.grad(loss, w)
    return w, loss


def accumulated(torch, w):
    for _ in range(3):
        loss = (w * w).sum()
        loss.backward()
    return w, (w * w).sum()


def accumulated_with_graph(torch, w):
    loss = (w * 2).sum()
    loss.backward(retain_graph=True)
    loss.backward(retain_graph=True)
    return w, loss


def used_often(torch, w):
    loss = (w * w).sum()
    loss.backward()
    return w, loss


def fine(torch, w):
    loss = (w * 2).sum()
    loss.backward()
    return w, loss


def dead_relu(torch, w):
    loss = (w * -1).relu().sum()
    loss.backward(retain_graph=True)
    return w, loss


def zero_alone(torch, w):
    (w * 0).sum().backward()
    return w, None


def nan_from_sqrt(torch, w):
    root = (w - w.detach()).sqrt()
    loss = (root * 0).sum()
    loss.backward(retain_graph=True)
    return w, loss


def nan_forward(torch, w):
    loss = (w * 0).log().sum()
    loss.backward()
    return w, loss


def nan_alone(torch, w):
    (w * float("inf") * 0).sum().backward()
    return w, None


def ask(tensor, loss):
    """A caller who knows the two by these names alone."""
    return explain_grad(tensor, loss)


CASES = {
    integer: ("integer", "holds torch.int64", "dtype=torch.float32"),
    no_requires_grad: ("requires_grad", "does not require grad", "requires_grad=True before you compute"),
    inference: ("inference", "made in inference mode", "outside of `inference_mode()`"),
    not_leaf: ("not_leaf", "not a leaf but the result of Mul", "retain_grad() before backward()"),
    detached: ("detached", "it was detached", "Take the detach() away"),
    data: ("detached", "it was detached", "Take the .data away"),
    detached_before: ("detached", "computed in test_explain.py", "Take the detach() away"),
    in_place: ("detached", "it was detached", "Take the detach() away"),
    no_grad: ("no_grad", "created under no_grad()", "Move that line out"),
    loss_under_no_grad: ("no_grad", "created under no_grad()", "Move that line out"),
    detached_on_the_way: ("detached", "the way from tensor to loss was detached", "Take that detach() away"),
    not_reached: ("unreachable", "loss was not computed from tensor", "draw(loss"),
    not_called: ("not_called", "backward() has not been called", "call loss.backward()"),
    reset: ("reset", "although a backward() has passed", "read .grad before zero_grad()"),
    asked_for: ("reset", "asked for by autograd.grad()", "leaves .grad alone"),
    accumulated: ("accumulated", "gradients of 3 backward() calls", "zero_grad()"),
    accumulated_with_graph: ("accumulated", "gradients of 2 backward() calls", "zero_grad()"),
    used_often: ("used_often", "loss uses tensor in 2 places", "backward_movie(loss)"),
    fine: ("fine", "finite and not zero", "gradcheck"),
    dead_relu: ("zero", "arrives at Relu", "change the starting values"),
    zero_alone: ("zero", "Somewhere a factor is 0", "explain_grad(tensor, loss)"),
    nan_from_sqrt: ("nan", "the rule of Sqrt", "clamp it"),
    nan_forward: ("nan", "loss itself is not finite", "keep logs, roots and quotients away from 0"),
    nan_alone: ("nan", "tensor.grad holds nan", "detect_anomaly"),
}
PLACES = {not_leaf, detached, data, detached_before, in_place, no_grad, loss_under_no_grad, detached_on_the_way}
PLACES |= {accumulated, accumulated_with_graph, reset, dead_relu, nan_from_sqrt}
UNKNOWN = {detached, data, detached_before, in_place, no_grad}  # without lines nobody can know


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_with_lines(torch, w, case):
    with record_lines():
        tensor, loss = case(torch, w)
    found = ask(tensor, loss)
    reason, says, remedy = CASES[case]
    assert found.reason == reason and says in found.text and remedy in found.text, found
    assert repr(found).replace("\n", " ") == found.text and max(map(len, repr(found).split("\n"))) <= 100
    if case in PLACES:
        code = case.__code__
        lines = range(code.co_firstlineno, code.co_firstlineno + 8)
        assert found.place.file == "test_explain.py" and found.place.line in lines and str(found.place) in found.text
        assert f"`{found.place.text}`" in found.text and found.place.text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_without_lines(torch, w, case):
    tensor, loss = case(torch, w)
    found = ask(tensor, loss)
    if case in UNKNOWN:
        assert found.reason == "requires_grad" and "record_lines()" in found.text
    elif case in (loss_under_no_grad, detached_on_the_way):
        assert found.reason == "unreachable" and "record_lines()" in found.text
    else:
        assert found.reason == CASES[case][0]
    assert found.place is None and " in test_explain" not in found.text


def test_names_are_the_callers(torch):
    weight = torch.ones(1, requires_grad=True)
    error = (weight * 2).sum()
    assert "weight.grad is None" in explain_grad(weight, error).text and "error.backward()" in repr(
        explain_grad(weight, error)
    )


def test_looking_changes_nothing(torch, w):
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    before = w.grad.tolist()
    explain_grad(w, loss)
    assert w.grad.tolist() == before and w.edge.pending is None


def test_what_is_no_tensor(torch, w):
    for bad in (3, None, "w"):
        with pytest.raises(GradlabError, match="this tensor is"):
            explain_grad(bad)
    with pytest.raises(GradlabError, match="this loss is 'int'"):
        explain_grad(w, 3)


def test_lines_are_recorded_only_when_asked(torch, w):
    from mytorch.results import watchers

    before = list(watchers)
    with record_lines():
        y = w * 2
        assert len(watchers) == len(before) + 1 and sys.getprofile() is not None
    assert watchers == before and sys.getprofile() is None
    assert "made in test_explain.py, line" in draw(y).dot and "`y = w * 2`" in draw(y).dot
    assert "made in" not in draw(w * 2).dot


def test_lines_do_not_keep_graphs_alive(torch, w):
    import weakref

    with record_lines():
        h = w * 2
        node, kept = weakref.ref(h.grad_fn), h.detach()
        del h
        gc.collect()
        assert node() is None
    del kept


def test_lines_are_put_back_after_an_error(torch, w):
    from mytorch.results import watchers

    before = list(watchers)
    with pytest.raises(ZeroDivisionError), record_lines():
        1 / 0  # noqa: B018
    assert watchers == before and sys.getprofile() is None
