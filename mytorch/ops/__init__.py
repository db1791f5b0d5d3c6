"""Every op that tensors know, by name. Those of the lessons come from their modules; the rest are in this folder.

All are written in one way: a Function with a static forward and backward. A file of this folder is read when one of its
ops is first used, so `import mytorch` stays fast.
"""

from importlib import import_module

from mytorch._lessons import later_op

Add = later_op("arithmetic", "Add")
Sub = later_op("arithmetic", "Sub")
Mul = later_op("arithmetic", "Mul")
Div = later_op("arithmetic", "Div")
Neg = later_op("arithmetic", "Neg")
Pow = later_op("arithmetic", "Pow")
Exp = later_op("arithmetic", "Exp")
Log = later_op("arithmetic", "Log")
Sqrt = later_op("arithmetic", "Sqrt")
Where = later_op("arithmetic", "Where")
Clamp = later_op("arithmetic", "Clamp")
Sum = later_op("reductions", "Sum")
Mean = later_op("reductions", "Mean")
Max = later_op("reductions", "Max")
MatMul = later_op("linalg", "MatMul")
Reshape = later_op("shaping", "Reshape")
Transpose = later_op("shaping", "Transpose")
Permute = later_op("shaping", "Permute")
Expand = later_op("shaping", "Expand")
Index = later_op("shaping", "Index")
Cat = later_op("shaping", "Cat")
Stack = later_op("shaping", "Stack")
ReLU = later_op("activations", "ReLU")
Sigmoid = later_op("activations", "Sigmoid")
Tanh = later_op("activations", "Tanh")
Softmax = later_op("activations", "Softmax")
LogSoftmax = later_op("activations", "LogSoftmax")
GELU = later_op("activations", "GELU")
Erf = later_op("activations", "Erf")

FILES = {
    "converting": "Clone To",
    "pointwise": "Abs Acos Asin Atan Cos Cosh Expm1 Log10 Log1p Log2 Reciprocal Rsqrt Sin Sinh Tan",
    "stepwise": "Ceil Floor Frac NanToNum Round Sign Trunc",
    "pairwise": "Atan2 Maximum Minimum PowBase PowTensor Remainder Rsub",
    "bends": "ELU GELUTanh Hardtanh LeakyReLU LogSigmoid SiLU Softplus",
    "reducing": "Amax Amin LogSumExp Min Norm Prod Std Var",
    "scanning": "Cumsum Flip Roll",
    "selecting": "Diagonal Embedding Gather IndexSelect Kthvalue MaskedSelect MaxDim Median MedianDim MinDim Select "
    "Slice Sort Split SplitWithSizes Take Topk Unbind Unfold",
    "viewing": "SqueezeAll SqueezeDim T Unsqueeze",
    "arranging": "DiagEmbed Repeat Tril Triu",
    "products": "Bmm Einsum Linear",
    "writing": "CopySlices Fill MaskedFill Replace SetIndex Zero",
}
FILE_OF = {op: file for file, ops in FILES.items() for op in ops.split()}


def __getattr__(name):
    if name not in FILE_OF:
        raise AttributeError(f"module 'mytorch.ops' has no op {name!r}")
    op = getattr(import_module(f"mytorch.ops.{FILE_OF[name]}"), name)
    globals()[name] = op
    return op
