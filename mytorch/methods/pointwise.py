"""Functions of every entry by itself."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch.base import TensorBase
from mytorch.indexing import raw
from mytorch.methods.operators import explained


def pairwise(op, x, y):
    try:
        return op.apply(x, y)
    except ValueError as error:
        raise explained(error, x, y) from None


class Pointwise:
    __slots__ = ()

    # ---- powers, logarithms, absolute values -----------------------------------------------------------------

    def abs(self):
        return ops.Abs.apply(self)

    absolute = abs

    def exp(self):
        return ops.Exp.apply(self)

    def expm1(self):
        return ops.Expm1.apply(self)

    def log(self):
        return ops.Log.apply(self)

    def log1p(self):
        return ops.Log1p.apply(self)

    def log2(self):
        return ops.Log2.apply(self)

    def log10(self):
        return ops.Log10.apply(self)

    def sqrt(self):
        return ops.Sqrt.apply(self)

    def rsqrt(self):
        return ops.Rsqrt.apply(self)

    def reciprocal(self):
        return ops.Reciprocal.apply(self)

    def square(self):
        return ops.Pow.apply(self, 2)

    def erf(self):
        return ops.Erf.apply(self)

    # ---- angles ----------------------------------------------------------------------------------------------

    def sin(self):
        return ops.Sin.apply(self)

    def cos(self):
        return ops.Cos.apply(self)

    def tan(self):
        return ops.Tan.apply(self)

    def asin(self):
        return ops.Asin.apply(self)

    def acos(self):
        return ops.Acos.apply(self)

    def atan(self):
        return ops.Atan.apply(self)

    def atan2(self, other):
        return pairwise(ops.Atan2, self, other)

    def sinh(self):
        return ops.Sinh.apply(self)

    def cosh(self):
        return ops.Cosh.apply(self)

    def tanh(self):
        return ops.Tanh.apply(self)

    # ---- steps -----------------------------------------------------------------------------------------------

    def sign(self):
        return ops.Sign.apply(self)

    def floor(self):
        return ops.Floor.apply(self)

    def ceil(self):
        return ops.Ceil.apply(self)

    def round(self, *, decimals=0):
        return ops.Round.apply(self, decimals)

    def trunc(self):
        return ops.Trunc.apply(self)

    def frac(self):
        return ops.Frac.apply(self)

    def nan_to_num(self, nan=0.0, posinf=None, neginf=None):
        return ops.NanToNum.apply(self, nan, posinf, neginf)

    def remainder(self, other):
        return pairwise(ops.Remainder, self, other)

    # ---- bounds and choices ----------------------------------------------------------------------------------

    def clamp(self, min=None, max=None):
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None. Give a bound.")
        if isinstance(min, TensorBase) or isinstance(max, TensorBase):
            bounded = self if min is None else self.maximum(min)
            return bounded if max is None else bounded.minimum(max)
        return ops.Clamp.apply(self, min, max)

    clip = clamp

    def clamp_min(self, min):
        return self.clamp(min=min)

    def clamp_max(self, max):
        return self.clamp(max=max)

    def maximum(self, other):
        return pairwise(ops.Maximum, self, other)

    def minimum(self, other):
        return pairwise(ops.Minimum, self, other)

    def where(self, condition, other):
        try:
            return ops.Where.apply(condition, self, other)
        except ValueError as error:
            raise explained(error, self, other) from None

    def masked_fill(self, mask, value):
        return ops.MaskedFill.apply(self, raw(mask), value)

    def lerp(self, end, weight):
        """self + weight · (end − self)."""
        return self + (end - self) * weight

    # ---- activations -----------------------------------------------------------------------------------------

    def relu(self):
        return ops.ReLU.apply(self)

    def sigmoid(self):
        return ops.Sigmoid.apply(self)

    def softmax(self, dim, dtype=None):
        x = self if dtype is None else self.to(dtype)
        return ops.Softmax.apply(x, dim) if x.array.size else x.clone()

    def log_softmax(self, dim, dtype=None):
        x = self if dtype is None else self.to(dtype)
        return ops.LogSoftmax.apply(x, dim) if x.array.size else x.clone()

    # ---- questions: the answers are bools, and have no gradient ----------------------------------------------

    def isnan(self):
        return TensorBase.result_type(np.asarray(np.isnan(self.array)))

    def isinf(self):
        return TensorBase.result_type(np.asarray(np.isinf(self.array)))

    def isfinite(self):
        return TensorBase.result_type(np.asarray(np.isfinite(self.array)))

    def isclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
        return TensorBase.result_type(np.asarray(np.isclose(self.array, raw(other), rtol, atol, equal_nan)))

    def allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
        """Whether all entries agree within atol + rtol · |other|."""
        return bool(np.allclose(self.array, raw(other), rtol, atol, equal_nan))

    def equal(self, other):
        """Whether shape and all entries are the same."""
        return self.array.shape == other.array.shape and bool((self.array == other.array).all())
