"""Ten notebooks that are broken on purpose, as students break them; written without a look at the wrong answers.

Next to each mistake stands what a teacher would say about it, written together with it. `signed` came later: the
beginning of the diagnosis that a teacher has read and would sign. The matching was tuned on these; `HELD_OUT` was
written afterwards, and nothing was tuned on it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Student:
    """mistakes: {exercise: its cell}; every other exercise of the lesson is right. teacher: {exercise: the words}.

    signed: {exercise: how the diagnosis begins}, as far as there is one.
    """

    name: str
    lesson: str
    mistakes: dict[str, str]
    teacher: dict[str, str]
    signed: dict[str, str]


ANNA = Student(
    "anna",
    "01_tensors",
    {
        "unbroadcast": """\
def unbroadcast(grad, shape):
    # numpy puts the new dims in front, so sum them away again
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad
"""
    },
    {"unbroadcast": "Only the dims in front are summed away; a dim of size 1 that was stretched stays stretched."},
    {"unbroadcast": "Only the dims that were added"},
)

BEN = Student(
    "ben",
    "01_tensors",
    {
        "softmax": """\
def softmax(x, dim):
    ex = np.exp(x)
    total = np.sum(ex, axis=dim, keepdims=True)
    return ex / total
""",
        "to_array": """\
def to_array(data, dtype=None):
    if isinstance(data, np.ndarray):
        return data if dtype is None else data.astype(dtype)
    arr = np.array(data)
    if dtype is None and arr.dtype == np.float64 and not isinstance(data, np.generic):
        dtype = np.float32
    if dtype is not None:
        arr = arr.astype(dtype)
    return arr
""",
    },
    {
        "softmax": "The largest entry is not taken off first, so exp overflows.",
        "to_array": "An array is handed on instead of copied: result and data share memory.",
    },
    {"softmax": "Nothing was shifted", "to_array": "An array that already had the right dtype was handed on"},
)

CHEN = Student(
    "chen",
    "02_computation_graph",
    {
        "topological_order": """\
def topological_order(root):
    from collections import deque

    order, visited = [], set()
    queue = deque([root])
    while queue:
        current = queue.popleft()
        if current in visited:
            continue
        visited.add(current)
        order.append(current)
        for parent in current.next:
            if parent is not None:
                queue.append(parent)
    return order
"""
    },
    {"topological_order": "Breadth first: a node comes when the shortest road reaches it, not after all users."},
    {"topological_order": "Breadth first, each node once"},
)

DINA = Student(
    "dina",
    "02_computation_graph",
    {
        "Function": """\
class Function(FunctionCtx):
    __slots__ = ()

    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [i.array if isinstance(i, TensorBase) else i for i in inputs]
        ctx.next = [i.edge for i in inputs if isinstance(i, TensorBase)]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if all(edge is None for edge in ctx.next):
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        for x in inputs:
            if isinstance(x, TensorBase):
                return cls.apply(*inputs)
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)
"""
    },
    {"Function": "ctx.next has no entry for an input that is no tensor, so edges and inputs no longer line up."},
    {"Function": "Inputs without a gradient were left out"},
)

ELIF = Student(
    "elif",
    "03_backward_pass",
    {
        "walk": """\
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    nodes = topological_order(root)
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        grad = node.pending
        node.pending = None
        if grad is None:
            continue
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        for parent, g in zip(node.next, grads):
            if parent is not None and g is not None:
                parent.pending = unbroadcast(g, parent.shape)
        if not retain_graph:
            release(node)
"""
    },
    {"walk": "What arrives replaces what was there: of several roads only the last one counts."},
    {"walk": "What arrives takes the place"},
)

FARAH = Student(
    "farah",
    "03_backward_pass",
    {
        "Mean": """\
class Mean(Function):
    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.mean(x, dim, keepdim)
        ctx.x_shape = x.shape
        ctx.dim = dim
        ctx.count = x.size
        return y

    @staticmethod
    def backward(ctx, grad):
        return spread(grad, ctx.x_shape, ctx.dim) / ctx.count, None, None
""",
        "Softmax": """\
class Softmax(Function):
    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (s,) = ctx.saved_tensors
        return grad * s * (1 - s), None
""",
    },
    {
        "Mean": "The gradient is divided by the size of the whole tensor; n is what went into one mean.",
        "Softmax": "Only the diagonal of the Jacobian: every output depends on every input.",
    },
    {"Mean": "You divided by all entries", "Softmax": "That is the rule of sigmoid"},
)

GUS = Student(
    "gus",
    "04_accumulation",
    {
        "accumulate": """\
def accumulate(leaf, incoming):
    old = leaf._grad
    if isinstance(incoming, TensorBase):
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    if leaf._grad is None:
        leaf._grad = TensorBase.result_type(incoming)
    else:
        leaf._grad.array += incoming
        record_write(leaf._grad)
"""
    },
    {"accumulate": "The first gradient is kept without a copy, so it shares its memory with whoever made it."},
    {"accumulate": "The first gradient is kept as it arrives"},
)

HANA = Student(
    "hana",
    "04_accumulation",
    {
        "clip_grad_norm_": """\
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    grads = [p._grad for p in with_grad(parameters)]
    total = 0.0
    for g in grads:
        norm = np.linalg.norm(g.array.ravel(), norm_type)
        if norm_type == float("inf"):
            total = max(total, norm)
        else:
            total = (total**norm_type + norm**norm_type) ** (1 / norm_type)
        factor = max_norm / (norm + 1e-6)
        if factor < 1:
            g.array[...] = g.array * factor
            record_write(g)
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))
""",
        "micro_batches": """\
def micro_batches(loss_of, x, y, size):
    total = 0.0
    pieces = 0
    for i in range(0, len(x), size):
        loss = loss_of(x[i : i + size], y[i : i + size])
        loss.backward()
        total += loss.item()
        pieces += 1
    return total / pieces
""",
    },
    {
        "clip_grad_norm_": "Each gradient is clipped by its own norm; there is one norm, and one factor.",
        "micro_batches": "The losses are not weighted: the gradient is the sum of the pieces' means, too large.",
    },
    {
        "clip_grad_norm_": "Each gradient is clipped by its own norm",
        "micro_batches": "Mean losses are added up",
    },
)

IVO = Student(
    "ivo",
    "05_no_grad",
    {
        "no_grad": """\
class no_grad(Switch):
    \"\"\"Record nothing inside the block. Results do not require grad, and can be used anywhere later.\"\"\"

    def __enter__(self):
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = True
""",
        "evaluate": """\
def evaluate(loss_of, batches):
    with mytorch.no_grad():
        losses = [loss_of(x, y) for x, y in batches]
    return sum(l.item() for l in losses) / len(losses)
""",
    },
    {
        "no_grad": "The end of the block switches recording on instead of putting back what was in force before.",
        "evaluate": "All losses are kept until the end of the loop.",
    },
    {"no_grad": "At the end recording is switched on", "evaluate": "All losses are kept in a list"},
)

JULES = Student(
    "jules",
    "06_custom_functions",
    {
        "numerical_jacobian": """\
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    base = function().array.flatten()
    for row, i in enumerate(np.ndindex(x.array.shape)):
        x.array[i] += eps
        jacobian[row] = (function().array.flatten() - base) / eps
        x.array[i] -= eps
    return jacobian
""",
        "StraightThrough": """\
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad
""",
    },
    {
        "numerical_jacobian": "That is the one-sided difference; its error is of the order of eps, not of its square.",
        "StraightThrough": "backward returns one gradient, and forward has two inputs.",
    },
    {"numerical_jacobian": "Only one step up", "StraightThrough": "There are two inputs, and one gradient"},
)

STUDENTS = (ANNA, BEN, CHEN, DINA, ELIF, FARAH, GUS, HANA, IVO, JULES)


# Written after the matching was done, and before a look at the wrong answers to these exercises.

KIM = Student(
    "kim",
    "01_tensors",
    {
        "stack": """\
def stack(dim, *arrays):
    return np.stack(arrays, axis=dim)
"""
    },
    {"stack": "NumPy's own errors come through, where a RuntimeError or an IndexError is promised."},
    {},
)

LEA = Student(
    "lea",
    "03_backward_pass",
    {
        "MatMul": """\
class MatMul(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return kernels.matmul(x, y)

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        to_x, to_y = ctx.next
        row, column = x, y
        if y.ndim == 1:
            column, grad = y.reshape((-1, 1)), grad.reshape((*grad.shape, 1))
        if x.ndim == 1:
            row, grad = x.reshape((1, -1)), grad.reshape((*grad.shape[:-1], 1, grad.shape[-1]))
        dx = grad @ column.mT
        dy = grad.mT @ row
        if to_x and x.ndim == 1:
            dx = dx.reshape((*dx.shape[:-2], dx.shape[-1]))
        if to_y and y.ndim == 1:
            dy = dy.reshape(dy.shape[:-1])
        return dx, dy
""",
        "Permute": """\
class Permute(Function):
    @staticmethod
    def forward(ctx, x, dims):
        ctx.order = dims
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        return Permute.compute(grad, ctx.order), None
""",
    },
    {
        "MatMul": "The gradient of y is transposed: it is xᵀ @ G, not Gᵀ @ x.",
        "Permute": "The gradient is permuted in the same order again, not in the inverse one.",
    },
    {"Permute": "The same order was applied again"},
)

NIA = Student(
    "nia",
    "04_accumulation",
    {
        "zero_grad": """\
def zero_grad(parameters, set_to_none=True):
    for p in with_grad(parameters):
        if set_to_none:
            p._grad = None
        else:
            p._grad = TensorBase.result_type(np.zeros_like(p.array))
""",
        "run_hooks": """\
def run_hooks(hooks, grad):
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    result = tensor
    for hook in in_order(hooks):
        new = hook(tensor)
        if new is not None:
            check_replacement(hook, tensor, new)
            result = new
    return result if isinstance(grad, TensorBase) else result.array
""",
    },
    {
        "zero_grad": "A new tensor of zeros takes the gradient's place; it should be filled where it is.",
        "run_hooks": "Every hook is shown the gradient as it arrived, not what the hook before has left.",
    },
    {"run_hooks": "Every hook is shown the gradient that arrived"},
)

PIA = Student(
    "pia",
    "05_no_grad",
    {
        "set_grad_enabled": """\
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = enabled
        self.before = mode.enabled

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        mode.enabled = self.enabled

    def __exit__(self, *error):
        mode.enabled = self.before
"""
    },
    {"set_grad_enabled": "Called without a block it does nothing: it should act at once."},
    {"set_grad_enabled": "It acts only as a block"},
)

QUINN = Student(
    "quinn",
    "06_custom_functions",
    {
        "analytical_jacobian": """\
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for j in range(output.array.size):
        seed = np.zeros(output.array.size, dtype=output.array.dtype)
        seed[j] = 1
        seed = TensorBase.result_type(seed.reshape(output.array.shape))
        (found,) = grad(output, x, seed, allow_unused=True)
        if found is not None:
            jacobian[:, j] = found.array.flatten()
    return jacobian
""",
        "nll_loss": """\
def nll_loss(input, target, reduction="mean"):
    rows = list(range(input.shape[0]))
    return reduce(input[rows, target], reduction)
""",
    },
    {
        "analytical_jacobian": "The graph is not retained, so the second walk finds it freed.",
        "nll_loss": "The minus is missing.",
    },
    {"analytical_jacobian": "The first walk frees the graph", "nll_loss": "The minus is missing"},
)

HELD_OUT = (KIM, LEA, NIA, PIA, QUINN)
