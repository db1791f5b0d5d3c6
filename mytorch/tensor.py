"""Tensor: an array that knows where it came from. What it can do is in `mytorch.methods`; what it is, is here."""

from __future__ import annotations

from mytorch import dtypes
from mytorch._lessons import exported, later, not_built
from mytorch.base import TensorBase
from mytorch.differentiate import backward
from mytorch.dtypes import Size
from mytorch.indexing import raw
from mytorch.methods.converting import Converting
from mytorch.methods.inplace import Inplace
from mytorch.methods.operators import Operators
from mytorch.methods.pointwise import Pointwise
from mytorch.methods.products import Products
from mytorch.methods.reducing import Reducing
from mytorch.methods.selecting import Selecting
from mytorch.methods.shape import Shaping
from mytorch.printing import tensor_repr
from mytorch.views import base_of

is_leaf = later("graph", "is_leaf")
AccumulateGrad = later("graph", "AccumulateGrad")
detach = later("versions", "detach")
version_of = later("versions", "version_of")
register_hook = later("hooks", "register_hook")
retain_grad = later("hooks", "retain_grad")
mode = later("grad_mode", "mode")
RECORDING = exported("graph", "Function") is not None


class Tensor(
    Operators, Pointwise, Reducing, Products, Shaping, Selecting, Converting, Inplace, TensorBase, result_type=True
):
    """An n-dimensional array of numbers of one dtype, and the node of the graph that computed it."""

    __slots__ = ()
    # NumPy hands `array * tensor` to the tensor.
    __array_ufunc__ = None

    # ---- what it is ------------------------------------------------------------------------------------------

    @property
    def shape(self):
        return Size(self.array.shape)

    @property
    def ndim(self):
        return self.array.ndim

    @property
    def dtype(self):
        return dtypes.of_array(self.array)

    @property
    def device(self):
        return dtypes.CPU

    is_cuda = False

    @property
    def data(self):
        """The same memory, without history, and out of autograd's sight: writes to it are not noticed."""
        result = Tensor(self.array)
        result.extras().unseen = True
        return result

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

    nelement = numel

    def element_size(self):
        return self.array.itemsize

    @property
    def nbytes(self):
        return self.array.nbytes

    def data_ptr(self):
        return self.array.ctypes.data

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __contains__(self, value):
        return bool((self.array == raw(value)).any())

    def __repr__(self, *, tensor_contents=None):
        return tensor_repr(self)

    # ---- autograd --------------------------------------------------------------------------------------------

    @property
    def requires_grad(self):
        return self.edge is not None

    @requires_grad.setter
    def requires_grad(self, value):
        if value and not RECORDING:
            raise not_built("graph", "Function")
        if self.edge is not None and not is_leaf(self) and not value:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if value and self.array.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point and complex dtype can require gradients, not {self.dtype}. "
                "Write 3.0 instead of 3, or give dtype=torch.float32."
            )
        if value and self.is_inference() and not mode.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed. "
                "Use a clone() of it."
            )
        if value != (self.edge is not None):
            self.edge = AccumulateGrad(self) if value else None

    def requires_grad_(self, requires_grad=True):
        if requires_grad and self.array.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, not {self.dtype}. "
                "Write 3.0 instead of 3, or give dtype=torch.float32."
            )
        self.requires_grad = requires_grad
        return self

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            if not isinstance(value, TensorBase):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value.array.shape != self.array.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.array.shape)}' to a tensor of size "
                    f"'{list(self.array.shape)}'. Please ensure that the gradient and the tensor are the same size"
                )
            if value.array.dtype != self.array.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{value.dtype}' to a tensor with dtype "
                    f"'{self.dtype}'. Please ensure that the gradient and the tensor have the same dtype"
                )
        self._grad = value

    @grad.deleter
    def grad(self):
        self._grad = None

    @property
    def grad_fn(self):
        return None if self.edge is None or is_leaf(self) else self.edge.as_edge()[0]

    @property
    def is_leaf(self):
        return is_leaf(self)

    @property
    def retains_grad(self):
        return self.extra is not None and self.extra.retains

    @property
    def output_nr(self):
        """Which of its op's results this is."""
        return 0 if self.grad_fn is None else self.edge.as_edge()[1]

    @property
    def _version(self):
        if self.is_inference():
            raise RuntimeError("Inference tensors do not track version counter.")
        return 0 if self.extra and self.extra.unseen else version_of(self.array).count

    @property
    def _base(self):
        """The tensor whose memory a view looks into; None for a tensor that is no view."""
        return base_of(self)

    def _is_view(self):
        return base_of(self) is not None

    def is_inference(self):
        """Was it made in inference mode? Then it can never take part in a recorded computation."""
        return self.extra is not None and self.extra.inference

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add to the `.grad` of every leaf the gradient of this tensor with respect to it."""
        backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self):
        return detach(self)

    def detach_(self):
        """Forget the history of this very tensor: it becomes a leaf that does not require grad."""
        if base_of(self) is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
                "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
                "detach_() cannot be called on these gradients. To fix this error, please refer to the "
                "Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution."
            )
        self.edge = None
        return self

    def retain_grad(self):
        retain_grad(self)

    def register_hook(self, hook):
        return register_hook(self, hook)

    # ---- copies of leaves ------------------------------------------------------------------------------------

    def __deepcopy__(self, memo):
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment. Copy a detach() of it."
            )
        if id(self) not in memo:
            copy = memo[id(self)] = rebuilt(type(self), self.array.copy(), self.requires_grad)
            if self._grad is not None:
                copy._grad = self._grad.__deepcopy__(memo)
        return memo[id(self)]

    def __reduce__(self):
        return rebuilt, (type(self), self.array, self.requires_grad)


def rebuilt(kind, array, requires_grad):
    """What a pickled tensor comes back as: the numbers, and whether they want a gradient. Its history stays behind."""
    result = TensorBase.__new__(kind)
    TensorBase.__init__(result, array)
    result.requires_grad = requires_grad
    return result
