"""What the grader runs for lesson 4. Programs: the reference engine says what must be seen."""

import importlib
import weakref
from itertools import pairwise

import numpy as np

from autograder.hidden import tests


def _module(torch, name):
    """A module of the engine; not all of them are imported with it."""
    return importlib.import_module(f"{torch.__name__}.{name}")


# ---- accumulate -------------------------------------------------------------------------------------------------


@tests("accumulate", points=0.5, says="a second backward adds to what the first has left")
def second_backward(torch, see, rng):
    w = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    factors = torch.tensor(rng.normal(size=(2, 3)))
    for _ in range(3):
        (w * w * factors).sum().backward()
        see(w.grad, "w.grad")


@tests("accumulate", points=0.5, says="two losses, walked one by one, leave the gradient of their sum")
def two_losses_share_a_weight(torch, see, rng):
    w = torch.tensor(rng.normal(size=4), requires_grad=True)
    x = torch.tensor(rng.normal(size=(5, 4)))
    ((x * w).sum(dim=1) ** 2).mean().backward()
    (w * w).sum().backward()
    see(w.grad, "w.grad")


@tests("accumulate", points=0.5, says="each leaf has a gradient of its own: adding to one leaves the others alone")
def leaves_do_not_share(torch, see, rng):
    a, b, c = (torch.tensor(rng.normal(size=3), requires_grad=True) for _ in range(3))
    (a + b + c).sum().backward()
    (a * 5).sum().backward()
    (b * c).sum().backward()
    see([a.grad, b.grad, c.grad], "the gradients of three leaves")
    a.grad.array[...] = 0
    see([b.grad, c.grad], "the gradients of the other leaves, after one was overwritten")


@tests("accumulate", points=0.5, says="gradients of broadcasts, of 0-d and of empty tensors can be added to")
def stretched_and_small(torch, see, rng):
    row = torch.tensor(rng.normal(size=3).astype("float32"), requires_grad=True)
    number = torch.tensor(float(rng.normal()), requires_grad=True)
    empty = torch.tensor(np.zeros((0, 3), dtype="float32"), requires_grad=True)
    for _ in range(3):
        row.sum().backward()
        (number + row).sum().backward()
        empty.sum().backward()
    see([row.grad, number.grad, empty.grad], "the gradients")
    see(row.grad.array.flags.writeable, "whether a gradient can be written to")


@tests("accumulate", points=0.5, says="later gradients go into the same tensor, in the dtype of the leaf")
def same_tensor_same_dtype(torch, see, rng):
    leaf = torch.tensor(rng.normal(size=3).astype("float32"), requires_grad=True)
    arriving = rng.normal(size=3)
    _module(torch, "accumulate").accumulate(leaf, arriving)
    first, memory = leaf.grad, leaf.grad.array
    see(first, "the first gradient")
    _module(torch, "accumulate").accumulate(leaf, arriving)
    see(leaf.grad is first and leaf.grad.array is memory, "whether the gradient is the same tensor")
    see(leaf.grad, "the gradient after the second")
    arriving[...] = 0
    see(leaf.grad, "the gradient after the array that arrived was changed")


@tests("accumulate", points=0.5, says="a gradient that the user has put into .grad is added to")
def starts_from_what_the_user_gave(torch, see, rng):
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    w.grad = torch.tensor(rng.normal(size=2))
    (w * w).sum().backward()
    see(w.grad, "w.grad")
    w.grad = None
    (w * w).sum().backward()
    see(w.grad, "w.grad, after it was set to None")


# ---- sgd_step ---------------------------------------------------------------------------------------------------


@tests("sgd_step", points=0.5, says="every parameter moves down its slope by lr times its gradient")
def moves_downhill(torch, see, rng):
    w = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    b = torch.tensor(float(rng.normal()), requires_grad=True)
    ((w * w).sum() * b).backward()
    _module(torch, "training").sgd_step([w, b], lr=float(rng.uniform(0.01, 0.5)))
    see([w, b], "the parameters")
    see([w.grad, b.grad], "the gradients, after the step")


@tests("sgd_step", points=0.5, says="a parameter is still the same leaf in the same memory after a step")
def stays_the_same_leaf(torch, see, rng):
    w = torch.tensor(rng.normal(size=3).astype("float32"), requires_grad=True)
    also, memory = [w][0], w.array
    (w * w).sum().backward()
    _module(torch, "training").sgd_step([w], lr=0.1)
    see([w.is_leaf, w.requires_grad, w.grad_fn is None, w.array is memory], "what kind of tensor it is")
    see(also, "the parameter, by its other name")
    (w * 3).sum().backward()
    see(w.grad, "w.grad after another backward")


@tests("sgd_step", points=0.5, says="a parameter without a gradient stays where it is, and a single tensor will do")
def without_a_gradient(torch, see, rng):
    w, unused = (torch.tensor(rng.normal(size=2), requires_grad=True) for _ in range(2))
    (w * w).sum().backward()
    _module(torch, "training").sgd_step([unused, w], lr=0.3)
    see([w, unused, unused.grad], "the parameters")
    _module(torch, "training").sgd_step(w, lr=0.3)
    see(w, "a parameter that was given without a list")


@tests("sgd_step", points=0.5, says="steps, one after the other, train a linear model")
def trains_a_line(torch, see, rng):
    x = torch.tensor(rng.normal(size=(20, 2)))
    y = torch.tensor(rng.normal(size=20))
    w, b = torch.tensor(np.zeros(2), requires_grad=True), torch.tensor(np.zeros(()), requires_grad=True)
    losses = []
    for _ in range(15):
        w.grad = b.grad = None
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        _module(torch, "training").sgd_step((p for p in [w, b]), lr=0.1)
        losses.append(loss.item())
    see(losses, "the losses")
    see([w, b], "the parameters")


# ---- zero_grad --------------------------------------------------------------------------------------------------


@tests("zero_grad", points=0.5, says="the next backward starts from nothing")
def starts_anew(torch, see, rng):
    w, b = (torch.tensor(rng.normal(size=3), requires_grad=True) for _ in range(2))
    (w * w * b).sum().backward()
    _module(torch, "training").zero_grad([w, b])
    see([w.grad, b.grad], "the gradients after zero_grad")
    (w * 2 + b).sum().backward()
    see([w.grad, b.grad, w, b], "the gradients after the next backward, and the parameters")


@tests("zero_grad", points=0.5, says="set_to_none=False fills with zeros and keeps the tensors")
def fills_with_zeros(torch, see, rng):
    w = torch.tensor(rng.normal(size=3).astype("float32"), requires_grad=True)
    (w * w).sum().backward()
    kept, memory = w.grad, w.grad.array
    _module(torch, "training").zero_grad([w], set_to_none=False)
    see(w.grad, "w.grad")
    see([w.grad is kept, w.grad.array is memory], "whether the gradient is the same tensor in the same memory")
    (w * 2).sum().backward()
    see(w.grad, "w.grad after the next backward")


@tests("zero_grad", points=0.5, says="a parameter without a gradient stays without one")
def nothing_to_forget(torch, see, rng):
    w, unused = (torch.tensor(rng.normal(size=2), requires_grad=True) for _ in range(2))
    (w * w).sum().backward()
    _module(torch, "training").zero_grad([unused, w], set_to_none=False)
    see([w.grad, unused.grad], "the gradients")
    _module(torch, "training").zero_grad([unused, w])
    see([w.grad, unused.grad], "the gradients, set to None")


@tests("zero_grad", points=0.5, says="any sequence of parameters will do, and a single tensor counts as one")
def any_sequence(torch, see, rng):
    w, b = (torch.tensor(rng.normal(size=2), requires_grad=True) for _ in range(2))
    (w * b).sum().backward()
    _module(torch, "training").zero_grad(p for p in [w, b])
    see([w.grad, b.grad], "the gradients")
    (w * b).sum().backward()
    _module(torch, "training").zero_grad(w)
    see([w.grad, b.grad], "the gradients after zero_grad(w)")


# ---- ten-steps --------------------------------------------------------------------------------------------------


@tests("ten-steps", points=1, says="where w ends after ten steps without zero_grad")
def where_w_ends(torch, see, rng, nb):
    see(float(nb.w_after_ten_steps), "w_after_ten_steps")


# ---- micro_batches ----------------------------------------------------------------------------------------------


def _line(torch, rng, rows):
    x, y = torch.tensor(rng.normal(size=(rows, 2))), torch.tensor(rng.normal(size=rows))
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    return x, y, w, lambda x, y: ((x @ w - y) ** 2).mean()


@tests("micro_batches", points=0.5, says="pieces of one size give the gradient and the loss of the whole batch")
def equal_pieces(torch, see, rng, nb):
    x, y, w, loss_of = _line(torch, rng, 12)
    mean = nb.micro_batches(loss_of, x, y, 3)
    see(w.grad, "w.grad")
    see(float(mean), "the mean loss")


@tests("micro_batches", points=0.5, says="a smaller last piece counts with its share of the rows")
def uneven_pieces(torch, see, rng, nb):
    for rows, size in ((7, 3), (5, 4), (4, 9), (1, 1)):
        x, y, w, loss_of = _line(torch, rng, rows)
        mean = nb.micro_batches(loss_of, x, y, size)
        see(w.grad, f"w.grad with {rows} rows")
        see(float(mean), f"the mean loss with {rows} rows")


@tests("micro_batches", points=0.5, says="it adds to the gradients that are there, as backward does")
def adds_to_what_is_there(torch, see, rng, nb):
    x, y, w, loss_of = _line(torch, rng, 6)
    (w * w).sum().backward()
    nb.micro_batches(loss_of, x, y, 4)
    see(w.grad, "w.grad")


@tests("micro_batches", points=0.5, says="each piece, of at most size rows, is walked back before the next")
def piece_by_piece(torch, see, rng, nb):
    x, y, w, loss_of = _line(torch, rng, 7)
    rows, grads = [], []

    def watched(x, y):
        rows.append(len(x) if len(x) == len(y) else -1)
        grads.append(None if w.grad is None else w.grad.tolist())
        return loss_of(x, y)

    nb.micro_batches(watched, x, y, 3)
    grads.append(w.grad.tolist())
    see([sum(rows), min(rows) >= 1 and max(rows) <= 3], "rows, and whether no piece is too large")
    see(all(before != after for before, after in pairwise(grads)), "whether each piece adds to w.grad at once")
    see(w.grad, "w.grad")


# ---- release ----------------------------------------------------------------------------------------------------


@tests("release", points=0.5, says="after backward the graph holds none of the arrays that it had saved")
def lets_go_of_memory(torch, see, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x.exp()
    alive = weakref.ref(y.array)
    z = (y * y).sum()
    del y
    see(alive() is not None, "whether the graph holds the array before backward")
    z.backward()
    see(alive() is not None, "whether the graph holds the array after backward")
    see(x.grad, "x.grad")
    see.error(lambda: z.grad_fn.next_functions[0][0].saved_tensors[0], "reading what was freed")


@tests("release", points=0.5, says="a second walk over freed values is a RuntimeError")
def second_walk_raises(torch, see, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    z = (x * x).sum()
    z.backward()
    see.error(z.backward, "the second backward")
    see(x.grad, "x.grad")


@tests("release", points=0.5, says="retain_graph=True keeps everything, until a walk without it")
def keeps_when_asked(torch, see, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    z = (x.exp() * x).sum()
    z.backward(retain_graph=True)
    z.backward(retain_graph=True)
    see(x.grad, "x.grad after two walks")
    z.backward()
    see(x.grad, "x.grad after three")
    see.error(z.backward, "the fourth backward")


@tests("release", points=0.5, says="a graph that saved nothing can be walked again")
def nothing_saved_nothing_freed(torch, see, rng):
    x, y = (torch.tensor(rng.normal(size=(2, 3)), requires_grad=True) for _ in range(2))
    z = (x + y - 3).reshape(3, 2).sum()
    z.backward()
    z.backward()
    see([x.grad, y.grad], "the gradients after two walks")
    product = (x * y).sum()
    product.backward()
    see.error(product.backward, "a second walk over a product")


# ---- check_alive ------------------------------------------------------------------------------------------------


@tests("check_alive", points=0.5, says="a second backward raises RuntimeError before any gradient has changed")
def nothing_changes(torch, see, rng):
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    product = w * w
    a, b = (torch.tensor(rng.normal(size=2), requires_grad=True) for _ in range(2))
    out = (product + a + b).sum()
    out.backward()
    see.error(out.backward, "the second backward")
    see.error(out.backward, "the third backward")
    see([w.grad, a.grad, b.grad], "the gradients")


@tests("check_alive", points=0.5, says="a part that two results share is freed for both")
def shared_part(torch, see, rng):
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    shared = w.exp()
    late = torch.tensor(rng.normal(size=2), requires_grad=True)
    first, second = shared.sum(), (shared + late).sum()
    first.backward()
    see.error(second.backward, "backward of the second result")
    see([w.grad, late.grad], "the gradients")


@tests("check_alive", points=0.5, says="a graph that was never walked, or was retained, raises nothing")
def no_false_alarm(torch, see, rng):
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    old = (w * w).sum()
    old.backward()
    new = (w * w).sum()
    new.backward(retain_graph=True)
    new.backward()
    (gradient,) = torch.autograd.grad((w.exp() * 2).sum(), [w])
    see([w.grad, gradient], "the gradients")
    fresh = (w * w).sum().grad_fn
    see.error(lambda: _module(torch, "accumulate").check_alive([fresh, fresh.next[0]]), "nodes that were never walked")


@tests("check_alive", points=0.5, says="of many nodes, one that was freed is enough, wherever it stands")
def one_among_many(torch, see, rng):
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    freed = w.exp()
    freed.sum().backward()
    alive = [(w * k).grad_fn for k in range(2, 5)]
    check = _module(torch, "accumulate").check_alive
    see.error(lambda: check(alive), "no node freed")
    see.error(lambda: check([]), "no node at all")
    for place in range(4):
        see.error(lambda at=place: check([*alive[:at], freed.grad_fn, *alive[at:]]), f"node {place} freed")


# ---- register_hook ----------------------------------------------------------------------------------------------


def _kept(tensor):
    """What the hooks at `tensor`, called in order, return."""
    return [hook(None) for hook in (tensor.edge.hooks or {}).values()]


@tests("register_hook", points=0.5, says="hooks are kept in the order of their registration")
def order_of_registration(torch, see, rng):
    h = torch.tensor(rng.normal(size=2), requires_grad=True) * 2
    numbers = rng.permutation(6).tolist()
    for number in numbers:
        h.register_hook(lambda grad, number=number: number)
    see(_kept(h), "the hooks")


@tests("register_hook", points=0.5, says="a handle removes its own hook, once, and no other")
def removal(torch, see, rng):
    h = torch.tensor(rng.normal(size=2), requires_grad=True) * 2
    handles = [h.register_hook(lambda grad, number=number: number) for number in range(4)]
    handles[int(rng.integers(4))].remove()
    see(_kept(h), "the hooks after one was removed")
    with h.register_hook(lambda grad: "inside"):
        see(_kept(h), "the hooks inside `with`")
    for handle in handles:
        handle.remove()
    see(_kept(h), "the hooks after all were removed")


@tests("register_hook", points=0.5, says="one function can be registered twice, and each time has its own handle")
def twice_the_same(torch, see, rng):
    h = torch.tensor(rng.normal(size=2), requires_grad=True) * 2

    def hook(grad):
        return "it"

    first = h.register_hook(hook)
    h.register_hook(hook)
    see(_kept(h), "the hooks")
    first.remove()
    see(_kept(h), "the hooks after one handle was removed")


@tests("register_hook", points=0.5, says="hooks belong to one tensor; one that does not require grad takes none")
def one_tensor_only(torch, see, rng):
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    h, other = x * 2, x * 3
    x.register_hook(lambda grad: "x")
    h.register_hook(lambda grad: "h")
    see([_kept(x), _kept(h), _kept(other)], "the hooks of a leaf and of two results")
    see.error(lambda: torch.tensor(1.0).register_hook(lambda grad: None), "a tensor that does not require grad")


# ---- run_hooks --------------------------------------------------------------------------------------------------


@tests("run_hooks", points=0.5, says="each hook sees what the one before it has left, in order")
def each_after_the_other(torch, see, rng):
    seen = []
    hooks = {
        1: lambda grad: seen.append(grad.tolist()),
        2: lambda grad: grad * 3,
        3: lambda grad: seen.append(grad.tolist()),
        4: lambda grad: grad + 1,
        5: lambda grad: seen.append(grad.tolist()),
    }
    see(_module(torch, "hooks").run_hooks(hooks, rng.normal(size=3)), "what goes on")
    see(seen, "what the hooks saw")


@tests("run_hooks", points=0.5, says="array for array, tensor for tensor comes back; zero is a gradient")
def what_comes_back(torch, see, rng):
    array = rng.normal(size=2)
    for name, hook in (("no change", lambda grad: None), ("zero", lambda grad: grad * 0)):
        see(_module(torch, "hooks").run_hooks({1: hook}, array), f"{name}, for an array")
        see(_module(torch, "hooks").run_hooks({1: hook}, torch.tensor(array)), f"{name}, for a tensor")
    number = _module(torch, "hooks").run_hooks({1: lambda grad: grad * 0}, np.array(3.0))
    see(number, "zero, for one number")


@tests("run_hooks", points=0.5, says="in a walk a hook sees the whole gradient once, and what it returns goes on")
def in_a_walk(torch, see, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = torch.tensor(rng.normal(size=3), requires_grad=True)
    h = x * y
    seen = []
    node = h.edge
    node.hooks = {1: lambda grad: seen.append(grad.tolist()), 2: lambda grad: -grad}
    x.edge.hooks = {1: lambda grad: seen.append(grad.tolist()), 2: lambda grad: grad * 10}
    (h * h + h + x).sum().backward()
    see(seen, "what the hooks saw")
    see([x.grad, y.grad], "the gradients")


@tests("run_hooks", points=0.5, says="what cannot be a gradient is an error")
def no_gradient_at_all(torch, see, rng):
    array = rng.normal(size=3)
    see.error(lambda: _module(torch, "hooks").run_hooks({1: lambda grad: 0.5}, array), "a hook that returns a number")
    see.error(
        lambda: _module(torch, "hooks").run_hooks({1: lambda grad: grad.sum()}, array), "a hook that changes the shape"
    )
    see.error(lambda: _module(torch, "hooks").run_hooks({1: lambda grad: None}, array), "a hook that returns nothing")


# ---- retain_grad ------------------------------------------------------------------------------------------------


@tests("retain_grad", points=0.5, says="a non-leaf keeps its gradient when asked, and only then")
def only_when_asked(torch, see, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    asked, other = x * 2, x.exp()
    asked.retain_grad()
    (asked * other + asked).sum().backward()
    see(asked.grad, "the gradient of the one that was asked")
    see(other.grad, "the gradient of the other")
    see(x.grad, "x.grad")
    see([asked.retains_grad, other.retains_grad, x.retains_grad], "retains_grad")


@tests("retain_grad", points=0.5, says="a retained gradient adds up over walks, and is no one else's memory")
def adds_up(torch, see, rng):
    x, y = (torch.tensor(rng.normal(size=3), requires_grad=True) for _ in range(2))
    h = x * 2
    h.retain_grad()
    h.retain_grad()
    out = (h + y).sum()
    out.backward(retain_graph=True)
    out.backward()
    see([h.grad, y.grad, x.grad], "the gradients after two walks")
    h.grad.array[...] = 0
    see([y.grad, x.grad], "the other gradients after h.grad was overwritten")


@tests("retain_grad", points=0.5, says="it keeps what other hooks have left, whoever was registered first")
def after_all_other_hooks(torch, see, rng):
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    h = x * 3
    h.retain_grad()
    h.register_hook(lambda grad: grad * 10)
    (h * h).sum().backward()
    see([h.grad, x.grad], "the gradients")


@tests("retain_grad", points=0.5, says="a leaf is left alone; a tensor that does not require grad is an error")
def leaves_and_constants(torch, see, rng):
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    x.retain_grad()
    (x * x).sum().backward()
    see([x.grad, x.retains_grad], "the gradient of a leaf, and retains_grad")
    see.error(lambda: torch.tensor(rng.normal(size=2)).retain_grad(), "a tensor that does not require grad")


# ---- clip_grad_norm_ --------------------------------------------------------------------------------------------


def _with_gradients(torch, rng, *shapes, size=1.0):
    parameters = [torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in shapes]
    for p in parameters:
        p.grad = torch.tensor(size * rng.normal(size=p.shape))
    return parameters


@tests("clip_grad_norm_", points=0.5, says="all gradients together are scaled to the norm, by one factor")
def one_factor_for_all(torch, see, rng):
    parameters = _with_gradients(torch, rng, (2, 3), (4,), (), size=10)
    norm = _module(torch, "training").clip_grad_norm_(parameters, 1.5)
    see(norm, "the norm that is returned")
    see([p.grad for p in parameters], "the gradients")


@tests("clip_grad_norm_", points=0.5, says="small gradients are left as they are")
def small_ones_stay(torch, see, rng):
    parameters = _with_gradients(torch, rng, (2,), (3,), size=0.01)
    see(_module(torch, "training").clip_grad_norm_(parameters, 10.0), "the norm that is returned")
    see([p.grad for p in parameters], "the gradients")


@tests("clip_grad_norm_", points=0.5, says="the norm before clipping is returned, a 0-d tensor of the gradients' dtype")
def norm_before(torch, see, rng):
    for dtype in ("float32", "float64"):
        p = torch.tensor(rng.normal(size=3).astype(dtype), requires_grad=True)
        (p * 7).sum().backward()
        see(_module(torch, "training").clip_grad_norm_([p], 1.0), f"the norm of {dtype} gradients")
        see(_module(torch, "training").clip_grad_norm_([p], 1.0), f"the norm of {dtype} gradients, clipped before")


@tests("clip_grad_norm_", points=0.5, says="other norms: the largest entry, the sum of absolute values")
def other_norms(torch, see, rng):
    for norm_type in (float("inf"), 1.0, 3.0):
        parameters = _with_gradients(torch, rng, (2, 2), (3,), size=5)
        see(_module(torch, "training").clip_grad_norm_(parameters, 0.5, norm_type), f"the norm of type {norm_type}")
        see([p.grad for p in parameters], f"the gradients, for the norm of type {norm_type}")


@tests("clip_grad_norm_", points=0.5, says="parameters without a gradient do not count, and with none the norm is 0")
def some_without(torch, see, rng):
    (p,) = _with_gradients(torch, rng, (3,), size=5)
    unused = torch.tensor(rng.normal(size=2), requires_grad=True)
    see(_module(torch, "training").clip_grad_norm_([unused, p], 1.0), "the norm")
    see([p.grad, unused.grad], "the gradients")
    see(_module(torch, "training").clip_grad_norm_([unused], 1.0), "the norm of no gradient")
    see(_module(torch, "training").clip_grad_norm_(p, 0.5), "the norm of a tensor given without a list")


@tests("clip_grad_norm_", points=0.5, says="gradients are changed in place, parameters not at all")
def clipped_in_place(torch, see, rng):
    parameters = _with_gradients(torch, rng, (2,), (3,), size=50)
    grads, arrays = [p.grad for p in parameters], [p.grad.array for p in parameters]
    _module(torch, "training").clip_grad_norm_((p for p in parameters), 1.0)
    see([p.grad is g and g.array is a for p, g, a in zip(parameters, grads, arrays, strict=True)], "the same tensors")
    see(grads, "the gradients, by the names they had")
    see(parameters, "the parameters")


# ---- clip_grad_value_ -------------------------------------------------------------------------------------------


@tests("clip_grad_value_", points=0.5, says="entries are cut off on both sides, each by itself")
def cut_on_both_sides(torch, see, rng):
    parameters = _with_gradients(torch, rng, (3, 3), (4,), (), size=2)
    _module(torch, "training").clip_grad_value_(parameters, 0.7)
    see([p.grad for p in parameters], "the gradients")
    _module(torch, "training").clip_grad_value_(parameters, 100.0)
    see([p.grad for p in parameters], "the gradients, with a bound that none reaches")


@tests("clip_grad_value_", points=0.5, says="gradients are changed in place; parameters without one are left alone")
def cut_in_place(torch, see, rng):
    (p,) = _with_gradients(torch, rng, (4,), size=5)
    unused = torch.tensor(rng.normal(size=2), requires_grad=True)
    kept, memory = p.grad, p.grad.array
    _module(torch, "training").clip_grad_value_([unused, p], 0.5)
    see([p.grad is kept, kept.array is memory], "whether the gradient is the same tensor")
    see([kept, unused.grad, p, unused], "the gradients and the parameters")
    _module(torch, "training").clip_grad_value_(p, 0.25)
    see(p.grad, "the gradient of a tensor given without a list")


# ---- memory-left ------------------------------------------------------------------------------------------------


@tests("memory-left", points=0.5, says="what SGD leaves of 16 GB")
def left_with_sgd(torch, see, rng, nb):
    see(float(nb.gb_left_with_sgd), "gb_left_with_sgd")


@tests("memory-left", points=0.5, says="what Adam leaves of 16 GB")
def left_with_adam(torch, see, rng, nb):
    see(float(nb.gb_left_with_adam), "gb_left_with_adam")


# ---- is_right ---------------------------------------------------------------------------------------------------


def _tensor(torch, array, leaf):
    return torch.tensor(np.array(array, dtype=leaf.array.dtype))


def _copying(torch):
    """A right accumulate, to see that a test does not say no to everything."""

    def accumulate(leaf, incoming):
        if leaf.grad is None:
            leaf.grad = _tensor(torch, incoming, leaf)
        else:
            leaf.grad.array[...] += incoming

    return accumulate


@tests("is_right", points=0.5, says="a function that keeps the first array instead of a copy is found out")
def finds_the_missing_copy(torch, see, rng, nb):
    def keeping(leaf, incoming):
        if leaf.grad is None:
            leaf.grad = torch.from_numpy(incoming)
        else:
            leaf.grad.array[...] += incoming

    def sharing(leaf, incoming):
        leaf.grad = torch.from_numpy(incoming if leaf.grad is None else leaf.grad.array + incoming)

    see(nb.is_right(_copying(torch)), "is_right of a function that copies")
    see(nb.is_right(keeping), "is_right of a function that does not copy")
    see(nb.is_right(sharing), "is_right of a function that does not copy, and never writes in place")


@tests("is_right", points=0.5, says="a function that writes into what arrives is found out")
def finds_the_overwritten_input(torch, see, rng, nb):
    def writing(leaf, incoming):
        before = 0 if leaf.grad is None else leaf.grad.array.copy()
        if incoming.flags.writeable:
            incoming += before
            leaf.grad = _tensor(torch, incoming, leaf)
        else:
            leaf.grad = _tensor(torch, incoming + before, leaf)

    kept = {}

    def one_for_all(leaf, incoming):
        if leaf.grad is None:
            leaf.grad = kept.setdefault(str(incoming.tolist()), _tensor(torch, incoming, leaf))
        else:
            leaf.grad.array[...] += incoming

    see(nb.is_right(_copying(torch)), "is_right of a function that writes into its own array alone")
    see(nb.is_right(writing), "is_right of a function that writes into the array it is given")
    see(nb.is_right(one_for_all), "is_right of a function that gives two leaves the same gradient")


@tests("is_right", points=0.5, says="functions that overwrite, subtract, average or forget are found out")
def finds_wrong_sums(torch, see, rng, nb):
    def made(combine):
        def accumulate(leaf, incoming):
            before = None if leaf.grad is None else leaf.grad.array
            leaf.grad = _tensor(torch, incoming if before is None else combine(before, incoming), leaf)

        return accumulate

    see(nb.is_right(made(lambda before, incoming: before + incoming)), "is_right of adding")
    see(nb.is_right(made(lambda before, incoming: incoming)), "is_right of overwriting")
    see(nb.is_right(made(lambda before, incoming: before)), "is_right of keeping only the first")
    see(nb.is_right(made(lambda before, incoming: before - incoming)), "is_right of subtracting")
    see(nb.is_right(made(lambda before, incoming: (before + incoming) / 2)), "is_right of averaging")

    def raising(leaf, incoming):
        raise ValueError("no gradient today")

    see(nb.is_right(raising), "is_right of a function that raises")


@tests("is_right", points=0.5, says="correct functions pass, however they are written")
def accepts_what_is_right(torch, see, rng, nb):
    def in_place(leaf, incoming):
        if leaf.grad is None:
            leaf.grad = torch.zeros_like(leaf)
        np.add(leaf.grad.array, incoming, out=leaf.grad.array)

    def a_new_tensor_each_time(leaf, incoming):
        before = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.array
        leaf.grad = _tensor(torch, np.add.reduce([before, np.array(incoming)]), leaf)

    see(nb.is_right(in_place), "is_right of adding in place to zeros")
    see(nb.is_right(a_new_tensor_each_time), "is_right of making a new tensor each time")
