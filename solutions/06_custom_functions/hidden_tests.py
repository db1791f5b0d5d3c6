"""What the grader runs for lesson 6. Programs: the reference engine says what must be seen."""

import importlib
import warnings
from types import SimpleNamespace

import numpy as np

from autograder.hidden import tests


def _module(torch, name):
    """A module of the engine; not all of them are imported with it."""
    return importlib.import_module(f"{torch.__name__}.{name}")


def _op(torch, forward, backward, **more):
    """A custom op, made of two functions."""
    body = {"forward": staticmethod(forward), "backward": staticmethod(backward), **more}
    return type("Op", (torch.autograd.Function,), body)


def _leaf(torch, values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


# ---- Function ---------------------------------------------------------------------------------------------------


@tests("Function", points=0.5, says="what is saved comes back in backward: inputs, results, and None in its place")
def saved_comes_back(torch, see, rng):
    def forward(ctx, x, y):
        z = x * y
        ctx.save_for_backward(z, None, x, y)
        return z

    def backward(ctx, grad):
        z, nothing, x, y = ctx.saved_tensors
        see([z, x, y], "saved tensors")
        see([nothing is None, isinstance(x, torch.Tensor), len(ctx.saved_tensors)], "their kinds")
        return grad * y, grad * x

    x, y = (_leaf(torch, rng.normal(size=3)) for _ in range(2))
    _op(torch, forward, backward).apply(x, y).sum().backward()
    see([x.grad, y.grad], "gradients")


@tests("Function", points=0.5, says="nothing inside of forward is recorded, and recording is on again afterwards")
def forward_is_not_recorded(torch, see, rng):
    def forward(ctx, x):
        y = (x * x).exp()
        see([torch.is_grad_enabled(), y.requires_grad], "inside of forward")
        return y

    x = _leaf(torch, rng.normal(size=3))
    op = _op(torch, forward, lambda ctx, grad: grad * 5)
    y = op.apply(x)
    see([torch.is_grad_enabled(), y.requires_grad, y.grad_fn.name(), isinstance(y.grad_fn, op)], "afterwards")
    see(y.grad_fn.next_functions[0][0] is x.edge, "whether the node leads to x")
    y.sum().backward()
    see(x.grad, "the gradient, which is the rule's and nobody else's")


@tests("Function", points=0.5, says="a forward that fails leaves grad mode as it was")
def failing_forward(torch, see, rng):
    def forward(ctx, x):
        raise ValueError("no value today")

    x = _leaf(torch, rng.normal(size=2))
    see.error(lambda: _op(torch, forward, lambda ctx, grad: grad).apply(x))
    see([torch.is_grad_enabled(), (x * 2).requires_grad], "recording afterwards")
    with torch.no_grad():
        see.error(lambda: _op(torch, forward, lambda ctx, grad: grad).apply(x))
        see(torch.is_grad_enabled(), "grad mode in no_grad, afterwards")


@tests("Function", points=0.5, says="needs_input_grad tells, for each input, whether its gradient is wanted")
def wanted_gradients(torch, see, rng):
    seen = []

    def forward(ctx, *inputs):
        seen.append(ctx.needs_input_grad)
        return inputs[0] * 2

    def backward(ctx, grad):
        seen.append(ctx.needs_input_grad)
        return tuple(grad * 2 if needed else None for needed in ctx.needs_input_grad)

    op = _op(torch, forward, backward)
    x, data = _leaf(torch, rng.normal(size=2)), torch.tensor(rng.normal(size=2), dtype=torch.float64)
    op.apply(x, data, 3.0).sum().backward()
    op.apply(data, x * 3, None, "text").sum().backward()
    see(op.apply(data, data).requires_grad, "whether a result of data requires grad")
    see(seen, "needs_input_grad")
    see(x.grad, "x.grad")


@tests("Function", points=0.5, says="save_for_backward refuses what is not a tensor, and keeps nothing then")
def refuses_to_save(torch, see, rng):
    x = _leaf(torch, rng.normal(size=2))
    for wrong in (2.0, "text", rng.normal(size=2), [x]):
        node = _op(torch, lambda ctx, x: x, lambda ctx, grad: grad)()
        node.saved_tensors = None
        see.error(lambda node=node, wrong=wrong: node.save_for_backward(x, wrong))
        see(node.saved_tensors is None, "whether nothing was kept")


@tests("Function", points=0.5, says="custom ops mix with others, twice in one graph, and can be differentiated again")
def in_a_graph(torch, see, rng):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x * x

    cube = _op(torch, forward, backward)
    x = _leaf(torch, rng.normal(size=3))
    y = cube.apply(cube.apply(x) + x.exp()) * x
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    see(slope, "the gradient")
    slope.sum().backward()
    see(x.grad, "the gradient of its sum")


# ---- incoming_gradients -----------------------------------------------------------------------------------------


def _two(torch, materialize, seen):
    def forward(ctx, x):
        ctx.set_materialize_grads(materialize)
        return x * 2, x.sum()

    def backward(ctx, first, second):
        seen.append([first, second])
        return (0 if first is None else first * 2) + (0 if second is None else second)

    return _op(torch, forward, backward)


@tests("incoming_gradients", points=0.5, says="a result that nothing was computed from sends zeros")
def zeros_for_unused(torch, see, rng):
    seen = []
    op = _two(torch, True, seen)
    x = _leaf(torch, rng.normal(size=(2, 3)))
    op.apply(x)[0].sum().backward()
    x2 = torch.tensor(rng.normal(size=4).astype("float32"), requires_grad=True)
    op.apply(x2)[1].backward()
    see(seen, "what backward was given")
    see([x.grad, x2.grad], "gradients")


@tests("incoming_gradients", points=0.5, says="both results used: each gradient arrives at its own place")
def both_arrive(torch, see, rng):
    seen = []
    x = _leaf(torch, rng.normal(size=3))
    first, second = _two(torch, True, seen).apply(x)
    (second * 7 + (first * first).sum() + second).backward()
    see(seen, "what backward was given")
    see(x.grad, "x.grad")


@tests("incoming_gradients", points=0.5, says="an op that asked for None gets None, not zeros")
def none_on_request(torch, see, rng):
    seen = []
    op = _two(torch, False, seen)
    op.apply(_leaf(torch, rng.normal(size=2)))[1].backward()
    op.apply(_leaf(torch, rng.normal(size=2)))[0].sum().backward()
    see(seen, "what backward was given")


@tests("incoming_gradients", points=0.5, says="arrays become tensors; tensors keep their history")
def arrays_and_tensors(torch, see, rng):
    fill = _module(torch, "custom").incoming_gradients
    node = SimpleNamespace(shape=(), materialize_grads=True)
    found = fill(node, np.array(rng.normal()))
    see([found, isinstance(found, list), isinstance(found[0], torch.Tensor)], "a 0-d array")
    recorded = _leaf(torch, rng.normal(size=2)) * 2
    several = SimpleNamespace(shape=[(2,), (0, 3)], dtypes=[np.dtype("float64")] * 2, materialize_grads=True)
    found = fill(several, [recorded, None])
    see([found[0] is recorded, found[1]], "a recorded tensor, and zeros of an empty shape")


# ---- check_gradients --------------------------------------------------------------------------------------------


def _returning(torch, see, rng, values, *more):
    """What happens when an op of two inputs returns `values`. `more`: the second input."""
    x = _leaf(torch, rng.normal(size=3))
    op = _op(torch, lambda ctx, x, other: x * 2, lambda ctx, grad: values(grad))
    second = more[0] if more else 3.0
    see.error(lambda: op.apply(x, second).sum().backward())
    see(x.grad, "x.grad afterwards")


@tests("check_gradients", points=0.5, says="a wrong number of gradients is an error, surplus Nones are not")
def wrong_number(torch, see, rng):
    _returning(torch, see, rng, lambda g: g)
    _returning(torch, see, rng, lambda g: ())
    _returning(torch, see, rng, lambda g: (g, None))
    _returning(torch, see, rng, lambda g: (g, None, None))
    _returning(torch, see, rng, lambda g: (g, None, None, None))
    _returning(torch, see, rng, lambda g: (g, None, g))
    _returning(torch, see, rng, lambda g: (None, None, None, g, None))


@tests("check_gradients", points=0.5, says="what is no tensor is refused, and so is a gradient for a number")
def wrong_type_or_place(torch, see, rng):
    _returning(torch, see, rng, lambda g: (g.numpy(), None))
    _returning(torch, see, rng, lambda g: (2.0, None))
    _returning(torch, see, rng, lambda g: ([g], None))
    _returning(torch, see, rng, lambda g: (g, g))
    _returning(torch, see, rng, lambda g: (None, None))


@tests("check_gradients", points=0.5, says="a gradient of the wrong shape is an error, unless it can be summed down")
def wrong_shape(torch, see, rng):
    _returning(torch, see, rng, lambda g: (g[:2], None))
    _returning(torch, see, rng, lambda g: (g.sum(), None))
    _returning(torch, see, rng, lambda g: (g.reshape(3, 1), None))
    _returning(torch, see, rng, lambda g: (g.reshape(1, 3), None))
    _returning(torch, see, rng, lambda g: (torch.ones(4, 3, dtype=torch.float64) * g, None))


@tests("check_gradients", points=0.5, says="inputs that require no grad may be given a gradient, which is dropped")
def gradient_for_data(torch, see, rng):
    data = torch.tensor(rng.normal(size=3), dtype=torch.float64)
    _returning(torch, see, rng, lambda g: (g, g), data)
    _returning(torch, see, rng, lambda g: (g, None), data)
    _returning(torch, see, rng, lambda g: (g, g.sum()), data)
    see(data.grad, "the gradient of the data")
    check = _module(torch, "custom").check_gradients
    x = _leaf(torch, rng.normal(size=2))
    node = SimpleNamespace(name=lambda: "OpBackward", next=[x.edge], is_tensor=[True])
    found = check(node, (x, None, None))
    see([isinstance(found, tuple), len(found), found[0] is x], "what is returned")


# ---- Square -----------------------------------------------------------------------------------------------------


@tests("Square", points=0.5, says="its value and gradient, for any shape and any gradient that arrives")
def square_anywhere(torch, see, rng, nb):
    for shape in ((), (4,), (2, 3), (0, 2)):
        x = _leaf(torch, rng.normal(size=shape))
        y = nb.Square.apply(x)
        y.backward(torch.tensor(rng.normal(size=shape), dtype=torch.float64))
        see([y, x.grad], f"value and gradient for shape {shape}")


@tests("Square", points=0.25, says="its gradient has the right gradient")
def square_twice(torch, see, rng, nb):
    x = _leaf(torch, rng.normal(size=3))
    (slope,) = torch.autograd.grad(nb.Square.apply(nb.Square.apply(x)).sum(), x, create_graph=True)
    slope.sum().backward()
    see([slope, x.grad], "slope and curvature of x⁴")


@tests("Square", points=0.25, says="an input that is changed in place before backward is noticed")
def square_saves_properly(torch, see, rng, nb):
    x = _leaf(torch, rng.normal(size=3))
    h = x * 1
    y = nb.Square.apply(h).sum()
    h += 1
    see.error(lambda: y.backward())


# ---- numerical_jacobian and analytical_jacobian -----------------------------------------------------------------


def _numerical(torch, function, x, **options):
    # As float32, which is compared less closely: a difference quotient has noise in its last digits.
    jacobian = _module(torch, "gradcheck").numerical_jacobian(lambda: function(x), x, **options)
    return np.asarray(jacobian, dtype=np.float32)


def _analytical(torch, function, x):
    return _module(torch, "gradcheck").analytical_jacobian(function(x), x)


@tests(
    "numerical_jacobian",
    points=0.5,
    says="a row for each entry of the input, a column for each of the output, any shapes",
)
def numerical_layout(torch, see, rng):
    w = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float64)
    see(_numerical(torch, lambda x: x @ w, _leaf(torch, rng.normal(size=(2, 3)))), "the Jacobian of x @ w")
    see(_numerical(torch, lambda x: (x * x).sum(dim=1), _leaf(torch, rng.normal(size=(2, 3)))), "that of row sums")
    see(_numerical(torch, lambda x: (x * x).sum(), _leaf(torch, rng.normal(size=4))), "that of a 0-d result")


@tests("numerical_jacobian", points=0.5, says="0-d, empty and transposed tensors have a Jacobian, too")
def numerical_odd_shapes(torch, see, rng):
    see(_numerical(torch, lambda x: x * x, _leaf(torch, rng.normal())), "for a 0-d tensor")
    see(_numerical(torch, lambda x: x * 2, _leaf(torch, np.zeros((0, 2)))), "for an empty tensor")
    transposed = torch.tensor(rng.normal(size=(2, 3)), dtype=torch.float64).t().detach().requires_grad_()
    see(_numerical(torch, lambda x: x * x, transposed), "for a transposed tensor")
    see(_numerical(torch, lambda x: x * 1, transposed), "that of the identity")


@tests("numerical_jacobian", points=0.5, says="x is the same afterwards, in the same memory")
def puts_back(torch, see, rng):
    x = _leaf(torch, rng.normal(size=(2, 2)))
    memory = x.array
    see(_numerical(torch, lambda x: x.exp(), x), "the Jacobian of exp")
    see([x.array is memory, x, x.grad], "x afterwards")


@tests(
    "numerical_jacobian", points=0.5, says="differences are central, over 2·eps, of copies of what the function returns"
)
def central(torch, see, rng):
    x = _leaf(torch, rng.normal(size=3))
    for eps in (0.5, 0.1):
        see(_numerical(torch, lambda x: x * x * x, x, eps=eps), f"the Jacobian of x³, with eps={eps}")
    see(_numerical(torch, lambda x: x, x), "that of a function that returns x itself")


@tests(
    "analytical_jacobian",
    points=0.5,
    says="a row for each entry of the input, a column for each of the output, any shapes",
)
def analytical_layout(torch, see, rng):
    w = torch.tensor(rng.normal(size=(3, 2)), dtype=torch.float64)
    see(_analytical(torch, lambda x: x @ w, _leaf(torch, rng.normal(size=(2, 3)))), "the Jacobian of x @ w")
    see(_analytical(torch, lambda x: (x * x).sum(dim=1), _leaf(torch, rng.normal(size=(2, 3)))), "that of row sums")
    see(_analytical(torch, lambda x: (x * x).sum(), _leaf(torch, rng.normal(size=4))), "that of a 0-d result")


@tests("analytical_jacobian", points=0.5, says="0-d, empty and transposed tensors have a Jacobian, too")
def analytical_odd_shapes(torch, see, rng):
    see(_analytical(torch, lambda x: x * x, _leaf(torch, rng.normal())), "for a 0-d tensor")
    see(_analytical(torch, lambda x: x * 2, _leaf(torch, np.zeros((0, 2)))), "for an empty tensor")
    transposed = torch.tensor(rng.normal(size=(2, 3)), dtype=torch.float64).t().detach().requires_grad_()
    see(_analytical(torch, lambda x: x * x, transposed), "for a transposed tensor")
    see(_analytical(torch, lambda x: x * 1, transposed), "that of the identity")


@tests("analytical_jacobian", points=0.5, says="the graph is kept, and no .grad is touched")
def keeps_the_graph(torch, see, rng):
    x, y = _leaf(torch, rng.normal(size=2)), _leaf(torch, rng.normal(size=2))
    output = (x * y).exp() * x
    for leaf in (x, y, x):
        see(_module(torch, "gradcheck").analytical_jacobian(output, leaf), "a Jacobian")
    see([x.grad, y.grad], "the gradients of the leaves")


@tests("analytical_jacobian", points=0.5, says="zeros where the output does not depend on x")
def independent(torch, see, rng):
    x, y = _leaf(torch, rng.normal(size=2)), _leaf(torch, rng.normal(size=(1, 3)))
    see(_module(torch, "gradcheck").analytical_jacobian(x * x, y), "the Jacobian for something else")
    see(torch.autograd.gradcheck(lambda a, b: (a * 2, b.sum()), (x, y)), "gradcheck with two results")


# ---- quiz -------------------------------------------------------------------------------------------------------


@tests("price", points=0.5, says="seconds by central differences")
def price_of_differences(torch, see, rng, nb):
    see(round(float(nb.seconds_by_differences), 3), "seconds_by_differences")


@tests("price", points=0.5, says="seconds by one forward and one backward pass")
def price_of_backward(torch, see, rng, nb):
    see(round(float(nb.seconds_by_backward), 6), "seconds_by_backward")


@tests("first-loss", points=0.5, says="the loss of a model that knows nothing")
def loss_of_no_knowledge(torch, see, rng, nb):
    see(round(float(nb.first_loss), 1), "first_loss, to one digit")


@tests("first-loss", points=0.5, says="the gradient of the right class's logit")
def gradient_of_no_knowledge(torch, see, rng, nb):
    see(round(float(nb.right_class_gradient), 3), "right_class_gradient")


# ---- Softplus ---------------------------------------------------------------------------------------------------


@tests("Softplus", points=0.5, says="values are right and finite, from −1,000 to 1,000")
def softplus_values(torch, see, rng, nb):
    x = torch.tensor(np.concatenate([[-1000, -90, -17, 0, 17, 90, 1000], rng.normal(size=5)]).astype("float32"))
    see(nb.Softplus.apply(x), "softplus")
    see(nb.Softplus.apply(torch.tensor(rng.normal())), "softplus of one number")
    # On a scale on which a tiny value that is lost would be seen.
    tiny = nb.Softplus.apply(torch.tensor(rng.uniform(-30, -20, size=3), dtype=torch.float64))
    see(tiny * 1e9, "softplus of about −25, times 10⁹")


@tests("Softplus", points=0.5, says="slopes are right everywhere, at 0 too")
def softplus_slopes(torch, see, rng, nb):
    x = _leaf(torch, np.concatenate([[-800, 0, 0, 800], 3 * rng.normal(size=5)]))
    nb.Softplus.apply(x).backward(torch.tensor(rng.normal(size=9), dtype=torch.float64))
    see(x.grad, "x.grad")


@tests("Softplus", points=0.5, says="the second derivative is right")
def softplus_curvature(torch, see, rng, nb):
    x = _leaf(torch, np.concatenate([[0.0], rng.normal(size=4)]))
    (slope,) = torch.autograd.grad(nb.Softplus.apply(x).sum(), x, create_graph=True)
    see([slope, slope.requires_grad], "the slope")
    (slope * slope).sum().backward()
    see(x.grad, "the gradient of its squares")


@tests("Softplus", points=0.5, says="it is one node, and it notices when its input is changed before backward")
def softplus_is_one_node(torch, see, rng, nb):
    x = _leaf(torch, rng.normal(size=3))
    y = nb.Softplus.apply(x)
    see([y.grad_fn.name(), y.grad_fn.next_functions[0][0] is x.edge], "the graph")
    h = x * 1
    z = nb.Softplus.apply(h).sum()
    h += 1
    see.error(lambda: z.backward())


# ---- StraightThrough --------------------------------------------------------------------------------------------


@tests("StraightThrough", points=0.5, says="values are multiples of the step")
def rounds(torch, see, rng, nb):
    x = torch.tensor(rng.uniform(-3, 3, size=(2, 4)), dtype=torch.float64)
    for step in (0.5, 0.1, 2, 1):
        see(nb.StraightThrough.apply(x, step), f"with step {step}")


@tests("StraightThrough", points=0.5, says="the gradient goes straight through, whatever the step")
def passes_through(torch, see, rng, nb):
    x = _leaf(torch, rng.uniform(-3, 3, size=5))
    for step in (0.25, 4.0):
        x.grad = None
        nb.StraightThrough.apply(x * 3, step).backward(torch.tensor(rng.normal(size=5), dtype=torch.float64))
        see(x.grad, f"x.grad with step {step}")


@tests("StraightThrough", points=1, says="weights on a grid can be trained")
def trains_on_a_grid(torch, see, rng, nb):
    w = _leaf(torch, np.zeros(2))
    x = torch.tensor(rng.normal(size=(20, 2)), dtype=torch.float64)
    y = x @ torch.tensor([1.5, -1.0], dtype=torch.float64)
    for _ in range(20):
        w.grad = None
        ((x @ nb.StraightThrough.apply(w, 0.5) - y) ** 2).mean().backward()
        _module(torch, "training").sgd_step([w], lr=0.13)
    see([w, nb.StraightThrough.apply(w, 0.5)], "the weights, and the weights on the grid")


# ---- losses -----------------------------------------------------------------------------------------------------


@tests("binary_cross_entropy_with_logits", points=0.5, says="losses and gradients, with each reduction")
def bce_everywhere(torch, see, rng):
    loss_of = _module(torch, "losses").binary_cross_entropy_with_logits
    target = torch.tensor(rng.uniform(size=(3, 2)), dtype=torch.float64)
    for reduction in ("mean", "sum", "none"):
        x = _leaf(torch, 3 * rng.normal(size=(3, 2)))
        loss = loss_of(x, target, reduction)
        loss.sum().backward()
        see([loss, x.grad], reduction)
    see.error(lambda: loss_of(target, target, "average"))


@tests("binary_cross_entropy_with_logits", points=0.5, says="logits of ±1,000 give finite losses and right gradients")
def bce_far_out(torch, see, rng):
    x = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0, 50.0, -50.0], requires_grad=True)
    target = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 1.0])
    loss = _module(torch, "losses").binary_cross_entropy_with_logits(x, target, "none")
    loss.sum().backward()
    see([loss, x.grad], "losses and gradients")


@tests("binary_cross_entropy_with_logits", points=0.5, says="the gradient at a logit of 0 is ½ − t")
def bce_at_zero(torch, see, rng):
    x = _leaf(torch, np.zeros(4))
    target = torch.tensor([0.0, 1.0, 0.5, 0.25], dtype=torch.float64)
    _module(torch, "losses").binary_cross_entropy_with_logits(x, target, "sum").backward()
    see(x.grad, "x.grad")


@tests("binary_cross_entropy_with_logits", points=0.5, says="it trains a classifier")
def bce_trains(torch, see, rng):
    x = torch.tensor(rng.normal(size=(30, 2)), dtype=torch.float64)
    y = torch.tensor((x.numpy() @ [2.0, -1.0] > 0.3).astype("float64"))
    w, b = _leaf(torch, np.zeros(2)), _leaf(torch, 0.0)
    losses = []
    for _ in range(20):
        w.grad = b.grad = None
        loss = _module(torch, "losses").binary_cross_entropy_with_logits(x @ w + b, y)
        loss.backward()
        _module(torch, "training").sgd_step([w, b], lr=0.5)
        losses.append(loss.item())
    see([losses, w, b], "losses and parameters")


@tests("nll_loss", points=0.5, says="picks the entry of each row's class, with each reduction")
def nll_picks(torch, see, rng):
    nll = _module(torch, "losses").nll_loss
    for n, classes in ((4, 3), (1, 5), (5, 2)):
        target = torch.tensor(rng.integers(0, classes, size=n))
        for reduction in ("mean", "sum", "none"):
            x = _leaf(torch, rng.normal(size=(n, classes)))
            loss = nll(x, target, reduction)
            loss.sum().backward()
            see([loss, x.grad], f"{reduction}, {n} rows, {classes} classes")


@tests("nll_loss", points=0.5, says="all rows of one class: each row counts")
def nll_repeats(torch, see, rng):
    x = _leaf(torch, rng.normal(size=(4, 3)))
    loss = _module(torch, "losses").nll_loss(x, torch.tensor([1, 1, 1, 1]))
    loss.backward()
    see([loss, x.grad], "loss and gradient")


@tests(
    "nll_loss", points=0.5, says="cross_entropy is finite for huge logits, and its gradient is softmax minus one-hot"
)
def cross_entropy_of_logits(torch, see, rng):
    cross_entropy = _module(torch, "losses").cross_entropy
    values = rng.normal(size=(5, 4))
    values[0] = [1000, -1000, 0, 5]
    x = _leaf(torch, values)
    loss = cross_entropy(x, torch.tensor([1, 0, 3, 2, 2]))
    loss.backward()
    see([loss, x.grad], "loss and gradient")


@tests("nll_loss", points=0.5, says="a network with nn.CrossEntropyLoss trains")
def trains_with_nn(torch, see, rng):
    x = torch.tensor(rng.normal(size=(30, 3)), dtype=torch.float64)
    y = torch.tensor(rng.integers(0, 3, size=30))
    w = _leaf(torch, 0.1 * rng.normal(size=(3, 3)))
    losses = []
    for _ in range(10):
        w.grad = None
        loss = torch.nn.CrossEntropyLoss()(x @ w, y)
        loss.backward()
        _module(torch, "training").sgd_step([w], lr=0.5)
        losses.append(loss.item())
    see([losses, w], "losses and weights")


@tests("diversity_loss", points=0.5, says="the two parts and their weights")
def parts_of_the_loss(torch, see, rng):
    scores, items = _leaf(torch, rng.normal(size=5)), _leaf(torch, rng.normal(size=(5, 3)))
    for trade_off in (0.0, 0.3, 1.0):
        scores.grad = items.grad = None
        loss = _module(torch, "losses").diversity_loss(scores, items, trade_off)
        loss.backward()
        see([loss, scores.grad, items.grad], f"trade-off {trade_off}: loss and gradients")


@tests("diversity_loss", points=0.5, says="the length of an item's features does not matter")
def lengths_do_not_matter(torch, see, rng):
    scores, items = _leaf(torch, rng.normal(size=4)), rng.normal(size=(4, 2))
    for factor in (1.0, rng.uniform(0.1, 10, size=(4, 1))):
        films = torch.tensor(items * factor, dtype=torch.float64)
        see(_module(torch, "losses").diversity_loss(scores, films, 0.5), "loss")


@tests("diversity_loss", points=0.5, says="scores that are far apart give a finite loss")
def far_apart(torch, see, rng):
    scores = torch.tensor([-500.0, 500.0, 0.0], requires_grad=True)
    films = torch.tensor(rng.normal(size=(3, 2)).astype("float32"))
    loss = _module(torch, "losses").diversity_loss(scores, films, 0.5)
    loss.backward()
    see([loss, scores.grad], "loss and gradient")


@tests("diversity_loss", points=0.5, says="a list is trained to be varied")
def trains_a_list(torch, see, rng):
    scores, films = _leaf(torch, np.zeros(6)), torch.tensor(rng.normal(size=(6, 2)), dtype=torch.float64)
    for _ in range(20):
        scores.grad = None
        _module(torch, "losses").diversity_loss(scores, films, 0.8).backward()
        _module(torch, "training").sgd_step([scores], lr=0.5)
    see(scores.softmax(0), "the list")


# ---- is_right ---------------------------------------------------------------------------------------------------


def _judged(torch, see, nb, about, forward, backward):
    def remembering(ctx, x):
        ctx.save_for_backward(x)
        return forward(x)

    op = _op(torch, remembering, lambda ctx, grad: backward(grad, ctx.saved_tensors[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        see(nb.is_right(op), f"is_right of {about}")


@tests("is_right", points=1, says="right ops pass, whatever they compute")
def accepts_right_ops(torch, see, rng, nb):
    _judged(torch, see, nb, "x³", lambda x: x * x * x, lambda g, x: g * 3 * x * x)
    _judged(torch, see, nb, "exp", lambda x: x.exp(), lambda g, x: g * x.exp())
    _judged(torch, see, nb, "tanh", lambda x: x.tanh(), lambda g, x: g * (1 - x.tanh() * x.tanh()))
    _judged(torch, see, nb, "the sum", lambda x: x.sum(), lambda g, x: g * torch.ones_like(x))
    _judged(torch, see, nb, "the mean", lambda x: x.mean(), lambda g, x: g * torch.ones_like(x) / x.numel())


@tests("is_right", points=0.5, says="wrong factors, signs and powers are found")
def finds_wrong_formulas(torch, see, rng, nb):
    _judged(torch, see, nb, "x³ with 3x²", lambda x: x * x * x, lambda g, x: g * 3 * x * x)
    _judged(torch, see, nb, "x³ with 3x", lambda x: x * x * x, lambda g, x: g * 3 * x)
    _judged(torch, see, nb, "cos without its minus", lambda x: x.cos(), lambda g, x: g * x.sin())
    _judged(torch, see, nb, "a sum with the gradient of a mean", lambda x: x.sum(), lambda g, x: g / x.numel() + 0 * x)
    _judged(torch, see, nb, "x² with x", lambda x: x * x, lambda g, x: g * x)


@tests("is_right", points=0.5, says="rules that are right only for some inputs are found")
def finds_what_inputs_hide(torch, see, rng, nb):
    _judged(torch, see, nb, "x² with 2x", lambda x: x * x, lambda g, x: g * 2 * x)
    _judged(torch, see, nb, "x² with 2|x|", lambda x: x * x, lambda g, x: g * 2 * x.abs())
    _judged(torch, see, nb, "x² with −2|x|", lambda x: x * x, lambda g, x: g * -2 * x.abs())
    _judged(torch, see, nb, "the mean of squares, as if entries were equal",
            lambda x: (x * x).mean(), lambda g, x: g * 2 * x.mean() / x.numel() + 0 * x)  # fmt: skip
    _judged(torch, see, nb, "exp with 1 + x", lambda x: x.exp(), lambda g, x: g * (1 + x))


@tests("is_right", points=0.5, says="rules that ignore the gradient that arrives are found")
def finds_deaf_rules(torch, see, rng, nb):
    _judged(torch, see, nb, "a rule with grad", lambda x: x * x, lambda g, x: 2 * x * g)
    _judged(torch, see, nb, "a rule without grad", lambda x: x * x, lambda g, x: 2 * x)
    _judged(torch, see, nb, "a rule with grad's sum", lambda x: x * x, lambda g, x: g.sum() * 2 * x)


@tests("is_right", points=0.5, says="ops that raise, or have no gradient, are found")
def finds_what_raises(torch, see, rng, nb):
    def raising(*args):
        raise ValueError("not today")

    _judged(torch, see, nb, "an op that does not raise", lambda x: x * x, lambda g, x: g * 2 * x)
    _judged(torch, see, nb, "a backward that raises", lambda x: x * x, raising)
    _judged(torch, see, nb, "a forward that raises", raising, lambda g, x: g)
    _judged(torch, see, nb, "two gradients for one input", lambda x: x * x, lambda g, x: (g * 2 * x, g))
    _judged(torch, see, nb, "a rule that says None", lambda x: x * x, lambda g, x: None)
