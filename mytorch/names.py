"""What a node calls itself: PyTorch's name for the same step, as `grad_fn` shows it.

Most names are the op's own, with "Backward0" after it. PyTorch spells some differently, and numbers the variants of
one op: summing over all is SumBackward0, over a dim SumBackward1.
"""

from __future__ import annotations

from mytorch.indexing import is_advanced

SPELLING = {
    "ReLU": "Relu", "GELU": "Gelu", "GELUTanh": "Gelu", "LeakyReLU": "LeakyRelu", "ELU": "Elu", "SiLU": "Silu",
    "LogSumExp": "Logsumexp", "Log1p": "Log1P", "Norm": "LinalgVectorNorm", "To": "ToCopy", "Repeat": "Repeat",
    "MaxDim": "Max", "MinDim": "Min",
}  # fmt: skip

NAMES = {
    "Max": "MaxBackward1",
    "Min": "MinBackward1",
    "MedianDim": "MedianBackward1",
    "Clamp": "ClampBackward1",
    "Rsub": "RsubBackward1",
    "PowTensor": "PowBackward1",
    "PowBase": "PowBackward2",
    "SqueezeAll": "SqueezeBackward0",
    "SqueezeDim": "SqueezeBackward1",
    "Fill": "FillBackward2",
    "Replace": "torch::autograd::CopyBackwards",
    "CopySlices": "torch::autograd::CopySlices",
    "IndexAdd": "IndexPutBackward0",
}


def backward_name(node):
    """The name of an op's node. Variants are told apart by what `forward` left in the node."""
    op = type(node).__name__
    if op in VARIANTS:
        try:
            return VARIANTS[op](node)
        except AttributeError:
            pass
    return NAMES.get(op) or f"{SPELLING.get(op, op)}Backward0"


def over_a_dim(node):
    return f"{type(node).__name__}Backward{int(node.dim is not None)}"


def product(node):
    """Of matrices, of a matrix and a vector, of vectors, of batches."""
    ndim = len(node.shape)
    if ndim == 1:
        left, right = node.next
        row = len(left.shape) == 1 if left is not None else len(right.shape) == 2
        return "SqueezeBackward4" if row else "MvBackward0"
    return {0: "DotBackward0", 2: "MmBackward0"}.get(ndim, "UnsafeViewBackward0")


def linear(node):
    if len(node.shape) == 2:
        return "AddmmBackward0" if node.has_bias else "MmBackward0"
    return "ViewBackward0" if node.has_bias or len(node.shape) == 1 else "UnsafeViewBackward0"


def index(node):
    """PyTorch takes a key apart; the name is that of its last part."""
    if is_advanced(node.key):
        return "IndexBackward0"
    for part in reversed(node.key if isinstance(node.key, tuple) else (node.key,)):
        if part is None:
            return "UnsqueezeBackward0"
        if isinstance(part, slice):
            return "SliceBackward0"
        if part is not Ellipsis:
            return "SelectBackward0"
    return "AliasBackward0"


def reshape(node):
    return "ViewBackward0" if getattr(node, "is_view", True) else "UnsafeViewBackward0"


VARIANTS = {
    "SetIndex": lambda node: "IndexPutBackward0" if is_advanced(node.key) else "torch::autograd::CopySlices",
    "Round": lambda node: f"RoundBackward{int(node.decimals != 0)}",
    "MaskedFill": lambda node: f"MaskedFillBackward{int(node.next[2] is not None)}",
    "Sum": over_a_dim, "Mean": over_a_dim, "Prod": over_a_dim,
    "MatMul": product, "Linear": linear, "Index": index, "Reshape": reshape,
}  # fmt: skip
