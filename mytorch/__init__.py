"""mytorch: an autograd engine on NumPy, with PyTorch's names and PyTorch's meanings. You build it, lesson by lesson.

`import mytorch as torch`, and ordinary PyTorch autograd code runs.
"""

from importlib import import_module as _import_module
from math import e, inf, nan, pi

from mytorch._lessons import NotBuilt, later
from mytorch.creation import (
    arange,
    as_tensor,
    asarray,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    logspace,
    ones,
    ones_like,
    scalar_tensor,
    tensor,
    tril_indices,
    triu_indices,
    zeros,
    zeros_like,
)
from mytorch.dtypes import (
    Size,
    bool,
    device,
    double,
    dtype,
    finfo,
    float,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    set_default_dtype,
    short,
    uint8,
)
from mytorch.functions import *  # noqa: F403
from mytorch.printing import set_printoptions
from mytorch.random import (
    Generator,
    bernoulli,
    get_rng_state,
    manual_seed,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    seed,
    set_rng_state,
)
from mytorch.tensor import Tensor

enable_grad = later("grad_mode", "enable_grad")
inference_mode = later("grad_mode", "inference_mode")
is_grad_enabled = later("grad_mode", "is_grad_enabled")
is_inference_mode_enabled = later("grad_mode", "is_inference_mode_enabled")
no_grad = later("grad_mode", "no_grad")
set_grad_enabled = later("grad_mode", "set_grad_enabled")

#: Parts of the package that are imported when first named, so that `import mytorch` stays fast.
_LAZY = {"autograd", "cuda", "nn", "optim", "return_types", "serialization", "utils"}


def __getattr__(name):
    if name in _LAZY:
        return _import_module(f"mytorch.{name}")
    if name in ("save", "load"):
        return getattr(_import_module("mytorch.serialization"), name)
    raise AttributeError(f"module 'mytorch' has no attribute {name!r}")
