"""Activations as modules: each holds its options and calls its function."""

from __future__ import annotations

from mytorch.nn import functional as F
from mytorch.nn.module import Module


class Activation(Module):
    """`options`: names and defaults, in the order in which the module takes and prints them."""

    options: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.inplace = kwargs.pop("inplace", False)
        values = {**self.options, **dict(zip(self.options, args, strict=False)), **kwargs}
        for name, value in values.items():
            if name not in self.options:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{name}'")
            setattr(self, name, value)

    def extra_repr(self):
        shown = [f"{name}={getattr(self, name)}" for name in self.options]
        return ", ".join([*shown, "inplace=True"] if self.inplace else shown)


class ReLU(Activation):
    def __init__(self, inplace=False):
        super().__init__(inplace=inplace)

    def forward(self, input):
        return input.relu_() if self.inplace else input.relu()


class Sigmoid(Activation):
    def forward(self, input):
        return input.sigmoid()


class Tanh(Activation):
    def forward(self, input):
        return input.tanh()


class LogSigmoid(Activation):
    def forward(self, input):
        return F.logsigmoid(input)


class SiLU(Activation):
    def forward(self, input):
        return F.silu(input)


class SELU(Activation):
    def forward(self, input):
        return F.selu(input)


class GELU(Activation):
    options = {"approximate": "none"}

    def forward(self, input):
        return F.gelu(input, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class ELU(Activation):
    options = {"alpha": 1.0}

    def forward(self, input):
        return F.elu(input, self.alpha)


class LeakyReLU(Activation):
    options = {"negative_slope": 0.01}

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope)


class Softplus(Activation):
    options = {"beta": 1.0, "threshold": 20.0}

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)


class Hardtanh(Activation):
    options = {"min_val": -1.0, "max_val": 1.0}

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val)


class Softmax(Activation):
    options = {"dim": None}

    def forward(self, input):
        return F.softmax(input, self.dim)


class LogSoftmax(Activation):
    options = {"dim": None}

    def forward(self, input):
        return F.log_softmax(input, self.dim)
