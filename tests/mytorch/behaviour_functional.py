"""Jacobians, Hessians and their products with vectors: programs that both engines run."""

from __future__ import annotations

from programs import error


def _inputs(torch):
    return torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, -1.0, 2.0])


def jacobians(torch):
    x, y = _inputs(torch)
    J = torch.autograd.functional.jacobian
    return (
        J(lambda a: a.exp(), x),
        J(lambda a: a.sum(), x),
        J(lambda a, b: a * b, (x, y)),
        J(lambda a: (a * 2, a.sum()), x),
        J(lambda a, b: (a + b, a * b), (x, y)),
        J(lambda a: torch.outer(a, a), x),
        J(lambda a: a.sum(), torch.tensor(2.0)),
    )


def hessians(torch):
    x, y = _inputs(torch)
    H = torch.autograd.functional.hessian
    return (
        H(lambda a: (a**3).sum(), x),
        H(lambda a, b: (a * a * b).sum(), (x, y)),
        H(lambda a: a.sum(), x),
        H(lambda a: a.prod(), x),
        H(lambda a: (a @ a).reshape(1), x),
    )


def products(torch):
    x, y = _inputs(torch)
    F = torch.autograd.functional
    v = torch.tensor([1.0, 0.5, 0.25])
    return (
        F.vjp(lambda a: a.exp(), x, v),
        F.vjp(lambda a, b: a * b, (x, y), v),
        F.vjp(lambda a: a.sum(), x),
        F.jvp(lambda a: a.exp(), x, v),
        F.jvp(lambda a, b: a * b, (x, y), (v, v)),
        F.hvp(lambda a: (a**3).sum(), x, v),
        F.vhp(lambda a: (a**3).sum(), x, v),
        F.hvp(lambda a, b: (a * a * b).sum(), (x, y), (v, v)),
    )


def differentiable(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    J = torch.autograd.functional.jacobian(lambda a: a**3, x, create_graph=True)
    J.sum().backward()
    H = torch.autograd.functional.hessian(lambda a: (a**4).sum(), x, create_graph=True)
    return J.detach(), x.grad, H.requires_grad, torch.autograd.functional.jacobian(lambda a: a**3, x).requires_grad


def mistakes(torch):
    x, _ = _inputs(torch)
    F = torch.autograd.functional
    return (
        error(lambda: F.hessian(lambda a: a * 2, x)),
        error(lambda: F.vjp(lambda a: a * 2, x)),
        error(lambda: F.vjp(lambda a: a * 2, x, torch.ones(2))),
        error(lambda: F.jacobian(lambda a: 5, x)),
        error(lambda: F.jacobian(lambda a: a.detach() * 2, x, strict=True)),
        error(lambda: F.jvp(lambda a: a, x)),
    )


def independent_outputs(torch):
    x, y = _inputs(torch)
    J = torch.autograd.functional.jacobian
    return J(lambda a: torch.ones(2), x), J(lambda a, b: a * 2, (x, y))
