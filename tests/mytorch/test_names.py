"""The engine's public names are PyTorch's: none is invented, and those that tutorials use are there."""

from __future__ import annotations

from types import ModuleType

import pytest

pytestmark = pytest.mark.torch

#: The package's own: what a lesson has not built yet, and the modules that the lessons and the shell are made of.
OWN = {"NotBuilt", "later"}

PROMISED = """
    tensor zeros ones full eye arange linspace zeros_like ones_like rand randn randint randperm manual_seed
    from_numpy as_tensor sum mean var std max min argmax argmin prod cumsum norm logsumexp median topk sort
    argsort unique exp log sqrt abs sin cos tan tanh sigmoid relu pow clamp where maximum minimum sign floor
    ceil round log1p expm1 log2 log10 rsqrt reciprocal square erf atan2 lerp masked_fill isnan isfinite isinf
    all any allclose equal eq ne lt le gt ge matmul mm mv bmm dot outer einsum addmm reshape transpose permute
    squeeze unsqueeze flatten movedim broadcast_to tile cat stack hstack vstack split chunk unbind gather
    index_select take_along_dim masked_select narrow select flip roll tril triu diag trace repeat_interleave
    meshgrid softmax log_softmax bincount nonzero no_grad enable_grad set_grad_enabled inference_mode
    is_grad_enabled get_default_dtype set_default_dtype finfo iinfo set_printoptions save load device Size
    Tensor
"""

METHODS = """
    item tolist numpy detach detach_ clone backward requires_grad_ retain_grad register_hook to float double
    long int bool type_as view view_as expand expand_as repeat contiguous is_contiguous size dim numel unfold
    is_inference element_size add_ sub_ mul_ div_ pow_ zero_ fill_ copy_ exp_ log_ sqrt_ relu_ sigmoid_ tanh_
    clamp_ masked_fill_ normal_ uniform_ neg_
"""


def public(module):
    return {name for name in dir(module) if not name.startswith("_") and name not in OWN}


def test_no_name_is_invented(mt, pt):
    ours = {name for name in public(mt) if not isinstance(getattr(mt, name), ModuleType)}
    assert ours <= set(dir(pt)), sorted(ours - set(dir(pt)))


@pytest.mark.parametrize(
    "part", ["nn", "nn.functional", "nn.init", "nn.utils", "optim", "optim.lr_scheduler", "autograd", "utils.data"]
)
def test_no_name_is_invented_in_parts(part, mt, pt):
    ours, theirs = mt, pt
    for name in part.split("."):
        ours, theirs = getattr(ours, name), getattr(theirs, name)
    exported = {
        name
        for name in public(ours)
        if getattr(getattr(ours, name), "__module__", "") == ours.__name__ and name[0].isupper()
    }
    assert exported <= set(dir(theirs)), sorted(exported - set(dir(theirs)))


def test_no_method_is_invented(mt, pt):
    own = {"array", "edge", "extra", "extras", "result_type"}
    ours = {name for name in dir(mt.Tensor) if not name.startswith("_")} - own
    assert ours <= set(dir(pt.Tensor)), sorted(ours - set(dir(pt.Tensor)))


def test_promised_names_are_there(mt, pt):
    assert [name for name in PROMISED.split() if not hasattr(mt, name)] == []
    assert [name for name in METHODS.split() if not hasattr(mt.Tensor, name)] == []
    assert [name for name in PROMISED.split() if not hasattr(pt, name)] == []
