"""Other right answers to the exercises of lesson 4: they are to earn all points."""

import numpy as np

import mytorch
from autograder.right import right

# ---- accumulate ---------------------------------------------------------------------------------------------------


@right("accumulate", because="It copies with astype, and adds with np.add(…, out=…).")
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
    elif old is None:
        leaf._grad = TensorBase.result_type(np.asarray(incoming).astype(leaf.array.dtype, copy=True))
    else:
        np.add(old.array, incoming, out=old.array, casting="unsafe")
        record_write(old)


@right("accumulate", because="It fills an empty array with the first gradient.")
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    if old is None:
        own = np.empty_like(leaf.array)
        own[...] = incoming
        leaf._grad = TensorBase.result_type(own)
        return
    record_write(old)
    old.array[...] = old.array + incoming


@right("accumulate", because="It begins with zeros, and adds the first gradient to them.")
def accumulate(leaf, incoming):
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if leaf._grad is None else leaf._grad + incoming
        return
    first = leaf._grad is None
    if first:
        leaf._grad = TensorBase.result_type(np.zeros(leaf.array.shape, leaf.array.dtype))
    leaf._grad.array[...] += incoming
    if not first:
        record_write(leaf._grad)


@right("accumulate", because="np.array copies, and `+ 0` is not needed; the later ones are added through a view.")
def accumulate(leaf, incoming):
    kept = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if kept is None else kept + incoming
        return
    if kept is not None:
        view = kept.array[...]
        view += incoming
        record_write(kept)
    else:
        leaf._grad = TensorBase.result_type(np.array(incoming, leaf.array.dtype, copy=True))


@right("accumulate", because="np.copyto writes the sum.")
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    if old is None:
        fresh = np.full(leaf.array.shape, 0, dtype=leaf.array.dtype)
        np.copyto(fresh, incoming, casting="unsafe")
        leaf._grad = TensorBase.result_type(fresh)
    else:
        np.copyto(old.array, old.array + incoming, casting="unsafe")
        record_write(old)


# ---- micro_batches ------------------------------------------------------------------------------------------------


@right("micro_batches", because="It passes the weight as the seed of the walk.")
def micro_batches(loss_of, x, y, size):
    total, done, n = 0.0, 0, len(x)
    while done < n:
        loss = loss_of(x[done : done + size], y[done : done + size])
        rows = min(size, n - done)
        loss.backward(gradient=mytorch.ones_like(loss) * (rows / n))
        total += loss.item() * rows
        done += rows
    return total / n


@right("micro_batches", because="It multiplies by the rows and divides by all of them afterwards.")
def micro_batches(loss_of, x, y, size):
    mean = 0
    for start in range(0, x.shape[0], size):
        part = x[start : start + size]
        weighted = loss_of(part, y[start : start + size]) * part.shape[0] / x.shape[0]
        weighted.backward()
        mean = mean + weighted.item()
    return mean


@right("micro_batches", because="It makes the list of pieces first.")
def micro_batches(loss_of, x, y, size):
    pieces = [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]
    shares = []
    for rows, targets in pieces:
        loss = loss_of(rows, targets)
        share = loss * (len(rows) / len(x))
        share.backward()
        shares.append(share.item())
    return sum(shares)


@right("micro_batches", because="It goes through the pieces backwards.")
def micro_batches(loss_of, x, y, size):
    mean = 0.0
    starts = list(range(0, len(x), size))
    for start in reversed(starts):
        end = min(start + size, len(x))
        loss = loss_of(x[start:end], y[start:end]) * ((end - start) / len(x))
        loss.backward()
        mean += loss.item()
    return mean


@right("micro_batches", because="It calls itself for the rows that are left.")
def micro_batches(loss_of, x, y, size):
    def from_row(start):
        if start >= len(x):
            return 0.0
        rows = x[start : start + size]
        loss = loss_of(rows, y[start : start + size]) * (len(rows) / len(x))
        loss.backward()
        return loss.item() + from_row(start + size)

    return from_row(0)


# ---- clip_grad_norm_ ----------------------------------------------------------------------------------------------


@right("clip_grad_norm_", because="All gradients are put into one long vector.")
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    total = np.linalg.norm(np.concatenate([g.array.ravel() for g in grads]), norm_type) if grads else 0.0
    scale = min(float(max_norm) / (float(total) + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@right("clip_grad_norm_", because="It adds up squares, or takes the largest.")
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    if norm_type == float("inf"):
        total = max((float(np.abs(g.array).max(initial=0)) for g in grads), default=0.0)
    else:
        total = sum(float((np.abs(g.array).astype(np.float64) ** norm_type).sum()) for g in grads) ** (1 / norm_type)
    factor = float(max_norm) / (total + 1e-6)
    if factor > 1:
        factor = 1.0
    for g in grads:
        g.array[...] = g.array * factor
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@right("clip_grad_norm_", because="np.multiply writes into the gradient.")
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    total = 0.0
    if grads:
        total = np.linalg.norm([np.linalg.norm(g.array.reshape(-1), ord=norm_type) for g in grads], ord=norm_type)
    scale = float(max_norm) / (float(total) + 1e-6)
    scale = 1.0 if scale > 1.0 else scale
    for g in grads:
        np.multiply(g.array, scale, out=g.array, casting="unsafe")
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@right("clip_grad_norm_", because="It combines the norms one after the other with hypot.")
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    import functools

    grads = [p._grad for p in with_grad(parameters)]
    join = max if norm_type == float("inf") else lambda a, b: (a**norm_type + b**norm_type) ** (1 / norm_type)
    each = [float(np.linalg.norm(g.array.flatten().astype(np.float64), norm_type)) for g in grads]
    total = functools.reduce(join, each, 0.0)
    scale = min(1.0, float(max_norm) / (total + 1e-6))
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@right("clip_grad_norm_", because="It scales in a function of its own.")
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]

    def scale_all(by):
        for g in grads:
            g.array[...] *= by
            record_write(g)

    flat = np.concatenate([np.zeros(1, np.float32), *(g.array.ravel() for g in grads)])
    total = np.abs(flat).max() if norm_type == float("inf") else (np.abs(flat) ** norm_type).sum() ** (1 / norm_type)
    scale_all(min(float(max_norm) / (float(total) + 1e-6), 1.0))
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))
