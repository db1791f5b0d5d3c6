"""Leaves, graphs, walks and hooks: programs that both engines run. Each returns what it saw."""

from __future__ import annotations

from programs import error


def leaf_rules(torch):
    a = torch.tensor([1.0, 2.0], requires_grad=True)
    b = torch.tensor([3.0, 4.0])
    c = a * b
    d = b * 2
    return [
        (x.is_leaf, x.requires_grad, x.grad_fn is None, x.grad is None, x.retains_grad)
        for x in (a, b, c, d, a.detach())
    ]


def requires_grad_spreads(torch):
    a, b = torch.ones(2, requires_grad=True), torch.ones(2)
    return [t.requires_grad for t in (a + b, b + b, (a > 0), a.argmax(), a.detach() + b, a.long(), a.sum(), a[0])]


def gradients_accumulate(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    first = x.grad.clone()
    same_object = x.grad
    (x * 3).sum().backward()
    return first, x.grad, same_object is x.grad


def an_input_used_twice(torch):
    x = torch.tensor(3.0, requires_grad=True)
    y = x * (x + 1) * x.exp()
    y.backward()
    return x.grad


def diamonds(torch):
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(30):
        y = y + y * 0.5
    y.backward()
    return x.grad


def backward_with_a_gradient(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * x
    y.backward(torch.tensor([1.0, 0.1, 0.01]))
    return x.grad


def backward_with_inputs(torch):
    x, w = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
    y = x * w
    y.sum().backward(inputs=[w])
    return x.grad, w.grad


def backward_of_several(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, z = x.exp().sum(), (x * x).sum()
    torch.autograd.backward([y, z])
    return x.grad


def backward_of_several_with_gradients(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    torch.autograd.backward([x * 2, x * x], [torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])])
    return x.grad


def retained_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    return x.grad, error(lambda: y.backward())


def a_graph_without_saved_values_can_be_walked_again(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad


def what_is_freed(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    shared = x.exp()
    (shared * 2).sum().backward()
    return error(lambda: (shared * 3).sum().backward()), x.grad


def retained_grads(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, x.grad, y.retains_grad, y.is_leaf


def retained_grad_twice(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    z = (y * y).sum()
    z.backward(retain_graph=True)
    z.backward()
    return y.grad, x.grad


def hooks_replace_in_order(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    seen = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.sum().backward()
    return seen, x.grad


def hooks_on_leaves(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    handle = x.register_hook(lambda g: g * 10)
    (x * x).sum().backward()
    first = x.grad.clone()
    handle.remove()
    x.grad = None
    (x * x).sum().backward()
    return first, x.grad


def a_hook_sees_the_whole_gradient_once(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2 + x * 3 + x).sum().backward()
    return seen


def hook_then_retain(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 5)
    y.sum().backward()
    return y.grad, x.grad


def hook_as_a_block(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with x.register_hook(lambda g: g * 2):
        x.sum().backward()
    x.sum().backward()
    return x.grad


def grad_of_one(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad((x**3).sum(), x)
    return g, x.grad


def grad_of_several(torch):
    x, w = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
    y, z = x * w, x + w
    return torch.autograd.grad([y, z], [x, w], [torch.ones(2), torch.tensor([0.5, 2.0])])


def grad_of_an_intermediate(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    z = (y * 3).sum()
    return torch.autograd.grad(z, [y, x])


def grad_unused(torch):
    x, w = torch.tensor([1.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    y = x * 2
    found = torch.autograd.grad(y, [x, w], allow_unused=True, retain_graph=True)
    zeros = torch.autograd.grad(y, [x, w], materialize_grads=True, retain_graph=True)
    return found, zeros, error(lambda: torch.autograd.grad(y, [x, w]))


def higher_derivatives(torch):
    x = torch.tensor(2.0, requires_grad=True)
    y = x**5
    found = []
    for _ in range(5):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        found.append(y.item())
    return found


def higher_derivatives_of_numbers(torch):
    found = []
    for f in (torch.exp, torch.sin, torch.tanh, torch.sigmoid, torch.sqrt, torch.log):
        x = torch.tensor(0.7, requires_grad=True, dtype=torch.float64)
        y = f(x)
        for _ in range(3):
            (y,) = torch.autograd.grad(y, x, create_graph=True)
        found.append(round(y.item(), 9))
    return found


def create_graph_backward(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    recorded = x.grad.requires_grad
    g = x.grad
    x.grad = None
    g.sum().backward()
    return recorded, x.grad


def gradient_penalty(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    w = torch.tensor([0.5, -0.5], requires_grad=True)
    (g,) = torch.autograd.grad((x @ w).tanh().sum(), x, create_graph=True)
    (g * g).sum().backward()
    return w.grad, x.grad


def grad_does_not_record_by_default(torch):
    x = torch.tensor([2.0], requires_grad=True)
    (g,) = torch.autograd.grad(x**3, x)
    return g.requires_grad, g.is_leaf


def grad_can_be_assigned(torch):
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    x.grad = torch.ones(2)
    (x * x).sum().backward()
    first = x.grad.clone()
    x.grad = None
    return first, x.grad is None


def unused_leaf_has_no_grad(torch):
    x, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    return x.grad, w.grad


def the_graph_by_name(torch):
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    y = ((x * 2).exp() + x).sum()
    names = []
    todo = [y.grad_fn]
    while todo:
        node = todo.pop(0)
        names.append(node.name().rsplit("::")[-1])
        todo += [n for n, _ in node.next_functions if n is not None]
    return names, y.grad_fn.next_functions[0][0].next_functions[1][0].variable is x


def a_deep_chain(torch):
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20000):
        y = y + 0.0001
    y.backward()
    return x.grad


def detached(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y.detach()
    (y * z).sum().backward()
    return z.requires_grad, z.is_leaf, x.grad, z.data_ptr() == y.data_ptr()


def detached_in_place(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y.detach_()
    return z is y, y.requires_grad, y.is_leaf, y.grad_fn is None


def requires_grad_in_place(torch):
    x = torch.ones(2)
    y = x.requires_grad_()
    (y * 2).sum().backward()
    x.requires_grad_(False)
    return y is x, x.grad, x.requires_grad, error(lambda: torch.ones(2, dtype=torch.int64).requires_grad_())


def ints_have_no_gradients(torch):
    return (
        error(lambda: torch.tensor([1, 2], requires_grad=True)),
        error(lambda: torch.tensor([True], requires_grad=True)),
        error(lambda: setattr(torch.tensor([1]), "requires_grad", True)),
        torch.tensor([1.0], dtype=torch.float64, requires_grad=True),
    )


def data_is_out_of_sight(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    x.data *= 10
    y.sum().backward()
    return x, x.grad, x.data.requires_grad


def seed_of_one_entry(torch):
    x = torch.tensor([[3.0]], requires_grad=True)
    y = x * x
    y.backward()
    return x.grad


def mixed_dtypes(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    (x * w).sum().backward()
    return x.grad, w.grad


def broadcast_gradients_have_the_leafs_shape(torch):
    found = []
    for shape in ((3,), (1, 3), (2, 1), (), (1, 1)):
        x = torch.ones(shape, requires_grad=True)
        (x * torch.ones(2, 3)).sum().backward()
        found.append(x.grad)
    return found


def first_gradient_is_the_leafs_own(torch):
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    (a + b).sum().backward()
    a.grad += 1
    return a.grad, b.grad


def matrix_chain(torch):
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    w = torch.arange(12.0).reshape(3, 4).div(10).requires_grad_()
    b = torch.ones(4, requires_grad=True)
    ((x @ w + b).relu().mean(0) ** 2).sum().backward()
    return x.grad, w.grad, b.grad
