"""PyTorch's torch.nn: networks as modules that hold parameters."""

from mytorch.nn import functional, init, utils
from mytorch.nn.activation import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from mytorch.nn.container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from mytorch.nn.layers import Dropout, Embedding, Flatten, Identity, LayerNorm, Linear, Unflatten
from mytorch.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from mytorch.nn.module import Module
from mytorch.nn.parameter import Buffer, Parameter
