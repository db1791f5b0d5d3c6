"""Mistakes that people make, as data: what they write, and what goes wrong.

    Mistake(title, program)        program(torch) raises on both engines: the same type of error, the same first words

The sources are read by the docs, which show what both engines say, side by side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    title: str
    program: object
    #: How many of the first words must be the same; fewer where PyTorch's sentence goes on to name its own parts.
    words: int = 8


def backward_from_many_entries(torch):
    x = torch.ones(3, requires_grad=True)
    (x * 2).backward()


def backward_without_a_graph(torch):
    x = torch.ones(3)
    (x * 2).sum().backward()


def backward_after_no_grad(torch):
    x = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        loss = (x * 2).sum()
    loss.backward()


def backward_after_detach(torch):
    x = torch.ones(3, requires_grad=True)
    (x * 2).detach().sum().backward()


def backward_through_item(torch):
    x = torch.ones(3, requires_grad=True)
    torch.tensor((x * 2).sum().item()).backward()


def backward_twice(torch):
    x = torch.ones(3, requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    loss.backward()


def backward_through_a_shared_part(torch):
    x = torch.ones(3, requires_grad=True)
    hidden = x.exp()
    hidden.sum().backward()
    (hidden * 2).sum().backward()


def gradient_of_another_shape(torch):
    x = torch.ones(3, requires_grad=True)
    (x * 2).backward(torch.ones(4))


def int_requires_grad(torch):
    torch.tensor([1, 2, 3], requires_grad=True)


def int_requires_grad_later(torch):
    torch.arange(3).requires_grad_()


def update_of_a_leaf(torch):
    w = torch.ones(3, requires_grad=True)
    w -= 0.1


def write_into_a_leaf(torch):
    w = torch.ones(3, requires_grad=True)
    w[0] = 5.0


def write_into_a_view_of_a_leaf(torch):
    w = torch.ones(2, 2, requires_grad=True)
    w.view(-1).mul_(2)


def needed_value_overwritten(torch):
    x = torch.ones(3, requires_grad=True)
    h = x * 2
    y = h * h
    h += 1
    y.sum().backward()


def needed_result_overwritten(torch):
    x = torch.ones(3, requires_grad=True)
    y = x.sigmoid()
    y *= 2
    y.sum().backward()


def parameter_updated_before_backward(torch):
    w = torch.ones(3, requires_grad=True)
    loss = (w * w).sum()
    with torch.no_grad():
        w -= 0.1
    loss.backward()


def write_into_an_unbound_view(torch):
    x = torch.ones(3, requires_grad=True) * 2
    x.unbind()[0].add_(1)


def numpy_of_a_graph_tensor(torch):
    x = torch.ones(3, requires_grad=True)
    x.numpy()


def truth_of_many(torch):
    if torch.ones(3) > 0:
        pass


def item_of_many(torch):
    torch.ones(3).item()


def shapes_that_do_not_broadcast(torch):
    torch.ones(2, 3) + torch.ones(2)


def comparison_of_other_shapes(torch):
    return torch.ones(2, 3) == torch.ones(4)


def matrices_that_do_not_fit(torch):
    torch.ones(2, 3) @ torch.ones(2, 3)


def matmul_with_a_number(torch):
    torch.ones(2, 3) @ torch.tensor(2.0)


def dot_of_matrices(torch):
    torch.dot(torch.ones(2, 2), torch.ones(2, 2))


def reshape_to_another_size(torch):
    torch.ones(2, 3).reshape(4)


def two_unknown_sizes(torch):
    torch.ones(2, 3).reshape(-1, -1)


def view_of_a_transposed_tensor(torch):
    torch.ones(2, 3).t().view(-1)


def dim_that_is_not_there(torch):
    torch.ones(2, 3).sum(2)


def dim_named_twice(torch):
    torch.ones(2, 3).sum((0, 0))


def index_that_is_not_there(torch):
    torch.ones(2, 3)[5]


def too_many_indices(torch):
    torch.ones(3)[0, 1]


def mask_of_another_shape(torch):
    torch.ones(2, 3)[torch.ones(3, dtype=torch.bool)]


def expand_of_a_size(torch):
    torch.ones(3).expand(2, 4)


def cat_of_other_sizes(torch):
    torch.cat([torch.ones(2, 3), torch.ones(2, 4)])


def stack_of_other_shapes(torch):
    torch.stack([torch.ones(3), torch.ones(4)])


def mean_of_ints(torch):
    torch.tensor([1, 2]).mean()


def ragged_lists(torch):
    torch.tensor([[1, 2], [3]])


def text_in_a_tensor(torch):
    torch.ones(3) + "1"


def subtraction_of_bools(torch):
    torch.tensor([True]) - torch.tensor([False])


def in_place_to_another_shape(torch):
    torch.ones(3).add_(torch.ones(2, 3))


def float_into_ints(torch):
    counts = torch.zeros(3, dtype=torch.int64)
    counts += 0.5


def iterate_a_number(torch):
    for _ in torch.tensor(3.0):
        pass


def length_of_a_number(torch):
    len(torch.tensor(3.0))


def grad_of_what_was_not_used(torch):
    x, w = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    torch.autograd.grad((x * 2).sum(), w)


def grad_of_a_plain_tensor(torch):
    x, w = torch.ones(3, requires_grad=True), torch.ones(3)
    torch.autograd.grad((x * w).sum(), w)


def grad_of_another_shape_assigned(torch):
    x = torch.ones(3, requires_grad=True)
    x.grad = torch.ones(4)


def requires_grad_taken_from_a_result(torch):
    x = torch.ones(3, requires_grad=True)
    (x * 2).requires_grad = False


def retain_grad_without_a_graph(torch):
    torch.ones(3).retain_grad()


def hook_without_a_graph(torch):
    torch.ones(3).register_hook(print)


def deepcopy_of_a_result(torch):
    import copy

    x = torch.ones(3, requires_grad=True)
    copy.deepcopy(x * 2)


def inference_tensor_in_training(torch):
    with torch.inference_mode():
        features = torch.ones(3) * 2
    w = torch.ones(3, requires_grad=True)
    (w * features).sum().backward()


def inference_tensor_written_to(torch):
    with torch.inference_mode():
        features = torch.ones(3) * 2
    features.add_(1)


def _function(torch, result):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, n):
            return x * n

        @staticmethod
        def backward(ctx, grad):
            return result(grad)

    return Double


def backward_returns_too_few(torch):
    _function(torch, lambda g: g * 2).apply(torch.ones(3, requires_grad=True), 2).sum().backward()


def backward_returns_another_shape(torch):
    _function(torch, lambda g: (torch.ones(4), None)).apply(torch.ones(3, requires_grad=True), 2).sum().backward()


def backward_returns_no_tensor(torch):
    _function(torch, lambda g: (2.0, None)).apply(torch.ones(3, requires_grad=True), 2).sum().backward()


def save_what_is_no_tensor(torch):
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, n):
            ctx.save_for_backward(x, n)
            return x * n

    Scale.apply(torch.ones(3, requires_grad=True), 2.0)


def nan_in_the_backward_pass(torch):
    x = torch.zeros(3, requires_grad=True)
    with torch.autograd.detect_anomaly():
        (x.sqrt() * 0).sum().backward()


def wrong_number_of_features(torch):
    torch.nn.Linear(3, 2)(torch.ones(5, 4))


def class_that_is_not_there(torch):
    torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3]))


def module_without_forward(torch):
    class Net(torch.nn.Module):
        pass

    Net()(torch.ones(3))


def layer_before_init(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            self.layer = torch.nn.Linear(3, 2)

    Net()


def nothing_to_optimize(torch):
    torch.optim.SGD([], lr=0.1)


def optimize_a_result(torch):
    w = torch.ones(3, requires_grad=True) * 2
    torch.optim.SGD([w], lr=0.1)


def state_of_another_net(torch):
    torch.nn.Linear(3, 2).load_state_dict(torch.nn.Linear(3, 4).state_dict())


FEWER_WORDS = {"mean_of_ints": 6, "text_in_a_tensor": 3, "ragged_lists": 6, "gradient_of_another_shape": 3}
MISTAKES = [
    Mistake(name.replace("_", " "), program, FEWER_WORDS.get(name, 8))
    for name, program in list(globals().items())
    if not name.startswith("_")
    and getattr(program, "__code__", None)
    and program.__code__.co_varnames[:1] == ("torch",)
]
