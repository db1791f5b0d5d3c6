"""Writes in place: into copies, into views of them, and what becomes of the other views."""

from __future__ import annotations

from recipes import P, R, Row


def _inplace(name, program, *inputs, **options):
    """A row whose call writes into a copy, or into views of it, and returns what that became."""
    return Row(f"write: {name}", program, inputs, **options)


def _iadd(t, x, y):
    z = x * 1
    z += y
    return z


def _setitem(key):
    def program(t, x, y):
        z = x * 1
        z[key] = y
        return z

    return program


def _through(view, returns=lambda z, v: z):
    def program(t, x, y):
        z = x * 1
        v = view(z)
        v.mul_(y)
        return returns(z, v)

    return program


def _into_zeros(t, x):
    z = t.zeros(2, 3, dtype=x.dtype)
    z[0] = x
    z[1] += x * x
    return z


def _old_view(t, x):
    z = x * 1
    v = z[0]
    z.mul_(3)
    return v * 2


def _sibling(t, x):
    z = x * 1
    v, w = z[0], z.t()
    v.exp_()
    return w * w


def _chain(t, x):
    z = x * 1
    z.t()[1].view(-1)[0:1].mul_(5)
    return z


WRITES = [
    _inplace("+=", _iadd, R(2, 3), P(3)),
    _inplace("z[0] = y", _setitem(0), R(2, 3), P(3)),
    _inplace("z[:, 1] = y", _setitem((slice(None), 1)), R(2, 3), P(2)),
    _inplace("z[1:] = y", _setitem(slice(1, None)), R(3, 2), P(2)),
    _inplace("z[[0, 1]] = y", _setitem([0, 1]), R(3, 2), P(2), named_otherwise="PyTorch: IndexPutBackward0"),
    _inplace("z[0].mul_", _through(lambda z: z[0]), R(2, 3), P(3)),
    _inplace("z.t().mul_", _through(lambda z: z.t()), R(2, 3), P(2)),
    _inplace("z.view(-1).mul_", _through(lambda z: z.view(-1)), R(2, 3), P(6)),
    _inplace("z[:, 1:].mul_", _through(lambda z: z[:, 1:]), R(2, 3), P(2)),
    _inplace(
        "the view itself", _through(lambda z: z[0], lambda z, v: v), R(2, 3), P(3), named_otherwise="AsStridedBackward0"
    ),
    _inplace("into zeros", _into_zeros, R(3)),
    _inplace("an old view", _old_view, R(2, 3)),
    _inplace("a sibling", _sibling, R(2, 3)),
    _inplace("a view of a view", _chain, R(2, 3)),
]
