"""Where mytorch is not PyTorch, as data: a program that gives different results, and why.

Each function is run on both engines; its docstring is the reason. The page "your engine and PyTorch" shows them.
"""

from __future__ import annotations


def enable_grad_in_inference_mode(torch):
    """PyTorch's inference mode takes the recording layer off, so that nothing inside can put it back. Here inference
    mode sets two switches, and `enable_grad` turns one of them on again."""
    x = torch.ones(2, requires_grad=True)
    with torch.inference_mode(), torch.enable_grad():
        y = x * 2
    return y.requires_grad, y.is_inference()


def view_of_a_leaf_in_inference_mode(torch):
    """PyTorch hands on `requires_grad` to a view made in inference mode, though it does not record it. Here what is not
    recorded does not require a gradient."""
    x = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        return x.view(2, 1).requires_grad


def leaf_that_nobody_holds(torch):
    """PyTorch's AccumulateGrad holds its leaf, so the gradient is kept with it. Here the leaf holds the node and the
    node the leaf weakly: no cycle, and a leaf that is gone keeps no gradient. Hold what you want to read."""

    def forward():
        return torch.ones(2, requires_grad=True) * 2

    y = forward()
    y.sum().backward()
    return y.grad_fn.next_functions[0][0].variable.grad


def differentiate_once_differentiable_twice(torch):
    """In PyTorch the gradient that a marked rule returns refuses a second derivative only if the gradient that came in
    could have one; else it is a constant, and says nothing. Here it always refuses, by name."""

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, grad):
            return grad * 2

    x = torch.ones(2, requires_grad=True)
    (gradient,) = torch.autograd.grad(Double.apply(x).sum(), x, create_graph=True)
    return gradient.requires_grad


def names_of_composed_functions(torch):
    """A loss is one C++ function in PyTorch, with a node of its own. Here it is made of ops that you have built, and
    the node is that of the last one."""
    x = torch.ones(2, 3, requires_grad=True)
    F = torch.nn.functional
    results = F.mse_loss(x, torch.ones(2, 3)), F.cross_entropy(x, torch.tensor([0, 1])), torch.nn.LayerNorm(3)(x)
    return [result.grad_fn.name() for result in results]


def node_of_a_written_view(torch):
    """After a write into a view PyTorch computes the view anew from sizes and strides, for it may not know how it was
    made. Here a view always knows, and is made again by the same op."""
    base = torch.ones(4, requires_grad=True) * 1
    view = base[:2]
    view.mul_(3)
    return view.grad_fn.name()


def saved_values_by_name(torch):
    """PyTorch's nodes are generated, one class an op, and show each saved value under its own name. Here every node has
    `saved_tensors`, as a Function of your own has."""
    x = torch.tensor(3.0, requires_grad=True)
    return [name for name in ("_saved_self", "_saved_other", "saved_tensors") if hasattr((x * x).grad_fn, name)]


def hooks_on_nodes(torch):
    """PyTorch has hooks on tensors, on nodes, and behind the accumulation. Here there are those on tensors, which are
    the ones that change a gradient."""
    x = torch.ones(2, requires_grad=True)
    return hasattr((x * 2).grad_fn, "register_hook"), hasattr(x, "register_post_accumulate_grad_hook")


def layout_of_a_gradient(torch):
    """PyTorch gives `.grad` the strides of its leaf. Here a gradient keeps the layout in which it was computed: the
    numbers are the same, and a copy is saved."""
    x = torch.ones(2, 3, requires_grad=True)
    (x.t() * 2).sum().backward()
    return x.grad.stride()


def class_as_a_constructor(torch):
    """`torch.Tensor(data)` is older than `torch.tensor(data)`, and always makes float32. Here the class takes the array
    that it is to hold, for every result is made through it; use `torch.tensor`."""
    return torch.Tensor([1, 2]).tolist()


def linear_algebra(torch):
    """`mytorch/linalg.py` is the module that you write in lesson 3. The norm is there as `x.norm()`."""
    return hasattr(torch.linalg, "norm")


def random_numbers(torch):
    """Both draw the same kind of numbers, from different generators: here from NumPy's. Equal seeds give equal runs,
    but not PyTorch's numbers."""
    torch.manual_seed(0)
    return torch.rand(1).item()


def other_numbers(torch):
    """NumPy has no bfloat16. Complex numbers and sparse tensors are left out: they teach nothing about autograd that
    real, dense ones do not."""
    return hasattr(torch, "bfloat16"), hasattr(torch, "complex64"), hasattr(torch.ones(2, 2), "to_sparse")


def result_in_a_given_tensor(torch):
    """`out=` saves an allocation, and cannot be differentiated. Here no function has it; `copy_` does the same."""
    return torch.add(torch.ones(2), 1, out=torch.empty(2))


def transformations_and_compilers(torch):
    """`torch.func`, `vmap` and `torch.compile` stand on machinery beside autograd. `torch.autograd.functional` is
    here."""
    return hasattr(torch, "func"), hasattr(torch, "vmap"), hasattr(torch, "compile")


def layers(torch):
    """The course is about autograd, so there are the layers that its examples need. A new one is a Module of yours."""
    return [name for name in ("Linear", "LayerNorm", "Embedding", "Conv2d", "LSTM") if hasattr(torch.nn, name)]


DIFFERENCES = [
    program
    for name, program in list(globals().items())
    if getattr(program, "__code__", None) and program.__code__.co_varnames[:1] == ("torch",)
]
