"""Other right answers to the exercises of lesson 1: they are to earn all points."""
# ruff: noqa: B905

import numpy as np

from autograder.right import right

# ---- broadcast_shapes ---------------------------------------------------------------------------------------------


@right("broadcast_shapes", because="It pads the shapes with ones on the left, and goes from the left.")
def broadcast_shapes(*shapes):
    ndim = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (ndim - len(shape)) + tuple(shape) for shape in shapes]
    result = []
    for dim in range(ndim):
        size = 1
        for shape in padded:
            if shape[dim] != 1:
                if size not in (1, shape[dim]):
                    raise mismatch(size, shape[dim], dim)
                size = shape[dim]
        result.append(size)
    return tuple(result)


@right("broadcast_shapes", because="It takes the shapes in one after the other, two at a time.")
def broadcast_shapes(*shapes):
    result = ()
    for shape in shapes:
        ndim = max(len(result), len(shape))
        left, right = (1,) * (ndim - len(result)) + result, (1,) * (ndim - len(shape)) + tuple(shape)
        for dim, (a, b) in enumerate(zip(left, right)):
            if a != b and a != 1 and b != 1:
                raise mismatch(a, b, dim)
        result = tuple(b if a == 1 else a for a, b in zip(left, right))
    return result


@right("broadcast_shapes", because="It collects the sizes of each dim in a set.")
def broadcast_shapes(*shapes):
    ndim = max(map(len, shapes), default=0)
    result = []
    for place in range(ndim, 0, -1):
        sizes = {shape[-place] for shape in shapes if len(shape) >= place} - {1}
        if len(sizes) > 1:
            first, second, *_ = sorted(sizes)
            raise mismatch(first, second, ndim - place)
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


@right("broadcast_shapes", because="It calls itself with all but the last shape.")
def broadcast_shapes(*shapes):
    if not shapes:
        return ()
    before, last = broadcast_shapes(*shapes[:-1]), tuple(shapes[-1])
    if len(before) < len(last):
        before = (1,) * (len(last) - len(before)) + before
    merged = list(before)
    for i in range(1, len(last) + 1):
        if merged[-i] == 1:
            merged[-i] = last[-i]
        elif last[-i] not in (1, merged[-i]):
            raise mismatch(merged[-i], last[-i], len(merged) - i)
    return tuple(merged)


@right("broadcast_shapes", because="It lets NumPy find the shape, and looks itself only when NumPy finds none.")
def broadcast_shapes(*shapes):
    import numpy

    try:
        return tuple(int(n) for n in numpy.broadcast_shapes(*shapes))
    except ValueError:
        ndim = max(len(shape) for shape in shapes)
        for dim in range(ndim):
            seen = [shape[dim - ndim] for shape in shapes if len(shape) >= ndim - dim and shape[dim - ndim] != 1]
            if len(set(seen)) > 1:
                raise mismatch(seen[0], next(n for n in seen if n != seen[0]), dim) from None


# ---- unbroadcast --------------------------------------------------------------------------------------------------


@right("unbroadcast", because="It sums dim by dim, first those in front.")
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


@right("unbroadcast", because="It goes from the last dim to the first, so that places do not shift.")
def unbroadcast(grad, shape):
    added = grad.ndim - len(shape)
    for dim in range(grad.ndim - 1, -1, -1):
        if dim < added:
            grad = grad.sum(axis=dim)
        elif shape[dim - added] != grad.shape[dim]:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


@right("unbroadcast", because="It sums all dims at once with keepdims, and drops the ones in front by reshaping.")
def unbroadcast(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(dim for dim in range(grad.ndim) if padded[dim] == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(tuple(shape))


@right("unbroadcast", because="It returns at once when there is nothing to undo.")
def unbroadcast(grad, shape):
    shape = tuple(shape)
    if tuple(grad.shape) == shape:
        return grad
    extra = len(grad.shape) - len(shape)
    if extra:
        return unbroadcast(grad.sum(axis=tuple(range(extra))), shape)
    ones = tuple(i for i in range(len(shape)) if shape[i] < grad.shape[i] or grad.shape[i] == 0 != shape[i])
    return grad.sum(axis=ones, keepdims=True)


@right("unbroadcast", because="It compares the shapes from the right, with negative dims.")
def unbroadcast(grad, shape):
    stretched = []
    for place in range(1, grad.ndim + 1):
        if place > len(shape) or (shape[-place] == 1 and grad.shape[-place] != 1):
            stretched.append(grad.ndim - place)
    return grad.sum(axis=tuple(stretched)).reshape(shape) if stretched else grad.reshape(shape)


# ---- softmax ------------------------------------------------------------------------------------------------------


@right("softmax", because="It uses NumPy's own reductions.")
def softmax(x, dim):
    dim = normalize_dims(dim, x.ndim)
    shifted = x - np.max(x, axis=dim, keepdims=True)
    powers = np.exp(shifted)
    return powers / np.add.reduce(powers, axis=dim, keepdims=True)


@right("softmax", because="It divides in place, in memory of its own.")
def softmax(x, dim):
    result = np.exp(x - max(x, dim, keepdim=True))
    result /= sum(result, dim, keepdim=True)
    return result


@right("softmax", because="It subtracts the logarithm of the sum before the last exp.")
def softmax(x, dim):
    shifted = x - max(x, dim, keepdim=True)
    return np.exp(shifted - np.log(sum(np.exp(shifted), dim, keepdim=True)))


@right("softmax", because="It multiplies by the reciprocal of the sum.")
def softmax(x, dim):
    weights = np.exp(np.subtract(x, max(x, dim, keepdim=True)))
    return weights * (1 / sum(weights, dim, keepdim=True))


@right("softmax", because="It moves the dim to the end first, and back afterwards.")
def softmax(x, dim):
    (axis,) = normalize_dims(dim, x.ndim) or (None,)
    if axis is None:
        return np.exp(x - x)
    rows = np.moveaxis(x, axis, -1)
    powers = np.exp(rows - rows.max(-1, keepdims=True))
    return np.moveaxis(powers / powers.sum(-1, keepdims=True), -1, axis)
