"""What people really write in lesson 1, and what it tells about their picture of the world.

Each function stands in the place of the exercise's cell, so it uses the names of that module.
"""
# ruff: noqa: B905, RUF007

import numpy as np

from autograder.wrong import wrong

# ---- to_array ----------------------------------------------------------------------------------------------------


@wrong(
    "to_array",
    because="An array that already had the right dtype was handed on as it is: the tensor shares its memory.",
    ask="What does np.asarray do when there is nothing to convert?",
)
def to_array(data, dtype=None):
    array = read(data)
    if dtype is None:
        from_python = not isinstance(data, (np.ndarray, np.generic))
        dtype = np.float32 if from_python and array.dtype == np.float64 else array.dtype
    return np.asarray(array, dtype=dtype)


@wrong(
    "to_array",
    because="NumPy's default for Python floats, float64, was kept. PyTorch's is float32.",
    ask="Which dtype has np.array([1.0])?",
)
def to_array(data, dtype=None):
    return np.array(read(data), dtype=dtype)


@wrong(
    "to_array",
    because="Everything became float32, ints and bools too. An index or a label has to stay an int.",
    ask="What is the dtype of torch.tensor([1, 2])?",
)
def to_array(data, dtype=None):
    read(data)
    return np.array(data, dtype=np.float32 if dtype is None else dtype)


@wrong(
    "to_array",
    because="A float64 NumPy array lost its dtype. The default is for Python's floats; an array's dtype was chosen.",
    ask="How can you tell a Python list from an array, once both are arrays?",
)
def to_array(data, dtype=None):
    array = read(data)
    if dtype is None:
        dtype = np.float32 if array.dtype == np.float64 else array.dtype
    return np.array(data, dtype=dtype)


@wrong(
    "to_array",
    because="The dtype that the caller gave was overruled by the default.",
    ask="Who has the last word about the dtype?",
)
def to_array(data, dtype=None):
    array = np.array(read(data), dtype=dtype)
    if not isinstance(data, (np.ndarray, np.generic)) and array.dtype == np.float64:
        array = array.astype(np.float32)
    return array


@wrong(
    "to_array",
    because="A single number was given a dim of its own. It has none: its shape is ().",
    ask="How many dims has np.array(3.0), and how many has np.array([3.0])?",
)
def to_array(data, dtype=None):
    array = np.atleast_1d(read(data))
    if dtype is None:
        chosen_by_somebody = isinstance(data, (np.ndarray, np.generic))
        dtype = np.float32 if array.dtype == np.float64 and not chosen_by_somebody else array.dtype
    return np.array(array, dtype=dtype)


# ---- broadcast_shapes --------------------------------------------------------------------------------------------


@wrong(
    "broadcast_shapes",
    because="The shapes were aligned at their left ends. Missing sizes are missing on the left.",
    ask="Under which number of (4, 3) does the 3 of (3,) stand?",
)
def broadcast_shapes(*shapes):
    ndim = max((len(shape) for shape in shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for dim, size in enumerate(shape):
            if size != 1 and result[dim] not in (1, size):
                raise mismatch(result[dim], size, dim)
            if size != 1:
                result[dim] = size
    return tuple(result)


@wrong(
    "broadcast_shapes",
    because="The larger size won, whatever the other was. Only a 1 can be stretched; 3 and 4 do not fit.",
    ask="What should (4, 3) and (4,) give?",
)
def broadcast_shapes(*shapes):
    ndim = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (ndim - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(max(sizes) for sizes in zip(*padded))


@wrong(
    "broadcast_shapes",
    because="The largest size was taken for the common one. Next to a 1, a size of 0 is the one that wins.",
    ask="How many entries has an empty row plus a single number?",
)
def broadcast_shapes(*shapes):
    ndim = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (ndim - len(shape)) + tuple(shape) for shape in shapes]
    result = []
    for dim, sizes in enumerate(zip(*padded)):
        for size in sizes:
            if size not in (1, max(sizes)):
                raise mismatch(max(sizes), size, dim)
        result.append(max(sizes))
    return tuple(result)


@wrong(
    "broadcast_shapes",
    because="zip stops at the shortest shape, so the dims on the left of the longer one were dropped.",
    ask="What becomes of the 4 in (4, 3) and (3,)?",
)
def broadcast_shapes(*shapes):
    result = []
    for sizes in zip(*[reversed(shape) for shape in shapes]):
        wanted = [size for size in sizes if size != 1] or [1]
        if any(size != wanted[0] for size in wanted):
            raise mismatch(wanted[0], wanted[-1], 0)
        result.append(wanted[0])
    return tuple(reversed(result))


@wrong(
    "broadcast_shapes",
    because="Each shape was compared with its neighbour only. Two shapes may clash with a 1 between them.",
    ask="What should (2, 3), (1, 3) and (4, 3) give?",
)
def broadcast_shapes(*shapes):
    ndim = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (ndim - len(shape)) + tuple(shape) for shape in shapes]
    for first, second in zip(padded, padded[1:]):
        for dim, (a, b) in enumerate(zip(first, second)):
            if a != b and 1 not in (a, b):
                raise mismatch(a, b, dim)
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded))


@wrong(
    "broadcast_shapes",
    because="Sizes had to be equal; a size of 1 was not stretched.",
    ask="What is the third line of the rule?",
)
def broadcast_shapes(*shapes):
    longest = max(shapes, key=len, default=())
    for shape in shapes:
        for place, size in enumerate(reversed(shape), start=1):
            if longest[-place] != size:
                raise mismatch(longest[-place], size, len(longest) - place)
    return tuple(longest)


# ---- unbroadcast -------------------------------------------------------------------------------------------------


@wrong(
    "unbroadcast",
    because="Only the dims that were added on the left are summed; a stretched size of 1 has to be summed as well.",
    ask="What has to happen on the way from (4, 3) back to (4, 1)?",
)
def unbroadcast(grad, shape):
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@wrong(
    "unbroadcast",
    because="The copies were averaged. Each use of a number has its own effect, and the effects add up.",
    ask="By how much does the total move when a number that is used four times moves by 1?",
)
def unbroadcast(grad, shape):
    added = grad.ndim - len(shape)
    stretched = [added + dim for dim, size in enumerate(shape) if size == 1]
    return grad.mean(axis=(*range(added), *stretched)).reshape(shape)


@wrong(
    "unbroadcast",
    because="The sums are right, but the dims of size 1 are gone.",
    ask="Which shape does grad.sum(axis=1) have, if grad is (4, 3), and which one was asked for?",
)
def unbroadcast(grad, shape):
    added = grad.ndim - len(shape)
    stretched = [added + dim for dim, size in enumerate(shape) if size == 1]
    return grad.sum(axis=(*range(added), *stretched))


@wrong(
    "unbroadcast",
    because="Dims of `shape` were taken for dims of `grad`. Dims added on the left shift the count.",
    ask="Which dim of a (5, 2, 3) gradient belongs to the 1 in (2, 1)?",
)
def unbroadcast(grad, shape):
    added = grad.ndim - len(shape)
    stretched = [dim for dim, size in enumerate(shape) if size == 1 and grad.shape[dim] != 1]
    return grad.sum(axis=tuple({*range(added), *stretched})).reshape(shape)


@wrong(
    "unbroadcast",
    because="One of the copies was picked, and the shares of the others are lost.",
    ask="Four rows used the bias. Whose wishes does the first row alone speak for?",
)
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad[0]
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


@wrong(
    "unbroadcast",
    because="The dims were summed from the right. Broadcasting adds dims on the left.",
    ask="Which dim of (4, 3) did the bias of shape (3,) not have?",
)
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=-1)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


# ---- normalize_dims ----------------------------------------------------------------------------------------------


@wrong(
    "normalize_dims",
    because="Negative dims were left as they are.",
    ask="Which dim of a tensor with 3 dims is -1?",
)
def normalize_dims(dim, ndim):
    if dim is None:
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    for d in dims:
        if not -(ndim or 1) <= d < (ndim or 1):
            raise no_such_dim(d, ndim)
    if len(set(dims)) < len(dims):
        raise named_twice(dims[0], dims)
    return dims if ndim else ()


@wrong(
    "normalize_dims",
    because="The remainder makes a valid dim of every int, so a typo such as dim=5 goes unnoticed.",
    ask="What is 5 % 2, and does a tensor with two dims have a dim 5?",
)
def normalize_dims(dim, ndim):
    if dim is None:
        return tuple(range(ndim))
    dims = [d % (ndim or 1) for d in ((dim,) if isinstance(dim, int) else dim)]
    if len(set(dims)) < len(dims):
        raise named_twice(dims[0], dim)
    return tuple(dims) if ndim else ()


@wrong(
    "normalize_dims",
    because="The dims were compared before they were normalized: 0 and -2 passed for two dims of a matrix.",
    ask="When can you tell that two dims are the same?",
)
def normalize_dims(dim, ndim):
    if dim is None:
        return tuple(range(ndim))
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    limit = ndim or 1
    for i, d in enumerate(dims):
        if not -limit <= d < limit:
            raise no_such_dim(d, ndim)
        if d in dims[:i]:
            raise named_twice(d, dims)
    return tuple(d % limit for d in dims) if ndim else ()


@wrong(
    "normalize_dims",
    because="A single number has no dims, but PyTorch lets one write dim=0 and dim=-1 for it. Here that fails.",
    ask="What does your function do with ndim = 0?",
)
def normalize_dims(dim, ndim):
    if dim is None:
        return tuple(range(ndim))
    dims = []
    for d in (dim,) if isinstance(dim, int) else dim:
        if not -ndim <= d < ndim:
            raise no_such_dim(d, ndim)
        if d % ndim in dims:
            raise named_twice(d % ndim, dim)
        dims.append(d % ndim)
    return tuple(dims)


# ---- sum ---------------------------------------------------------------------------------------------------------


@wrong(
    "sum",
    because="keepdim was ignored, so the result does not fit to x any more.",
    ask="Which shape has sum(x, 1, keepdim=True) for x of shape (2, 3)?",
)
def sum(x, dim=None, keepdim=False):
    dtype = np.int64 if x.dtype.kind in "biu" else None
    return np.sum(x, axis=normalize_dims(dim, x.ndim), dtype=dtype)


@wrong(
    "sum",
    because="`if dim` is false for dim 0 as well, so the sum over dim 0 became the sum over everything.",
    ask="Which ints does Python take for False?",
)
def sum(x, dim=None, keepdim=False):
    dims = normalize_dims(dim, x.ndim) if dim else None
    dtype = np.int64 if x.dtype.kind in "biu" else None
    return np.sum(x, axis=dims, dtype=dtype, keepdims=keepdim)


@wrong(
    "sum",
    because="`dim` was taken for the dim that stays. It is the one that disappears.",
    ask="How many numbers has the sum of a (2, 3) tensor over dim 0?",
)
def sum(x, dim=None, keepdim=False):
    named = normalize_dims(dim, x.ndim)
    dims = named if dim is None else tuple(d for d in range(x.ndim) if d not in named)
    dtype = np.int64 if x.dtype.kind in "biu" else None
    return np.sum(x, axis=dims, dtype=dtype, keepdims=keepdim)


@wrong(
    "sum",
    because="Everything was added up in float64, so the dtype of x is lost.",
    ask="What dtype has the sum of float32 numbers in PyTorch, and the sum of bools?",
)
def sum(x, dim=None, keepdim=False):
    return np.sum(x, axis=normalize_dims(dim, x.ndim), dtype=np.float64, keepdims=keepdim)


@wrong(
    "sum",
    because="NumPy chose the dtype: it adds unsigned ints up in uint64, PyTorch in int64.",
    ask="Which dtype does np.sum give for uint8?",
)
def sum(x, dim=None, keepdim=False):
    return np.sum(x, axis=normalize_dims(dim, x.ndim), keepdims=keepdim)


@wrong(
    "sum",
    because="The sum was made in the dtype of x, which for bools is no sum at all, and small ints overflow.",
    ask="How much is True + True + False, and in which dtype can one say so?",
)
def sum(x, dim=None, keepdim=False):
    return np.sum(x, axis=normalize_dims(dim, x.ndim), dtype=x.dtype, keepdims=keepdim)


# ---- softmax -----------------------------------------------------------------------------------------------------


@wrong(
    "softmax",
    because="Nothing was shifted: exp(1000) is infinite, and infinity divided by itself is not a number.",
    ask="What is the largest exponent that your exp may see?",
)
def softmax(x, dim):
    e = np.exp(x)
    return e / sum(e, dim, keepdim=True)


@wrong(
    "softmax",
    because="All rows were shifted by the same number, the largest of all. A row far below it underflows to 0 / 0.",
    ask="What is exp of a row of -1000, shifted by 1000?",
)
def softmax(x, dim):
    e = np.exp(x - x.max())
    return e / sum(e, dim, keepdim=True)


@wrong(
    "softmax",
    because="The shares were divided by the sum over everything, so not each row but the whole table adds up to 1.",
    ask="What do the entries of one row add up to?",
)
def softmax(x, dim):
    e = np.exp(x - max(x, dim, keepdim=True))
    return e / e.sum()


@wrong(
    "softmax",
    because="Without keepdim the maxima lie along the wrong dim, or do not fit at all.",
    ask="Which shape has max(x, 1) for x of shape (2, 3), and along which dim does it get stretched?",
)
def softmax(x, dim):
    e = np.exp(x - max(x, dim))
    return e / sum(e, dim)


@wrong(
    "softmax",
    because="The shift by the mean leaves exponents above 0, and exp can still overflow.",
    ask="For which shift is no exponent above 0?",
)
def softmax(x, dim):
    e = np.exp(x - mean(x, dim, keepdim=True))
    return e / sum(e, dim, keepdim=True)


@wrong(
    "softmax",
    because="The shift was written into x itself, which belongs to the caller.",
    ask="What is the difference between x = x - m and x -= m?",
)
def softmax(x, dim):
    x -= max(x, dim, keepdim=True)
    e = np.exp(x)
    return e / sum(e, dim, keepdim=True)


# ---- matmul ------------------------------------------------------------------------------------------------------


@wrong(
    "matmul",
    because="The inner size of y was looked up at dim 0, which in a batch is a batch dim.",
    ask="Which dims of a (5, 3, 4) tensor are multiplied, and which count the matrices?",
)
def matmul(x, y):
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != y.shape[0]:
        raise no_product(x, y)
    return np.matmul(x, y)


@wrong(
    "matmul",
    because="A factor that did not fit was transposed until it did, and a mistake became some product.",
    ask="Two transposes would fit here. Which one was meant?",
)
def matmul(x, y):
    if x.ndim == 0 or y.ndim == 0:
        raise no_product(x, y)
    if y.ndim > 1 and x.shape[-1] != y.shape[-2]:
        y = np.swapaxes(y, -1, -2)
    if x.shape[-1] != (y.shape[-2] if y.ndim > 1 else y.shape[0]):
        raise no_product(x, y)
    if x.shape[:-2] != y.shape[:-2]:
        broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return np.matmul(x, y)


@wrong(
    "matmul",
    because="np.dot is the matrix product for two matrices; for batches it pairs every matrix with every other.",
    ask="Which shape has np.dot of (5, 2, 3) and (5, 3, 4)?",
)
def matmul(x, y):
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != (y.shape[-2] if y.ndim > 1 else y.shape[0]):
        raise no_product(x, y)
    if x.shape[:-2] != y.shape[:-2]:
        broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return np.dot(x, y)


@wrong(
    "matmul",
    because="NumPy was left to complain: its error is a ValueError about core dimensions and signatures.",
    ask="What does the contract promise when the factors do not fit?",
)
def matmul(x, y):
    return np.matmul(x, y)


@wrong(
    "matmul",
    because="A 1-D factor on the right has no second to last dim.",
    ask="What is y.shape[-2] for y of shape (3,)?",
)
def matmul(x, y):
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != y.shape[-2]:
        raise no_product(x, y)
    if x.shape[:-2] != y.shape[:-2]:
        broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return np.matmul(x, y)


@wrong(
    "matmul",
    because="The inner sizes were checked, the batch dims were not; there NumPy's ValueError comes through.",
    ask="May a batch of 2 matrices meet a batch of 3?",
)
def matmul(x, y):
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != (y.shape[-2] if y.ndim > 1 else y.shape[0]):
        raise no_product(x, y)
    return np.matmul(x, y)


# ---- infer_shape -------------------------------------------------------------------------------------------------


@wrong(
    "infer_shape",
    because="The -1 became the number of all entries. It is what remains when the known sizes are divided out.",
    ask="12 entries in (3, -1): how many columns?",
)
def infer_shape(shape, size):
    if list(shape).count(-1) > 1 or (-1 not in shape and prod(shape) != size):
        raise no_fit(shape, size)
    return tuple(size if n == -1 else n for n in shape)


@wrong(
    "infer_shape",
    because="The division was rounded down: 12 entries were allowed to become (5, 2), which holds 10.",
    ask="What if the known sizes do not divide the number of entries?",
)
def infer_shape(shape, size):
    known = prod(n for n in shape if n != -1)
    if list(shape).count(-1) > 1 or known == 0 or (-1 not in shape and known != size):
        raise no_fit(shape, size)
    return tuple(size // known if n == -1 else n for n in shape)


@wrong(
    "infer_shape",
    because="Only shapes with a -1 were examined; (4, 4) passed for 12 entries.",
    ask="What has to hold when every size is given?",
)
def infer_shape(shape, size):
    if -1 not in shape:
        return tuple(shape)
    known = prod(n for n in shape if n != -1)
    if list(shape).count(-1) > 1 or known == 0 or size % known:
        raise no_fit(shape, size)
    return tuple(size // known if n == -1 else n for n in shape)


@wrong(
    "infer_shape",
    because="With a size of 0 among the known ones, the division by their product fails with Python's own error.",
    ask="Which number should the -1 in (0, -1) be?",
)
def infer_shape(shape, size):
    known = prod(n for n in shape if n != -1)
    unknown = list(shape).count(-1)
    if unknown > 1 or min(shape, default=0) < -1 or (size % known if unknown else known != size):
        raise no_fit(shape, size)
    return tuple(size // known if n == -1 else n for n in shape)


# ---- permute -----------------------------------------------------------------------------------------------------


@wrong(
    "permute",
    because="The order was read the other way round: dim i of x went to place dims[i].",
    ask="(2, 3, 4) in the order (2, 0, 1): which size comes first?",
)
def permute(x, dims):
    order = normalize_dims(dims, x.ndim)
    if len(order) != x.ndim:
        raise wrong_order(x, order)
    return np.transpose(x, np.argsort(order))


@wrong(
    "permute",
    because="The shape is right, but the numbers were only counted off anew. reshape does not turn anything.",
    ask="Where should entry [1, 2, 3] of x be in the result?",
)
def permute(x, dims):
    order = normalize_dims(dims, x.ndim)
    if len(order) != x.ndim:
        raise wrong_order(x, order)
    return x.reshape([x.shape[d] for d in order])


@wrong(
    "permute",
    because="The numbers were copied. A new order of the dims is a new order of the strides, and nothing has to move.",
    ask="Does your result share its memory with x?",
)
def permute(x, dims):
    order = normalize_dims(dims, x.ndim)
    if len(order) != x.ndim:
        raise wrong_order(x, order)
    return np.transpose(x, order).copy()


@wrong(
    "permute",
    because="NumPy was left to complain about a wrong order, with a ValueError.",
    ask="Which two errors does the contract promise?",
)
def permute(x, dims):
    return np.transpose(x, dims)


# ---- stack -------------------------------------------------------------------------------------------------------


@wrong(
    "stack",
    because="The arrays were laid end to end along a dim that they have. stack makes a new one.",
    ask="How many dims has a stack of two rows?",
)
def stack(dim, *arrays):
    if not arrays or any(array.shape != arrays[0].shape for array in arrays):
        raise cannot_stack(arrays)
    (dim,) = normalize_dims(dim, arrays[0].ndim)
    return cat(dim, *arrays)


@wrong(
    "stack",
    because="The new dim was always put first.",
    ask="Which shape has the stack of two (2, 3) arrays along dim 1?",
)
def stack(dim, *arrays):
    if not arrays or any(array.shape != arrays[0].shape for array in arrays):
        raise cannot_stack(arrays)
    normalize_dims(dim, arrays[0].ndim + 1)
    return np.array(arrays)


@wrong(
    "stack",
    because="Arrays of different shapes were stretched to a common one. stack wants equal shapes.",
    ask="What should become of (2, 3) and (1, 3)?",
)
def stack(dim, *arrays):
    if not arrays:
        raise cannot_stack(arrays)
    arrays = np.broadcast_arrays(*arrays)
    (dim,) = normalize_dims(dim, arrays[0].ndim + 1)
    return cat(dim, *[np.expand_dims(array, dim) for array in arrays])


@wrong(
    "stack",
    because="dim was counted in the arrays. The result has one dim more, and that is where dim belongs.",
    ask="Which dim is -1, if two (2, 3) arrays are stacked?",
)
def stack(dim, *arrays):
    if not arrays or any(array.shape != arrays[0].shape for array in arrays):
        raise cannot_stack(arrays)
    (dim,) = normalize_dims(dim, arrays[0].ndim)
    return cat(dim, *[np.expand_dims(array, dim) for array in arrays])


# ---- is_broken ---------------------------------------------------------------------------------------------------


@wrong(
    "is_broken",
    because="Only the one case was tried in which every colleague's version works.",
    ask="Which ways of stretching are there besides a dim added on the left?",
)
def is_broken(candidate):
    grad = np.arange(12.0).reshape(4, 3)
    return not np.array_equal(candidate(grad, (3,)), grad.sum(axis=0))


@wrong(
    "is_broken",
    because="Shapes were compared, values were not. A mean has the same shape as a sum.",
    ask="Would your test notice a candidate that returns zeros?",
)
def is_broken(candidate):
    grad = np.arange(24.0).reshape(2, 4, 3)
    for shape in [(4, 3), (3,), (4, 1), (1, 4, 1), (), (2, 4, 3)]:
        try:
            if np.shape(candidate(grad, shape)) != shape:
                return True
        except Exception:
            return True
    return False


@wrong(
    "is_broken",
    because="Everybody was accused, the right ones too.",
    ask="What does your function say about unbroadcast itself?",
)
def is_broken(candidate):
    return True


@wrong(
    "is_broken",
    because="Values were compared, shapes were not: NumPy stretched the wrong shape until it fitted.",
    ask="What does np.allclose do with (4,) and (4, 1)?",
)
def is_broken(candidate):
    grad = np.ones((4, 4))
    for shape, axes in [((4,), 0), ((4, 1), 1), ((), None), ((4, 4), ())]:
        if not np.allclose(candidate(grad, shape), grad.sum(axis=axes)):
            return True
    return False


@wrong(
    "is_broken",
    because="A candidate that raises an error took the test down with it.",
    ask="What should your function return for a candidate that raises?",
)
def is_broken(candidate):
    grad = np.arange(24.0).reshape(2, 4, 3)
    for shape, axes in [
        ((4, 3), 0),
        ((3,), (0, 1)),
        ((4, 1), (0, 2)),
        ((1, 4, 1), (0, 2)),
        ((), None),
        ((2, 4, 3), ()),
    ]:
        got = np.asarray(candidate(grad, shape))
        if got.shape != shape or not np.allclose(got, grad.sum(axis=axes).reshape(shape)):
            return True
    return False
