"""Programs that the grader runs on a student's engine and on the reference; what comes out is compared."""

from autograder.hidden import tests

# ---- to_array ----------------------------------------------------------------------------------------------------


@tests("to_array", points=1, says="Python numbers get the default dtypes, and a dtype that is given is kept")
def dtypes_of_python_numbers(torch, see, rng):
    a, b = float(rng.normal()), int(rng.integers(2, 9))
    for data in (a, b, True, [a, b], [[b], [b + 1]], (a, a), [], [[]], [True, b]):
        see(torch.tensor(data))
    see(torch.tensor([b, b + 1], dtype=torch.float64))
    see(torch.tensor([a, a], dtype=torch.int32))


@tests("to_array", points=1, says="a NumPy array or number keeps its dtype, whatever its shape and memory layout")
def dtypes_of_arrays(torch, see, rng):
    array = rng.normal(size=(3, 4))
    for data in (
        array,
        array.astype("float32"),
        array.astype("float16"),
        array > 0,
        array[0, 0],
        array.T[::2],
        array[:0],
    ):
        see(torch.kernels.to_array(data))
    see(torch.tensor(array, dtype=torch.float32))


@tests("to_array", points=1, says="the new array never shares memory, and what is no number is refused")
def own_memory(torch, see, rng):
    arrays = [rng.normal(size=3), rng.normal(size=3).astype("float32")]
    made = [torch.kernels.to_array(array) for array in arrays]
    made.append(torch.kernels.to_array(arrays[1], dtype=arrays[1].dtype))
    for array in arrays:
        array[:] = 0
    see(made)
    see.error(lambda: torch.tensor([[1.0, 2.0], [3.0]]))
    see.error(lambda: torch.tensor(["one"]))


# ---- broadcast_shapes --------------------------------------------------------------------------------------------


def draw_shapes(rng, count):
    """Shapes that fit together: each a stretch of one shape, with some sizes set to 1 and some left out."""
    whole = rng.integers(1, 6, size=4).tolist()
    shapes = []
    for _ in range(count):
        sizes = [1 if rng.random() < 0.4 else size for size in whole]
        shapes.append(tuple(sizes[int(rng.integers(0, 5)) :]))
    return shapes


@tests("broadcast_shapes", points=1, says="shapes with sizes of 1 and of different lengths fit together")
def shapes_that_fit(torch, see, rng):
    for _ in range(20):
        shapes = draw_shapes(rng, 2)
        see(shapes)
        see(torch.shapes.broadcast_shapes(*shapes))


@tests("broadcast_shapes", points=1, says="it works for any number of shapes, and for sizes of 0")
def many_shapes_and_none(torch, see, rng):
    see(torch.shapes.broadcast_shapes())
    see(torch.shapes.broadcast_shapes(()))
    see(torch.shapes.broadcast_shapes((3, 1)))
    for count in (3, 4, 5):
        see(torch.shapes.broadcast_shapes(*draw_shapes(rng, count)))
    n = int(rng.integers(2, 9))
    see(torch.shapes.broadcast_shapes((0,), (1,)))
    see(torch.shapes.broadcast_shapes((n, 1), (0,), (1, 1, 1)))


@tests("broadcast_shapes", points=1, says="shapes that do not fit are an error, that of the engine's + too")
def shapes_that_do_not_fit(torch, see, rng):
    n = int(rng.integers(2, 9))
    wrong = [
        ((n, n + 1), (n,)),
        ((n,), (n + 1,)),
        ((n,), (0,)),
        ((n, 1), (1, n), (n + 1, 1)),
        ((2 * n, 3), (n, 3)),
        ((1, n), (n, n + 1)),
        ((3, 2), (3,)),
    ]
    for shapes in wrong:
        see.error(lambda shapes=shapes: torch.shapes.broadcast_shapes(*shapes), f"{len(shapes)} shapes")
    see.error(lambda: torch.kernels.add(rng.normal(size=(n, n + 1)), rng.normal(size=n)), "an addition")


# ---- unbroadcast -------------------------------------------------------------------------------------------------


@tests("unbroadcast", points=1, says="every way of stretching is undone: shape and sums are right")
def every_way_of_stretching(torch, see, rng):
    grad = rng.normal(size=(2, 3, 4))
    shapes = [(), (4,), (1,), (3, 1), (3, 4), (1, 4), (1, 1), (2, 1, 1), (1, 3, 1), (2, 3, 1), (1, 1, 1), (2, 3, 4)]
    for shape in shapes:
        see(torch.shapes.unbroadcast(grad, shape))


@tests("unbroadcast", points=1, says="gradients that are views, empty, 0-d or full of dims of size 1 come back right")
def unusual_gradients(torch, see, rng):
    grad = rng.normal(size=(4, 5))
    see(torch.shapes.unbroadcast(grad.T[::2], (1, 4)))
    see(torch.shapes.unbroadcast(grad[:, :1], (4, 1)))
    see(torch.shapes.unbroadcast(rng.normal(size=(0, 3)), (1, 3)))
    see(torch.shapes.unbroadcast(rng.normal(size=(0, 3)), (3,)))
    see(torch.shapes.unbroadcast(rng.normal(size=(1, 1, 3)), (1, 3)))
    see(torch.shapes.unbroadcast(rng.normal(size=(1, 4, 3)), (4, 1)))
    see(torch.shapes.unbroadcast(grad[:1, :1], ()))
    see(torch.shapes.unbroadcast(rng.normal(size=()).reshape(()), ()))
    see(torch.shapes.unbroadcast(grad.astype("float32"), (5,)))


@tests("unbroadcast", points=1, says="it takes tensors as well, and leaves what came in as it was")
def tensors_too(torch, see, rng):
    grad = torch.tensor(rng.normal(size=(3, 2, 4)))
    for shape in ((2, 1), (4,), (), (3, 1, 4), (3, 2, 4)):
        see(torch.shapes.unbroadcast(grad, shape))
    see(grad)


# ---- normalize_dims ----------------------------------------------------------------------------------------------


@tests("normalize_dims", points=1, says="negative dims, several dims, none and 0-d tensors; wrong dims are errors")
def all_ways_to_name_dims(torch, see, rng):
    ndim = int(rng.integers(3, 6))
    for dim in (None, 0, -1, ndim - 1, -ndim, (0, -1), [1, -ndim], (2, 0), ()):
        see(torch.shapes.normalize_dims(dim, ndim))
    see(torch.shapes.normalize_dims(-1, 0))
    see(torch.shapes.normalize_dims((0,), 0))
    for dim in (ndim, -ndim - 1, (0, ndim), -3 * ndim, (1, 1), (0, -ndim)):
        see.error(lambda dim=dim: torch.shapes.normalize_dims(dim, ndim))
    see.error(lambda: torch.shapes.normalize_dims(1, 0))


# ---- sum ---------------------------------------------------------------------------------------------------------


@tests("sum", points=1, says="sums over one dim, several and all, with and without keepdim")
def sums_over_dims(torch, see, rng):
    x = torch.tensor(rng.normal(size=(2, 3, 4)))
    for dim in (None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2)):
        see(x.sum(dim))
        see(x.sum(dim, keepdim=True))


@tests("sum", points=1, says="floats keep their dtype; ints and bools add up to int64 without overflow")
def dtypes_of_sums(torch, see, rng):
    for dtype in ("float16", "float32", "float64", "int32", "int64"):
        see(torch.kernels.sum((rng.normal(size=(5, 2)) * 4).astype(dtype), 0))
    for dtype in ("int8", "uint8", "bool"):
        see(torch.kernels.sum(rng.integers(90, 120, size=(6, 2)).astype(dtype), 0))


@tests("sum", points=1, says="0-d, empty and transposed tensors are summed; impossible dims are errors")
def unusual_sums(torch, see, rng):
    see(torch.tensor(rng.normal()).sum())
    see(torch.tensor(rng.normal()).sum(-1))
    see(torch.tensor(rng.normal(size=(0, 3))).sum(0))
    see(torch.tensor([]).sum())
    see(torch.tensor(rng.normal(size=(0, 3))).sum(1))
    x = torch.tensor(rng.normal(size=(3, 4)))
    see(x.T.sum(0))
    see(x[::2].sum(1, keepdim=True))
    see.error(lambda: x.sum(2))
    see.error(lambda: x.sum((0, -2)))


# ---- softmax -----------------------------------------------------------------------------------------------------


@tests("softmax", points=1, says="shares along any dim, of tensors with any number of dims")
def softmax_along_dims(torch, see, rng):
    x = rng.normal(size=(2, 3, 4)) * 3
    for dim in (0, 1, 2, -1, -2):
        see(torch.kernels.softmax(x, dim))
    see(torch.kernels.softmax(x[0].T, 0))
    see(torch.kernels.softmax(x[0, 0], 0))


@tests("softmax", points=1, says="very large and very small entries do not overflow")
def softmax_of_large_entries(torch, see, rng):
    x = rng.normal(size=(4, 3))
    for shift in (1e3, -1e3, 1e6):
        see(torch.kernels.softmax(x + shift, 1))
    apart = x + rng.permutation([0.0, 2e3, -2e3, 4e3])[:, None]
    see(torch.kernels.softmax(apart, 1))
    see(torch.kernels.softmax(apart, 0))


@tests("softmax", points=1, says="it keeps the dtype, and what came in stays as it was")
def softmax_leaves_its_input(torch, see, rng):
    x = rng.normal(size=(3, 5)).astype("float32")
    see(torch.tensor(x).softmax(dim=1))
    see(torch.kernels.softmax(x.astype("float16") * 20, 0))
    see(torch.kernels.softmax(x, -1))
    see(x)
    see.error(lambda: torch.kernels.softmax(x, 2))


# ---- matmul ------------------------------------------------------------------------------------------------------


@tests("matmul", points=1, says="matrices, rows and columns multiply")
def one_and_two_dims(torch, see, rng):
    x, y, v, w = (rng.normal(size=shape) for shape in ((3, 4), (4, 2), 4, 3))
    for a, b in ((x, y), (x, v), (w, x), (v, v), (x.T, w), (y.T, x.T), (x[:0], y), (x[:, :0], y[:0])):
        see(torch.kernels.matmul(a, b))


@tests("matmul", points=1, says="batches of matrices broadcast")
def batches(torch, see, rng):
    x = rng.normal(size=(5, 2, 3))
    for shape in ((5, 3, 4), (3, 4), (1, 3, 4), (6, 1, 3, 2), (3,)):
        see(torch.tensor(x) @ torch.tensor(rng.normal(size=shape)))
    see(torch.tensor(rng.normal(size=2)) @ torch.tensor(x))


@tests("matmul", points=1, says="factors that do not fit are a RuntimeError: no dims, inner sizes, batch dims")
def factors_that_do_not_fit(torch, see, rng):
    n = int(rng.integers(2, 6))
    shapes = [
        ((n, n + 1), (n, n + 1)),
        ((n,), (n + 1, n)),
        ((n, n + 1), (n,)),
        ((n,), (n + 1,)),
        ((), (n,)),
        ((n, n), ()),
        ((), ()),
    ]
    shapes += [((n, 2, 3), (n + 1, 3, 2)), ((2, n, 2, 3), (2, n + 1, 3, 2)), ((n, 1), (n, 1)), ((4, n, 1), (4, n, 1))]
    shapes += [((3, 2, n), (3, 2, n, 5)), ((2, 3, 4, n), (2, n, 6)), ((2, 4, n), (2, 3, n, 6))]
    shapes += [((3, 4, 2, 4), (3, 4, 6)), ((2, n), (n, n + 1, 3))]
    for a, b in shapes:
        see.error(
            lambda a=a, b=b: torch.kernels.matmul(rng.normal(size=a), rng.normal(size=b)),
            f"{len(a)} dims @ {len(b)} dims",
        )


# ---- infer_shape, permute, stack ---------------------------------------------------------------------------------


@tests(
    "infer_shape",
    points=1,
    says="the missing size is found where there is one, also for empty tensors; the rest is an error",
)
def reshapes(torch, see, rng):
    n = int(rng.integers(2, 7))
    x = torch.tensor(rng.normal(size=(n, 4, 3)))
    for shape in ((-1,), (n, -1), (-1, 6), (2, -1, n), (12, n), (n, 2, 2, 3), (-1, n * 12)):
        see(x.reshape(shape))
    see(torch.tensor([]).reshape(-1))
    see(torch.tensor([]).reshape(3, -1))
    see(torch.tensor(1.5).reshape(-1))
    see(x.T.reshape(-1))
    for shape in (
        (n * 12 + 1, -1),
        (n, 4),
        (-1, -1, n),
        (0, -1),
        (),
        (-2, -6 * n),
        (-3, -1),
        (-2, -2, 3 * n),
        (n, 4, 3, 2),
    ):
        see.error(lambda shape=shape: torch.shapes.infer_shape(shape, n * 12), str(len(shape)) + " sizes")
    see.error(lambda: torch.tensor([]).reshape(0, -1))


@tests(
    "permute", points=1, says="all orders of the dims, as views; an order that leaves out or repeats a dim is an error"
)
def permutes(torch, see, rng):
    x = rng.normal(size=(2, 3, 4, 5))
    for _ in range(6):
        order = rng.permutation(4).tolist()
        see(torch.kernels.permute(x, tuple(order)))
        see(torch.kernels.permute(x, tuple(d - 4 if d % 2 else d for d in order)))
    view = torch.kernels.permute(x, (3, 1, 0, 2))
    view[4, 2, 1, 3] = 7.0
    see(x[1, 2, 3, 4])
    see(torch.kernels.permute(x[0, 0, 0, 0:1][0].reshape(()), ()))
    for dims in ((0, 1), (0, 1, 2, 2), (0, 1, 2, -2), (0, 1, 2, 4), (0, 1, 2, 3, 0), ()):
        see.error(lambda dims=dims: torch.kernels.permute(x, dims), f"{len(dims)} dims")


@tests(
    "stack",
    points=1,
    says="a new dim anywhere, for 0-d tensors too; unequal shapes, no tensors and impossible dims are errors",
)
def stacks(torch, see, rng):
    arrays = [rng.normal(size=(2, 3)).astype("float32") for _ in range(4)]
    for dim in (0, 1, 2, -1, -2, -3):
        see(torch.kernels.stack(dim, *arrays))
    see(torch.kernels.stack(0, arrays[0]))
    see(torch.kernels.stack(-1, *[a.sum() for a in arrays]))
    for dim in (3, -4):
        see.error(lambda dim=dim: torch.kernels.stack(dim, *arrays), "dim")
    see.error(lambda: torch.kernels.stack(0, arrays[0], arrays[1][:1]), "shapes")
    see.error(lambda: torch.kernels.stack(0, arrays[0], arrays[1][0]), "dims")
    see.error(lambda: torch.kernels.stack(0), "nothing")


# ---- quiz and break-it -------------------------------------------------------------------------------------------


@tests("quiz-parameters", points=1, says="the number of parameters: weights and biases of three layers")
def parameters(torch, see, rng, nb):
    see(nb.answer_parameters)


@tests("quiz-scores", points=1, says="the memory of the attention scores in MiB")
def scores(torch, see, rng, nb):
    see(float(nb.answer_scores_mib))


def dim_by_dim(grad, shape):
    """Right, in another way than most."""
    added = grad.ndim - len(shape)
    for dim in reversed(range(grad.ndim)):
        if dim < added:
            grad = grad.sum(axis=dim)
        elif shape[dim - added] == 1:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


@tests(
    "is_broken",
    points=1,
    says="it catches a candidate that forgets one way of stretching, and does not accuse a right one",
)
def catches_what_is_forgotten(torch, see, rng, nb):
    def only_added_dims(grad, shape):
        return grad.sum(axis=tuple(range(grad.ndim - len(shape))))

    def takes_the_first(grad, shape):
        while grad.ndim > len(shape):
            grad = grad[0]
        return dim_by_dim(grad, shape)

    def drops_the_ones(grad, shape):
        return dim_by_dim(grad, shape).squeeze()

    for candidate in (dim_by_dim, only_added_dims, takes_the_first, drops_the_ones, torch.shapes.unbroadcast):
        see(bool(nb.is_broken(candidate)), candidate.__name__)


@tests("is_broken", points=1, says="it catches candidates with wrong values or errors, and does not accuse a right one")
def catches_wrong_values(torch, see, rng, nb):
    def averages(grad, shape):
        return dim_by_dim(grad, shape) * (dim_by_dim(grad, shape).size / grad.size)

    def fails_on_numbers(grad, shape):
        return dim_by_dim(grad, shape).reshape(-1, shape[-1]).reshape(shape)

    def keeps_ones_in_front(grad, shape):
        return dim_by_dim(grad, shape)[(None,) * (grad.ndim - len(shape))]

    def pure(grad, shape):
        return dim_by_dim(grad.astype("float64"), shape)

    for candidate in (averages, fails_on_numbers, keeps_ones_in_front, pure, dim_by_dim):
        see(bool(nb.is_broken(candidate)), candidate.__name__)
