"""Operators between a tensor and another tensor or a number: + − * / ** @ and the comparisons."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import later
from mytorch.base import TensorBase
from mytorch.indexing import raw

broadcast_shapes = later("shapes", "broadcast_shapes")


def explained(error, *operands):
    """PyTorch's error for operands that NumPy refused: RuntimeError for shapes that do not fit, else TypeError."""
    arrays = [raw(x) for x in operands]
    if isinstance(error, ValueError):
        try:
            broadcast_shapes(*[np.shape(array) for array in arrays])
        except RuntimeError as mismatch:
            return mismatch
        return error
    if all(isinstance(array, np.ndarray) and array.dtype == bool for array in arrays):
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    kinds = " and ".join(f"'{type(x).__name__}'" for x in operands)
    return TypeError(f"unsupported operand type(s): {kinds}. A tensor computes with tensors and numbers.")


def known(other):
    """Whether an operator can take `other`; anything else may know itself how to compute with a tensor."""
    return isinstance(other, (TensorBase, int, float, np.generic, np.ndarray))


def operator(op):
    """The method for `self ∘ other`."""
    apply = op.apply

    def method(self, other):
        try:
            return apply(self, other)
        except (ValueError, TypeError) as error:
            if not known(other):
                return NotImplemented
            raise explained(error, self, other) from None

    return method


def reflected(op):
    """The method for `other ∘ self`."""
    apply = op.apply

    def method(self, other):
        try:
            return apply(other, self)
        except (ValueError, TypeError) as error:
            if not known(other):
                return NotImplemented
            raise explained(error, other, self) from None

    return method


def comparison(compare):
    """The method for a question about two numbers: the answer is a bool, and has no gradient."""

    def method(self, other):
        try:
            return TensorBase.result_type(np.asarray(compare(self.array, raw(other))))
        except (ValueError, TypeError) as error:
            if not known(other):
                return NotImplemented
            raise explained(error, self, other) from None

    return method


class Operators:
    """What Python's operators do with tensors."""

    __slots__ = ()

    __add__, __radd__ = operator(ops.Add), reflected(ops.Add)
    __sub__ = operator(ops.Sub)
    __mul__, __rmul__ = operator(ops.Mul), reflected(ops.Mul)
    __truediv__ = operator(ops.Div)

    def __rsub__(self, other):
        return ops.Sub.apply(other, self) if isinstance(other, np.ndarray) else ops.Rsub.apply(self, other)

    def __rtruediv__(self, other):
        return ops.Reciprocal.apply(self) * other

    def __neg__(self):
        return ops.Neg.apply(self)

    def __pos__(self):
        return self

    def __abs__(self):
        return ops.Abs.apply(self)

    def __pow__(self, exponent):
        if not isinstance(exponent, TensorBase):
            return ops.Pow.apply(self, exponent)
        return self.pow(exponent)

    def __rpow__(self, base):
        return ops.PowBase.apply(base, self)

    def __matmul__(self, other):
        if not isinstance(other, TensorBase):
            return NotImplemented
        return ops.MatMul.apply(self, other)

    def __mod__(self, other):
        return self.remainder(other)

    def __floordiv__(self, other):
        return TensorBase.result_type(np.asarray(np.floor_divide(self.array, raw(other))))

    # ---- as methods ------------------------------------------------------------------------------------------

    def add(self, other, *, alpha=1):
        return self + (other if alpha == 1 else other * alpha)

    def sub(self, other, *, alpha=1):
        return self - (other if alpha == 1 else other * alpha)

    def mul(self, other):
        return self * other

    def div(self, other, *, rounding_mode=None):
        quotient = self / other
        return (
            {None: quotient.clone, "floor": quotient.floor, "trunc": quotient.trunc}[rounding_mode]()
            if (rounding_mode)
            else quotient
        )

    def neg(self):
        return ops.Neg.apply(self)

    def pow(self, exponent):
        if not isinstance(exponent, TensorBase):
            return ops.Pow.apply(self, exponent)
        try:
            return ops.PowTensor.apply(self, exponent)
        except ValueError as error:
            raise explained(error, self, exponent) from None

    def matmul(self, other):
        return self @ other

    subtract, multiply, divide, true_divide, negative = sub, mul, div, div, neg

    # ---- comparisons -----------------------------------------------------------------------------------------

    __eq__, __ne__ = comparison(np.equal), comparison(np.not_equal)
    __lt__, __le__ = comparison(np.less), comparison(np.less_equal)
    __gt__, __ge__ = comparison(np.greater), comparison(np.greater_equal)
    eq, ne, lt, le, gt, ge = __eq__, __ne__, __lt__, __le__, __gt__, __ge__
    __and__, __or__, __xor__ = comparison(np.bitwise_and), comparison(np.bitwise_or), comparison(np.bitwise_xor)
    logical_and, logical_or, logical_xor = (
        comparison(np.logical_and), comparison(np.logical_or), comparison(np.logical_xor)
    )  # fmt: skip

    def __invert__(self):
        return TensorBase.result_type(np.asarray(~self.array))

    def logical_not(self):
        return TensorBase.result_type(np.logical_not(self.array))

    # Defining __eq__ takes the hash away; a tensor is a key by what it is, not by what it holds.
    __hash__ = object.__hash__
