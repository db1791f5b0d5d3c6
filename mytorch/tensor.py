"""Tensor: an array that knows where it came from. Every method is a line; the idea is in the module it calls."""

from __future__ import annotations

import numpy as np

from mytorch import ops
from mytorch._lessons import exported, later, not_built
from mytorch.base import TensorBase
from mytorch.dtypes import BY_NUMPY, Size, numpy_dtype
from mytorch.indexing import as_shape, raw, raw_key
from mytorch.inplace import Inplace
from mytorch.printing import tensor_repr

backward = later("engine", "backward")
is_leaf = later("graph", "is_leaf")
AccumulateGrad = later("graph", "AccumulateGrad")
detach = later("versions", "detach")
version_of = later("versions", "version_of")
register_hook = later("hooks", "register_hook")
retain_grad = later("hooks", "retain_grad")
RECORDING = exported("graph", "Function") is not None


class Tensor(Inplace, TensorBase, result_type=True):
    """An n-dimensional array of numbers of one dtype, and the node of the graph that computed it."""

    __slots__ = ()
    # NumPy hands `array * tensor` to the tensor.
    __array_ufunc__ = None
    __hash__ = object.__hash__

    # ---- what it is ------------------------------------------------------------------------------------------

    @property
    def shape(self):
        return Size(self.array.shape)

    @property
    def ndim(self):
        return self.array.ndim

    @property
    def dtype(self):
        return BY_NUMPY[self.array.dtype]

    @property
    def T(self):
        return self.permute(tuple(reversed(range(self.ndim))))

    @property
    def mT(self):
        return self.transpose(-2, -1)

    @property
    def data(self):
        """The same memory, without history, and out of autograd's sight."""
        return Tensor(self.array)

    @data.setter
    def data(self, other):
        self.array = other.array
        if self.edge is not None and self.is_leaf:
            self.edge.array, self.edge.shape = other.array, other.array.shape

    def dim(self):
        return self.array.ndim

    def size(self, dim=None):
        return self.shape if dim is None else self.array.shape[dim]

    def numel(self):
        return self.array.size

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __repr__(self):
        return tensor_repr(self)

    # ---- out of the tensor world -----------------------------------------------------------------------------

    def item(self):
        """The number in a tensor of one entry, as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar. Reduce it first, or use tolist()."
            )
        return self.array.item()

    def tolist(self):
        return self.array.tolist()

    def numpy(self):
        """The array itself: it shares memory with the tensor."""
        if self.edge is not None:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return self.array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __bool__(self):
        if self.array.size != 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous. Use .any() or .all().")
        return bool(self.array)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    __index__ = __int__

    def __format__(self, spec):
        return format(self.item() if spec and not self.array.ndim else self, spec) if spec else str(self)

    def __iter__(self):
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __contains__(self, value):
        return bool((self.array == raw(value)).any())

    # ---- autograd --------------------------------------------------------------------------------------------

    @property
    def requires_grad(self):
        return self.edge is not None

    @requires_grad.setter
    def requires_grad(self, value):
        if value and not RECORDING:
            raise not_built("graph", "Function")
        if not is_leaf(self) and not value:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
                "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if value and self.array.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, not {self.dtype}. "
                "Write 3.0 instead of 3, or give dtype=torch.float32."
            )
        if value != (self.edge is not None):
            self.edge = AccumulateGrad(self) if value else None

    def requires_grad_(self, requires_grad=True):
        self.requires_grad = requires_grad
        return self

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None and value.array.shape != self.array.shape:
            raise RuntimeError(
                f"assigned grad has data of a different size: its shape is {list(value.array.shape)}, "
                f"and that of the tensor {list(self.array.shape)}."
            )
        self._grad = value

    @property
    def grad_fn(self):
        return None if is_leaf(self) else self.edge.as_edge()[0]

    @property
    def is_leaf(self):
        return is_leaf(self)

    @property
    def retains_grad(self):
        return self.extra is not None and self.extra.retains

    @property
    def _version(self):
        return version_of(self.array).count

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add to the `.grad` of every leaf the gradient of this tensor with respect to it."""
        backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self):
        return detach(self)

    def detach_(self):
        """Forget the history of this very tensor: it becomes a leaf that does not require grad."""
        self.edge = None
        return self

    def retain_grad(self):
        retain_grad(self)

    def register_hook(self, hook):
        return register_hook(self, hook)

    # ---- arithmetic ------------------------------------------------------------------------------------------

    def __add__(self, other):
        return ops.Add.apply(self, other)

    def __radd__(self, other):
        return ops.Add.apply(other, self)

    def __sub__(self, other):
        return ops.Sub.apply(self, other)

    def __rsub__(self, other):
        return ops.Sub.apply(other, self)

    def __mul__(self, other):
        return ops.Mul.apply(self, other)

    def __rmul__(self, other):
        return ops.Mul.apply(other, self)

    def __truediv__(self, other):
        return ops.Div.apply(self, other)

    def __rtruediv__(self, other):
        return ops.Div.apply(other, self)

    def __neg__(self):
        return ops.Neg.apply(self)

    def __pow__(self, exponent):
        return ops.Pow.apply(self, exponent)

    def __matmul__(self, other):
        return ops.MatMul.apply(self, other)

    add, sub, mul, div, neg, pow, matmul = __add__, __sub__, __mul__, __truediv__, __neg__, __pow__, __matmul__

    def abs(self):
        return ops.Abs.apply(self)

    __abs__ = abs

    def exp(self):
        return ops.Exp.apply(self)

    def log(self):
        return ops.Log.apply(self)

    def sqrt(self):
        return ops.Sqrt.apply(self)

    def clamp(self, min=None, max=None):
        return ops.Clamp.apply(self, min, max)

    clip = clamp

    def where(self, condition, other):
        return ops.Where.apply(condition, self, other)

    # ---- comparisons: answers, not quantities; they have no gradient -----------------------------------------

    def __eq__(self, other):
        return Tensor(np.asarray(self.array == raw(other)))

    def __ne__(self, other):
        return Tensor(np.asarray(self.array != raw(other)))

    def __lt__(self, other):
        return Tensor(np.asarray(self.array < raw(other)))

    def __le__(self, other):
        return Tensor(np.asarray(self.array <= raw(other)))

    def __gt__(self, other):
        return Tensor(np.asarray(self.array > raw(other)))

    def __ge__(self, other):
        return Tensor(np.asarray(self.array >= raw(other)))

    def __and__(self, other):
        return Tensor(np.asarray(self.array & raw(other)))

    def __or__(self, other):
        return Tensor(np.asarray(self.array | raw(other)))

    def __invert__(self):
        return Tensor(np.asarray(~self.array))

    # ---- reductions ------------------------------------------------------------------------------------------

    def sum(self, dim=None, keepdim=False, *, axis=None, keepdims=False, dtype=None):
        """The sum over `dim`, an int or a tuple; without it over all. `axis` and `keepdims` are NumPy's names."""
        x = self if dtype is None else self.to(dtype)
        return ops.Sum.apply(x, dim if axis is None else axis, keepdim or keepdims)

    def mean(self, dim=None, keepdim=False):
        return ops.Mean.apply(self, dim, keepdim)

    def amax(self, dim=None, keepdim=False):
        return ops.Max.apply(self, dim, keepdim)

    def max(self):
        return ops.Max.apply(self, None, False)

    def argmax(self, dim=None, keepdim=False):
        return Tensor(np.asarray(np.argmax(self.array, axis=dim, keepdims=keepdim)))

    def all(self):
        return Tensor(np.asarray(self.array.all()))

    def any(self):
        return Tensor(np.asarray(self.array.any()))

    # ---- shape -----------------------------------------------------------------------------------------------

    def reshape(self, *shape):
        return ops.Reshape.apply(self, as_shape(shape))

    view = reshape

    def flatten(self):
        return self.reshape(-1)

    def transpose(self, dim0, dim1):
        return ops.Transpose.apply(self, dim0, dim1)

    swapaxes = transpose

    def t(self):
        return self.transpose(0, 1) if self.ndim > 1 else self

    def permute(self, *dims):
        return ops.Permute.apply(self, as_shape(dims))

    def expand(self, *shape):
        shape = as_shape(shape)
        added = len(shape) - self.ndim
        sizes = tuple(self.array.shape[i - added] if n == -1 else n for i, n in enumerate(shape))
        return ops.Expand.apply(self, sizes)

    def unsqueeze(self, dim):
        dim %= self.ndim + 1
        return self.reshape((*self.shape[:dim], 1, *self.shape[dim:]))

    def squeeze(self, dim=None):
        gone = range(self.ndim) if dim is None else [dim % max(self.ndim, 1)]
        return self.reshape(tuple(n for i, n in enumerate(self.shape) if n != 1 or i not in gone))

    def __getitem__(self, key):
        return ops.Index.apply(self, raw_key(key))

    # ---- activations -----------------------------------------------------------------------------------------

    def relu(self):
        return ops.ReLU.apply(self)

    def sigmoid(self):
        return ops.Sigmoid.apply(self)

    def tanh(self):
        return ops.Tanh.apply(self)

    def softmax(self, dim):
        return ops.Softmax.apply(self, dim)

    def log_softmax(self, dim):
        return ops.LogSoftmax.apply(self, dim)

    # ---- dtype and copies ------------------------------------------------------------------------------------

    def to(self, dtype):
        dtype = numpy_dtype(dtype)
        return self if dtype == self.array.dtype else ops.To.apply(self, dtype)

    def float(self):
        return self.to("float32")

    def double(self):
        return self.to("float64")

    def long(self):
        return self.to("int64")

    def clone(self):
        return ops.Clone.apply(self)
