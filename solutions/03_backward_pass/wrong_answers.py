"""What people really write in lesson 3, and what it tells about their picture of the world.

Each class or function stands in the place of the exercise's cell, so it uses the names of that module.
"""
# ruff: noqa: B905

import numpy as np

from autograder.wrong import wrong

# ---- Mul ---------------------------------------------------------------------------------------------------------


@wrong(
    "Mul",
    because="Each factor got its own value as its slope. But one more in x is worth y in the product.",
    ask="At x = 2 and y = 10, how much larger is x · y when x is 3?",
)
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * x, grad * y


@wrong(
    "Mul",
    because="The local derivatives are right, but what arrived was left out: the chain rule multiplies the two.",
    ask="What should x's gradient be when 100 arrives instead of 1?",
)
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return y, x


@wrong(
    "Mul",
    because="Both slopes were added up to one gradient. Each input has its own.",
    ask="How many inputs does a product have, and how many gradients does its rule owe?",
)
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * (x + y)


@wrong(
    "Mul",
    because="What arrives was divided between the factors. But a gradient is no cake: each road carries all of it.",
    ask="If x grows by 1 and y stays, by how much does the product grow? By half of y?",
)
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * y / 2, grad * x / 2


@wrong(
    "Mul",
    because="The factors were put on ctx by hand, as bare arrays: a recorded rule does not know whose they are.",
    ask="The derivative of x · x is 2x, and has a slope of its own. How can the rule know that its x is that x?",
)
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.x, ctx.y = x + 0, y + 0
        return x * y

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.y, grad * ctx.x


# ---- seed_gradient -----------------------------------------------------------------------------------------------


@wrong(
    "seed_gradient",
    because="A result of many entries was seeded with ones: that is the gradient of its sum, which nobody asked for.",
    ask="Which of the entries of a vector does `backward()` mean, when nobody says so?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None:
        return np.ones_like(tensor.array)
    if gradient.array.shape != tensor.array.shape:
        raise RuntimeError("Mismatch in shape: give one number for each entry of the result.")
    return gradient.array


@wrong(
    "seed_gradient",
    because="The shape of `gradient` was not compared. NumPy broadcasts it silently, and every gradient is wrong.",
    ask="What is the shape of a (3,) tensor times a (4, 3) gradient?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None:
        if tensor.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs.")
        return np.ones_like(tensor.array)
    return gradient.array


@wrong(
    "seed_gradient",
    because="The numbers of entries were compared, not the shapes: (2, 3) and (3, 2) have six entries each.",
    ask="Which entry of a (3, 2) gradient belongs to the last entry of a (2, 3) result?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None:
        if tensor.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs.")
        return np.ones_like(tensor.array)
    if gradient.array.size != tensor.array.size:
        raise RuntimeError("Mismatch in shape: give one number for each entry of the result.")
    return gradient.array


@wrong(
    "seed_gradient",
    because="The gradient that was given was dropped: every walk starts with ones.",
    ask="What does gradient=[1, 10, 100] say about the entries of the result?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None and tensor.array.size != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs.")
    if gradient is not None and gradient.array.shape != tensor.array.shape:
        raise RuntimeError("Mismatch in shape: give one number for each entry of the result.")
    return np.ones_like(tensor.array)


@wrong(
    "seed_gradient",
    because="Only shape () counted as a single number. But (1,) and (1, 1) hold one entry as well.",
    ask="How many entries has a tensor of shape (1, 1)?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None:
        if tensor.array.shape != ():
            raise RuntimeError("grad can be implicitly created only for scalar outputs.")
        return np.ones_like(tensor.array)
    if gradient.array.shape != tensor.array.shape:
        raise RuntimeError("Mismatch in shape: give one number for each entry of the result.")
    return gradient.array


@wrong(
    "seed_gradient",
    because="np.ones makes float64, whatever the result is. A float32 result has a float32 gradient.",
    ask="Which function of NumPy makes ones of the same shape and dtype as an array?",
)
def seed_gradient(tensor, gradient=None):
    if tensor.edge is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn.")
    if gradient is None:
        if tensor.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs.")
        return np.ones(tensor.array.shape)
    if gradient.array.shape != tensor.array.shape:
        raise RuntimeError("Mismatch in shape: give one number for each entry of the result.")
    return gradient.array


# ---- walk --------------------------------------------------------------------------------------------------------


@wrong(
    "walk",
    because="You passed x's gradient on when the first road arrived; the second road came later and was lost.",
    ask="Which node still owed x a gradient when you visited it?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    root.pending = seed
    queue, seen = [root], {root}
    for node in queue:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is None or grad is None:
                continue
            if grad.shape != target.shape:
                grad = unbroadcast(grad, target.shape)
            target.pending = grad if target.pending is None else target.pending + grad
            if target not in seen:
                seen.add(target)
                queue.append(target)


@wrong(
    "walk",
    because="What arrives takes the place of what had arrived before. Over several roads the gradients add up.",
    ask="x is used in two places. Which of the two gradients is still there at the end?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                target.pending = unbroadcast(grad, target.shape) if grad.shape != target.shape else grad
        if not retain_graph:
            release(node)


@wrong(
    "walk",
    because="Every road was walked by itself. The sum is right, but the number of roads doubles with each diamond.",
    ask="How many roads lead through 25 diamonds, and how many nodes are there?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    arrived = {}
    stack = [(root, seed)]
    while stack:
        node, grad = stack.pop()
        if not node.next or (targets is not None and node in targets):
            arrived[node] = grad if node not in arrived else arrived[node] + grad
        if not node.next:
            continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                stack.append((target, unbroadcast(grad, target.shape) if grad.shape != target.shape else grad))
    for node, grad in arrived.items():
        if targets is None:
            node.visit(grad)
        elif node in targets:
            targets[node] = grad


@wrong(
    "walk",
    because="Broadcasting was not undone: a factor of shape (3, 1) got a gradient of shape (3, 4).",
    ask="Which shape must the gradient of a tensor have, always?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                target.pending = grad if target.pending is None else target.pending + grad
        if not retain_graph:
            release(node)


@wrong(
    "walk",
    because="Broadcasting was undone at the leaves only. A result in the middle can be broadcast just as well.",
    ask="In (column * 2) * row, which node's result was stretched, and is it a leaf?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                if not target.next and grad.shape != target.shape:
                    grad = unbroadcast(grad, target.shape)
                target.pending = grad if target.pending is None else target.pending + grad
        if not retain_graph:
            release(node)


@wrong(
    "walk",
    because="The walk calls itself for every input. Python stops that about a thousand calls deep.",
    ask="How deep is the graph of a loop with 10,000 steps?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    order, seen = [], set()

    def visit_inputs_first(node):
        seen.add(node)
        for target in node.next:
            if target is not None and target not in seen:
                visit_inputs_first(target)
        order.append(node)

    visit_inputs_first(root)
    root.pending = seed
    for node in reversed(order):
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if targets is not None and node in targets:
            targets[node] = grad
        if not node.next and targets is not None:
            continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                if grad.shape != target.shape:
                    grad = unbroadcast(grad, target.shape)
                target.pending = grad if target.pending is None else target.pending + grad


@wrong(
    "walk",
    because="The gradients were added with += into an array that another node holds as well, so that one changed too.",
    ask="Add hands the same array to both of its inputs. What happens to the second when you write into the first?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is None or grad is None:
                continue
            if grad.shape != target.shape:
                grad = unbroadcast(grad, target.shape)
            if target.pending is None:
                target.pending = grad
            else:
                target.pending += grad
        if not retain_graph:
            release(node)


@wrong(
    "walk",
    because="What was pending stays in the node after the visit, and is there again when the next walk comes.",
    ask="What does the second of two walks find in a node's slot?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad = node.pending
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is None or grad is None:
                continue
            if grad.shape != target.shape:
                grad = unbroadcast(grad, target.shape)
            target.pending = grad if target.pending is None else target.pending + grad
        if not retain_graph:
            release(node)


@wrong(
    "walk",
    because="The nodes were visited from the oldest to the newest: from the leaves, where nothing has arrived yet.",
    ask="Where does the seed lie when the walk begins, and which node is visited first?",
)
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)[::-1]
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        if targets is not None and node in targets:
            targets[node] = grad
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, grad in zip(node.next, grads):
            if target is not None and grad is not None:
                if grad.shape != target.shape:
                    grad = unbroadcast(grad, target.shape)
                target.pending = grad if target.pending is None else target.pending + grad


# ---- Exp ---------------------------------------------------------------------------------------------------------


@wrong(
    "Exp",
    because="The input was kept, and used as if it were the result: the slope of eˣ is eˣ, not x.",
    ask="What is the slope of eˣ at 0, and what does your rule say there?",
)
class Exp(Function):
    """y = eˣ."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.exp(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x


@wrong(
    "Exp",
    because="The rule of a power, n · xⁿ⁻¹, was used. Here x is not the base, it is the exponent.",
    ask="Which of e and x changes in eˣ?",
)
class Exp(Function):
    """y = eˣ."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.exp(x)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * x * y / 2.718281828


@wrong(
    "Exp",
    because="The rule is right for numbers, but np.exp does not know tensors: it cannot be differentiated again.",
    ask="What is `grad` when a gradient is recorded, and which exp works on it?",
)
class Exp(Function):
    """y = eˣ."""

    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return kernels.exp(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * kernels.exp(ctx.x)


@wrong(
    "Exp",
    because="What arrived was left out: the rule returns the local derivative alone.",
    ask="What should arrive at x when 10 arrives at y?",
)
class Exp(Function):
    """y = eˣ."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return y


# ---- Mean --------------------------------------------------------------------------------------------------------


@wrong(
    "Mean",
    because="That is the rule of a sum. A mean moves by 1/n when one of its n entries moves by 1.",
    ask="By how much does the mean of four numbers grow when one of them grows by 1?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.x_shape, ctx.dim = x.shape, dim
        return kernels.mean(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        return spread(grad, ctx.x_shape, ctx.dim), None, None


@wrong(
    "Mean",
    because="You divided by all entries of x. Only those along `dim` went into one mean.",
    ask="How many entries go into each mean of a (2, 3) tensor over dim=1?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.x_shape, ctx.dim, ctx.n = x.shape, dim, x.size
        return kernels.mean(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        return spread(grad / ctx.n, ctx.x_shape, ctx.dim), None, None


@wrong(
    "Mean",
    because="You divided by the number of means. Divide by the number of entries in each.",
    ask="x.mean() makes one mean of 8 entries. Which of the two numbers divides?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.mean(x, dim, keepdim)
        ctx.x_shape, ctx.dim, ctx.n = x.shape, dim, max(y.size, 1)
        return y

    @staticmethod
    def backward(ctx, grad):
        return spread(grad / ctx.n, ctx.x_shape, ctx.dim), None, None


@wrong(
    "Mean",
    because="The reduced dim was not put back before stretching, so NumPy aligned the gradient with the wrong dim.",
    ask="To which rows or columns does NumPy align a (2,) gradient in a (2, 2) tensor?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.mean(x, dim, keepdim)
        ctx.x_shape, ctx.n = x.shape, x.size / max(y.size, 1)
        return y

    @staticmethod
    def backward(ctx, grad):
        return Expand.compute(grad / ctx.n, ctx.x_shape), None, None


@wrong(
    "Mean",
    because="The gradient goes back in the shape of the mean. Every entry of x must get its share.",
    ask="Which shape has the gradient of a (2, 3) tensor?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.mean(x, dim, keepdim)
        ctx.n = x.size / max(y.size, 1)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad / ctx.n, None, None


@wrong(
    "Mean",
    because="`dim` was taken for a single int: the rule fails for a tuple of dims, or for none.",
    ask="What is dim in x.mean(), and in x.mean((0, 2))?",
)
class Mean(Function):
    """y = Σ x / n over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.x_shape, ctx.dim = x.shape, dim
        return kernels.mean(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        return spread(grad / ctx.x_shape[ctx.dim], ctx.x_shape, ctx.dim), None, None


# ---- Max ---------------------------------------------------------------------------------------------------------


@wrong(
    "Max",
    because="Every one of several equally large entries got the whole gradient. They share it.",
    ask="Two entries are 9, and 10 arrives. What do their gradients add up to?",
)
class Max(Function):
    """y = the largest entry over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.max(x, dim, keepdim)
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        largest = x == y.reshape(kept_shape(x.shape, ctx.dim))
        return spread(grad, x.shape, ctx.dim) * largest, None, None


@wrong(
    "Max",
    because="The entries were compared with the largest of all, also when a maximum was taken for each row.",
    ask="Who wins in a row whose largest entry is smaller than that of another row?",
)
class Max(Function):
    """y = the largest entry over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.dim = dim
        ctx.save_for_backward(x)
        return kernels.max(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        largest = x == x.max()
        return spread(grad, x.shape, ctx.dim) * largest / largest.sum(dtype=grad.dtype), None, None


@wrong(
    "Max",
    because="All entries got the gradient, as in a sum. Those that did not win have no influence on the maximum.",
    ask="By how much does the maximum of [1, 7, 3] change when the 1 becomes 2?",
)
class Max(Function):
    """y = the largest entry over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.x_shape, ctx.dim = x.shape, dim
        return kernels.max(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        return spread(grad, ctx.x_shape, ctx.dim), None, None


@wrong(
    "Max",
    because="The winners were counted over the whole tensor, not over the dims that each maximum was taken over.",
    ask="How many winners does the row [1, 7, 3] have, whatever stands in the other rows?",
)
class Max(Function):
    """y = the largest entry over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.max(x, dim, keepdim)
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        largest = x == y.reshape(kept_shape(x.shape, ctx.dim))
        return spread(grad, x.shape, ctx.dim) * largest / largest.sum(dtype=grad.dtype), None, None


@wrong(
    "Max",
    because="x was compared with y as it is. Without its reduced dims NumPy aligns y with the wrong dim, or fails.",
    ask="Which shape has x.amax(dim=1), and which does it need beside x?",
)
class Max(Function):
    """y = the largest entry over `dim`."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.max(x, dim, keepdim)
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        largest = x == y
        ties = largest.sum(axis=normalize_dims(ctx.dim, x.ndim), keepdims=True, dtype=grad.dtype)
        return spread(grad, x.shape, ctx.dim) * largest / ties, None, None


# ---- MatMul ------------------------------------------------------------------------------------------------------


@wrong(
    "MatMul",
    because="The factors were not transposed. The shapes fit for square matrices alone, and the numbers never.",
    ask="grad is (n, m) and y is (k, m). What has to happen to y before they can be multiplied?",
)
class MatMul(Function):
    """z = x @ y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad @ y, x @ grad


@wrong(
    "MatMul",
    because="The order was turned round. Products of matrices do not commute: grad stands left of yᵀ, and right of xᵀ.",
    ask="Which side of x does y stand on in x @ y? So on which side does yᵀ stand in x's gradient?",
)
class MatMul(Function):
    """z = x @ y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        row, column = x, y
        if y.ndim == 1:
            column, grad = y.reshape((-1, 1)), grad.reshape((*grad.shape, 1))
        if x.ndim == 1:
            row, grad = x.reshape((1, -1)), grad.reshape((*grad.shape[:-1], 1, grad.shape[-1]))
        dx = column.mT @ grad
        dy = grad @ row.mT
        if x.ndim == 1:
            dx = dx.reshape((*dx.shape[:-2], dx.shape[-1]))
        if y.ndim == 1:
            dy = dy.reshape(dy.shape[:-1])
        return dx, dy


@wrong(
    "MatMul",
    because="`.T` reverses all dims. In a batch, that mixes the batch up with the matrices; `.mT` swaps the last two.",
    ask="Which shape has the .T of a (5, 2, 3) array?",
)
class MatMul(Function):
    """z = x @ y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        row, column = x, y
        if y.ndim == 1:
            column, grad = y.reshape((-1, 1)), grad.reshape((*grad.shape, 1))
        if x.ndim == 1:
            row, grad = x.reshape((1, -1)), grad.reshape((*grad.shape[:-1], 1, grad.shape[-1]))
        dx = grad @ column.T
        dy = row.T @ grad
        if x.ndim == 1:
            dx = dx.reshape((*dx.shape[:-2], dx.shape[-1]))
        if y.ndim == 1:
            dy = dy.reshape(dy.shape[:-1])
        return dx, dy


@wrong(
    "MatMul",
    because="The gradients are right, and stand in the wrong order: x's comes first.",
    ask="In which order does a rule return its gradients?",
)
class MatMul(Function):
    """z = x @ y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        row, column = x, y
        if y.ndim == 1:
            column, grad = y.reshape((-1, 1)), grad.reshape((*grad.shape, 1))
        if x.ndim == 1:
            row, grad = x.reshape((1, -1)), grad.reshape((*grad.shape[:-1], 1, grad.shape[-1]))
        dx = row.mT @ grad
        dy = grad @ column.mT
        if x.ndim == 1:
            dx = dx.reshape((*dx.shape[:-2], dx.shape[-1]))
        if y.ndim == 1:
            dy = dy.reshape(dy.shape[:-1])
        return dx, dy


@wrong(
    "MatMul",
    because="The rule handles matrices alone: a vector has no rows and columns until you say which it is.",
    ask="What is the shape of v.mT for a vector, and what should it count as, left and right of the @?",
)
class MatMul(Function):
    """z = x @ y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad @ y.mT, x.mT @ grad


# ---- Permute -----------------------------------------------------------------------------------------------------


@wrong(
    "Permute",
    because="The same order was applied again. That undoes a swap of two dims, but not a rotation of three.",
    ask="(5, 6, 7) permuted by (2, 0, 1) is (7, 5, 6). And once more by (2, 0, 1)?",
)
class Permute(Function):
    """The dims in a new order."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.dims = dims
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return Permute.compute(grad, ctx.dims), None


@wrong(
    "Permute",
    because="The list of dims was reversed. The inverse of an order is not its reverse.",
    ask="Where does dim 0 of x stand in (2, 0, 1)?",
)
class Permute(Function):
    """The dims in a new order."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.dims = dims
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return Permute.compute(grad, tuple(reversed(ctx.dims))), None


@wrong(
    "Permute",
    because="The gradient was reshaped to x's shape. The shape is right, but the entries stay in the wrong places.",
    ask="Does reshape move entries, or does it only cut them into other rows?",
)
class Permute(Function):
    """The dims in a new order."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.x_shape = x.shape
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return grad.reshape(ctx.x_shape), None


@wrong(
    "Permute",
    because="Negative dims were looked up as they are. −1 stands for the last dim, and has to be made plain first.",
    ask="At which place does dim 2 stand in (−1, 0, 1)?",
)
class Permute(Function):
    """The dims in a new order."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.dims = tuple(dims)
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return Permute.compute(grad, tuple(ctx.dims.index(d) for d in range(grad.ndim))), None


@wrong(
    "Permute",
    because="np.argsort gives the inverse order for arrays; np.transpose does not know tensors, though.",
    ask="What is `grad` when a gradient is recorded?",
)
class Permute(Function):
    """The dims in a new order."""

    @staticmethod
    def forward(ctx, x, dims):
        ctx.dims = normalize_dims(dims, x.ndim)
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return kernels.permute(grad, tuple(int(i) for i in np.argsort(ctx.dims))), None


# ---- Index -------------------------------------------------------------------------------------------------------


@wrong(
    "Index",
    because="The gradients were written to their places, so of an entry that was read twice only the last arrived.",
    ask="x[[0, 2, 0]] reads entry 0 twice. How many gradients come back for it?",
)
class Index(Function):
    """y = x[key]."""

    @staticmethod
    def forward(ctx, x, key):
        ctx.x_shape, ctx.key = x.shape, key
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        out = np.zeros(ctx.x_shape, grad.dtype)
        out[ctx.key] = grad
        return out, None


@wrong(
    "Index",
    because="`out[key] += grad` reads, adds and writes once for every place, not once for every time it is named.",
    ask="Which function of NumPy adds at an index that names the same place twice?",
)
class Index(Function):
    """y = x[key]."""

    @staticmethod
    def forward(ctx, x, key):
        ctx.x_shape, ctx.key = x.shape, key
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        out = np.zeros(ctx.x_shape, grad.dtype)
        out[ctx.key] += grad
        return out, None


@wrong(
    "Index",
    because="The gradient was handed on in the shape of what was read. Entries that were not read get 0, not nothing.",
    ask="Which shape has the gradient of a (3,) tensor?",
)
class Index(Function):
    """y = x[key]."""

    @staticmethod
    def forward(ctx, x, key):
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        return grad, None


@wrong(
    "Index",
    because="The gradient was read at the key. It has to go the other way: from the places of y to those of x.",
    ask="y = x[[0, 2, 0]] has three entries. Whose places does the key name, those of x or those of y?",
)
class Index(Function):
    """y = x[key]."""

    @staticmethod
    def forward(ctx, x, key):
        ctx.key = key
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        return Index.compute(grad, ctx.key), None


@wrong(
    "Index",
    because="np.add.at is right for arrays, but leaves no trace: the gradient cannot be differentiated again.",
    ask="Which op does the same and works on tensors as well?",
)
class Index(Function):
    """y = x[key]."""

    @staticmethod
    def forward(ctx, x, key):
        ctx.x_shape, ctx.key = x.shape, key
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        out = np.zeros(ctx.x_shape, np.asarray(grad).dtype)
        np.add.at(out, ctx.key, grad)
        return out, None


# ---- Softmax -----------------------------------------------------------------------------------------------------


@wrong(
    "Softmax",
    because="That is the rule of sigmoid: y · (1 − y), each entry by itself. In a softmax all entries depend on all.",
    ask="What happens to the other shares when one logit grows?",
)
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * y * (1 - y), None


@wrong(
    "Softmax",
    because="The sum goes over all of the gradient. It should weigh each entry with its share first.",
    ask="Multiply the formula out once more: which factor stands beside each arriving gradient in the sum?",
)
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.dim = dim
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return y * (grad - grad.sum(axis=ctx.dim, keepdims=True)), None


@wrong(
    "Softmax",
    because="The sum was taken over the whole tensor. The shares add up to 1 along `dim`, row by row.",
    ask="Does a logit of the first row change a share of the second?",
)
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return y * (grad - (grad * y).sum()), None


@wrong(
    "Softmax",
    because="The sum always goes over the last dim, whatever `dim` is.",
    ask="Along which dim do the shares of x.softmax(dim=0) add up to 1?",
)
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return y * (grad - (grad * y).sum(axis=-1, keepdims=True)), None


@wrong(
    "Softmax",
    because="The rule of exp was used: the denominator, in which all entries stand, was treated as a constant.",
    ask="Does Σ eˣ change when one x changes?",
)
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * y, None


# ---- LogSoftmax --------------------------------------------------------------------------------------------------


@wrong(
    "LogSoftmax",
    because="The result was used as if it were the shares. It is their logarithm: p = eʸ.",
    ask="Can a share be negative? Can y?",
)
class LogSoftmax(Function):
    """y = log softmax x along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ctx.dim = dim
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad - y * grad.sum(axis=ctx.dim, keepdims=True), None


@wrong(
    "LogSoftmax",
    because="Each entry was treated by itself: 1 − p. But all outputs go down when one logit goes up.",
    ask="What arrives at x[1] when a gradient arrives at y[0] alone?",
)
class LogSoftmax(Function):
    """y = log softmax x along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (1 - Exp.compute(y)), None


@wrong(
    "LogSoftmax",
    because="The sum over what arrives was left out: the shares are subtracted once, whatever arrives.",
    ask="What does your rule hand on when nothing but zeros arrives?",
)
class LogSoftmax(Function):
    """y = log softmax x along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad - Exp.compute(y), None


@wrong(
    "LogSoftmax",
    because="The sum goes over the whole tensor, so the rows of a batch disturb each other.",
    ask="Does a logit of the first row change a result of the second?",
)
class LogSoftmax(Function):
    """y = log softmax x along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad - Exp.compute(y) * grad.sum(), None


@wrong(
    "LogSoftmax",
    because="The shares were computed with NumPy. The rule is right for arrays, and fails when it is to be recorded.",
    ask="What is y when a gradient is recorded, and which exp works on it?",
)
class LogSoftmax(Function):
    """y = log softmax x along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ctx.dim = dim
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad - kernels.exp(y) * grad.sum(axis=ctx.dim, keepdims=True), None


# ---- GELU --------------------------------------------------------------------------------------------------------


@wrong(
    "GELU",
    because="Half of the product rule: x · Φ(x) changes because x changes, and because Φ(x) changes.",
    ask="Which two factors of x · Φ(x) depend on x?",
)
class GELU(Function):
    """y = x · Φ(x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 0.5 * (1 + Erf.compute(x / math.sqrt(2)))


@wrong(
    "GELU",
    because="The density lacks its factor x. The product rule keeps the other factor: x · φ(x).",
    ask="What stands beside Φ′(x) in the derivative of x · Φ(x)?",
)
class GELU(Function):
    """y = x · Φ(x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        distribution = 0.5 * (1 + Erf.compute(x / math.sqrt(2)))
        density = Exp.compute(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return grad * (distribution + density)


@wrong(
    "GELU",
    because="The derivative of erf was used for that of Φ: e^(−x²) and 2/√π, without what the factor 1/√2 inside does.",
    ask="What is the derivative of erf(x / √2)?",
)
class GELU(Function):
    """y = x · Φ(x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        distribution = 0.5 * (1 + Erf.compute(x / math.sqrt(2)))
        density = 0.5 * (2 / math.sqrt(math.pi)) * Exp.compute(-x * x)
        return grad * (distribution + x * density)


@wrong(
    "GELU",
    because="The fast approximation x · sigmoid(1.702 x) was differentiated. It is near, but it is another function.",
    ask="Which formula does `forward` compute, and to how many digits does yours agree with it?",
)
class GELU(Function):
    """y = x · Φ(x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        s = 1 / (1 + Exp.compute(-1.702 * x))
        return grad * (s + x * 1.702 * s * (1 - s))


@wrong(
    "GELU",
    because="The parts were computed by kernels, which work on arrays. The rule fails when it is to be recorded.",
    ask="Which erf works on arrays and on tensors?",
)
class GELU(Function):
    """y = x · Φ(x)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        distribution = 0.5 * (1 + kernels.erf(x / math.sqrt(2)))
        return grad * (distribution + x * kernels.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


# ---- is_right ----------------------------------------------------------------------------------------------------


@wrong(
    "is_right",
    because="The formula uses x once, along one road. There, the order of the walk makes no difference.",
    ask="On which graphs does breadth first visit a node too early?",
)
def is_right(slope_of):
    return abs(slope_of(lambda x: (x * 2.0 + 1.0) ** 2, 3.0) - 28.0) < 1e-3


@wrong(
    "is_right",
    because="Only x itself is shared. An engine that mishandles shared results in the middle passes.",
    ask="Which node has two consumers in x * (x + 1), and is it in the middle?",
)
def is_right(slope_of):
    return abs(slope_of(lambda x: x * (x + 1), 3.0) - 7.0) < 1e-3


@wrong(
    "is_right",
    because="The slopes were compared to the last digit. float32 rounds, so a right engine is called wrong.",
    ask="How many digits does float32 have?",
)
def is_right(slope_of):
    return slope_of(lambda x: x * (x + 1) / 3.0, 0.1) == 0.4 and slope_of(lambda x: x * x * (x * x + x), 2.0) == 44.0


@wrong(
    "is_right",
    because="Both roads have the same length, so nearest first and newest first visit the nodes in the same order.",
    ask="How many steps is it from z to x in x · x, along each of the two roads?",
)
def is_right(slope_of):
    return abs(slope_of(lambda x: x * x, 3.0) - 6.0) < 1e-3
