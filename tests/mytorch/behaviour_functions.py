"""Functions of one's own, and the checks of gradients: programs that both engines run."""

from __future__ import annotations

from programs import error


def _cube(torch):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 3 * x**2

    return Cube


def a_function(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = _cube(torch).apply(x)
    y.sum().backward()
    return y.grad_fn.name(), y, x.grad


def a_function_is_differentiated_twice(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad(_cube(torch).apply(x).sum(), x, create_graph=True)
    g.sum().backward()
    return g, x.grad


def setup_context_style(torch):
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(x, factor):
            return x * factor

        @staticmethod
        def setup_context(ctx, inputs, output):
            _, ctx.factor = inputs

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.factor, None

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Scale.apply(x, 3.0)
    y.sum().backward()
    return y, x.grad


def several_results(torch):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x, x * 3

        @staticmethod
        def backward(ctx, a, b):
            (x,) = ctx.saved_tensors
            return 2 * x * a + 3 * b

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    a, b = Both.apply(x)
    (a * b).sum().backward()
    first = x.grad.clone()
    x.grad = None
    a, b = Both.apply(x)
    b.sum().backward()
    return first, x.grad, a.requires_grad, a.grad_fn is b.grad_fn, a.output_nr, b.output_nr


def unmaterialized(torch):
    seen = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append((a is None, b is None))
            return b * 3

    x = torch.ones(2, requires_grad=True)
    Both.apply(x)[1].sum().backward()
    return seen, x.grad


def non_differentiable(torch):
    class WithIndex(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            index = (x > 1).float()
            ctx.mark_non_differentiable(index)
            return x * 2, index

        @staticmethod
        def backward(ctx, grad, unused):
            return grad * 2

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, index = WithIndex.apply(x)
    y.sum().backward()
    return y.requires_grad, index.requires_grad, index, x.grad


def needs_input_grad(torch):
    seen = []

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, n):
            ctx.save_for_backward(a, b)
            return a * b * n

        @staticmethod
        def backward(ctx, grad):
            seen.append(ctx.needs_input_grad)
            _, b = ctx.saved_tensors
            return grad * b, None, None

    a = torch.ones(2, requires_grad=True)
    Product.apply(a, torch.ones(2), 2).sum().backward()
    return seen, a.grad


def nothing_is_recorded_inside(torch):
    seen = []

    class Look(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            seen.append(torch.is_grad_enabled())
            y = x * 2
            seen.append(y.requires_grad)
            return y

        @staticmethod
        def backward(ctx, grad):
            seen.append(torch.is_grad_enabled())
            return grad * 2

    x = torch.ones(2, requires_grad=True)
    y = Look.apply(x).sum()
    y.backward()
    return seen


def straight_through(torch):
    class Round(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.round()

        @staticmethod
        def backward(ctx, grad):
            return grad

    x = torch.tensor([0.4, 1.6], requires_grad=True)
    (Round.apply(x) * x).sum().backward()
    return x.grad


def mistakes_in_backward(torch):
    def function(result):
        class F(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a, b):
                return a * b

            @staticmethod
            def backward(ctx, grad):
                return result(grad)

        return F

    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    results = [
        lambda g: g,
        lambda g: (g, g, g),
        lambda g: (g, torch.ones(3)),
        lambda g: (g, 5),
        lambda g: (g, None),
        lambda g: (g, g, None),
    ]
    return [error(lambda r=r: function(r).apply(a, b).sum().backward()) for r in results]


def gradient_for_a_number(torch):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, n):
            return a * n

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    return error(lambda: F.apply(torch.ones(2, requires_grad=True), 2.0).sum().backward())


def save_only_tensors(torch):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(5)
            return a * 1

    return error(lambda: F.apply(torch.ones(2, requires_grad=True)))


def save_none(torch):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a, None)
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            a, nothing = ctx.saved_tensors
            return grad * (a + (5 if nothing is None else 0))

    a = torch.ones(2, requires_grad=True)
    F.apply(a).sum().backward()
    return a.grad


def saved_input_written_to(torch):
    x = torch.ones(2, requires_grad=True)
    a = x * 2
    y = _cube(torch).apply(a)
    a.add_(1)
    return error(lambda: y.sum().backward())


def saved_result(torch):
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            (y,) = ctx.saved_tensors
            return grad * y

    x = torch.tensor([0.5, 1.0], requires_grad=True)
    (g,) = torch.autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
    g.sum().backward()
    return g, x.grad


def once_differentiable(torch):
    from_function = torch.autograd.function.once_differentiable

    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @from_function
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 2 * x

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad(F.apply(x).sum(), x)

    def twice():
        seed = torch.ones(2, requires_grad=True)
        (h,) = torch.autograd.grad(F.apply(x), x, seed, create_graph=True)
        h.sum().backward()

    return g, error(twice)


def functions_compose(torch):
    cube = _cube(torch)
    x = torch.tensor([1.1, 0.9], requires_grad=True)
    (cube.apply(cube.apply(x) + x) * 2).sum().backward()
    return x.grad


def unrecorded_function(torch):
    cube = _cube(torch)
    plain = cube.apply(torch.ones(2))
    with torch.no_grad():
        y = cube.apply(torch.ones(2, requires_grad=True))
    return plain.requires_grad, y.requires_grad


def checks_of_gradients(torch):
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * x

    x = torch.tensor([[0.3, -0.7], [1.2, 0.5]], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([0.1, 0.2], dtype=torch.float64, requires_grad=True)
    check, check_twice = torch.autograd.gradcheck, torch.autograd.gradgradcheck
    return (
        check(lambda a, b: (a @ b).tanh(), (x, w)),
        check(_cube(torch).apply, x),
        check_twice(_cube(torch).apply, (x,)),
        check_twice(lambda a, b: (a @ b).tanh(), (x, w)),
        check(Wrong.apply, (x,), raise_exception=False),
        error(lambda: check(Wrong.apply, (x,)))[0],
        error(lambda: check(lambda a: a, (torch.ones(2),)))[0],
    )
