"""Other right answers to the exercises of lesson 6: they are to earn all points."""
# ruff: noqa: B905

import numpy as np

import mytorch
from autograder.right import right

# ---- numerical_jacobian -------------------------------------------------------------------------------------------


@right("numerical_jacobian", because="It counts rows with enumerate.")
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in enumerate(np.ndindex(x.array.shape)):
        kept = x.array[i].copy()
        x.array[i] = kept + eps
        up = function().array.flatten()
        x.array[i] = kept - eps
        down = function().array.flatten()
        x.array[i] = kept
        jacobian[row] = (up - down) / (2 * eps)
    return jacobian


@right("numerical_jacobian", because="It works with a copy of x, and puts the whole of it back.")
def numerical_jacobian(function, x, eps=1e-6):
    before = x.array.copy()
    rows = []
    for i in np.ndindex(before.shape):
        seen = []
        for step in (eps, -eps):
            x.array[i] = before[i] + step
            seen.append(np.array(function().array).reshape(-1))
        x.array[...] = before
        rows.append((seen[0] - seen[1]) / (2 * eps))
    return np.array(rows).reshape(before.size, function().array.size)


@right("numerical_jacobian", because="It measures in a function of its own, and puts back in finally.")
def numerical_jacobian(function, x, eps=1e-6):
    def at(i, value):
        old = x.array[i].copy()
        try:
            x.array[i] = value
            return function().array.ravel().copy()
        finally:
            x.array[i] = old

    jacobian = np.zeros((x.array.size, function().array.size))
    for place, i in enumerate(np.ndindex(x.array.shape)):
        here = x.array[i].copy()
        jacobian[place, :] = (at(i, here + eps) - at(i, here - eps)) / (2 * eps)
    return jacobian


@right("numerical_jacobian", because="It goes down first, and halves afterwards.")
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.empty((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(*x.array.shape), strict=True):
        old = float(x.array[i])
        x.array[i] = old - eps
        below = function().array.flatten()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old
        row[...] = (above - below) / eps / 2
    return jacobian


@right("numerical_jacobian", because="It stacks the rows.")
def numerical_jacobian(function, x, eps=1e-6):
    width = function().array.size

    def row(i):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old - eps
        below = function().array.flatten()
        x.array[i] = old
        return (above - below) / (eps + eps)

    rows = [row(i) for i in np.ndindex(x.array.shape)]
    return np.stack(rows) if rows else np.zeros((0, width))


# ---- nll_loss -----------------------------------------------------------------------------------------------------


@right("nll_loss", because="It turns the sign at the end.")
def nll_loss(input, target, reduction="mean"):
    picked = input[list(range(len(input))), target]
    return reduce(-picked, reduction)


@right("nll_loss", because="It counts the rows with NumPy.")
def nll_loss(input, target, reduction="mean"):
    import numpy as np

    return reduce(-input[np.arange(input.shape[0]), target], reduction)


@right("nll_loss", because="It counts along the whole table.")
def nll_loss(input, target, reduction="mean"):
    rows, classes = input.shape
    labels = target.tolist() if hasattr(target, "tolist") else list(target)
    places = [row * classes + label for row, label in zip(range(rows), labels)]
    return reduce(-input.reshape(-1)[places], reduction)


@right("nll_loss", because="It negates first, and indexes afterwards.")
def nll_loss(input, target, reduction="mean"):
    losses = (-input)[list(range(input.shape[0])), target]
    return reduce(losses, reduction)


@right("nll_loss", because="It multiplies by −1.")
def nll_loss(input, target, reduction="mean"):
    rows = [row for row, _ in enumerate(range(input.shape[0]))]
    return reduce(input[rows, target] * -1.0, reduction)


# ---- Softplus -----------------------------------------------------------------------------------------------------


@right("Softplus", because="relu(x) is x + relu(−x).")
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x + (-x).relu()) + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return x.sigmoid() * grad


@right("Softplus", because="It takes −relu(−x) for the part below 0.")
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (-(x.relu() + (-x).relu())).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0].sigmoid()


@right("Softplus", because="It writes σ(x) with tanh.")
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (-x.abs()).exp().log1p() + x.relu()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * ((x * 0.5).tanh() + 1) * 0.5


@right("Softplus", because="It separates computing from remembering.")
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ)."""

    @staticmethod
    def forward(x):
        return x.relu() + (-x.abs()).exp().log1p()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()


@right("Softplus", because="It computes x + log(1 + e⁻ˣ) on the one side and log(1 + eˣ) on the other.")
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ)."""

    @staticmethod
    def forward(ctx, x):
        size = x.abs()
        ctx.save_for_backward(x)
        return (x + size) * 0.5 + (-size).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        slope = x.sigmoid()
        return slope * grad
