"""Other right answers to the exercises of lesson 3: they are to earn all points."""
# ruff: noqa: B905

from autograder.right import right

# ---- Mul ----------------------------------------------------------------------------------------------------------


@right("Mul", because="It returns both gradients, wanted or not.")
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * y, grad * x


@right("Mul", because="It saves the factors in the other order.")
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(y, x)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        return tuple(factor * grad for factor in ctx.saved_tensors)


@right("Mul", because="It asks ctx.needs_input_grad.")
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        first, second = ctx.saved_tensors
        wants_first, wants_second = ctx.needs_input_grad
        return (grad * second if wants_first else None), (grad * first if wants_second else None)


@right("Mul", because="It fills a list.")
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        grads = [None, None]
        if ctx.next[0] is not None:
            grads[0] = y * grad
        if ctx.next[1] is not None:
            grads[1] = x * grad
        return tuple(grads)


@right("Mul", because="It has the two derivatives in names of their own.")
class Mul(Function):
    """z = x · y."""

    @staticmethod
    def forward(ctx, left, right):
        product = left * right
        ctx.save_for_backward(left, right)
        return product

    @staticmethod
    def backward(ctx, upstream):
        left, right = ctx.saved_tensors
        dz_dleft, dz_dright = right, left
        return upstream * dz_dleft, upstream * dz_dright


# ---- walk ---------------------------------------------------------------------------------------------------------


@right("walk", because="It keeps what has arrived in a dict, too.")
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    arrived = {root: seed}
    for node in nodes:
        grad = arrived.pop(node, None)
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, each in zip(node.next, grads):
            if target is not None and each is not None:
                if each.shape != target.shape:
                    each = unbroadcast(each, target.shape)
                arrived[target] = arrived[target] + each if target in arrived else each
        if not retain_graph:
            release(node)


@right("walk", because="It asks of each node how many of its consumers are still to come.")
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    kept, waiting = set(nodes), {}
    for node in nodes:
        for target in node.next:
            if target is not None and target in kept:
                waiting[target] = waiting.get(target, 0) + 1
    root.pending = seed
    ready = [root]
    while ready:
        node = ready.pop()
        grad, node.pending = node.pending, None
        grads = (None,) * len(node.next)
        if grad is not None:
            if node.hooks:
                grad = run_hooks(node.hooks, grad)
            if targets is not None and node in targets:
                targets[node] = grad
            if node.next or targets is None:
                grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
                if not retain_graph:
                    release(node)
        for i, target in enumerate(node.next):
            if target is None or target not in kept:
                continue
            if i < len(grads) and grads[i] is not None:
                each = grads[i] if grads[i].shape == target.shape else unbroadcast(grads[i], target.shape)
                target.pending = each if target.pending is None else target.pending + each
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)


@right("walk", because="A heap gives the newest of the nodes where something is pending.")
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    import heapq

    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    kept = set(nodes)
    root.pending = seed
    heap, queued = [(-root.number, id(root), root)], {root}
    if root not in kept:
        root.pending, heap = None, []
    while heap:
        node = heapq.heappop(heap)[2]
        grad, node.pending = node.pending, None
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for target, each in zip(node.next, grads):
            if target is None or each is None or target not in kept:
                continue
            if each.shape != target.shape:
                each = unbroadcast(each, target.shape)
            target.pending = each if target.pending is None else each + target.pending
            if target not in queued:
                queued.add(target)
                heapq.heappush(heap, (-target.number, id(target), target))
        if not retain_graph:
            release(node)


@right("walk", because="It undoes broadcasting when a node is visited, for all that arrived together.")
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    order = topological_order(root) if targets is None else nodes_towards(targets, topological_order(root))
    check_alive(order)
    root.pending = seed
    for node in order:
        grad = node.pending
        node.pending = None
        if grad is not None:
            if node.hooks:
                grad = run_hooks(node.hooks, grad)
            wanted = targets is not None and node in targets
            if wanted:
                targets[node] = grad
            if not (wanted and not node.next):
                step = node.visit_recorded if create_graph else node.visit
                for target, each in zip(node.next, step(grad)):
                    if target is None or each is None:
                        continue
                    each = unbroadcast(each, target.shape)
                    if target.pending is not None:
                        each = target.pending + each
                    target.pending = each
                if not retain_graph:
                    release(node)


@right("walk", because="The sending of gradients is a function of its own.")
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    def send(target, grad):
        if target is None or grad is None:
            return
        fitting = grad if tuple(grad.shape) == tuple(target.shape) else unbroadcast(grad, target.shape)
        if target.pending is None:
            target.pending = fitting
        else:
            target.pending = target.pending + fitting

    nodes = list(topological_order(root))
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    nodes.reverse()
    while nodes:
        node = nodes.pop()
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        grad = run_hooks(node.hooks, grad) if node.hooks else grad
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = (node.visit_recorded if create_graph else node.visit)(grad)
        for place in range(len(node.next)):
            send(node.next[place], grads[place])
        if not retain_graph:
            release(node)


# ---- Softmax ------------------------------------------------------------------------------------------------------


@right("Softmax", because="It multiplies out.")
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
        weighted = grad * y
        return weighted - y * weighted.sum(axis=ctx.dim, keepdims=True), None


@right("Softmax", because="It saves the input, and computes the shares again.")
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        ctx.save_for_backward(x)
        return kernels.softmax(x, dim)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        y = Softmax.compute(x, ctx.dim)
        return y * (grad - (grad * y).sum(axis=ctx.dim, keepdims=True)), None


@right("Softmax", because="It takes the mean of the gradient, weighted with the shares, off first.")
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        ctx.axis = dim
        shares = kernels.softmax(x, dim)
        ctx.save_for_backward(shares)
        return shares

    @staticmethod
    def backward(ctx, grad):
        shares = ctx.saved_tensors[0]
        mean = (shares * grad).sum(axis=ctx.axis, keepdims=True)
        return (grad - mean) * shares, None


@right("Softmax", because="It adds the diagonal and the rest.")
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        diagonal = grad * y
        rest = -(y * (grad * y).sum(axis=ctx.dim, keepdims=True))
        return diagonal + rest, None


@right("Softmax", because="It sums with Sum's own arguments by place.")
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`."""

    @staticmethod
    def forward(ctx, x, dim):
        result = kernels.softmax(x, dim)
        ctx.save_for_backward(result)
        ctx.note = (dim,)
        return result

    @staticmethod
    def backward(ctx, grad):
        y = ctx.saved_tensors[0]
        dim = ctx.note[0]
        total = (y * grad).sum(axis=dim, keepdims=True)
        return y * grad - y * total, None
