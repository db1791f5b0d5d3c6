"""mytorch: an autograd engine on NumPy, with PyTorch's names and PyTorch's meanings. You build it, lesson by lesson.

`import mytorch as torch`, and ordinary PyTorch autograd code runs.
"""

from mytorch import autograd, nn
from mytorch._lessons import NotBuilt, later
from mytorch.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from mytorch.dtypes import (
    Size,
    bool,
    double,
    dtype,
    float,
    float16,
    float32,
    float64,
    half,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    short,
    uint8,
)
from mytorch.functions import *  # noqa: F403
from mytorch.random import manual_seed, rand, rand_like, randint, randn, randn_like, randperm
from mytorch.tensor import Tensor

enable_grad = later("grad_mode", "enable_grad")
inference_mode = later("grad_mode", "inference_mode")
is_grad_enabled = later("grad_mode", "is_grad_enabled")
is_inference_mode_enabled = later("grad_mode", "is_inference_mode_enabled")
no_grad = later("grad_mode", "no_grad")
set_grad_enabled = later("grad_mode", "set_grad_enabled")
