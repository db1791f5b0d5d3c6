"""What people really write in lesson 4, and what it tells about their picture of the world."""

import numpy as np

from autograder.wrong import wrong
from mytorch.accumulate import FREED
from mytorch.base import TensorBase
from mytorch.graph import is_leaf
from mytorch.hooks import RemovableHandle, RetainGrad, hooks_of, in_order, register_hook
from mytorch.training import record_write, with_grad

# ---- accumulate -------------------------------------------------------------------------------------------------


@wrong(
    "accumulate",
    because="Each backward overwrites what was there, so only the last one counts.",
    ask="Two losses share w, and backward is called on each. Which slope should w.grad hold at the end?",
)
def accumulate(leaf, incoming):
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone()
        return
    leaf._grad = TensorBase.result_type(np.array(incoming, dtype=leaf.array.dtype))


@wrong(
    "accumulate",
    because="The first gradient is kept as it arrives. It may be the gradient of another leaf, too, or memory "
    "that NumPy "
    "does not let you write to.",
    ask="a + b hands one and the same array to both leaves. What happens to b's gradient when you add to a's?",
)
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming if old is None else old + incoming
        return
    if old is None:
        leaf._grad = TensorBase.result_type(np.asarray(incoming, dtype=leaf.array.dtype))
    else:
        old.array[...] += incoming
        record_write(old)


@wrong(
    "accumulate",
    because="Every sum is a new tensor. Whoever holds the old w.grad, an optimizer for instance, no longer sees "
    "what arrives.",
    ask="After a second backward, is w.grad still the tensor that it was after the first?",
)
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    before = 0 if old is None else old.array
    leaf._grad = TensorBase.result_type((before + incoming).astype(leaf.array.dtype))


@wrong(
    "accumulate",
    because="The copy has the dtype of what arrived. A float64 gradient at a float32 leaf makes every later step "
    "float64.",
    ask="Which dtype should a gradient have, that of the numbers that arrive or that of its leaf?",
)
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    if old is None:
        leaf._grad = TensorBase.result_type(np.array(incoming))
    else:
        old.array[...] += incoming
        record_write(old)


@wrong(
    "accumulate",
    because="The first gradient is put into place, and then added once more: it counts twice.",
    ask="What is in w.grad after one single backward of w * 3?",
)
def accumulate(leaf, incoming):
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if leaf._grad is None else leaf._grad + incoming
        return
    if leaf._grad is None:
        leaf._grad = TensorBase.result_type(np.array(incoming, dtype=leaf.array.dtype))
    leaf._grad.array[...] += incoming
    record_write(leaf._grad)


@wrong(
    "accumulate",
    because="The write is not announced. Lesson 5 counts writes, and this one will be missing.",
    ask="Which function is to be told about every write into a tensor's memory?",
)
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    if old is None:
        leaf._grad = TensorBase.result_type(np.array(incoming, dtype=leaf.array.dtype))
    else:
        old.array[...] += incoming


# ---- sgd_step ---------------------------------------------------------------------------------------------------


@wrong(
    "sgd_step",
    because="The step goes along the gradient. The gradient points uphill.",
    ask="At w = 2 the slope of the loss is −18. Should w grow or shrink?",
)
def sgd_step(parameters, lr):
    for p in with_grad(parameters):
        p.array[...] += lr * p._grad.array
        record_write(p)


@wrong(
    "sgd_step",
    because="p = p - … gives the name p to a new tensor inside the function. The parameter outside has not moved.",
    ask="Who, outside of your function, sees what the name `p` stands for inside?",
)
def sgd_step(parameters, lr):
    for p in with_grad(parameters):
        p = p - lr * p._grad
        record_write(p)


@wrong(
    "sgd_step",
    because="The parameter gets a new array. The engine, and every view of the old memory, still look at the old one.",
    ask="Is `p.array` after the step the same array as before it, with other numbers, or another array?",
)
def sgd_step(parameters, lr):
    for p in with_grad(parameters):
        p.array = p.array - lr * p._grad.array
        record_write(p)


@wrong(
    "sgd_step",
    because="The update itself is recorded, so the parameter is no leaf any more and gets no further gradient.",
    ask="After your step, what do w.is_leaf and w.grad_fn say?",
)
def sgd_step(parameters, lr):
    for p in with_grad(parameters):
        moved = p - lr * p._grad
        p.array[...] = moved.array
        p.edge = moved.edge
        record_write(p)


@wrong(
    "sgd_step",
    because="The step also empties the gradients. Who wants to look at them after the step finds nothing.",
    ask="The contract names two jobs, a step and zero_grad. Which of them is this function's?",
)
def sgd_step(parameters, lr):
    for p in with_grad(parameters):
        p.array[...] -= lr * p._grad.array
        p._grad = None
        record_write(p)


# ---- zero_grad --------------------------------------------------------------------------------------------------


@wrong(
    "zero_grad",
    because="The parameters themselves are set to zero, and all that was learned is gone.",
    ask="Which array do you write to: that of the parameter, or that of its gradient?",
)
def zero_grad(parameters, set_to_none=True):
    for p in with_grad(parameters):
        p.array[...] = 0
        p._grad = None
        record_write(p)


@wrong(
    "zero_grad",
    because="Gradients are filled with zeros in either case; `set_to_none` is never looked at.",
    ask="What should w.grad be after zero_grad([w])? The signature gives the default.",
)
def zero_grad(parameters, set_to_none=True):
    for p in with_grad(parameters):
        p._grad.array[...] = 0
        record_write(p._grad)


@wrong(
    "zero_grad",
    because="A new tensor of zeros takes the place of the gradient. set_to_none=False is there to keep the tensor.",
    ask="With set_to_none=False, is w.grad afterwards the same tensor as before?",
)
def zero_grad(parameters, set_to_none=True):
    for p in with_grad(parameters):
        p._grad = None if set_to_none else TensorBase.result_type(np.zeros_like(p._grad.array))
        if p._grad is not None:
            record_write(p._grad)


@wrong(
    "zero_grad",
    because="Parameters without a gradient are given one of zeros. None says that nothing arrived; that is lost.",
    ask="What should zero_grad do with a parameter whose .grad is None?",
)
def zero_grad(parameters, set_to_none=True):
    for p in [parameters] if isinstance(parameters, TensorBase) else parameters:
        if set_to_none:
            p._grad = None
        elif p._grad is None:
            p._grad = TensorBase.result_type(np.zeros_like(p.array))
        else:
            p._grad.array[...] = 0
            record_write(p._grad)


# ---- micro_batches ----------------------------------------------------------------------------------------------


@wrong(
    "micro_batches",
    because="Mean losses are added up as they are. Each piece is then as loud as the whole batch.",
    ask="Four means over 2 rows, added up: how many times the mean over 8 rows is that?",
)
def micro_batches(loss_of, x, y, size):
    mean = 0.0
    for start in range(0, len(x), size):
        loss = loss_of(x[start : start + size], y[start : start + size])
        loss.backward()
        mean += loss.item()
    return mean


@wrong(
    "micro_batches",
    because="Dividing by the number of pieces gives a smaller last piece too much weight.",
    ask="5 rows in pieces of 2, 2 and 1: which share of the mean does the last row have?",
)
def micro_batches(loss_of, x, y, size):
    pieces = -(-len(x) // size)
    mean = 0.0
    for start in range(0, len(x), size):
        loss = loss_of(x[start : start + size], y[start : start + size]) * (1 / pieces)
        loss.backward()
        mean += loss.item()
    return mean


@wrong(
    "micro_batches",
    because="The rows that are left over at the end are dropped.",
    ask="5 rows in pieces of 2: which row does your loop never see?",
)
def micro_batches(loss_of, x, y, size):
    size = min(size, len(x))
    mean = 0.0
    for start in range(0, len(x) - size + 1, size):
        loss = loss_of(x[start : start + size], y[start : start + size]) * (size / len(x))
        loss.backward()
        mean += loss.item()
    return mean


@wrong(
    "micro_batches",
    because="The losses are added up first and walked back at the end: all graphs are in memory at once, and "
    "nothing is saved.",
    ask="When the last piece is computed, how many graphs are alive?",
)
def micro_batches(loss_of, x, y, size):
    total = 0
    for start in range(0, len(x), size):
        rows, targets = x[start : start + size], y[start : start + size]
        total = total + loss_of(rows, targets) * (len(rows) / len(x))
    total.backward()
    return total.item()


@wrong(
    "micro_batches",
    because="The gradients are right, but the returned losses are the unweighted means, added up.",
    ask="Five pieces with a mean loss of 52 each: what is the mean over all rows?",
)
def micro_batches(loss_of, x, y, size):
    mean = 0.0
    for start in range(0, len(x), size):
        rows, targets = x[start : start + size], y[start : start + size]
        loss = loss_of(rows, targets)
        (loss * (len(rows) / len(x))).backward()
        mean += loss.item()
    return mean


@wrong(
    "micro_batches",
    because="The losses are added up in a tensor with one entry, and that tensor is returned, not the number in it.",
    ask="What is type(mean) at the end, and which method of a tensor gives a Python number?",
)
def micro_batches(loss_of, x, y, size):
    mean = mytorch.zeros(1)
    for start in range(0, len(x), size):
        rows, targets = x[start : start + size], y[start : start + size]
        loss = loss_of(rows, targets) * (len(rows) / len(x))
        loss.backward()
        mean = mean + loss.item()
    return mean


# ---- release ----------------------------------------------------------------------------------------------------


@wrong(
    "release",
    because="Additions are marked as freed as well, though they never saved anything and can be walked again.",
    ask="What is in `saved_tensors` of an addition before its node is released?",
)
def release(node):
    node.saved_tensors = FREED


@wrong(
    "release",
    because="None in the place of the saved values frees the memory, but a second walk fails with an error about "
    "NoneType, "
    "which tells nobody what happened.",
    ask="What should a rule find that tries to unpack its saved values after they were freed?",
)
def release(node):
    if node.saved_tensors is not None:
        node.saved_tensors = None


@wrong(
    "release",
    because="An empty tuple frees the memory, but the marker with the message is missing.",
    ask="Which object complains when somebody uses it? It was given above the exercise.",
)
def release(node):
    if node.saved_tensors is not None:
        node.saved_tensors = ()


@wrong(
    "release",
    because="Nothing is let go of: the graph keeps all that it saved.",
    ask="After backward, what does the node of a product still refer to?",
)
def release(node):
    if node.saved_tensors is not None:
        node.pending = None


@wrong(
    "release",
    because="`next` is cut as well. The graph falls apart, and a second walk over what saved nothing no longer "
    "reaches the leaves.",
    ask="What does a graph of additions need for a second walk?",
)
def release(node):
    if node.saved_tensors is not None:
        node.saved_tensors = FREED
    node.next = ()


# ---- check_alive ------------------------------------------------------------------------------------------------


@wrong(
    "check_alive",
    because="Only the first node is looked at. The freed one may stand anywhere.",
    ask="The walk begins at an addition, which saves nothing. Where is the freed product?",
)
def check_alive(nodes):
    if nodes and nodes[0].saved_tensors is FREED:
        raise RuntimeError(FREED.message)


@wrong(
    "check_alive",
    because="Nodes that never saved anything (None) are taken for freed ones.",
    ask="Which three things can `saved_tensors` be, and which one of them is a reason to stop?",
)
def check_alive(nodes):
    for node in nodes:
        if node.saved_tensors is FREED or node.saved_tensors is None:
            raise RuntimeError(FREED.message)


@wrong(
    "check_alive",
    because="It returns an answer, and nobody asks for one: the walk expects an error.",
    ask="What does the walk do with the value that check_alive returns?",
)
def check_alive(nodes):
    return all(node.saved_tensors is not FREED for node in nodes)


@wrong(
    "check_alive",
    because="The error has another type or text than the one that people know and search for.",
    ask="What does the contract say about the type and the message?",
)
def check_alive(nodes):
    for node in nodes:
        if node.saved_tensors is FREED:
            raise ValueError("this graph was freed")


@wrong(
    "check_alive",
    because="It raises only when every node is freed. One freed node is enough to make the walk fail halfway.",
    ask="A graph of one product and one addition was walked. How many of its nodes are freed?",
)
def check_alive(nodes):
    if nodes and all(node.saved_tensors is FREED for node in nodes):
        raise RuntimeError(FREED.message)


# ---- register_hook ----------------------------------------------------------------------------------------------


@wrong(
    "register_hook",
    because="A second hook throws out the first.",
    ask="How many hooks are in the dict after two calls?",
)
def register_hook(tensor, hook):
    hooks = hooks_of(tensor)
    hooks.clear()
    handle = RemovableHandle(hooks)
    hooks[handle.number] = hook
    return handle


@wrong(
    "register_hook",
    because="The handle is not returned, so nobody can remove the hook.",
    ask="What does `handle = x.register_hook(f)` put into `handle`?",
)
def register_hook(tensor, hook):
    hooks = hooks_of(tensor)
    hooks[RemovableHandle(hooks).number] = hook


@wrong(
    "register_hook",
    because="The function itself is the key. Registered twice it is kept once, and the handle removes nothing.",
    ask="Which key does `handle.remove()` take out of the dict?",
)
def register_hook(tensor, hook):
    hooks = hooks_of(tensor)
    hooks[hook] = hook
    return RemovableHandle(hooks)


@wrong(
    "register_hook",
    because="The handle is made with a dict of its own, and removing it leaves the hook where it is.",
    ask="From which dict should `handle.remove()` take the hook?",
)
def register_hook(tensor, hook):
    handle = RemovableHandle({})
    hooks_of(tensor)[handle.number] = hook
    return handle


@wrong(
    "register_hook",
    because="The hook is called at once, with nothing. It is to be kept, and called when a gradient passes.",
    ask="When does a hook run: when it is registered, or in the walk?",
)
def register_hook(tensor, hook):
    hooks = hooks_of(tensor)
    handle = RemovableHandle(hooks)
    hooks[handle.number] = hook(None)
    return handle


# ---- run_hooks --------------------------------------------------------------------------------------------------


@wrong(
    "run_hooks",
    because="What hooks return is thrown away: they can look, but not change anything.",
    ask="A hook returns grad * 10. Which gradient goes on?",
)
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        hook(tensor)
    return grad


@wrong(
    "run_hooks",
    because="A hook that returns None, because it only looks, wipes out the gradient.",
    ask="What does a function without a return statement return?",
)
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        tensor = hook(tensor)
    return tensor if isinstance(grad, TensorBase) else tensor.array


@wrong(
    "run_hooks",
    because="`if replaced` asks whether the number is zero, not whether there is a gradient. A gradient of 0 is "
    "dropped, "
    "and one of several numbers is neither true nor false.",
    ask="A hook stops a gradient by returning 0. Does your test let it?",
)
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        tensor = hook(tensor) or tensor
    return tensor if isinstance(grad, TensorBase) else tensor.array


@wrong(
    "run_hooks",
    because="Hooks are called with the bare array. They are written for tensors, as users have them.",
    ask="What is `type(grad)` inside a hook, and what would PyTorch's users expect?",
)
def run_hooks(hooks, grad):
    for hook in in_order(hooks):
        replaced = hook(grad)
        if replaced is not None:
            grad = replaced
    return grad


@wrong(
    "run_hooks",
    because="Every hook is shown the gradient that arrived; none sees what the one before it has made of it.",
    ask="The first hook multiplies by 10, the second prints. Which number should be printed?",
)
def run_hooks(hooks, grad):
    arrived = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    tensor = arrived
    for hook in in_order(hooks):
        replaced = hook(arrived)
        if replaced is not None:
            tensor = replaced
    return tensor if isinstance(grad, TensorBase) else tensor.array


@wrong(
    "run_hooks",
    because="A tensor comes out where an array came in, and the rules after it expect arrays.",
    ask="The walk handed you an array. What does it expect back?",
)
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        replaced = hook(tensor)
        if replaced is not None:
            tensor = replaced
    return tensor


@wrong(
    "run_hooks",
    because="Whatever a hook returns is taken for a gradient, a number or a tensor of another shape as well.",
    ask="Who calls `check_replacement`?",
)
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        replaced = hook(tensor)
        if replaced is not None:
            tensor = replaced if isinstance(replaced, TensorBase) else TensorBase.result_type(np.asarray(replaced))
    return tensor if isinstance(grad, TensorBase) else tensor.array


# ---- retain_grad ------------------------------------------------------------------------------------------------


@wrong(
    "retain_grad",
    because="Asked twice, it registers two hooks, and the gradient is kept twice over.",
    ask="What does the second call find in `tensor.extras().retains`?",
)
def retain_grad(tensor):
    if tensor.edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False. Nothing was recorded for it.")
    if is_leaf(tensor):
        return
    tensor.extras().retains = True
    register_hook(tensor, RetainGrad(tensor))


@wrong(
    "retain_grad",
    because="A leaf gets the hook as well, so that its gradient arrives twice.",
    ask="Who has put the gradient of a leaf into its .grad already?",
)
def retain_grad(tensor):
    if tensor.edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False. Nothing was recorded for it.")
    if tensor.extras().retains:
        return
    tensor.extras().retains = True
    register_hook(tensor, RetainGrad(tensor))


@wrong(
    "retain_grad",
    because="A tensor that does not require grad is passed over in silence, and its user waits for a gradient "
    "for ever.",
    ask="What does the contract promise for a tensor that does not require grad?",
)
def retain_grad(tensor):
    if tensor.edge is None or is_leaf(tensor) or tensor.extras().retains:
        return
    tensor.extras().retains = True
    register_hook(tensor, RetainGrad(tensor))


@wrong(
    "retain_grad",
    because="The flag is set and no hook is registered: nothing keeps the gradient.",
    ask="Who puts the gradient into h.grad when the walk comes by?",
)
def retain_grad(tensor):
    if tensor.edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False. Nothing was recorded for it.")
    if not is_leaf(tensor):
        tensor.extras().retains = True


@wrong(
    "retain_grad",
    because="The hook overwrites the gradient at each walk; a retained gradient adds up like any other. "
    "It also sees what arrived, not what later hooks have left.",
    ask="What should h.grad hold after two walks over the same graph?",
)
def retain_grad(tensor):
    if tensor.edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False. Nothing was recorded for it.")
    if is_leaf(tensor) or tensor.extras().retains:
        return
    tensor.extras().retains = True

    def keep(grad):
        tensor._grad = grad

    register_hook(tensor, keep)


# ---- clip_grad_norm_ --------------------------------------------------------------------------------------------


@wrong(
    "clip_grad_norm_",
    because="Each gradient is clipped by its own norm. The parameters get different factors, so the direction changes.",
    ask="How many norms are there: one for each parameter, or one for all of them together?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
    total = np.linalg.norm(norms, norm_type) if norms else 0.0
    for g, norm in zip(grads, norms, strict=True):
        g.array[...] *= min(float(max_norm) / (float(norm) + 1e-6), 1.0)
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@wrong(
    "clip_grad_norm_",
    because="Small gradients are scaled up to max_norm. Clipping only ever makes a step shorter.",
    ask="The norm is 7 and max_norm is 70. What should happen?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
    total = np.linalg.norm(norms, norm_type) if norms else 0.0
    for g in grads:
        g.array[...] *= float(max_norm) / (float(total) + 1e-6)
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@wrong(
    "clip_grad_norm_",
    because="The norms are added up. Norms of parts combine like the sides of a right triangle, not like lengths "
    "in a row.",
    ask="One gradient has norm 3 and another has norm 4. What is the norm of both together?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    total = sum(np.linalg.norm(g.array.ravel(), norm_type) for g in grads) if grads else 0.0
    scale = min(float(max_norm) / (float(total) + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@wrong(
    "clip_grad_norm_",
    because="The norm after clipping is returned. It is nearly always max_norm, and tells nobody how large the "
    "gradient was.",
    ask="Which of the two norms would you want to plot during training?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
    total = np.linalg.norm(norms, norm_type) if norms else 0.0
    scale = min(float(max_norm) / (float(total) + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total * scale, grads[0].array.dtype if grads else np.float32))


@wrong(
    "clip_grad_norm_",
    because="norm_type is never used: every norm is the root of the sum of squares.",
    ask="What is the largest absolute entry of (3, 4), and what does your function say with norm_type=inf?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    total = sum(float((g.array * g.array).sum()) for g in grads) ** 0.5
    scale = min(float(max_norm) / (total + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


@wrong(
    "clip_grad_norm_",
    because="The parameters are scaled, not their gradients.",
    ask="What is it that may be too long: the weights, or the step?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    having = with_grad(parameters)
    norms = [np.linalg.norm(p._grad.array.ravel(), norm_type) for p in having]
    total = np.linalg.norm(norms, norm_type) if norms else 0.0
    scale = min(float(max_norm) / (float(total) + 1e-6), 1.0)
    for p in having:
        p.array[...] *= scale
        record_write(p)
    return TensorBase.result_type(np.asarray(total, having[0].array.dtype if having else np.float32))


@wrong(
    "clip_grad_norm_",
    because="The norm is returned as a list of one: a tensor with a dim. One number, a 0-d tensor, was asked for.",
    ask="What is the shape of np.array([7.0]), and what that of np.array(7.0)?",
)
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
    total = np.array([np.linalg.norm(norms, norm_type) if norms else 0.0])
    scale = min(float(max_norm) / (total.item() + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


# ---- clip_grad_value_ -------------------------------------------------------------------------------------------


@wrong(
    "clip_grad_value_",
    because="Only what is too large is cut. An entry of −4 is as large a step as one of 4.",
    ask="What happens to a gradient of −4 with a clip value of 1?",
)
def clip_grad_value_(parameters, clip_value):
    for p in with_grad(parameters):
        np.minimum(p._grad.array, clip_value, out=p._grad.array)
        record_write(p._grad)


@wrong(
    "clip_grad_value_",
    because="The clipped copy is made and thrown away.",
    ask="np.clip returns a new array. Where does yours go?",
)
def clip_grad_value_(parameters, clip_value):
    for p in with_grad(parameters):
        np.clip(p._grad.array, -clip_value, clip_value)
        record_write(p._grad)


@wrong(
    "clip_grad_value_",
    because="A new tensor takes the place of the gradient, and whoever holds the old one does not see the clipping.",
    ask="Is p.grad afterwards the tensor that it was before?",
)
def clip_grad_value_(parameters, clip_value):
    for p in with_grad(parameters):
        p._grad = TensorBase.result_type(np.clip(p._grad.array, -clip_value, clip_value))
        record_write(p._grad)


@wrong(
    "clip_grad_value_",
    because="The whole gradient is scaled by its largest entry. That is clipping by norm; by value, each entry "
    "is cut by itself.",
    ask="Clipped to value 1, what becomes of the gradient (3, 0.5)?",
)
def clip_grad_value_(parameters, clip_value):
    for p in with_grad(parameters):
        largest = abs(p._grad.array).max()
        if largest > clip_value:
            p._grad.array[...] *= clip_value / largest
        record_write(p._grad)


# ---- is_right ---------------------------------------------------------------------------------------------------


@wrong(
    "is_right",
    because="One call cannot tell adding from overwriting.",
    ask="After a single gradient, what differs between a function that adds and one that overwrites?",
)
def is_right(accumulate):
    import mytorch

    try:
        a = mytorch.tensor([1.0, 2.0], requires_grad=True)
        accumulate(a, np.array([1.0, -2.0], dtype=np.float32))
        return a.grad.tolist() == [1, -2]
    except Exception:
        return False


@wrong(
    "is_right",
    because="With one leaf and arrays that nobody else holds, a missing copy has no effect.",
    ask="Which two leaves could share an array, and how would you see that they do?",
)
def is_right(accumulate):
    import mytorch

    try:
        a = mytorch.tensor([1.0, 2.0], requires_grad=True)
        accumulate(a, np.array([1.0, -2.0], dtype=np.float32))
        accumulate(a, np.array([10.0, 10.0], dtype=np.float32))
        return a.grad.tolist() == [11, 8]
    except Exception:
        return False


@wrong(
    "is_right",
    because="It compares with the one function that you have written, name by name, so other correct functions "
    "are refused.",
    ask="Does your test look at what a function does, or at how it is written?",
)
def is_right(accumulate):
    import mytorch

    return accumulate is mytorch.accumulate.accumulate


@wrong(
    "is_right",
    because="A wrong function may raise, and then your test raises too, instead of saying False.",
    ask="What does is_right do with a function that leaves .grad at None?",
)
def is_right(accumulate):
    import mytorch

    a = mytorch.tensor([1.0, 2.0], requires_grad=True)
    b = mytorch.tensor([3.0, 4.0], requires_grad=True)
    arriving = np.array([1.0, -2.0], dtype=np.float32)
    accumulate(a, arriving)
    accumulate(b, arriving)
    accumulate(a, arriving)
    return arriving.tolist() == [1, -2] and a.grad.tolist() == [2, -4] and b.grad.tolist() == [1, -2]
