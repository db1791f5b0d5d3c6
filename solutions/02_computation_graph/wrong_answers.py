"""Known-wrong answers of lesson 2: what people write, and what it says about their picture of the graph."""

from autograder.wrong import wrong

# ---- AccumulateGrad --------------------------------------------------------------------------------------------------


@wrong(
    "AccumulateGrad",
    because="The node holds the leaf itself, and the leaf holds the node: neither can be freed before the garbage "
    "collector comes.",
    ask="Who else keeps a leaf alive, once you have dropped your last name for it?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = lambda: leaf
        self.array = leaf.array
        self.next = ()
        self.shape = leaf.array.shape
        self.number = tick()
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        return self.leaf()

    def visit(self, grad):
        accumulate(self.leaf(), grad)
        return ()


@wrong(
    "AccumulateGrad",
    because="A tensor was stored where a weak reference to it belongs.",
    ask="What does weakref.ref(leaf) give you, and how do you get the leaf back from it?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = leaf
        self.array = leaf.array
        self.next = ()
        self.shape = leaf.array.shape
        self.number = tick()
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        return self.leaf

    def visit(self, grad):
        accumulate(self.leaf, grad)
        return ()


@wrong(
    "AccumulateGrad",
    because="`next` has an entry, None, as if the leaf had been computed from one input that wants no gradient.",
    ask="How many inputs does a leaf have?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = weakref.ref(leaf)
        self.array = leaf.array
        self.next = (None,)
        self.shape = leaf.array.shape
        self.number = tick()
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        return self.leaf()

    def visit(self, grad):
        accumulate(self.leaf(), grad)
        return ()


@wrong(
    "AccumulateGrad",
    because="The node keeps the number of entries as its shape; a gradient has the shape of the leaf, dim by dim.",
    ask="What is the shape of a leaf with one row of three numbers?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = weakref.ref(leaf)
        self.array = leaf.array
        self.next = ()
        self.shape = (leaf.array.size,)
        self.number = tick()
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        return self.leaf()

    def visit(self, grad):
        accumulate(self.leaf(), grad)
        return ()


@wrong(
    "AccumulateGrad",
    because="Every leaf's node has the number 0: older than all, but not distinguishable from the next leaf's.",
    ask="Which two nodes may have the same number?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = weakref.ref(leaf)
        self.array = leaf.array
        self.next = ()
        self.shape = leaf.array.shape
        self.number = 0
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        return self.leaf()

    def visit(self, grad):
        accumulate(self.leaf(), grad)
        return ()


@wrong(
    "AccumulateGrad",
    because="The node has a copy of the leaf's array. When the leaf is gone, the node speaks for other memory.",
    ask="Are equal numbers the same array?",
)
class AccumulateGrad(Node):
    """The end of a road."""

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        self.leaf = weakref.ref(leaf)
        self.array = leaf.array.copy()
        self.next = ()
        self.shape = leaf.array.shape
        self.number = tick()
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        leaf = self.leaf()
        if leaf is None:
            leaf = TensorBase.result_type(self.array, self)
            self.leaf = weakref.ref(leaf)
        return leaf

    def visit(self, grad):
        accumulate(self.leaf(), grad)
        return ()


# ---- is_leaf ---------------------------------------------------------------------------------------------------------


@wrong(
    "is_leaf",
    because="Only tensors without a node count as leaves here. But a weight has a node, an AccumulateGrad, and is a "
    "leaf.",
    ask="Which op made a weight?",
)
def is_leaf(tensor):
    return tensor.edge is None


@wrong(
    "is_leaf",
    because="Only weights count as leaves here. Data that requires no grad was made by no op, either.",
    ask="Which op made a tensor of data?",
)
def is_leaf(tensor):
    return isinstance(tensor.edge, AccumulateGrad)


@wrong(
    "is_leaf",
    because="Being a leaf was taken for requiring grad. A computed tensor requires grad, too, and data does not.",
    ask="Does the result of w * 2 require grad? Is it a leaf?",
)
def is_leaf(tensor):
    return tensor.edge is not None


@wrong(
    "is_leaf",
    because="The question was turned round: this says whether an op made the tensor.",
    ask="What should come out for data that you have just loaded?",
)
def is_leaf(tensor):
    return tensor.edge is not None and not isinstance(tensor.edge, AccumulateGrad)


@wrong(
    "is_leaf",
    because="A node whose inputs want no gradient was taken for a leaf's. What counts is the kind of the node, not "
    "how many roads go on.",
    ask="Can an op's node lead nowhere?",
)
def is_leaf(tensor):
    return tensor.edge is None or not getattr(tensor.edge, "next", ())


# ---- record ----------------------------------------------------------------------------------------------------------


@wrong(
    "record",
    because="The result does not know its node. Nothing leads into the graph any more, and it is freed at once.",
    ask="How does a gradient get from the result to ctx?",
)
def record(ctx, values, out):
    ctx.number = tick()
    ctx.shape = out.shape
    ctx.pending = ctx.hooks = None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out)


@wrong(
    "record",
    because="The number says how many inputs the op has, not when it ran: newer nodes cannot be told from older ones.",
    ask="Which of two products that ran one after the other has the larger number?",
)
def record(ctx, values, out):
    ctx.number = len(ctx.next)
    ctx.shape = out.shape
    ctx.pending = ctx.hooks = None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out, ctx)


@wrong(
    "record",
    because="The node took the shape of the first input. The gradient that arrives here is that of the result.",
    ask="What is the shape of x.sum(), and what is the shape of the gradient that arrives at its node?",
)
def record(ctx, values, out):
    ctx.number = tick()
    ctx.shape = values[0].shape
    ctx.pending = ctx.hooks = None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out, ctx)


@wrong(
    "record",
    because="The result holds a copy of what the op computed: twice the memory, and a saved result is no longer the "
    "result.",
    ask="If forward saved its result, is it still the array of the tensor that users see?",
)
def record(ctx, values, out):
    ctx.number = tick()
    ctx.shape = out.shape
    ctx.pending = ctx.hooks = None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out.copy(), ctx)


@wrong(
    "record",
    because="One more than the newest input is older than nodes that were made since: numbers repeat along different "
    "roads.",
    ask="Two ops use the same leaf. Which numbers do their nodes get?",
)
def record(ctx, values, out):
    ctx.number = 1 + max(node.number for node in ctx.next if node is not None)
    ctx.shape = out.shape
    ctx.pending = ctx.hooks = None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out, ctx)


@wrong(
    "record",
    because="`pending` starts at 0, as if a gradient of zero had arrived. None says that nothing has arrived yet.",
    ask="How can a walk tell a node that no gradient has reached from one that was sent a zero?",
)
def record(ctx, values, out):
    ctx.number = tick()
    ctx.shape = out.shape
    ctx.pending, ctx.hooks = 0, None
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    for watch in watchers:
        watch(ctx)
    return TensorBase.result_type(out, ctx)


# ---- Function --------------------------------------------------------------------------------------------------------


@wrong(
    "Function",
    because="Inputs without a gradient were left out of `next`, so the places in it no longer belong to the inputs.",
    ask="backward returns one gradient for each input. Where does the second go, if `next` has one entry?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = [x.edge for x in inputs if isinstance(x, TensorBase) and x.edge is not None]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if not edges:
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="Every op is recorded, wanted or not: results of plain data require grad, and their graphs fill the "
    "memory.",
    ask="Who wants the gradient of data * 2?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="Recording needs *one* input that requires grad, not all of them: here one constant stops the gradient.",
    ask="Does w + 1 require grad, if w does?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if not all(edges):
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="`next` is filled in only after forward has run. A forward that asks ctx.needs_input_grad finds nothing "
    "there.",
    ask="What can forward know about its inputs while it runs?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.next = ()
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        out = cls.forward(ctx, *values)
        ctx.next = edges = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if not any(edges):
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="forward got one ctx, and the graph another: whatever forward saved is lost.",
    ask="Where will backward look for what forward has saved?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if not any(edges):
            return TensorBase.result_type(out)
        node = cls()
        node.saved_tensors = None
        node.next = edges
        return record(node, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="A set of nodes has no order and no doubles: y + y has one edge here, and no place knows its input.",
    ask="How many edges does x * x have, and which gradient goes along which?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = list({x.edge if isinstance(x, TensorBase) else None for x in inputs})
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if not any(edges):
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="Only the first input was asked whether it requires grad.",
    ask="In 2 * w and in data @ w, which input is the one that learns?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not mode.enabled:
            return unrecorded(out, mode)
        if edges[0] is None:
            return TensorBase.result_type(out)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


@wrong(
    "Function",
    because="Nobody asked whether recording is on: inside no_grad the graph would grow as everywhere else.",
    ask="What does `mode.enabled` say, and who looks at it?",
)
class Function(FunctionCtx):
    __slots__ = ()
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        values = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        ctx.next = edges = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = cls.forward(ctx, *values)
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        if not any(edges):
            return unrecorded(out, mode)
        return record(ctx, values, out)

    @classmethod
    def compute(cls, *inputs):
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)


# ---- count_paths -----------------------------------------------------------------------------------------------------


@wrong(
    "count_paths",
    because="This counts nodes, each once. A path is a way through them, and ways part and meet again.",
    ask="How many ways lead through y + y, back to y?",
)
def count_paths(node):
    found, stack = {node}, [node]
    while stack:
        for target, _ in stack.pop().next_functions:
            if target is not None and target not in found:
                found.add(target)
                stack.append(target)
    return len(found)


@wrong(
    "count_paths",
    because="The inputs were made a set, so y + y has one edge instead of two.",
    ask="How often does y + y use y?",
)
def count_paths(node):
    targets = {target for target, _ in node.next_functions if target is not None}
    return sum(map(count_paths, targets)) if targets else 1


@wrong(
    "count_paths",
    because="Each node on the way adds one more. Only the ends of paths are to be counted.",
    ask="How many paths does x * 2 have?",
)
def count_paths(node):
    return 1 + sum(count_paths(target) for target, _ in node.next_functions if target is not None)


@wrong(
    "count_paths",
    because="A constant counts as the end of a path. Nobody wants its gradient: there is no node, and no road.",
    ask="Where does the road to the 2 in x * 2 lead?",
)
def count_paths(node):
    if node is None or not node.next_functions:
        return 1
    return sum(count_paths(target) for target, _ in node.next_functions)


# ---- topological_order -----------------------------------------------------------------------------------------------


@wrong(
    "topological_order",
    because="Breadth first, each node once: a node that is near to the result along one road comes before users on a "
    "longer one.",
    ask="In x * (x + 1), which node still has a gradient for x when you list x?",
)
def topological_order(root):
    order, seen = [root], {None, root}
    for node in order:
        for earlier in node.next:
            if earlier not in seen:
                seen.add(earlier)
                order.append(earlier)
    return order


@wrong(
    "topological_order",
    because="Depth first, each node when it is met: along the first road you come to x before the sum that uses x, "
    "too.",
    ask="May a node be listed as soon as one of its users is?",
)
def topological_order(root):
    order, seen, stack = [], {root}, [root]
    while stack:
        node = stack.pop()
        order.append(node)
        for earlier in node.next:
            if earlier is not None and earlier not in seen:
                seen.add(earlier)
                stack.append(earlier)
    return order


@wrong(
    "topological_order",
    because="The order is right, but the depth of the graph is the depth of Python's calls: 1,000 ops, and it is over.",
    ask="What can remember the nodes that are still to do, if not the calls?",
)
def topological_order(root):
    order, seen = [], set()

    def finish(node):
        seen.add(node)
        for earlier in node.next:
            if earlier is not None and earlier not in seen:
                finish(earlier)
        order.append(node)

    finish(root)
    return order[::-1]


@wrong(
    "topological_order",
    because="Oldest first: the leaves come before the nodes that use them.",
    ask="A gradient starts at the result. Which node should be first?",
)
def topological_order(root):
    order, seen = [root], {None, root}
    for node in order:
        for earlier in node.next:
            if earlier not in seen:
                seen.add(earlier)
                order.append(earlier)
    return sorted(order, key=attrgetter("number"))


@wrong(
    "topological_order",
    because="Nobody remembers which nodes were seen, so each is listed once for every path that leads to it.",
    ask="How many entries does your list have for 60 doublings?",
)
def topological_order(root):
    order = [root]
    for node in order:
        order += [earlier for earlier in node.next if earlier is not None]
        if len(order) > 100_000:
            break
    return sorted(order, key=attrgetter("number"), reverse=True)


@wrong(
    "topological_order",
    because="The result's own node is missing: only what lies behind it is listed.",
    ask="Where does the walk start?",
)
def topological_order(root):
    order, seen = [], {None}
    todo = [root]
    for node in todo:
        for earlier in node.next:
            if earlier not in seen:
                seen.add(earlier)
                todo.append(earlier)
                order.append(earlier)
    return sorted(order, key=attrgetter("number"), reverse=True)


@wrong(
    "topological_order",
    because="The list is searched for every edge: right, and slower and slower. Twice the graph takes four times as "
    "long.",
    ask="How long does Python take to find out that something is not in a list of 20,000?",
)
def topological_order(root):
    order = [root]
    for node in order:
        for earlier in node.next:
            if earlier is not None and earlier not in order:
                order.append(earlier)
    return sorted(order, key=attrgetter("number"), reverse=True)


# ---- horner ----------------------------------------------------------------------------------------------------------


@wrong(
    "horner",
    because="The loop starts from 0 and runs over all coefficients: the right number, with a product in vain.",
    ask="What does 0 * x add to the result, and what to the graph?",
)
def horner(coefficients, x):
    result = 0.0
    for c in coefficients:
        result = result * x
        if c != 0:
            result = result + c
    return result


@wrong(
    "horner",
    because="Coefficients of 0 are added, too. The value is the same; the graph has sums that do nothing.",
    ask="Which Python statement can keep an op out of the graph?",
)
def horner(coefficients, x):
    result = coefficients[0]
    for c in coefficients[1:]:
        result = result * x + c
    return result


@wrong(
    "horner",
    because="Where the coefficient is 0 the product is skipped as well, and all powers before it come out one too low.",
    ask="What happens to 2x on the way to 2x², if the next coefficient is 0?",
)
def horner(coefficients, x):
    result = coefficients[0]
    for c in coefficients[1:]:
        if c != 0:
            result = result * x + c
    return result


@wrong(
    "horner",
    because="The coefficients were taken from the lowest power; the contract has the highest first.",
    ask="What is horner([2.0, 0.0, 4.0], x) at x = 0?",
)
def horner(coefficients, x):
    result = coefficients[-1]
    for c in coefficients[-2::-1]:
        result = result * x
        if c != 0:
            result = result + c
    return result


@wrong(
    "horner",
    because="Each term has a power of its own. Horner's rule needs none, and this graph has more ops than it should.",
    ask="How does (2x + 5)x + 4 get its x²?",
)
def horner(coefficients, x):
    result = coefficients[-1]
    for power, c in enumerate(coefficients[-2::-1], start=1):
        if c != 0:
            result = result + c * x**power
    return result


@wrong(
    "horner",
    because="It starts from a tensor made of a list. That has a dim, and so has whatever is computed from it.",
    ask="Which shape has mytorch.tensor([2.0]), and which has mytorch.tensor(2.0)?",
)
def horner(coefficients, x):
    result = mytorch.tensor(coefficients[:1])
    for c in coefficients[1:]:
        result = result * x
        if c != 0:
            result = result + c
    return result


# ---- order_is_right --------------------------------------------------------------------------------------------------


@wrong(
    "order_is_right",
    because="The only graph is a chain, and in a chain every way of visiting gives the same order.",
    ask="On which graph do breadth first and a right order differ?",
)
def order_is_right(order):
    y = mytorch.tensor(3.0, requires_grad=True) * 2 + 1
    return [node.name() for node in order(y.grad_fn)] == ["AddBackward0", "MulBackward0", "AccumulateGrad"]


@wrong(
    "order_is_right",
    because="Only the length was looked at. A wrong order can have all the right nodes.",
    ask="What does 'before' mean for a list?",
)
def order_is_right(order):
    x = mytorch.tensor(3.0, requires_grad=True)
    return len(order((x * (x + 1)).grad_fn)) == 3


@wrong(
    "order_is_right",
    because="It suspects everybody: a right order is turned down as well.",
    ask="What should come out for recursive_order?",
)
def order_is_right(order):
    return False


@wrong(
    "order_is_right",
    because="The names on x * (x + 1) are right for an order that dives along the last input first: it is lucky with "
    "these factors.",
    ask="What changes when you write (x + 1) * x?",
)
def order_is_right(order):
    x = mytorch.tensor(3.0, requires_grad=True)
    names = [node.name() for node in order((x * (x + 1)).grad_fn)]
    return names == ["MulBackward0", "AddBackward0", "AccumulateGrad"]


@wrong(
    "order_is_right",
    because="Diamonds of equal sides: both ways to a node are as long as each other, so breadth first is right on "
    "them.",
    ask="Which node of x * (x + 1) is both one and two steps away from the result?",
)
def order_is_right(order):
    y = diamonds(5)
    nodes = order(y.grad_fn)
    numbers = [node.number for node in nodes]
    return len(nodes) == 6 and numbers == sorted(numbers, reverse=True)
