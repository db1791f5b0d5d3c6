"""Products of matrices and vectors, each under the name that says which."""

from __future__ import annotations

from mytorch import ops


def check_dims(name, *wanted):
    """Raise RuntimeError unless every tensor has the number of dims that `name` expects."""
    for label, x, ndim in wanted:
        if x.array.ndim != ndim:
            what = {1: "a vector", 2: "a matrix", 3: "a 3D tensor"}[ndim]
            raise RuntimeError(
                f"{name}: {label} must be {what}, but it is {x.array.ndim}-D. Use matmul for other shapes."
            )


class Products:
    __slots__ = ()

    def mm(self, mat2):
        check_dims("mm", ("self", self, 2), ("mat2", mat2, 2))
        return ops.MatMul.apply(self, mat2)

    def mv(self, vec):
        check_dims("mv", ("input", self, 2), ("vec", vec, 1))
        return ops.MatMul.apply(self, vec)

    def dot(self, other):
        if self.array.ndim != 1 or other.array.ndim != 1:
            raise RuntimeError(f"1D tensors expected, but got {self.array.ndim}D and {other.array.ndim}D tensors")
        if self.array.shape != other.array.shape:
            raise RuntimeError(
                f"inconsistent tensor size, expected tensor {list(self.array.shape)} and src {list(other.array.shape)} "
                f"to have the same number of elements, but got {len(self.array)} and {len(other.array)} elements "
                "respectively"
            )
        return ops.MatMul.apply(self, other)

    inner = dot

    def bmm(self, mat2):
        check_dims("bmm", ("batch1", self, 3), ("batch2", mat2, 3))
        return ops.Bmm.apply(self, mat2)

    def outer(self, vec2):
        check_dims("outer", ("self", self, 1), ("vec2", vec2, 1))
        return self.unsqueeze(-1) * vec2

    ger = outer

    def addmm(self, mat1, mat2, *, beta=1, alpha=1):
        """beta · self + alpha · mat1 @ mat2."""
        product = mat1 @ mat2
        return (self if beta == 1 else self * beta) + (product if alpha == 1 else product * alpha)
