# %% [markdown]
# # Lesson 2 · The computation graph
#
# Somebody hands you a 12. Did it come from 3 · 4, from 10 + 2, or from a keyboard? Looking at the 12 will not
# tell you.
#
# To send a gradient back, a tensor has to know. Run the next three cells and see how much ours knows so far.

# %% setup=true
import gradlab.lesson

# %% given="imports"
import numpy as np

import mytorch
from gradlab.draw import draw
from gradlab.expected import expect_graph
from gradlab.graph import trace

# %%
x = mytorch.tensor(3.0)
y = x * (x + 1)
print(y)
print(y.grad_fn)

# %% [markdown]
# The 12 is there. The product and the sum that led to it are gone: `grad_fn`, the place where a tensor keeps
# the op that made it, is `None`.
#
# ## Why this matters
#
# Training a network is one question, asked again and again: *if I move this weight a little, where does the
# loss go?* The answer travels from the loss back to the weight, through every op in between. So those ops have
# to be written down while they run. What they are written into is the **computation graph**.
#
# PyTorch builds one in every forward pass. It is what fills your GPU's memory, and behind many of the bugs that
# people lose days over: a weight that never moves, memory that grows with every step, "does not require grad"
# where you were sure it did. After this lesson these are things you can look at and point to.
#
# ## What you will be able to do
#
# - say of any line of tensor code what it records, and what it does not;
# - tell leaves from computed tensors, and know why only leaves get a `.grad`;
# - read a graph through `grad_fn` and `next_functions`, and draw it;
# - write `Function.apply`, the one place where the graph of `mytorch` grows;
# - list a graph in topological order, without recursion, however deep it is;
# - explain why walking along every path takes years, and visiting every node takes microseconds.
#
# The work takes about 90 minutes. Everything that you build goes to `mytorch/graph.py`.

# %% [markdown]
# ## Predict: what will be written down?
#
# Let `x` be a tensor that wants a gradient, and compute `y = x * (x + 1)`. A graph has **nodes** (what
# happened) and **edges** (what was used for what). How many nodes will this one have? Is there one for `x`? Is
# there one for the 1?
#
# Write a number before you read on. A wrong guess is worth more here than no guess.

# %% predict="nodes"
# Your guess; nothing is graded here.
my_number_of_nodes = None

# %% [markdown]
# ## 1 · A node
#
# We write the graph down from the gradient's point of view. A gradient starts at `y` and asks: *where do I go
# next?* So each node lists the nodes of its inputs, and calls that list `next`:
#
# ```text
#     y = 12
#        │
#        ▼
#       Mul ──────────► Add ──────► None      (the 1: nobody wants its gradient)
#        │               │
#        ▼               │
#   AccumulateGrad ◄─────┘
#       of x
# ```
#
# That is three nodes: one for each op, and one for `x`, where the road ends. The 1 has none; its place in
# `next` is `None`.
#
# Nothing points forward. `Mul` knows `Add`; `Add` has no idea that a `Mul` used it. Keep this in mind, for it
# decides how long a graph lives.

# %% [markdown]
# The module begins with its imports. Most are small helpers that are given to you:
#
# - `TensorBase`, in `mytorch/base.py`, is the bare tensor. `array` holds the numbers; `edge` is the node that
#   takes this tensor's gradient. `edge` is `None` if nobody wants a gradient: this *is* what `requires_grad`
#   looks at.
# - `tick()` is the engine's clock. It returns 1, 2, 3, …, so whatever took its number later has the larger one.
# - `mytorch/results.py` is housekeeping around results: `as_result` gives them PyTorch's dtype, `unrecorded`
#   makes one while recording is off, `sources_of` notes where saved arrays come from, `saved_as_tensors` makes
#   them tensors again, and `watchers` are functions that want to hear of every new node.
# - `backward_name`, in `mytorch/names.py`, knows what PyTorch calls a node: `MulBackward0` for a product.
# - `later(…)` stands for what you have not built yet: `mode` says whether recording is on (lesson 5; until then
#   it always is), `accumulate` adds to a `.grad` (lesson 4), `latest_write` and `check_unwritten` look for
#   writes in place (lesson 5).

# %% given="graph_head"
#| export graph.graph_head
"""The graph: nodes that remember what was computed from what, and the one place where they are made.

A node stands for one step of the computation, seen from its gradient's side: `next` holds the nodes of its inputs,
where its gradients go next. Nothing points forward, so a graph lives exactly as long as its result.
"""

import weakref
from operator import attrgetter

from numpy import ndarray

from mytorch._lessons import later
from mytorch.base import TensorBase, tick
from mytorch.names import backward_name
from mytorch.results import FLOAT64, as_result, saved_as_tensors, sources_of, unrecorded, watchers

mode = later("grad_mode", "mode")
accumulate = later("accumulate", "accumulate")
latest_write = later("versions", "latest_write")
check_unwritten = later("versions", "check_unwritten")

# %% [markdown]
# Here is a node. Read the docstring twice; every exercise below is about one of its lines. `visit` and
# `visit_recorded` are for lesson 3: there the walk back calls them, node by node.
#
# `next_functions` is the name under which PyTorch shows `next` to its users. It gives a pair for each input:
# the node, and which of that node's results was used. All our ops have one result, so the second number is 0.

# %% given="Node"
#| export graph.Node
class Node:
    """What a step leaves behind in the graph.

    next:    for each input its node, or None where no gradient is wanted.
    number:  when the node was made; every node is newer than the nodes in `next`.
    shape:   the shape of the result, and so of the gradient that arrives here.
    pending: the sum of the gradients that have arrived during a walk; None outside of one.
    hooks:   functions of the arriving gradient (lesson 4), or None.
    """

    __slots__ = ("__weakref__", "hooks", "next", "number", "pending", "saved_tensors", "shape")

    def name(self):
        return type(self).__name__

    def __repr__(self):
        return f"<{self.name()}>"

    @property
    def next_functions(self):
        """For each input a pair: the node it came from (or None), and which of that node's results it was."""
        return tuple(node.as_edge() if node is not None else (None, 0) for node in self.next)

    def as_edge(self):
        return (self, 0)

    def visit(self, grad):
        """Take the gradient of this step's result; return the gradients of its inputs, in the order of `next`."""
        raise NotImplementedError

    def visit_recorded(self, grad):
        """The same on tensors, recorded, so that the gradients can be differentiated again (`create_graph=True`)."""
        return self.visit(grad)

# %% [markdown]
# Nodes are ordinary objects. We can put the graph of `x * (x + 1)` together by hand and read it back:

# %%
end, add, mul = Node(), Node(), Node()
end.next = ()  # x: the road ends here
add.next = (end, None)  # x + 1: the 1 wants no gradient
mul.next = (end, add)  # x * (…)

print("mul:", mul.next_functions)
print("add:", add.next_functions)
print("one end, reached on two roads:", mul.next[0] is add.next[0])

# %% [markdown]
# ## 2 · Where a road ends
#
# An op's node passes gradients on. A weight was made by no op, yet its gradient has to arrive somewhere. For
# that it gets a node of its own kind, `AccumulateGrad`, in the moment in which `requires_grad` is set. It
# passes nothing on; when it is visited, it adds what arrives to the weight's `.grad`.
#
# `x * (x + 1)` uses `x` twice, and both uses must lead to the *same* node: two nodes would be two ends, and
# each would see a part of the gradient. So the node is made once, and the tensor keeps it, in `edge`.
#
# Now the tensor holds its node. If the node held the tensor as well, each would keep the other alive: a circle,
# which Python frees only when its garbage collector gets round to it. So the node holds the tensor **weakly**.
# `weakref.ref(tensor)` is a reference that does not count. Call it, and it returns the tensor, or `None` once
# the tensor is gone.
#
# ### Exercise 1: `AccumulateGrad`
#
# Write the constructor. The docstrings of this class and of `Node` say what each attribute is
# for; what is used in later lessons is there already.

# %% exercise="AccumulateGrad" points=3
#| export graph.AccumulateGrad
class AccumulateGrad(Node):
    """The end of a road: here the gradient of a leaf is added to its `.grad`.

    The leaf holds this node, so the node holds the leaf weakly; of a leaf that is gone it still knows the array.

    leaf:  a weak reference to the leaf.
    array: the leaf's array.
    next:  an empty tuple, for no gradient goes on from here.
    shape, number: the shape of the array, and a fresh tick.
    """

    __slots__ = ("array", "leaf")

    def __init__(self, leaf):
        ### BEGIN SOLUTION set leaf, array, next, shape and number, as the docstring says
        self.leaf = weakref.ref(leaf)
        self.array = leaf.array
        self.next = ()
        self.shape = leaf.array.shape
        self.number = tick()
        ### END SOLUTION
        self.pending = self.saved_tensors = self.hooks = None

    @property
    def variable(self):
        """The leaf itself."""
        leaf = self.leaf()
        if leaf is None:
            leaf = TensorBase.result_type(self.array, self)
            self.leaf = weakref.ref(leaf)
        return leaf

    def visit(self, grad):
        leaf = self.leaf()
        if leaf is not None:
            accumulate(leaf, grad)
        return ()

# %% hints="AccumulateGrad"
# Five attributes, five lines. The docstring says what each should be.
# ---
# The gradient of a leaf has one number for every number of the leaf. Which shape is that?
# ---
# Two of the five are the results of calls: of `weakref.ref`, which wants the tensor, and of `tick`, which wants
# nothing.

# %% check="AccumulateGrad" points=1
from mytorch.base import tick

x = mytorch.tensor([[1.0, 2.0, 3.0]])
earlier = tick()
node = AccumulateGrad(x)
assert callable(getattr(node, "leaf", None)), (
    "`leaf` should be a weak reference, weakref.ref(...), which can be called"
)
assert node.leaf() is x, (
    "calling the weak reference `leaf` should give the tensor that the node was made for"
)
assert getattr(node, "array", None) is x.array, "`array` should be the leaf's array itself, no copy"
assert getattr(node, "next", None) == (), "`next` should be an empty tuple: the road ends at a leaf"
assert tuple(getattr(node, "shape", ())) == (1, 3), (
    "`shape` should be (1, 3), as the leaf's: its gradient has that shape"
)
assert getattr(node, "number", 0) > earlier, (
    "`number` should be a fresh tick(): newer than all that was there before"
)
assert AccumulateGrad(x).number > node.number, (
    "each node takes a tick of its own, so no two have the same number"
)

x.edge = node
watch = weakref.ref(x)
del x
assert watch() is None, (
    "the leaf is still alive, though nobody uses it: its node holds it, and it holds the node, a circle"
)

# %% [markdown]
# ## 3 · Leaves
#
# The field calls a tensor a **leaf** if no recorded op made it: the weights that you create, the data that you
# load, and results of ops that nobody recorded. Leaves are where the roads end. All other tensors have a
# `grad_fn`.
#
# The package refuses `requires_grad=True` until `Function` is written, since nothing would be recorded. To have
# something to work with in the meantime, this helper does by hand what `requires_grad=True` will do:

# %% given="leaf"
def leaf(data):
    """A leaf that requires grad, made without asking the package."""
    tensor = mytorch.tensor(data)
    tensor.edge = AccumulateGrad(tensor)
    return tensor

# %% [markdown]
# ### Exercise 2: `is_leaf`
#
# It takes one line. `tensor.is_leaf` asks this function, and so does `tensor.grad_fn`, which is `None`
# for leaves.

# %% exercise="is_leaf" points=2
#| export graph.is_leaf
def is_leaf(tensor):
    """A leaf was not computed by a recorded op: the user made it, or nothing was recorded. Returns True or False."""
    ### BEGIN SOLUTION say whether no recorded op made the tensor
    return tensor.edge is None or isinstance(tensor.edge, AccumulateGrad)
    ### END SOLUTION

# %% hints="is_leaf"
# `edge` can be three things: nothing, the node of an op, or an AccumulateGrad. Which of them does a leaf have?
# ---
# Data that wants no gradient is a leaf, too. And a weight has a node, though no op made it.
# ---
# Two conditions, joined by `or`. `isinstance` tells of which class a node is.

# %% check="is_leaf" points=1
weight = leaf([1.0, 2.0])
data = mytorch.tensor([1.0, 2.0])
computed = mytorch.Tensor(np.array([2.0, 4.0]), Node())
assert is_leaf(weight) is True, (
    "a weight was made by the user: it is a leaf. Its node is an AccumulateGrad, no op's"
)
assert is_leaf(data) is True, "data that requires no grad is a leaf, too: no recorded op made it"
assert is_leaf(computed) is False, (
    "this tensor's `edge` is another kind of node: an op made it, so it is no leaf"
)

# %% [markdown]
# ## 4 · The graph grows here
#
# An op has computed its result, an array. Its node, called `ctx` from here on, knows where gradients go
# (`ctx.next`). What is left is to put it into the graph: give it a number, and hand out a tensor that knows its
# node. All of PyTorch's "recording" is this step.
#
# ### Exercise 3: `record`
#
# Write `record`. A tensor is made by `TensorBase.result_type(array, node)`. The housekeeping
# between the two gaps notes which of the saved arrays were inputs, and tells the watchers.

# %% exercise="record" points=3
#| export graph.record
def record(ctx, values, out):
    """Make the result of a recorded op: a tensor that holds the array `out` and knows its node `ctx`.

    ctx: the op's node, with `ctx.next` filled in. It gets its number and its shape; `pending` and `hooks` are None.
    values: what `forward` was given. The graph grows here, only here.
    """
    ### BEGIN SOLUTION complete ctx: number, shape, pending, hooks
    ctx.number = tick()
    ctx.shape = out.shape
    ctx.pending = ctx.hooks = None
    ### END SOLUTION
    if ctx.saved_tensors is not None:
        ctx.sources = sources_of(ctx.saved_tensors, values, out)
    if watchers:
        for watch in watchers:
            watch(ctx)
    ### BEGIN SOLUTION return a tensor of `out` whose node is ctx
    return TensorBase.result_type(out, ctx)
    ### END SOLUTION

# %% hints="record"
# What does `Node` promise about `number` and `shape`? Here they are filled in.
# ---
# The number is a fresh tick. Every input was there before, so this makes the node newer than all nodes in
# `ctx.next`.
# ---
# The result holds `out` itself, no copy. The node is the second argument of `TensorBase.result_type`.

# %% check="record" points=1
from mytorch.base import tick

end = Node()
end.next, end.number = (), tick()
ctx = Node()
ctx.next, ctx.saved_tensors = [end, None], None
tens = np.array([10.0, 20.0, 30.0], dtype=np.float32)
out = tens + 1
y = record(ctx, [np.ones(1, dtype=np.float32), tens], out)
assert type(y).__name__ == "Tensor", (
    f"record should return a tensor, and this is {type(y).__name__}"
)
assert y.array is out, "the result should hold the array that the op computed, and no copy of it"
assert y.requires_grad, (
    "what is computed from a tensor that requires grad requires grad: otherwise the chain breaks here"
)
assert y.edge is ctx, (
    "the result should know its node: `edge` is how a gradient gets into the graph"
)
assert tuple(getattr(ctx, "shape", ())) == (3,), "ctx.shape should be (3,), the shape of the result"
assert getattr(ctx, "number", 0) > end.number, (
    "the node should be newer than its inputs' nodes: give it a fresh tick()"
)
assert getattr(ctx, "pending", 0) is None, "ctx.pending should be None: no gradient has arrived yet"
assert getattr(ctx, "hooks", 0) is None, "ctx.hooks should be None: nobody has registered one"
other = Node()
other.next, other.saved_tensors = [end], None
record(other, [out], out + 1)
assert other.number > ctx.number, (
    "what is recorded later has the larger number, also when its inputs are as old"
)

# %% [markdown]
# ## 5 · `Function.apply`
#
# Every op of `mytorch` is a class with two static methods. `forward(ctx, *inputs)` computes; `backward(ctx,
# grad)` is for lesson 3. And `ctx`, the notepad that both get, *is the node*: what forward notes there is still
# there when the gradient comes by.
#
# What a `ctx` can do comes first. `saved_tensors` are the arrays that backward will need again. They are the
# reason why training takes more memory than inference. Again, `visit` and `visit_recorded` are what lesson 3
# calls.

# %% given="FunctionCtx"
#| export graph.FunctionCtx
class FunctionCtx(Node):
    """The node of an op, as the op's `forward` and `backward` know it: `ctx`, where one leaves notes for the other."""

    __slots__ = ("sources",)

    def name(self):
        return backward_name(self)

    def save_for_backward(self, *values):
        """Keep `values`, inputs or results of `forward`, for `backward`; there they are `ctx.saved_tensors`."""
        self.saved_tensors = values

    @property
    def needs_input_grad(self):
        """For each input of `forward`, whether anybody wants its gradient."""
        return tuple([node is not None for node in self.next])

    def visit(self, grad):
        if latest_write.tick > self.number:
            check_unwritten(self)
        grads = self.backward(self, grad)
        return grads if type(grads) is tuple else (grads,)

    def visit_recorded(self, grad):
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            return self.visit(grad)
        finally:
            self.saved_tensors = values

# %% [markdown]
# ### Exercise 4: `Function.apply`
#
# Now the heart of the lesson. `x * y` calls `Mul.apply(x, y)`, `x.exp()` calls `Exp.apply(x)`,
# and all of them end up in this one method. It goes through the inputs, which may be tensors, numbers, shapes,
# anything, and builds two lists of the same length:
#
# | input | what `forward` gets | its place in `ctx.next` |
# |---|---|---|
# | a tensor | its array | its `edge`: a node, or `None` if it does not require grad |
# | anything else: `1`, a shape, a dim | itself | `None` |
#
# Then it runs `forward`, and decides:
#
# - recording is off (`mode.enabled` is False): the result is `unrecorded(out, mode)`;
# - no input has an edge: the result is a tensor without one, `TensorBase.result_type(out)`;
# - otherwise the op is recorded.
#
# There are two gaps to fill. The lines between them repair dtypes: NumPy's scalars become arrays again, and
# float64 that nobody asked for becomes float32.

# %% exercise="Function" points=5
#| export graph.Function
class Function(FunctionCtx):
    """An op: how to compute it, and how the gradients of its inputs follow from the gradient of its result.

    A subclass gives two static methods. `forward(ctx, *inputs)` computes the result, and leaves in `ctx` what
    `backward(ctx, grad_output)` will need; `backward` returns a gradient for each input, or None where there is none.
    `ctx` is the node itself.
    """

    __slots__ = ()

    #: True for an op whose result has the dtype that `forward` gives it, and not the widest of its inputs.
    chooses_dtype = False

    @classmethod
    def apply(cls, *inputs):
        """Run the op on `inputs`, tensors and whatever else its `forward` takes; record it if a gradient may be wanted.

        `forward` gets arrays in the place of tensors, and a `ctx` whose `next` is filled in.
        """
        ctx = cls()
        ctx.saved_tensors = None
        ### BEGIN SOLUTION list the `values` for forward, fill in ctx.next, and let `out` be what forward returns
        if len(inputs) == 2:  # most ops: the loop below, written out, for it makes recording them a sixth faster
            x, y = inputs
            to_x = to_y = None
            if isinstance(x, TensorBase):
                x, to_x = x.array, x.edge
            if isinstance(y, TensorBase):
                y, to_y = y.array, y.edge
            values, ctx.next = (x, y), (to_x, to_y)
            out = cls.forward(ctx, x, y)
        else:
            values, ctx.next = [], []
            for x in inputs:
                tensor = isinstance(x, TensorBase)
                values.append(x.array if tensor else x)
                ctx.next.append(x.edge if tensor else None)
            out = cls.forward(ctx, *values)
        ### END SOLUTION
        if type(out) is not ndarray or out.dtype is FLOAT64:
            out = as_result(out, ctx, values)
        ### BEGIN SOLUTION return the result: unrecorded, without an edge, or recorded
        if not mode.enabled:
            return unrecorded(out, mode)
        if not any(ctx.next):
            return TensorBase.result_type(out)
        return record(ctx, values, out)
        ### END SOLUTION

    @classmethod
    def compute(cls, *inputs):
        """The op inside a rule: on arrays it only computes; on tensors it is `apply`, to be differentiated again."""
        for x in inputs:
            if isinstance(x, TensorBase):
                return cls.apply(*inputs)
        ctx = cls()
        ctx.next = (None,) * len(inputs)
        return cls.forward(ctx, *inputs)

# %% hints="Function"
# One loop over `inputs` fills both lists. Call the first `values`: the lines in the middle use that name.
# `isinstance(x, TensorBase)` tells tensors from the rest.
# ---
# Fill `ctx.next` *before* you call `cls.forward(ctx, *values)`: a forward may look at `ctx.needs_input_grad`.
# What forward returns is called `out`.
# ---
# The second gap is three cases, each a `return`; `any(...)` of a list of nodes and `None`s says whether there
# is a node in it. This method runs for every op of every program, so one loop for both lists is better than
# two.

# %% check="Function" points=1
x = mytorch.tensor(3.0, requires_grad=True)
y = x * (x + 1)
assert y.item() == 12, (
    f"3 · (3 + 1) is 12, and not {y.item()}: does forward get the values in the order of the inputs?"
)
assert y.shape == (), f"x is a single number, and so is x * (x + 1): shape (), and not {tuple(y.shape)}"
# Two graphs that differ are drawn side by side. `_` stands for an input without a gradient.
expect_graph(y, "Mul(x, Add(x, _))", x=x)
assert y.requires_grad and not y.is_leaf, (
    "y was computed from x, which requires grad: so y requires grad, and is no leaf"
)
expect_graph(x * x, "Mul(x, x)", x=x)
(to_x, _), (to_sum, _) = y.grad_fn.next_functions
assert to_x is x.edge, (
    "the first factor is x: the first entry of `next` should be x's AccumulateGrad node"
)
assert to_sum.next_functions == ((to_x, 0), (None, 0)), (
    "x + 1: first the same node of x, then None for the number 1"
)
assert (2 * x).requires_grad, "one input that requires grad is enough, and it need not be the first"
data = mytorch.tensor([1.0, 2.0])
assert not (data * data).requires_grad, "no input requires grad, so nothing should be recorded"
mode.enabled = False
off = x * x
mode.enabled = True
assert not off.requires_grad, (
    "while mode.enabled is False, nothing should be recorded, whoever requires grad"
)

# %% check="Function" part="2" points=1
class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        calls.append((ctx, type(x), factor, ctx.needs_input_grad))
        ctx.save_for_backward(x)
        return x * factor


calls = []
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = Scale.apply(x, 10)
assert len(calls) == 1, f"forward should run once, and it ran {len(calls)} times"
ctx, kind, factor, needed = calls[0]
assert kind is np.ndarray, f"forward should get the array of a tensor, and it got a {kind.__name__}"
assert factor == 10, "what is no tensor goes to forward as it is"
assert y.tolist() == [10.0, 20.0], f"[1, 2] times 10 is [10, 20], and not {y.tolist()}"
assert y.grad_fn is ctx, (
    "the ctx that forward was given should be the node in the graph: what it saves must still be there"
)
assert needed == (True, False), (
    "while forward runs, ctx.next should be filled in: x wants a gradient, 10 does not"
)
assert ctx.saved_tensors[0] is x.array, "what forward saves should stay in ctx.saved_tensors"

# %% [markdown]
# ## The first graph
#
# If the two checks above pass, your package records. Here is what it recorded:

# %%
x = mytorch.tensor(3.0, requires_grad=True)
y = x * (x + 1)
print(y)
draw(y, names={"x": x, "y": y})

# %% [markdown]
# The picture shows the *data*: it flows from the leaf on the left to the result on the right, and so do the
# arrows. The gradient will take the same roads in the other direction; those are the ones stored in `next`.
#
# Two arrows leave `x`, and each op made one node. Compare with your guess: **three nodes**, and none for the 1.

# %%
print(y.grad_fn)
print(y.grad_fn.next_functions)
print(y.grad_fn.next_functions[1][0].next_functions)
print("numbers:", [node.number for node in (x.edge, y.grad_fn.next[1], y.grad_fn)])

# %% [markdown]
# ## 6 · What is recorded, and when
#
# **`requires_grad` spreads.** One input that requires grad is enough; then so does the result, and what is
# computed from it, and so on.
#
# Predict before you run: `w` requires grad, `data` does not. Which of the five results below require grad?
# Which are leaves?

# %% predict="spreading"
# One letter each, for instance "a, c"; nothing is graded here.
my_requiring_grad = None
my_leaves = None

# %%
w = mytorch.tensor([1.0, 2.0], requires_grad=True)
data = mytorch.tensor([10.0, 20.0])

results = {
    "a: data + 1": data + 1,
    "b: w + data": w + data,
    "c: (data * 2).exp()": (data * 2).exp(),
    "d: (w + data).exp()": (w + data).exp(),
    "e: w > data": w > data,
}
for line, y in results.items():
    print(f"{line:21} requires_grad={y.requires_grad!s:6} is_leaf={y.is_leaf!s:6} {y.grad_fn}")

# %% [markdown]
# Line c went through two ops and left no trace: nobody upstream wanted a gradient. Line e computed from `w`,
# and yet it is a leaf: a comparison answers yes or no. It has no slope, so there is nothing to record.
#
# **The flag counts when the op runs.** Raising it afterwards does not bring back what was not written down:

# %%
x = mytorch.tensor(3.0)
too_early = x * 2
x.requires_grad_()
in_time = x * 2
print("computed before:", too_early)
print("computed after: ", in_time)

# %% [markdown]
# **A node keeps what backward will need.** An op of your own shows it. Lesson 6 is about such ops; this one
# needs only what you have written today:

# %%
class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x


x = mytorch.tensor([3.0, 4.0], requires_grad=True)
y = Square.apply(x)
print(y)
print("saved in its node:", y.grad_fn.saved_tensors)

# %% [markdown]
# A model is nothing else. Here is one neuron with a sigmoid; the data has no node, the weights have one each:

# %%
w = mytorch.tensor([[0.5], [-1.0]], requires_grad=True)
b = mytorch.tensor(0.1, requires_grad=True)
data = mytorch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
z = data @ w + b
p = z.sigmoid()
draw(p, names={"w": w, "b": b, "z": z, "p": p})

# %% [markdown]
# ## 7 · How long a graph lives
#
# A tensor holds its node, a node holds the nodes before it. Nothing holds the result, except you. So the moment
# that you let go of the last result, the whole graph behind it is freed:

# %%
import weakref

x = mytorch.tensor(3.0, requires_grad=True)
y = (x * x).exp()
product = weakref.ref(y.grad_fn.next[0])  # watches the node of x * x, without holding it
print("while y is there:", product())
y = None
print("after that:      ", product())

# %% [markdown]
# That is convenient, and it is a trap. A list of losses is a list of graphs:
#
# ```python
# history.append(loss)         # keeps every node, and every saved array, of every step
# history.append(loss.item())  # keeps a number
# ```
#
# Out of memory after a thousand steps, when the first step was fine? Look for the first of these two lines.

# %% [markdown]
# ## 8 · How many roads?
#
# Here is a harmless loop. It adds `y` to itself, again and again:

# %% given="diamonds"
# Only builds tensors.
def diamonds(n):
    """1 doubled n times, as a recorded tensor: y = y + y."""
    y = mytorch.tensor(1.0, requires_grad=True)
    for _ in range(n):
        y = y + y
    return y

# %%
draw(diamonds(4))

# %% [markdown]
# Each op has two arrows coming in, both from the op before it. A gradient on its way back has a choice at every
# node, so the chain rule, as one writes it on paper, has a term for every **path** from the result to the leaf.
#
# Predict: with 4 doublings there are 5 nodes. How many paths? And with 30 doublings?

# %% predict="paths"
# Your guesses; nothing is graded here.
my_paths_of_4 = None
my_paths_of_30 = None

# %% [markdown]
# ### Exercise 5: `count_paths`
#
# Let the computer count, in the most direct way: from a node, follow each edge in turn, and add
# up how many paths each of them leads to. A path ends at a node from which none goes on. Do *not* remember what
# you have counted before; we want to see what the direct way costs.

# %% exercise="count_paths" points=1
def count_paths(node):
    """How many paths lead from `node` to the ends of the graph, walked one by one. An end itself counts as one path."""
    ### BEGIN SOLUTION add up the paths behind each edge; an end is one path
    targets = [target for target, _ in node.next_functions if target is not None]
    if not targets:
        return 1
    return sum(count_paths(target) for target in targets)
    ### END SOLUTION

# %% hints="count_paths"
# A function that calls itself. What does it return for an AccumulateGrad, whose `next_functions` is empty?
# ---
# For any other node: the sum over its `next_functions`. Leave out the pairs with `None`.
# ---
# If a node appears twice among the edges (`y + y`), its paths count twice: do not put the targets into a set.

# %% check="count_paths" points=1
x = mytorch.tensor(3.0, requires_grad=True)
assert count_paths((x * 2).grad_fn) == 1, (
    "x * 2 has one path: from the product to x. The 2 has no node, so it adds none"
)
assert count_paths((x * (x + 1)).grad_fn) == 2, (
    "x * (x + 1) has two paths to x: straight, and through the sum"
)
found = count_paths(diamonds(4).grad_fn)
assert found == 16, (
    f"4 doublings give 2 · 2 · 2 · 2 = 16 paths, and you counted {found}: y + y uses y twice"
)

# %%
for n in (1, 2, 4, 8, 16):
    y = diamonds(n)
    nodes, paths = len(trace(y).nodes) - 1, count_paths(y.grad_fn)
    print(f"{n:2} doublings: {nodes:2} nodes, {paths:6,} paths, value {y.item():6,.0f}")

# %% [markdown]
# A node more, and twice the paths. Thirty doublings have 31 nodes and $2^{30} \approx 1.07$ billion paths;
# sixty have more paths than there are seconds in the age of the universe.
#
# Look at the last column, too. It is no accident that it agrees with the paths: every path contributes 1 to the
# derivative of `y` with respect to `x`, and `y` is that many times `x`. The *sum* over all paths is one small
# number; only walking them one by one is hopeless.
#
# The way out: visit each **node** once, and let it pass on, in one go, all that has arrived. That works if, at
# the time of the visit, everything *has* arrived. A node may only be visited after all nodes that use it.
#
# ## 9 · Topological order
#
# A list of all nodes in which each comes **before the nodes in its `next`** is called a **topological order**.
# Lesson 3 walks along such a list, and needs nothing else.
#
# Textbooks build it with recursion: first everything behind me, then I; in the end turn the list around.

# %% given="recursive_order"
def recursive_order(root):
    """A topological order, the way of the textbooks: depth first, each node after all that lie behind it, reversed."""
    order, seen = [], set()

    def finish(node):
        seen.add(node)
        for target, _ in node.next_functions:
            if target is not None and target not in seen:
                finish(target)
        order.append(node)

    finish(root)
    return order[::-1]

# %%
x = mytorch.tensor(3.0, requires_grad=True)
print(recursive_order((x * (x + 1)).grad_fn))

# %% [markdown]
# It is right. Now let a loop make the graph a little deeper; 10,000 ops are nothing special, a recurrent
# network on a long text has more:

# %% given="chain"
# Only builds tensors.
def chain(n):
    """1 + 1 + … + 1, n sums one after the other."""
    y = mytorch.tensor(1.0, requires_grad=True)
    for _ in range(n):
        y = y + 1
    return y

# %%
with gradlab.lesson.expect_error(RecursionError):
    recursive_order(chain(10_000).grad_fn)

# %% [markdown]
# Read the error aloud: Python allows some thousand calls inside one another, and the depth of *your data* has
# become the depth of *its calls*. Raising the limit moves the wall; with a deep enough graph the process
# crashes instead.
#
# ### Exercise 6: `topological_order`
#
# Write `topological_order` without recursion. There is more than one way; one of them is short,
# since the nodes carry something that the textbooks do not have. Any order that keeps the promise of the
# docstring is right.

# %% exercise="topological_order" points=5
#| export graph.topological_order
def topological_order(root):
    """Every node that `root` depends on, `root` included, each once, and each before the nodes in its `next`.

    Returns a list. No recursion, so a graph may be as deep as memory allows.
    """
    ### BEGIN SOLUTION collect every node once, with a list instead of recursion, and bring them into order
    order = [root]
    seen = {None, root}
    for node in order:  # it grows while we walk along it
        for earlier in node.next:
            if earlier not in seen:
                seen.add(earlier)
                order.append(earlier)
    # A node is newer than everything it was computed from.
    order.sort(key=attrgetter("number"), reverse=True)
    return order
    ### END SOLUTION

# %% hints="topological_order"
# Two tasks: find all nodes, each once; then put them in order. For the first, keep a set of the nodes that you
# have seen, and a list of those whose `next` you still have to look at. Mind the `None`s in `next`.
# ---
# For the second: when an op is recorded, which of its inputs' nodes exist already? So how does a node's
# `number` compare with the numbers of the nodes in its `next`?
# ---
# Lists have a method `sort`, which takes a `key` and `reverse`. As key, `attrgetter("number")` (imported at the
# top of the module) is a fast way to say `lambda node: node.number`.

# %% check="topological_order" points=1
x = mytorch.tensor(3.0, requires_grad=True)
names = [node.name() for node in topological_order((x * (x + 1)).grad_fn)]
wanted = ["MulBackward0", "AddBackward0", "AccumulateGrad"]
assert sorted(names) == sorted(wanted), (
    f"the graph of x * (x + 1) has the nodes {wanted}, each once; you listed {names}"
)
assert names == wanted, (
    f"you listed {names}: x's node must come after the sum, which still has a gradient for it"
)
names = [node.name() for node in topological_order(((x + 1) * x).grad_fn)]
assert names == wanted, (
    f"for (x + 1) * x you listed {names}: the order must not depend on which factor is written first"
)

# %% check="topological_order" part="2" points=1
order = topological_order(diamonds(60).grad_fn)
assert len(order) == 61, (
    f"60 doublings have 61 nodes, and you listed {len(order)}: each node belongs into the list once"
)
y = chain(20_000)
try:
    order = topological_order(y.grad_fn)
except RecursionError:
    raise AssertionError(
        "20,000 ops in a row are too deep for recursion: keep the nodes to look at in a list"
    ) from None
assert len(order) == 20_001, (
    f"20,000 sums and one leaf are 20,001 nodes, and you listed {len(order)}"
)
assert order[0] is y.grad_fn, (
    "the result's node should come first: nobody that it waits for is in the list"
)
assert order[-1].name() == "AccumulateGrad", (
    "x should come last: every sum lies between it and the result"
)

# %% [markdown]
# ## The race
#
# On your marks: walking every path against visiting every node, on the same growing graphs.

# %%
from time import perf_counter

from gradlab.plots import race


def seconds(function, root):
    """The time of one call, the best of three."""
    times = []
    for _ in range(3):
        start = perf_counter()
        function(root)
        times.append(perf_counter() - start)
    return min(times)


sizes = list(range(2, 18))
roots = [diamonds(n).grad_fn for n in sizes]
times = {
    "walk every path": [seconds(count_paths, root) for root in roots],
    "visit every node": [seconds(topological_order, root) for root in roots],
}
race(sizes, times, title="Paths against nodes", xlabel="doublings", ylabel="seconds")

# %%
paths, nodes = times["walk every path"][-1], times["visit every node"][-1]
years = paths * 2**43 / (3600 * 24 * 365)
print(f"17 doublings, every path: {paths:.4f} s")
print(f"17 doublings, every node: {nodes:.6f} s")
print(f"60 doublings, every path: about {years:,.0f} years")
print(f"60 doublings, every node: {seconds(topological_order, diamonds(60).grad_fn):.6f} s")

# %% [markdown]
# Each doubling doubles the time of the path-walker. Courses have shipped engines of that kind: 25 doublings
# took one of them almost two minutes. Residual connections, `y = y + f(y)`, are such diamonds, and a deep
# transformer has a hundred of them in a row.

# %% [markdown]
# ## 10 · Graphs that follow Python
#
# You never declared a graph. You ran Python, and ops left nodes. So Python's `if`, `for` and `while` shape the
# graph, and the *data* may decide how:

# %%
def double_until(x, limit):
    y = x
    while y < limit:
        y = y * 2
    return y


x = mytorch.tensor(3.0, requires_grad=True)
draw(double_until(x, 20), names={"x": x})

# %%
x = mytorch.tensor(15.0, requires_grad=True)
draw(double_until(x, 20), names={"x": x})

# %% [markdown]
# Same code, other number, other graph. The `while` itself is in neither picture: only what was computed is
# recorded, not why. This is called **define-by-run**, and such graphs **dynamic**.
#
# ### Exercise 7: `horner`
#
# Horner's rule computes a polynomial without powers: $2x^2 + 5x + 4 = (2x + 5) \cdot x + 4$.
# Write it as a loop that records no op in vain: where a coefficient is 0, no sum.

# %% exercise="horner" points=2
def horner(coefficients, x):
    """The polynomial with these coefficients at the tensor x, highest power first: horner([2.0, 0.0, 4.0], x) is 2x² + 4.

    coefficients: at least two floats. Records one product for each coefficient after the first, and after it one sum if
    that coefficient is not 0; nothing else.
    """
    ### BEGIN SOLUTION start with the first coefficient; for each other one multiply by x, and add it unless it is 0
    result = coefficients[0]
    for c in coefficients[1:]:
        result = result * x
        if c != 0:
            result = result + c
    return result
    ### END SOLUTION

# %% hints="horner"
# The loop runs over all coefficients but the first. What is the result before the loop begins?
# ---
# Starting from 0 and looping over all of them gives the right number, with two ops too many in the graph.
# ---
# Inside: a product with `x`, then an `if`, then perhaps a sum. Powers (`x ** 2`) are not needed.

# %% check="horner" points=1
x = mytorch.tensor(3.0, requires_grad=True)
y = horner([2.0, 5.0, 4.0], x)
assert y.item() == 37, f"2 · 9 + 5 · 3 + 4 is 37, and not {y.item()}"
assert y.shape == (), f"x is a single number, and so is the polynomial at x: shape (), and not {tuple(y.shape)}"
ops = sorted(node.name for node in trace(y).ops)
wanted = ["AddBackward0", "AddBackward0", "MulBackward0", "MulBackward0"]
assert ops == wanted, f"three coefficients are two products and two sums; recorded were {ops}"
y = horner([2.0, 0.0, 4.0], x)
assert y.item() == 22, f"2 · 9 + 4 is 22, and not {y.item()}"
ops = sorted(node.name for node in trace(y).ops)
assert ops == wanted[1:], (
    f"the middle coefficient is 0: two products and one sum belong into the graph, not {ops}"
)

# %%
x = mytorch.tensor(3.0, requires_grad=True)
draw(horner([2.0, 0.0, 4.0], x), names={"x": x})

# %% [markdown]
# ## 11 · Mistakes worth making once
#
# Each of these cells goes wrong on purpose. Read the error before you read the text below it.

# %%
with gradlab.lesson.expect_error(RuntimeError):
    mytorch.tensor(3, requires_grad=True)

# %% [markdown]
# *"Only Tensors of floating point dtype can require gradients."* Between 3 and 4 there is no other whole
# number, so there is no small step, and no slope. Write `3.0`.

# %%
w = mytorch.tensor(2.0, requires_grad=True)
y = w * 3
with gradlab.lesson.expect_error(RuntimeError):
    y.requires_grad = False

# %% [markdown]
# *"You can only change requires_grad flags of leaf variables."* `y` requires grad because it was computed from
# `w`: that is a fact about its history, no switch. To go on without the history, there is `detach()` (lesson
# 5).

# %%
with gradlab.lesson.expect_error(RuntimeError):
    y.numpy()

# %% [markdown]
# *"Can't call numpy() on Tensor that requires grad."* NumPy would compute and record nothing, and you would not
# notice that the chain was broken. The engine would rather ask whether you meant it.
#
# The last one raises no error at all, which makes it the worst of them:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
w = w * 0.5  # "start with smaller weights"
print(w, "is_leaf:", w.is_leaf)

# %% [markdown]
# The name `w` now belongs to the *product*. The leaf is still there, at the far end of the graph, but you have
# no name for it any more, and gradients are kept for leaves only. Weights that "do not learn" are often such
# products. Write `mytorch.tensor(2.0 * 0.5, requires_grad=True)`.

# %% [markdown]
# ## Break it
#
# Recursion is one trap; this is the other. Breadth first, the result, then its inputs, then theirs, each node
# once, looks like a topological order:

# %% given="breadth_first"
from collections import deque


def breadth_first(root):
    """Each node once, those near the result first. Looks like a topological order."""
    order, queue, seen = [], deque([root]), {root}
    while queue:
        node = queue.popleft()
        order.append(node)
        for target, _ in node.next_functions:
            if target is not None and target not in seen:
                seen.add(target)
                queue.append(target)
    return order

# %%
print(breadth_first(diamonds(3).grad_fn))
print(breadth_first(((x + 1) * (x + 2)).grad_fn))

# %% [markdown]
# Right both times. An engine built on it passed all 50 tests of a published course, and computed wrong
# gradients. Somebody has to write the test that finds it: you.
#
# ### Exercise 8: `order_is_right`
#
# Write `order_is_right`. It gets a *function*, to be called with a node, and says whether the
# function deserves the name `topological_order`. Build graphs on which a wrong one gives itself away. Others
# than `breadth_first` will be tried, too: one that lists a node twice, one that leaves some out, one that
# starts at the wrong end, one that dives as deep as it can along the last input first.

# %% exercise="order_is_right" points=3
def order_is_right(order):
    """Whether `order` is right: order(node) lists what `node` depends on, itself included, as topological_order promises.

    order: a function from a node to a list of nodes. Returns True or False; an `order` that lists a node twice, leaves one
    out, or puts one before a node that uses it, is not right.
    """
    ### BEGIN SOLUTION call `order` on graphs that you build, and look at every edge
    x = mytorch.tensor(3.0, requires_grad=True)
    for y in (x * (x + 1), (x + 1) * x, (x + 1) * (x + 2), diamonds(3)):
        nodes = order(y.grad_fn)
        place = {node: i for i, node in enumerate(nodes)}
        if len(place) != len(nodes) or y.grad_fn not in place:
            return False
        for node in nodes:
            for target, _ in node.next_functions:
                if target is not None and place.get(target, -1) < place[node]:
                    return False
    return True
    ### END SOLUTION

# %% hints="order_is_right"
# Which graph has a node that is near to the result *and* far from it? You have met it in the first cell of this
# lesson.
# ---
# Note the place of each node in the list. Then look at every edge, from a node to each node in its
# `next_functions`: which of the two places must be smaller? A node without a place is missing.
# ---
# Some wrong orders are lucky with one way to write a product: try the factors in both orders. More entries than
# different nodes means that one is listed twice.

# %% check="order_is_right" points=1
assert order_is_right(recursive_order) is True, (
    "recursive_order is right on every graph that is not too deep: say True"
)
assert order_is_right(breadth_first) is False, (
    "breadth_first is wrong, and your graphs do not show it: say False"
)

# %% [markdown]
# ## Check your understanding
#
# Three questions, each with a number for an answer. Work them out on paper, then check by experiment where you
# can.
#
# ### Exercise 9: how many nodes?
#
# A network with two layers:
#
# ```python
# h = (data @ W1 + b1).relu()
# loss = (h @ W2 + b2).sum()
# ```
#
# `data` does not require grad; `W1`, `b1`, `W2` and `b2` do. How many nodes does the graph of `loss` have, the
# leaves' nodes included? And how many has `horner` with *six* coefficients, none of them 0, at a leaf `x` that
# requires grad?

# %% exercise="count_nodes" points=2
# Two numbers: answer_mlp_nodes = … and answer_horner_nodes = …
### BEGIN SOLUTION write both numbers here
answer_mlp_nodes = 10
answer_horner_nodes = 11
### END SOLUTION

# %% hints="count_nodes"
# Count the ops first, one node each: `@`, `+`, `relu`, …
# ---
# Then the leaves that require grad, one node each, however often they are used. `data` is none of them.
# ---
# For `horner`: each coefficient after the first brings a product and a sum.

# %% check="count_nodes" points=0
assert isinstance(answer_mlp_nodes, int), "answer_mlp_nodes should be a whole number"
assert isinstance(answer_horner_nodes, int), "answer_horner_nodes should be a whole number"
assert 1 <= answer_mlp_nodes <= 100, (
    "a two-layer network has more than none and fewer than a hundred nodes"
)
assert 1 <= answer_horner_nodes <= 100, (
    "a polynomial of six coefficients has fewer than a hundred nodes"
)

# %% [markdown]
# ### Exercise 10: how many paths?
#
# A loop runs `y = y * y + y`, 20 times, starting from a leaf. Through how many paths does the
# leaf influence the result? (Do not ask `count_paths`; it would still be busy tonight.)

# %% exercise="how_many_paths" points=1
# One number: answer_paths = …
### BEGIN SOLUTION write the number of paths here
answer_paths = 3**20
### END SOLUTION

# %% hints="how_many_paths"
# Do it for one round first: how many edges lead from the new `y` back to the old one, directly or through the
# product?
# ---
# Two rounds: each path of the first can be continued by each path of the second. `count_paths` can confirm two
# or three rounds.
# ---
# Python computes powers exactly: `2**10`.

# %% check="how_many_paths" points=0
assert isinstance(answer_paths, int), (
    "answer_paths should be a whole number; a power such as 2**10 is one"
)
assert answer_paths > 0, "there is at least one path"

# %% [markdown]
# ### Exercise 11: how much memory?
#
# Five layers `h = (h @ W + b).relu()`, 256 examples, 1,024 features at every layer, float32 (4
# bytes). The product keeps its input `h`; the relu keeps its result; sums, the last one to the loss among them,
# keep nothing. An array that two nodes keep is in memory once, and the first `h`, a fresh batch of data in
# every step, is one of them. Weights do not count.
#
# How many MiB ($2^{20}$ bytes) of activations does the graph of *one* step keep? And how many MiB are held
# after 500 steps of a loop that does `history.append(loss)`?

# %% exercise="kept_memory" points=1
# Two numbers: answer_activation_mib = … and answer_history_mib = …
### BEGIN SOLUTION write both numbers here
answer_activation_mib = 6
answer_history_mib = 3000
### END SOLUTION

# %% hints="kept_memory"
# How many bytes has one array of shape (256, 1024) in float32? Turn that into MiB first; it is a round number.
# ---
# The result of one layer's relu *is* the input of the next layer's product: one array, kept by two nodes.
# ---
# Count the arrays along the way: the data, then one for each layer. A list of losses holds a graph for every
# step.

# %% check="kept_memory" points=0
assert isinstance(answer_activation_mib, (int, float)), "answer_activation_mib should be a number"
assert isinstance(answer_history_mib, (int, float)), "answer_history_mib should be a number"
assert 0 < answer_activation_mib <= answer_history_mib, "500 steps keep at least as much as one"

# %% [markdown]
# ## The same in PyTorch
#
# Your code and PyTorch's differ in the import.
#
# ```python
# import torch
#
# x = torch.tensor(3.0, requires_grad=True)
# y = x * (x + 1)
# print(y)
# print(y.grad_fn.next_functions)
# add = y.grad_fn.next_functions[1][0]
# print(add.next_functions)
# print((x.is_leaf, x.grad_fn, y.is_leaf, y.requires_grad))
# print(y.grad_fn._sequence_nr(), add._sequence_nr())
# torch.tensor(3, requires_grad=True)                       # RuntimeError
# ```
#
# PyTorch 2.13 answers:
#
# ```
# tensor(12., grad_fn=<MulBackward0>)
# ((<AccumulateGrad object at 0x7fa0bf647f10>, 0), (<AddBackward0 object at 0x7fa09e0e1e10>, 0))
# ((<AccumulateGrad object at 0x7fa0bf647f10>, 0), (None, 0))
# (True, None, False, True)
# 1 0
# RuntimeError: Only Tensors of floating point and complex dtype can require gradients
# ```
#
# The same names, the same edges, the same single `AccumulateGrad` (look at the two addresses), `None` where the
# constant was. Even our `number` is there: PyTorch calls it `_sequence_nr`.

# %%
import mytorch as torch

x = torch.tensor(3.0, requires_grad=True)
y = x * (x + 1)
print(y)
print(y.grad_fn.next_functions)
print(y.grad_fn.next_functions[1][0].next_functions)
print((x.is_leaf, x.grad_fn, y.is_leaf, y.requires_grad))

# %% [markdown]
# ## Interview questions
#
# Answer aloud before you open one.

# %% [markdown] fold="What is a dynamic graph, and what does it cost?"
# The graph is recorded while the code runs, anew in every forward pass, so Python's control flow and the
# debugger work as usual, and each input may give another graph. The price: the recording itself takes time for
# every op, and nobody has seen the whole graph in advance, so it cannot be optimised before it runs.
# `torch.compile` buys that back, by tracing the code first.

# %% [markdown] fold="Training runs out of memory after some hundred steps, the first ones were fine. Where do you look?"
# For something that holds results beyond the step: `total += loss`, `history.append(loss)`, a hidden state that
# is carried from one batch to the next. Each holds its graph, with all saved arrays. Use `loss.item()` for
# numbers, `detach()` for states.

# %% [markdown] fold="Why does a node point to its inputs' nodes, and not to its consumers?"
# Because of who asks. The gradient comes from the result and needs to know where to go next. It also settles
# the graph's life: a graph is alive as long as a result is, no longer, and there are no circles, so reference
# counting alone frees it. If inputs pointed to their consumers, a weight would hold every graph that ever used
# it.

# %% [markdown] fold="Why a topological order, and not breadth first?"
# A node may pass its gradient on when *all* of it has arrived, so all its consumers must have been visited. In
# x · (x + 1) the leaf is one step from the result along one road and two along the other. Breadth first reaches
# it too early, and the part that comes through the sum is lost.

# %% [markdown] fold="Is the result of an op always a non-leaf?"
# No. If no input requires grad, or recording is off, nothing is recorded: the result has no `grad_fn`, and so
# it is a leaf that does not require grad. "Leaf" says that the history ends here, not who made the tensor.

# %% [markdown]
# ## Practice
#
# Not graded. A cell of your own below is a good place.
#
# - **Basic.** Draw the graphs of `x * x` and of `x ** 2`. How do they differ, and how many edges lead to `x` in
#   each?
# - **Basic.** Build an expression with exactly four op nodes and one leaf that has three paths. Confirm with
#   `count_paths`.
# - **Intermediate.** Write `depth(root)`: the number of ops on the longest path to a leaf, in one pass along
#   `topological_order`. It must give 20,000 for `chain(20_000)`, at once.
# - **Intermediate.** Count paths *without* walking them: one pass along `topological_order`, with a dict that
#   says how many paths have reached each node so far. Compare with `count_paths` for 16 doublings, then try 60.
#   You have almost written lesson 3.
# - **Advanced: break it and explain.** Take `y = x * 2` and `z = y + 1`, then tie a knot: `y.grad_fn.next =
#   [z.grad_fn, None]`. What do `topological_order`, `recursive_order` and `count_paths` do with `z.grad_fn`?
#   Which of them notices? Explain the error of the one that raises it, and why no sequence of recorded ops can
#   make such a knot.

# %% [markdown]
# ## Recap
#
# 1. An op is recorded when it runs, if an input requires grad; `Function.apply` decides, and `record` makes the
#    node.
# 2. A node knows where gradients go next: `next` holds the nodes of its inputs, `None` where nobody wants a
#    gradient.
# 3. A leaf has no `grad_fn`. If it requires grad, all its uses lead to its one `AccumulateGrad` node, its
#    `edge`.
# 4. Nothing points forward: a graph lives as long as its result, and so do the arrays that its nodes saved.
# 5. Paths explode, nodes do not: visit each node once, in topological order, without recursion.
#
# ## Glossary
#
# | word | meaning |
# |---|---|
# | computation graph | what was computed from what, recorded while it ran |
# | node | one step in it: an op, or the end of the road at a leaf; PyTorch's `grad_fn` |
# | edge | one use of an input: from a node to the node of that input, an entry of `next_functions` |
# | leaf | a tensor that no recorded op made |
# | `AccumulateGrad` | the node of a leaf: it adds what arrives to the leaf's `.grad` |
# | `ctx` | what `forward` and `backward` share; here, as in PyTorch, the node itself |
# | saved tensors | the arrays that a node keeps for `backward` |
# | topological order | every node before the nodes that it depends on |
# | define-by-run | the graph is whatever the program did; also: dynamic graph |

# %% [markdown]
# ## Questions that come up

# %% [markdown] fold="Why is there no node for `data`?"
# Because nobody wants its gradient. Set `requires_grad=True` on it and it gets one; people do that to see which
# pixels a network looks at.

# %% [markdown] fold="Why is `y.grad` None, although y requires grad?"
# Gradients are kept for leaves. `y`'s gradient passes through and is gone, as memory would fill up otherwise.
# `y.retain_grad()` keeps it; you build that in lesson 4.

# %% [markdown] fold="What happens if I call y.backward() now?"
# You will hear that it is what you build in lesson 3, if you have not yet. The graph is complete; what is
# missing is the walk, and a rule for every op.

# %% [markdown] fold="Who holds whom, in PyTorch?"
# There it is the other way round: the `AccumulateGrad` node holds its leaf, and the leaf holds the node weakly.
# Both ways break the circle. Ours has the node at hand from the start; PyTorch's makes it when the leaf is
# first used.

# %% [markdown] fold="Does x + 1 not need a node for the 1?"
# The *sum* has a node, and the sum knows that it had two inputs. The second entry of its `next` is `None`: a
# gradient for the 1 could be computed, and nobody would want it.

# %% [markdown] fold="Does PyTorch sort by number, too?"
# Almost. It counts for each node how many consumers have not been visited, and of the nodes that wait for
# nobody it takes the one with the largest number first. Both give a topological order; the count also works for
# graphs whose nodes were made on several threads.

# %% [markdown]
# ## What comes next
#
# You have a list of nodes, each before those that it depends on. What is missing is what each node *does* when
# a gradient arrives. A product sends it on, times the other factor; a sum hands it to both. In **lesson 3** you
# write these rules, and a loop of about ten lines that goes along `topological_order`, and `y.backward()`
# works. For `x * (x + 1)` at 3 it will say 7. You could work that out on paper now, along the two paths of your
# first drawing.
