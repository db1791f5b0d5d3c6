"""Hidden tests of lesson 3. Each says what to do with an engine; the reference says what must be seen."""

import numpy as np

from autograder.hidden import tests


def leaf(torch, values, dtype=None):
    return torch.tensor(np.asarray(values), dtype=dtype, requires_grad=True)


def pull(torch, rng, y):
    """Walk back from y, with a random number arriving at each of its entries."""
    y.backward(gradient=torch.tensor(np.asarray(rng.normal(size=tuple(y.shape)))))


def twice(torch, rng, f, x):
    """A second derivative: the gradient of a weighted sum of the gradient of f(x)."""
    y = f(x)
    weights = torch.tensor(np.asarray(rng.normal(size=tuple(y.shape))))
    (first,) = torch.autograd.grad(y, x, grad_outputs=weights, create_graph=True)
    again = torch.tensor(np.asarray(rng.normal(size=tuple(x.shape))))
    return torch.autograd.grad(first, x, grad_outputs=again)[0]


# ---- Mul ---------------------------------------------------------------------------------------------------------


@tests("Mul", points=0.5, says="each factor gets the gradient times the other factor, broadcast factors included")
def product_of_shapes(torch, see, rng):
    for a, b in [((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((), (3,)), ((), ()), ((0, 3), (3,))]:
        x, y = leaf(torch, rng.normal(size=a)), leaf(torch, rng.normal(size=b))
        pull(torch, rng, x * y)
        see(x.grad, "x.grad")
        see(y.grad, "y.grad")


@tests("Mul", points=0.5, says="a factor that wants no gradient, a number for instance, does not disturb the other one")
def product_with_constants(torch, see, rng):
    x = leaf(torch, rng.normal(size=(2, 3)))
    data = torch.tensor(rng.normal(size=(2, 3)))
    pull(torch, rng, 3.0 * x * data * 0.5)
    see(x.grad, "x.grad")
    see(data.grad, "data.grad")
    w = leaf(torch, rng.normal(size=3), dtype=torch.float32)
    w.mul(2).backward(gradient=torch.ones(3))
    see(w.grad, "w.grad")


@tests("Mul", points=0.5, says="the rule of a product can be differentiated again")
def product_twice(torch, see, rng):
    x, y = leaf(torch, rng.normal(size=3)), leaf(torch, rng.normal(size=3))
    (dx,) = torch.autograd.grad(x * x * y, x, grad_outputs=torch.ones(3, dtype=torch.float64), create_graph=True)
    see(dx, "the first derivative")
    dxx, dxy = torch.autograd.grad(dx, [x, y], grad_outputs=torch.tensor(rng.normal(size=3)))
    see(dxx, "d²/dx²")
    see(dxy, "d²/dxdy")


# ---- seed_gradient -----------------------------------------------------------------------------------------------


@tests("seed_gradient", points=0.5, says="a result of one entry, of whatever shape and dtype, starts with 1")
def seeds_of_one_entry(torch, see, rng):
    for shape in [(), (1,), (1, 1)]:
        for dtype in (torch.float32, torch.float64):
            x = leaf(torch, rng.normal(size=shape), dtype)
            see(torch.engine.seed_gradient(x * 2.0), "the seed")
            (x * 2.0).backward()
            see(x.grad, "x.grad")


@tests(
    "seed_gradient", points=0.5, says="a result of several entries needs gradient=, and nothing is changed without it"
)
def seeds_that_are_missing(torch, see, rng):
    for shape in [(3,), (2, 1), (0,)]:
        x = leaf(torch, rng.normal(size=shape))
        y = x * 2.0
        see.error(y.backward, f"backward() of shape {shape}")
        see(x.grad, "x.grad after the error")


@tests("seed_gradient", points=0.5, says="a gradient of another shape than the result is refused")
def seeds_of_a_wrong_shape(torch, see, rng):
    for shape, wrong in [
        ((3,), (4, 3)),
        ((3,), (3, 1)),
        ((3,), (1,)),
        ((3,), ()),
        ((), (1,)),
        ((2, 3), (3, 2)),
        ((1,), ()),
    ]:
        x = leaf(torch, rng.normal(size=shape))
        y = x * 2.0
        see.error(
            lambda y=y, wrong=wrong: y.backward(gradient=torch.tensor(np.ones(wrong))),
            f"shape {shape}, gradient of shape {wrong}",
        )
        see(x.grad, "x.grad after the error")


@tests("seed_gradient", points=0.5, says="the numbers in gradient= weigh the entries of the result")
def seeds_that_are_given(torch, see, rng):
    for shape in [(3,), (2, 3), (), (1,), (0,), (2, 0)]:
        x = leaf(torch, rng.normal(size=shape))
        given = torch.tensor(np.asarray(rng.normal(size=shape)))
        see(torch.engine.seed_gradient(x * x, given), "the seed")
        (x * x).backward(gradient=given)
        see(x.grad, "x.grad")
    transposed = torch.tensor(rng.normal(size=(3, 2)).T)
    x = leaf(torch, rng.normal(size=(2, 3)))
    (x * x).backward(gradient=transposed)
    see(x.grad, "x.grad for a gradient that is not contiguous")


# ---- walk --------------------------------------------------------------------------------------------------------


@tests("walk", points=0.5, says="an input used twice at different depths gets both gradients")
def reuse_at_unequal_depth(torch, see, rng):
    x = leaf(torch, rng.normal(size=3))
    y = x.exp()
    (y * (y + x)).sum().backward()
    see(x.grad, "x.grad")
    x = leaf(torch, rng.normal())
    y = ((x * 2.0 + 1.0) * x - x) * x
    y.backward()
    see(x.grad, "x.grad")


@tests("walk", points=0.5, says="x · (x + 1) gives 2x + 1, whichever factor comes first")
def one_input_two_roads(torch, see, rng):
    for f in (lambda x: x * (x + 1), lambda x: (x + 1) * x, lambda x: x * (x + 1) * (x + 2) + x):
        x = leaf(torch, rng.normal())
        f(x).backward()
        see(x.grad, "x.grad")
        x = leaf(torch, 3.0, torch.float32)
        f(x).backward()
        see(x.grad, "x.grad at 3")


@tests("walk", points=0.5, says="25 diamonds, one above the other, take a moment and not a minute")
def many_diamonds(torch, see, rng):
    x = leaf(torch, rng.normal())
    y = x
    for _ in range(25):
        y = y + y * 0.5
    with see.budget(seconds=1):
        y.backward()
    see(x.grad, "x.grad")
    x = leaf(torch, rng.uniform(0.5, 1.0, size=2))
    y = x
    for _ in range(25):
        y = (y * y + y) * 0.5
    with see.budget(seconds=1):
        y.sum().backward()
    see(x.grad, "x.grad of y·y + y")


@tests("walk", points=0.5, says="a chain of 5,000 ops needs no deeper recursion than Python allows")
def a_long_chain(torch, see, rng):
    x = leaf(torch, rng.normal(size=2))
    y = see.repeat(x, 2_500, ("__mul__", 0.9999), ("__add__", 1.0))
    with see.budget(seconds=3):
        y.sum().backward()
    see(x.grad, "x.grad")


@tests("walk", points=0.5, says="what was broadcast on the way, not only at a leaf, is summed back")
def broadcasting_of_inner_results(torch, see, rng):
    column, row, number = (
        leaf(torch, rng.normal(size=(3, 1))),
        leaf(torch, rng.normal(size=4)),
        leaf(torch, rng.normal()),
    )
    inner = column.exp() * number
    table = inner * row + inner
    pull(torch, rng, table * row.exp() - number)
    see(column.grad, "column.grad")
    see(row.grad, "row.grad")
    see(number.grad, "number.grad")
    grown, stretched = leaf(torch, rng.normal(size=(1, 3, 1))), leaf(torch, rng.normal(size=(2, 1, 1, 4)))
    pull(torch, rng, (grown * 2.0) * (stretched * 3.0))
    table = leaf(torch, rng.normal(size=(3, 4)))
    centred = table * 2.0 - (table * 2.0).mean(1, True)
    pull(torch, rng, centred * centred.amax(0))
    see(table.grad, "the gradient of a table that was centred by the mean of each row")
    see(grown.grad, "the gradient of a (1, 3, 1) factor")
    see(stretched.grad, "the gradient of a (2, 1, 1, 4) factor")


@tests(
    "walk", points=0.5, says="any graph of sums and products gives the right gradient, for every leaf and only for them"
)
def random_graphs(torch, see, rng):
    for _ in range(8):
        leaves = [leaf(torch, rng.normal(size=2) * 0.5) for _ in range(3)] + [torch.tensor(rng.normal(size=2))]
        made = list(leaves)
        for _ in range(14):
            a, b = (made[rng.integers(len(made))] for _ in range(2))
            made.append([a + b, a - b, a * b, a * 0.5, -a][rng.integers(5)])
        (made[-1] * made[-2] + made[-3] + leaves[0]).sum().backward()
        for x in leaves:
            see(x.grad, "a leaf's grad")


@tests("walk", points=0.5, says="0-d, empty and non-contiguous tensors go back like all others, and None goes nowhere")
def odd_shapes(torch, see, rng):
    class Stop(torch.graph.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return None

    x = leaf(torch, rng.normal(size=2))
    (x * 3.0 + Stop.apply(x * 2.0)).sum().backward()
    see(x.grad, "x.grad, where one of two roads carries nothing")
    for shape in [(), (0,), (2, 0), (1, 1)]:
        x = leaf(torch, rng.normal(size=shape))
        pull(torch, rng, (x * x + x) * 2.0)
        see(x.grad, "x.grad")
        see(tuple(x.grad.shape) == shape, "the shape is that of x")
    base = leaf(torch, rng.normal(size=(4, 6)))
    pull(torch, rng, base.transpose(0, 1)[::2] * 2.0 + base.permute(1, 0)[1::2])
    see(base.grad, "the gradient through views that are not contiguous")
    x = torch.tensor(rng.normal(size=(3, 2)).T, requires_grad=True)
    pull(torch, rng, x * torch.tensor(rng.normal(size=(2, 3))))
    see(x.grad, "the gradient of a leaf that is not contiguous")


@tests("walk", points=0.5, says="one walk leaves nothing behind that disturbs the next, not even one that failed")
def walks_one_after_the_other(torch, see, rng):
    x = leaf(torch, rng.normal(size=2))
    shared = x * 3.0
    first, second = (shared * x).sum(), (shared * shared).sum()
    for loss in (first, second):
        see(torch.autograd.grad(loss, x, retain_graph=True)[0], "the gradient of one of two losses")
    see.error(lambda: (shared * 2.0).backward(), "a seed that is missing")
    see(torch.autograd.grad(first + second, x)[0], "the gradient of both")
    a, b = leaf(torch, rng.normal(size=2)), leaf(torch, rng.normal(size=2))
    product = a * b
    see(torch.autograd.grad(product.sum(), a, retain_graph=True)[0], "the gradient of one input")
    see(a.grad, "a.grad, which autograd.grad leaves alone")
    product.sum().backward(retain_graph=True)
    see(a.grad, "a.grad")
    see(b.grad, "b.grad")
    for x in (a, b):
        x.grad = None
    (product * a).sum().backward()
    see(a.grad, "a.grad of a second walk over the same graph")


@tests("walk", points=0.5, says="several results can start one walk, and an input in the middle can be asked for")
def several_results(torch, see, rng):
    x, y = leaf(torch, rng.normal(size=3)), leaf(torch, rng.normal(size=3))
    middle = x * y
    total, other = (middle * x).sum(), (middle + y).sum()
    torch.autograd.backward([total, other])
    see(x.grad, "x.grad")
    see(y.grad, "y.grad")
    middle = x * y
    results = [(middle * middle * x).sum(), middle]
    weights = [None, torch.tensor(rng.normal(size=3))]
    for gradient in torch.autograd.grad(results, [middle, x], grad_outputs=weights):
        see(gradient, "a gradient asked for by name")


@tests("walk", points=0.5, says="with create_graph=True the gradient is recorded, and can be differentiated again")
def a_walk_that_is_recorded(torch, see, rng):
    x, y = leaf(torch, rng.normal(size=3)), leaf(torch, rng.normal(size=(2, 1)))
    z = (x * y + x) ** 3
    gradients = torch.autograd.grad(z.sum(), [x, y], create_graph=True)
    for gradient in gradients:
        see(gradient, "a first derivative")
    penalty = sum((gradient * gradient).sum() for gradient in gradients)
    penalty.backward()
    see(x.grad, "the gradient of a gradient penalty")
    see(y.grad, "the same for a broadcast input")
    t = leaf(torch, rng.normal(size=1))
    f = t * t * t * t
    for _ in range(4):
        (f,) = torch.autograd.grad(f, t, create_graph=True)
        see(f, "a higher derivative")


# ---- Exp ---------------------------------------------------------------------------------------------------------


@tests("Exp", points=0.5, says="the slope of eˣ is eˣ, for small and large numbers, in the dtype of x")
def exponentials(torch, see, rng):
    for dtype in (torch.float32, torch.float64):
        x = leaf(torch, [-200.0, -3.0, 0.0, 1.0, 20.0], dtype)
        x.exp().backward(gradient=torch.tensor([1.0, 2.0, -3.0, 4.0, 5.0], dtype=dtype))
        see(x.grad, "x.grad")
    x = leaf(torch, rng.normal())
    (2.0 * x.exp()).exp().backward()
    see(x.grad, "x.grad of a 0-d tensor")


@tests("Exp", points=0.5, says="it works inside formulas: a log of sums, a product with itself")
def log_of_sums(torch, see, rng):
    x = leaf(torch, rng.normal(size=(2, 3)))
    pull(torch, rng, x.exp().sum(dim=1).log())
    see(x.grad, "x.grad of log Σ exp")
    x = leaf(torch, rng.normal(size=4))
    e = x.exp()
    pull(torch, rng, e * e / (e + 1.0) - e)
    see(x.grad, "x.grad")


@tests("Exp", points=0.5, says="the rule can be differentiated again and again")
def exponentials_twice(torch, see, rng):
    see(twice(torch, rng, lambda x: (x * x).exp(), leaf(torch, rng.normal(size=3))), "the second derivative")
    x = leaf(torch, rng.normal(size=1))
    f = (x * 0.5).exp()
    for _ in range(3):
        (f,) = torch.autograd.grad(f, x, create_graph=True)
        see(f, "a higher derivative")


# ---- Mean --------------------------------------------------------------------------------------------------------

SHAPES_AND_DIMS = [
    ((2, 3), 0),
    ((2, 3), 1),
    ((3, 3), -1),
    ((3, 3), 0),
    ((2, 3, 4), (0, 2)),
    ((2, 3, 4), (-1, 1)),
    ((4,), None),
]


@tests("Mean", points=0.5, says="every entry gets its share, for every dim, tuple of dims and keepdim")
def means(torch, see, rng):
    for shape, dim in SHAPES_AND_DIMS:
        for keepdim in (False, True):
            x = leaf(torch, rng.normal(size=shape))
            y = x.mean() if dim is None else x.mean(dim, keepdim)
            pull(torch, rng, y)
            see(x.grad, f"x.grad of shape {shape}, dim {dim}")


@tests("Mean", points=0.5, says="0-d, empty and non-contiguous tensors have a mean's gradient, in their own dtype")
def means_of_odd_shapes(torch, see, rng):
    x = leaf(torch, rng.normal())
    (x.mean() * 3.0).backward()
    see(x.grad, "x.grad of a 0-d tensor")
    x = leaf(torch, np.zeros((0, 3)))
    pull(torch, rng, x.mean(dim=1))
    see(x.grad, "x.grad of an empty tensor")
    x = leaf(torch, rng.normal(size=(4, 3)), torch.float32)
    (x.transpose(0, 1).mean(dim=0) * torch.tensor([1.0, 2.0, 3.0, 4.0])).mean().backward()
    see(x.grad, "x.grad through a view")


@tests("Mean", points=0.5, says="a loss that ends in a mean trains, and its gradient can be differentiated again")
def means_twice(torch, see, rng):
    w = leaf(torch, rng.normal(size=3))
    data, target = torch.tensor(rng.normal(size=(5, 3))), torch.tensor(rng.normal(size=5))
    (((data * w).sum(dim=1) - target) ** 2).mean().backward()
    see(w.grad, "the gradient of a mean squared error")
    see(twice(torch, rng, lambda x: (x * x * x).mean(1), leaf(torch, rng.normal(size=(2, 3)))), "the second derivative")


# ---- Max ---------------------------------------------------------------------------------------------------------


@tests("Max", points=0.5, says="only the largest entry gets the gradient, for every dim, tuple of dims and keepdim")
def maxima(torch, see, rng):
    for shape, dim in SHAPES_AND_DIMS:
        for keepdim in (False, True):
            x = leaf(torch, rng.normal(size=shape))
            y = x.max() if dim is None else x.amax(dim, keepdim)
            pull(torch, rng, y)
            see(x.grad, f"x.grad of shape {shape}, dim {dim}")


@tests("Max", points=0.5, says="equally large entries share the gradient, along each row separately")
def maxima_with_ties(torch, see, rng):
    values = rng.integers(0, 3, size=(5, 6)).astype(np.float64)
    for dim in (0, 1, (0, 1)):
        x = leaf(torch, values)
        pull(torch, rng, x.amax(dim))
        see(x.grad, f"x.grad along {dim}")
    x = leaf(torch, np.ones((2, 3)), torch.float32)
    x.max().backward()
    see(x.grad, "x.grad when all are equal")
    see(torch.autograd.grad(x.max(), x)[0], "the gradient of a float32 tensor")
    x = leaf(torch, 4.0)
    x.max().backward()
    see(x.grad, "x.grad of a 0-d tensor")


@tests("Max", points=0.5, says="the rule works inside formulas and can be differentiated again")
def maxima_twice(torch, see, rng):
    x = leaf(torch, rng.normal(size=(3, 4)))
    m = x.amax(dim=1, keepdim=True)
    pull(torch, rng, (x - m).exp().sum(dim=1).log() + m.reshape(3))
    see(x.grad, "x.grad of a shifted log Σ exp")
    see(twice(torch, rng, lambda x: x.amax(1) ** 3, leaf(torch, rng.normal(size=(2, 3)))), "the second derivative")


# ---- MatMul ------------------------------------------------------------------------------------------------------


def products(torch, see, rng, pairs):
    for a, b in pairs:
        x, y = leaf(torch, rng.normal(size=a)), leaf(torch, rng.normal(size=b))
        pull(torch, rng, x @ y)
        see(x.grad, f"the left gradient for {a} @ {b}")
        see(y.grad, f"the right gradient for {a} @ {b}")


@tests("MatMul", points=0.5, says="matrices and vectors: each factor gets a gradient of its own shape")
def plain_products(torch, see, rng):
    products(
        torch,
        see,
        rng,
        [((2, 3), (3, 4)), ((3, 3), (3, 3)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((1, 1), (1, 1))],
    )
    x = leaf(torch, rng.normal(size=(2, 3)), torch.float32)
    (x @ x.T).sum().backward()
    see(x.grad, "x.grad of x @ xᵀ")


@tests("MatMul", points=0.5, says="batches of matrices, also batches that were broadcast")
def batched_products(torch, see, rng):
    pairs = [
        ((5, 2, 3), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((1, 2, 3), (5, 3, 2)),
    ]
    products(
        torch, see, rng, [*pairs, ((3,), (5, 3, 2)), ((5, 2, 3), (3,)), ((3,), (2, 5, 3, 4)), ((2, 5, 4, 3), (3,))]
    )


@tests("MatMul", points=0.5, says="empty and non-contiguous factors, and factors that want no gradient")
def odd_products(torch, see, rng):
    products(torch, see, rng, [((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,)), ((0, 2, 3), (3, 4))])
    x, y = leaf(torch, rng.normal(size=(3, 2))), leaf(torch, rng.normal(size=(4, 6)))
    pull(torch, rng, x.transpose(0, 1) @ y.permute(1, 0)[::2])
    see(x.grad, "x.grad through a view")
    see(y.grad, "y.grad through a view")
    w, data = leaf(torch, rng.normal(size=(3, 2))), torch.tensor(rng.normal(size=(4, 3)))
    pull(torch, rng, data @ w)
    see(w.grad, "w.grad")
    see(data.grad, "data.grad")
    v = leaf(torch, rng.normal(size=3))
    pull(torch, rng, v @ torch.tensor(rng.normal(size=(3, 2))))
    see(v.grad, "v.grad")


@tests("MatMul", points=0.5, says="the rule can be differentiated again")
def products_twice(torch, see, rng):
    square = rng.normal(size=(3, 3))
    see(twice(torch, rng, lambda x: x @ x @ torch.tensor(square), leaf(torch, rng.normal(size=(3, 3)))), "x @ x")
    see(
        twice(torch, rng, lambda x: (x @ torch.tensor(square)) @ x, leaf(torch, rng.normal(size=3))), "a quadratic form"
    )
    x, y = leaf(torch, rng.normal(size=(2, 2, 3))), leaf(torch, rng.normal(size=(3, 2)))
    dx, dy = torch.autograd.grad(((x @ y) ** 2).sum(), [x, y], create_graph=True)
    ((dx * dx).sum() + (dy * dy).sum()).backward()
    see(x.grad, "x.grad of a gradient penalty")
    see(y.grad, "y.grad of a gradient penalty")


# ---- Permute -----------------------------------------------------------------------------------------------------


@tests("Permute", points=0.5, says="every order of four dims is undone")
def all_orders(torch, see, rng):
    from itertools import permutations

    for dims in permutations(range(4)):
        x = leaf(torch, rng.normal(size=(2, 3, 1, 4)))
        pull(torch, rng, x.permute(*dims))
        see(x.grad, f"x.grad of permute{dims}")


@tests("Permute", points=0.5, says="negative dims, tensors without dims or entries, and .T of more than two dims")
def odd_orders(torch, see, rng):
    for shape, dims in [
        ((2, 3, 4), (-1, 0, 1)),
        ((2, 3, 4), (1, -1, -3)),
        ((), ()),
        ((5,), (0,)),
        ((2, 0, 3), (2, 0, 1)),
    ]:
        x = leaf(torch, rng.normal(size=shape))
        pull(torch, rng, x.permute(dims))
        see(x.grad, f"x.grad of permute{dims}")
    x = leaf(torch, rng.normal(size=(3, 2)))
    pull(torch, rng, x.T * 2.0)
    see(x.grad, "x.grad of x.T")


@tests("Permute", points=0.5, says="permuted entries can be used further, and differentiated again")
def orders_twice(torch, see, rng):
    x = leaf(torch, rng.normal(size=(2, 3, 4)))
    pull(torch, rng, x.permute(2, 0, 1).reshape(4, 6)[1:] * 3.0)
    see(x.grad, "x.grad")
    see(
        twice(torch, rng, lambda x: x.permute(1, 2, 0) ** 3, leaf(torch, rng.normal(size=(2, 3, 2)))),
        "the second derivative",
    )


# ---- Index -------------------------------------------------------------------------------------------------------


@tests("Index", points=0.5, says="ints, slices, Ellipsis and None: what was read gets its gradient, all else gets 0")
def reading_by_place(torch, see, rng):
    keys = [2, -1, (1, 2), slice(1, 3), slice(0, 4, 2), (slice(None), 1), (..., 0), (None, 1), (slice(0, 0),), ()]
    for key in keys:
        x = leaf(torch, rng.normal(size=(4, 3)))
        pull(torch, rng, x[key])
        see(x.grad, f"x.grad of x[{key}]")


@tests(
    "Index", points=0.5, says="an entry that is read several times gets every gradient; masks read where they are True"
)
def reading_by_arrays(torch, see, rng):
    x = leaf(torch, rng.normal(size=(4, 3)))
    pull(torch, rng, x[torch.tensor([0, 2, 0, 0, -4])])
    see(x.grad, "x.grad when row 0 is read four times")
    x = leaf(torch, rng.normal(size=(4, 3)))
    pull(torch, rng, x[torch.tensor([0, 1, 1]), torch.tensor([2, 2, 2])])
    see(x.grad, "x.grad for pairs of indices")
    x = leaf(torch, rng.normal(size=(4, 3)))
    pull(torch, rng, x[x > 0.0])
    see(x.grad, "x.grad for a mask")
    x = leaf(torch, rng.normal(size=5), torch.float32)
    x[torch.tensor([], dtype=torch.int64)].sum().backward()
    see(x.grad, "x.grad when nothing is read")


@tests("Index", points=0.5, says="pieces of one tensor meet again, and the rule can be differentiated again")
def reading_twice(torch, see, rng):
    x = leaf(torch, rng.normal(size=(4, 3)))
    pull(torch, rng, torch.cat([x[1:] * x[:-1], x[0].reshape(1, 3)], dim=0))
    see(x.grad, "x.grad")
    key = torch.tensor([0, 2, 0])
    see(twice(torch, rng, lambda x: x[key] ** 3, leaf(torch, rng.normal(size=(3, 2)))), "the second derivative")
    see(
        twice(torch, rng, lambda x: torch.stack([x[0] * x[1], x[2] ** 2]), leaf(torch, rng.normal(size=3))),
        "of stacked products",
    )


# ---- Softmax -----------------------------------------------------------------------------------------------------


def bends(torch, see, rng, f):
    for shape, dim in [
        ((4,), 0),
        ((2, 3), 0),
        ((2, 3), 1),
        ((3, 3), -1),
        ((2, 3, 4), 1),
        ((2, 3), -2),
        ((1,), 0),
    ]:
        x = leaf(torch, rng.normal(size=shape))
        pull(torch, rng, f(x, dim))
        see(x.grad, f"x.grad of shape {shape}, dim {dim}")


@tests("Softmax", points=0.5, says="every output depends on every input along the dim, whatever gradient arrives")
def shares(torch, see, rng):
    bends(torch, see, rng, lambda x, dim: x.softmax(dim))


@tests("Softmax", points=0.5, says="large logits and views are no problem, and the dtype stays")
def extreme_shares(torch, see, rng):
    x = leaf(torch, [1000.0, 999.0, -1000.0], torch.float32)
    x.softmax(dim=0).backward(gradient=torch.tensor([1.0, 2.0, 3.0]))
    see(x.grad, "x.grad of large logits")
    x = leaf(torch, rng.normal(size=(3, 2)))
    pull(torch, rng, x.transpose(0, 1).softmax(dim=1) @ torch.tensor(rng.normal(size=(3, 2))))
    see(x.grad, "x.grad inside an attention")


@tests("Softmax", points=0.5, says="the rule can be differentiated again")
def shares_twice(torch, see, rng):
    see(twice(torch, rng, lambda x: x.softmax(1), leaf(torch, rng.normal(size=(2, 3)))), "the second derivative")
    see(
        twice(torch, rng, lambda x: x.softmax(0) ** 2, leaf(torch, rng.normal(size=4))),
        "the second derivative of squares",
    )


# ---- LogSoftmax --------------------------------------------------------------------------------------------------


@tests("LogSoftmax", points=0.5, says="every output depends on every input along the dim, whatever gradient arrives")
def log_shares(torch, see, rng):
    bends(torch, see, rng, lambda x, dim: x.log_softmax(dim))


@tests("LogSoftmax", points=0.5, says="the loss of a classifier gets shares minus truth, even for huge logits")
def classifier(torch, see, rng):
    for scale in (1.0, 1000.0):
        logits = leaf(torch, rng.normal(size=(4, 3)) * scale)
        (-logits.log_softmax(dim=1)[torch.tensor([0, 1, 2, 3]), torch.tensor([2, 0, 1, 1])]).mean().backward()
        see(logits.grad, "logits.grad")


@tests("LogSoftmax", points=0.5, says="the rule can be differentiated again")
def log_shares_twice(torch, see, rng):
    see(twice(torch, rng, lambda x: x.log_softmax(1), leaf(torch, rng.normal(size=(2, 3)))), "the second derivative")
    see(
        twice(torch, rng, lambda x: x.log_softmax(0) ** 2, leaf(torch, rng.normal(size=4))),
        "the second derivative of squares",
    )


# ---- GELU --------------------------------------------------------------------------------------------------------


@tests("GELU", points=0.5, says="the slope is Φ(x) + x·φ(x), exactly, not an approximation of it")
def gelus(torch, see, rng):
    x = leaf(torch, rng.normal(size=(3, 4)) * 2.0)
    pull(torch, rng, torch.nn.functional.gelu(x))
    see(x.grad, "x.grad")


@tests("GELU", points=0.5, says="it is flat far to the left and a straight line far to the right, in the dtype of x")
def gelus_far_out(torch, see, rng):
    for dtype in (torch.float32, torch.float64):
        x = leaf(torch, [-40.0, -6.0, 0.0, 6.0, 40.0], dtype)
        torch.nn.functional.gelu(x).backward(gradient=torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=dtype))
        see(x.grad, "x.grad")
    x = leaf(torch, rng.normal())
    torch.nn.functional.gelu(x * 2.0).backward()
    see(x.grad, "x.grad of a 0-d tensor")


@tests("GELU", points=0.5, says="the rule can be differentiated again")
def gelus_twice(torch, see, rng):
    see(twice(torch, rng, torch.nn.functional.gelu, leaf(torch, rng.normal(size=(2, 3)))), "the second derivative")


# ---- check your understanding ------------------------------------------------------------------------------------


@tests("four_numbers", points=0.5, says="the entries of the full Jacobian (question 1)")
def entries_of_a_jacobian(torch, see, rng, nb):
    see(nb.jacobian_entries, "your number")


@tests("four_numbers", points=0.5, says="the multiplications of the forward pass (question 2)")
def multiplications_forward(torch, see, rng, nb):
    see(nb.forward_multiplications, "your number")


@tests("four_numbers", points=0.5, says="the multiplications of the backward pass (question 3)")
def multiplications_backward(torch, see, rng, nb):
    see(nb.backward_multiplications, "your number")


@tests("four_numbers", points=0.5, says="the multiplications when the input wants no gradient (question 4)")
def multiplications_of_the_first_layer(torch, see, rng, nb):
    see(nb.first_layer_multiplications, "your number")


# ---- break it ----------------------------------------------------------------------------------------------------


def right_slope(torch):
    def slope_of(f, at):
        x = torch.tensor(at, requires_grad=True)
        f(x).backward()
        return x.grad.item()

    return slope_of


def wrong_slope(torch, combine, wait):
    """An engine that visits a node every time that something arrives, unless `wait`; `combine` joins old and new."""

    def slope_of(f, at):
        x = torch.tensor(at, requires_grad=True)
        result = f(x).grad_fn
        arrived = {result: np.array(1.0)}
        order = [node for node in torch.graph.topological_order(result)] if wait else [result]
        for node in order:
            if node.next:
                for target, gradient in zip(node.next, node.visit(arrived[node]), strict=True):
                    if target is not None and gradient is not None:
                        arrived[target] = combine(arrived[target], gradient) if target in arrived else gradient
                        if not wait:
                            order.append(target)
        return float(next(arrived[node] for node in arrived if not node.next))

    return slope_of


@tests("is_right", points=0.5, says="an engine that visits a node too early is found out, a right one is not accused")
def tells_a_hasty_engine(torch, see, rng, nb):
    def first_arrival(f, at):
        x = torch.tensor(at, requires_grad=True)
        result = f(x).grad_fn
        arrived, queue, seen = {result: np.array(1.0)}, [result], set()
        for node in queue:
            if node in seen:
                continue
            seen.add(node)
            if not node.next:
                return float(arrived[node])
            for target, gradient in zip(node.next, node.visit(arrived[node]), strict=True):
                if target is not None and gradient is not None:
                    arrived[target] = arrived.get(target, 0.0) + gradient
                    queue.append(target)

    see(bool(nb.is_right(right_slope(torch))), "what it says of a right engine")
    see(bool(nb.is_right(first_arrival)), "what it says of a hasty engine")


@tests("is_right", points=0.5, says="an engine that overwrites what has arrived is found out")
def tells_an_overwriting_engine(torch, see, rng, nb):
    see(bool(nb.is_right(right_slope(torch))), "what it says of a right engine")
    see(bool(nb.is_right(wrong_slope(torch, lambda old, new: new, wait=True))), "what it says of a forgetful engine")
    off = lambda f, at: right_slope(torch)(f, at) * 1.02  # noqa: E731
    see(bool(nb.is_right(off)), "what it says of an engine that is two percent off")


@tests("is_right", points=0.5, says="an engine that hands on a shared node's total again and again is found out")
def tells_an_engine_that_repeats_itself(torch, see, rng, nb):
    see(bool(nb.is_right(right_slope(torch))), "what it says of a right engine")
    see(bool(nb.is_right(wrong_slope(torch, lambda old, new: old + new, wait=False))), "what it says of such an engine")
