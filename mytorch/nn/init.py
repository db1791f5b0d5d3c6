"""Where training starts: functions that fill a parameter, in place and without a trace in the graph."""

from __future__ import annotations

import math

from mytorch._lessons import later
from mytorch.random import generator as numbers

record_write = later("versions", "record_write")
GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}


def fill(tensor, values):
    tensor.array[...] = values
    record_write(tensor)
    return tensor


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    return fill(tensor, numbers(generator).uniform(a, b, tensor.array.shape))


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    return fill(tensor, numbers(generator).normal(mean, std, tensor.array.shape))


def constant_(tensor, val):
    return fill(tensor, val)


def zeros_(tensor):
    return fill(tensor, 0)


def ones_(tensor):
    return fill(tensor, 1)


def eye_(tensor):
    fill(tensor, 0)
    for i in range(min(tensor.array.shape)):
        tensor.array[i, i] = 1
    return tensor


def calculate_gain(nonlinearity, param=None):
    """How much wider the weights should be, so that what leaves the nonlinearity is as wide as what came in."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return GAINS[nonlinearity]


def fans(tensor):
    """(inputs, outputs) of one unit of a layer with these weights."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.array.shape[2:])
    return tensor.array.shape[1] * field, tensor.array.shape[0] * field


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform with variance 2 · gain² / (inputs + outputs). Glorot and Bengio, 2010."""
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def kaiming_std(tensor, a, mode, nonlinearity):
    return calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[mode != "fan_in"])


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform with variance gain² / inputs. He et al., 2015."""
    bound = math.sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    return normal_(tensor, 0.0, kaiming_std(tensor, a, mode, nonlinearity), generator)
