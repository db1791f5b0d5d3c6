"""Grad modes and inference tensors: programs that both engines run."""

from __future__ import annotations

from programs import error


def no_grad_block(torch):
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
        inside = torch.is_grad_enabled()
        with torch.enable_grad():
            z = x * 3
    return inside, torch.is_grad_enabled(), y.requires_grad, z.requires_grad, y.is_leaf, x.requires_grad


def no_grad_decorator(torch):
    x = torch.ones(2, requires_grad=True)

    @torch.no_grad()
    def f(a, b=1):
        """doc"""
        return a * b

    @torch.no_grad
    def g(a):
        return a * 2

    @torch.enable_grad()
    def h(a):
        return a * 2

    with torch.no_grad():
        inner = h(x).requires_grad
    return f(x, b=2).requires_grad, g(x).requires_grad, inner, f.__name__, f.__doc__


def generators_keep_their_mode(torch):
    @torch.no_grad()
    def steps():
        while True:
            got = yield torch.is_grad_enabled()
            if got == "stop":
                return

    g = steps()
    seen = [next(g), torch.is_grad_enabled(), next(g), torch.is_grad_enabled()]
    try:
        g.send("stop")
    except StopIteration:
        seen.append("stopped")
    return seen


def exceptions_restore_the_mode(torch):
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        pass
    return torch.is_grad_enabled()


def set_grad_enabled_everywhere(torch):
    seen = []
    with torch.set_grad_enabled(False):
        seen.append(torch.is_grad_enabled())
    seen.append(torch.is_grad_enabled())
    torch.set_grad_enabled(False)
    seen.append(torch.is_grad_enabled())
    torch.set_grad_enabled(True)
    seen.append(torch.is_grad_enabled())
    return seen


def set_grad_enabled_as_a_decorator(torch):
    @torch.set_grad_enabled(False)
    def f():
        return torch.is_grad_enabled()

    return torch.is_grad_enabled(), f(), torch.is_grad_enabled()


def one_object_nested(torch):
    mode = torch.no_grad()
    with mode:
        first = torch.is_grad_enabled()
    with mode:
        second = torch.is_grad_enabled()
    return first, second, torch.is_grad_enabled()


def leaves_made_in_no_grad(torch):
    with torch.no_grad():
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        y.requires_grad_()
    (y * 3).sum().backward()
    return x.requires_grad, y.is_leaf, y.grad, x.grad


def backward_in_no_grad(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward()
    return x.grad


def threads_have_their_own_mode(torch):
    import threading

    seen = []
    with torch.no_grad():
        t = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        t.start()
        t.join()
    return seen


def inference_mode_block(torch):
    x = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        y = x * 2
        z = torch.ones(3)
        flags = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
    return (
        flags,
        y.requires_grad,
        y.is_inference(),
        z.is_inference(),
        x.is_inference(),
        torch.is_inference_mode_enabled(),
    )


def inference_tensors_are_refused(torch):
    with torch.inference_mode():
        i = torch.ones(2) * 2
    w = torch.ones(2, requires_grad=True)
    return (
        error(lambda: i.add_(1)),
        error(lambda: w * i),
        error(lambda: i.requires_grad_()),
        error(lambda: i._version),
        (w + i).requires_grad,
        (i * 3).is_inference(),
        (w * i.clone()).requires_grad,
        i.clone().is_inference(),
    )


def inference_tensors_inside(torch):
    with torch.inference_mode():
        i = torch.ones(2) * 2
        i.add_(1)
        i[0] = 9
    return i


def views_of_ordinary_tensors_in_inference_mode(torch):
    base, other = torch.ones(4), torch.ones(4)
    with torch.inference_mode():
        views = base.view(2, 2), base[:2], base.t(), base.reshape(2, 2)[0]
        inside = (other * 2).view(2, 2)
    w = torch.ones(2, requires_grad=True)
    return [v.is_inference() for v in views], inside.is_inference(), (w * base[:2]).sum(), error(lambda: w * inside)


def inference_mode_off(torch):
    with torch.inference_mode(False):
        return torch.is_inference_mode_enabled(), torch.is_grad_enabled()


def inference_decorator(torch):
    @torch.inference_mode()
    def f(x):
        return x * 2

    return f(torch.ones(2, requires_grad=True)).is_inference()


def names_of_the_modes(torch):
    return torch.autograd.no_grad is torch.no_grad, torch.autograd.grad_mode.enable_grad is torch.enable_grad
