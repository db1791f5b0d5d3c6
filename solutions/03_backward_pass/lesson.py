# %% [markdown]
# # Lesson 3 · The backward pass
#
# Here is a loss with one weight. How much does it change when the weight changes a little?

# %% setup=true
import gradlab.lesson

# %% given="imports"
import numpy as np

import mytorch

# %%
def loss_at(w):
    return (w * 2.0 + 1.0 - 5.0) ** 2


(loss_at(3.001) - loss_at(3.0)) / 0.001

# %% [markdown]
# About 8.
#
# ## Why this matters
#
# To find out, the loss was computed twice. With a second weight it would be three times, and with the
# million weights of a small network a million and one times, for a single step of training.
#
# There is a better way. You compute the loss once, and the graph of lesson 2 remembers how. Then you go back
# through it, once, and collect the slope for *every* weight on the way. Going back costs about as much as two
# forward passes, whether there is one weight or a billion. That walk is why neural networks can be trained at
# all, and in this lesson you write it.
#
# ## What you will be able to do
#
# - differentiate a computation by hand, step by step, from its graph;
# - write the backward rule of an op as a vector-Jacobian product, and decide what `forward` has to keep for it;
# - write the walk that turns local rules into gradients, for any graph;
# - say what `gradient=` means, and why `backward()` asks for it;
# - check any rule against a measurement, and find the test that exposes a wrong engine.
#
# You need lessons 1 and 2. Plan about two hours; the walk is done after the first third.

# %% [markdown]
# ## One step at a time
#
# The loss above in four steps, with $w = 3$, $x = 2$, $b = 1$ and the target $y = 5$:
#
# | step | value | its own derivative |
# |---|---|---|
# | $a = w \cdot x$ | 6 | $\partial a/\partial w = x = 2$, $\;\partial a/\partial x = w = 3$ |
# | $s = a + b$ | 7 | $\partial s/\partial a = 1$, $\;\partial s/\partial b = 1$ |
# | $e = s - y$ | 2 | $\partial e/\partial s = 1$, $\;\partial e/\partial y = -1$ |
# | $L = e^2$ | 4 | $\partial L/\partial e = 2e = 4$ |
#
# Each step knows its own, **local** derivative, and that is all it knows. The chain rule says: multiply along the
# road. Start at the end, where $\partial L/\partial L = 1$, and read the table upwards:
#
# $$
# \frac{\partial L}{\partial e} = 1 \cdot 4 = 4, \qquad
# \frac{\partial L}{\partial s} = 4 \cdot 1 = 4, \qquad
# \frac{\partial L}{\partial a} = 4, \quad \frac{\partial L}{\partial b} = 4, \qquad
# \frac{\partial L}{\partial w} = 4 \cdot 2 = 8 .
# $$
#
# There is the 8. At each step one number arrives, the **upstream gradient**; the step multiplies it by its local
# derivative and hands it on. Nothing else happens in a backward pass.

# %%
from gradlab.draw import draw

w = mytorch.tensor(3.0, requires_grad=True)
b = mytorch.tensor(1.0, requires_grad=True)
loss = (w * 2.0 + b - 5.0) ** 2
draw(loss, names={"w": w, "b": b, "loss": loss})

# %% [markdown]
# This is what was recorded. The data went from left to right; the gradients will go from right to left, along the
# same edges.

# %% [markdown]
# ## From numbers to tensors
#
# Let a step take a vector of $n$ numbers to one of $m$ numbers. Its local derivative is then a table with $m$
# rows and $n$ columns, the **Jacobian** $J$, with $J_{ij} = \partial y_i / \partial x_j$. What arrives is one
# number for each of the $m$ results, and what must be handed on is one number for each of the $n$ inputs:
#
# $$\frac{\partial L}{\partial x_j} = \sum_i \frac{\partial L}{\partial y_i}\, J_{ij} .$$
#
# A row vector times a matrix: a **vector-Jacobian product**, or VJP. Here it is for $y = x^2$, entry by entry:

# %%
x = np.array([1.0, 2.0, 3.0])
jacobian = np.diag(2 * x)  # y[i] depends on x[i] alone
upstream = np.array([1.0, 10.0, 100.0])
print(jacobian)
print(upstream @ jacobian, "is the same as", upstream * (2 * x))

# %% [markdown]
# Six of the nine entries are 0, and the product is an ordinary `*`. That is the trick of every rule in this
# lesson: **write the product, never the matrix.** For a tensor with a million entries the matrix would hold
# $10^{12}$ numbers, and the product a million.
#
# So the backward rule of an op has a fixed form: *in* comes a gradient with the shape of the result, *out* go
# gradients with the shapes of the inputs.

# %% [markdown]
# ## An op is two functions
#
# You know `forward` from lesson 2. Now each op gets its `backward`. Three ops that need no memory first: whatever
# the numbers were, the local derivatives are 1 and −1.

# %% given="arithmetic_head"
#| export arithmetic.arithmetic_head
"""Arithmetic, entry by entry: what each op computes, and what it does to a gradient on its way back.

The same rule runs on arrays and, under `create_graph=True`, on tensors: it uses only what both understand.
"""

from mytorch import kernels
from mytorch._lessons import later

Function = later("graph", "Function")

# %% given="add_sub_neg"
#| export arithmetic.add_sub_neg
class Add(Function):
    """z = x + y. dz/dx = 1, dz/dy = 1."""

    @staticmethod
    def forward(ctx, x, y):
        return x + y

    @staticmethod
    def backward(ctx, grad):
        return grad, grad


class Sub(Function):
    """z = x − y. dz/dx = 1, dz/dy = −1."""

    @staticmethod
    def forward(ctx, x, y):
        return x - y

    @staticmethod
    def backward(ctx, grad):
        return grad, -grad


class Neg(Function):
    """y = −x. dy/dx = −1."""

    @staticmethod
    def forward(ctx, x):
        return -x

    @staticmethod
    def backward(ctx, grad):
        return -grad

# %% [markdown]
# `ctx` is the node itself, as in lesson 2. A rule returns one gradient for each input, in order. You can ask a
# node directly: `visit` hands it a gradient and gives back what its rule returns.

# %% predict="difference"
# z = x - y, and 10 arrives. Which two numbers go to x and y?
to_x, to_y = None, None

# %%
x = mytorch.tensor(8.0, requires_grad=True)
y = mytorch.tensor(3.0, requires_grad=True)
(x - y).grad_fn.visit(np.array(10.0))

# %% [markdown]
# ### Exercise 1: a product
#
# `z = x * y` is the first op whose local derivatives are not constants. At 2 · 10, one more in `x` is worth 10 in
# `z`. So the rule needs the factors, long after `forward` is over. That is what `ctx.save_for_backward(…)` is
# for; in `backward` the same values come out of `ctx.saved_tensors`.
#
# Write both: what `forward` keeps, and the rule. (The line with `ctx.next` is explained below; you can ignore
# it.)

# %% exercise="Mul" points=1.5
#| export arithmetic.Mul
class Mul(Function):
    """z = x · y. dz/dx = y, dz/dy = x."""

    @staticmethod
    def forward(ctx, x, y):
        ### BEGIN SOLUTION keep what the rule below will need
        ctx.save_for_backward(x, y)
        ### END SOLUTION
        return x * y

    @staticmethod
    def backward(ctx, grad):
        to_x, to_y = ctx.next  # None where nobody wants a gradient: then none need be computed
        ### BEGIN SOLUTION return two gradients: that of x, and that of y
        x, y = ctx.saved_tensors
        return to_x and grad * y, to_y and grad * x
        ### END SOLUTION

# %% hints="Mul"
# Which two numbers stand in the docstring's derivatives? Those are what `forward` must keep.
# ---
# `backward` gets them back as a tuple: unpack `ctx.saved_tensors`.
# ---
# A rule multiplies what arrives, `grad`, by each local derivative. Return two values with a comma between them,
# x's first. Do not mind the shapes: if one factor was broadcast, the walk will undo it.

# %% check="Mul" points=1
x = mytorch.tensor([2.0, 3.0], requires_grad=True)
y = mytorch.tensor([10.0, 20.0], requires_grad=True)
grads = (x * y).grad_fn.visit(np.array([1.0, 100.0]))
assert len(grads) == 2, (
    f"the rule gave {len(grads)} gradient(s), not 2: Mul has two inputs, and each gets one"
)
to_x, to_y = grads
assert not np.allclose(to_x, [2, 300]), (
    "the first gradient is x · grad, but dz/dx is y: the two have changed places"
)
assert not np.allclose(to_x, [10, 20]), (
    "the first gradient is y alone: the gradient that arrived was not multiplied in"
)
assert np.allclose(to_x, [10, 2000]), (
    f"x = [2, 3], y = [10, 20], and [1, 100] arrives: x's gradient is [10, 2000], not {to_x}"
)
assert np.allclose(to_y, [2, 300]), (
    f"x = [2, 3], y = [10, 20], and [1, 100] arrives: y's gradient is [2, 300], not {to_y}"
)

# %% [markdown]
# About the line with `ctx.next`: it holds for each input the node that its gradient goes to, or `None` if nobody
# wants it, as for the 2 in `w * 2.0`. A rule may return `None` there and spare itself the work:
# `to_x and grad * y` does, because `None and …` is `None`. If yours always returns both, that is right too; it is
# a little slower.
#
# With a product written, two relatives are easy to read. Division is a product with $1/y$, and a power has a rule
# with an input that is no tensor at all, so its gradient is `None`:

# %% given="div_pow"
#| export arithmetic.div_pow
class Div(Function):
    """z = x / y. dz/dx = 1 / y, dz/dy = −x / y²."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x / y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        to_x, to_y = ctx.next
        return to_x and grad / y, to_y and -grad * x / (y * y)


class Pow(Function):
    """y = xⁿ for a number n. dy/dx = n · xⁿ⁻¹."""

    @staticmethod
    def forward(ctx, x, n):
        ctx.n = n
        ctx.save_for_backward(x)
        return kernels.pow(x, n)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        if ctx.n == 0:  # x⁰ is the constant 1; the formula would give 0 · x⁻¹, which is not a number at x = 0
            return grad * 0, None
        return grad * (ctx.n * x ** (ctx.n - 1)), None

# %% [markdown]
# ### Exercise 2: where a walk starts
#
# Every backward pass begins with a number that nobody computes: how much the result changes when the result
# changes, $\partial L/\partial L = 1$. We call it the **seed**.
#
# And if the result is a vector? Then "the gradient of the result" is no single thing: there are as many as the
# vector has entries. Somebody must say how much each entry counts, with one number for each. That is the argument
# `gradient=` of `backward`. Without it, `backward()` must refuse; to guess ones would be to add up entries that
# nobody asked to be added.
#
# A seed of another shape must be refused as well. NumPy would broadcast it without a word, and every gradient
# would be wrong.

# %% given="engine_head"
#| export engine.engine_head
"""The walk: send a gradient from a result back to every leaf."""

import numpy as np

from mytorch._lessons import later

topological_order = later("graph", "topological_order")
unbroadcast = later("shapes", "unbroadcast")
check_alive = later("accumulate", "check_alive")
release = later("accumulate", "release")
run_hooks = later("hooks", "run_hooks")

# %% exercise="seed_gradient" points=2
#| export engine.seed_gradient
def seed_gradient(tensor, gradient=None):
    """The gradient that a walk starts with: that of the result with respect to itself, as an array of its shape.

    tensor: the result. gradient: a tensor of the same shape, or None, which means 1 and needs a result of one entry.
    Raises RuntimeError if the result does not require grad, if `gradient` is needed and missing, or if shapes differ.
    """
    if tensor.edge is None:
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn. "
            "Nothing was recorded: set requires_grad=True on an input before you compute with it."
        )
    ### BEGIN SOLUTION return the seed as an array, or raise a RuntimeError that says what is wrong and what would help
    if gradient is None:
        if tensor.array.size != 1:
            raise RuntimeError(
                "grad can be implicitly created only for scalar outputs, and this one has shape "
                f"{list(tensor.array.shape)}. Reduce it with .sum() or .mean(), or pass gradient=... of that shape."
            )
        return np.ones_like(tensor.array)
    if gradient.array.shape != tensor.array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.array.shape)}) and output[0] "
            f"has a shape of torch.Size({list(tensor.array.shape)}). Give one number for each entry of the result."
        )
    return gradient.array
    ### END SOLUTION

# %% hints="seed_gradient"
# Two cases, each with one thing that can go wrong: no gradient was given, or one was.
# ---
# The numbers of a tensor are in `tensor.array`, a NumPy array with `size` and `shape`. "One entry" is a question
# about `size`: shapes `()`, `(1,)` and `(1, 1)` are all fine.
# ---
# `np.ones_like` makes ones of the same shape *and dtype*. Compare shapes with `!=`; do not ask whether they can
# be broadcast.

# %% check="seed_gradient" points=1
x = mytorch.tensor([[2.0, 3.0]], requires_grad=True)
one = x.reshape(2)[0] * 5.0
seed = seed_gradient(one)
assert isinstance(seed, np.ndarray) and seed.shape == () and seed == 1, (
    f"the seed of a single number is an array of shape () with 1 in it, not {seed!r}"
)
assert seed.dtype == np.float32, (
    f"the result is float32, and so is its gradient; this seed is {seed.dtype}"
)
seed = seed_gradient(x * 5.0, mytorch.tensor([[1.0, 10.0]]))
assert np.array_equal(seed, [[1, 10]]), (
    f"with gradient=[[1, 10]] the walk starts with these numbers, not with {seed!r}"
)
seed = seed_gradient(mytorch.tensor([[2.0]], requires_grad=True) * 5.0)
assert seed.shape == (1, 1) and seed == 1, (
    f"shape (1, 1) is one entry too: its seed is [[1]], not {seed!r}"
)
for wrong, what in [
    (None, "a result of two entries and no gradient"),
    (mytorch.tensor([1.0, 10.0]), "a gradient of shape (2,) for a result of shape (1, 2)"),
    (mytorch.tensor(1.0), "a single number as the gradient of a result with two entries"),
]:
    try:
        seed = seed_gradient(x * 5.0, wrong)
    except RuntimeError as error:
        assert str(error), f"{what}: the RuntimeError should say what is wrong"
    else:
        raise AssertionError(
            f"{what} gave the seed {seed!r}: it should raise a RuntimeError, or wrong gradients follow"
        )

# %% [markdown]
# ## One input, two roads
#
# $z = x \cdot (x + 1)$ uses `x` twice: once in the product, once in the sum. At $x = 3$ the factors are 3 and 4.

# %%
x = mytorch.tensor(3.0, requires_grad=True)
z = x * (x + 1)
draw(z, names={"x": x, "z": z})

# %% predict="two_roads"
# What is dz/dx at x = 3? Which part of it comes along the direct road, and which along the road through the sum?
dz_dx = None
along_the_direct_road, through_the_sum = None, None

# %% [markdown]
# Where one variable reaches the result along several roads, its derivative is the **sum over the roads**. Along
# the direct road comes 4, the other factor; through the sum comes 3 · 1. Together 7. Check it: $z = x^2 + x$, and
# $2x + 1 = 7$.
#
# But when may `x` be visited? The 4 arrives at once, with the very first step back. The 3 is still at the `Add`
# node. A walk that goes to `x` now reports 4. The mistake is easy to miss: an engine that makes it passes all 50
# tests of one published course.
#
# So a node must wait until **every node that used its result** has been visited. You already have an order that
# guarantees it. And while a node waits, it needs a place for what has arrived so far; that is the slot `pending`
# of every node.
#
# | visited | takes out of `pending` | hands on |
# |---|---|---|
# | `Mul` | 1 | 4 to `x`, 3 to `Add` |
# | `Add` | 3 | 3 to `x` |
# | `x` | 4 + 3 = 7 | nothing: it is a leaf, and 7 becomes its `.grad` |
#
# ### Exercise 3: the walk
#
# Now write it. The lines about `targets`, hooks and `release` belong to later lessons and are given. Three gaps
# are yours: the order, what a node takes, and what happens to the gradients that its rule returns.
#
# One more thing happens there. In `x * y` with shapes (3, 1) and (1, 4), the rule returns a gradient of shape
# (3, 4) for each factor, because that is the shape that arrived. The factor was stretched, so its gradient must
# be summed back: `unbroadcast` of lesson 1. Done here, once, no rule has to think of it.

# %% exercise="walk" points=5
#| export engine.walk
def walk(root, seed, retain_graph=False, create_graph=False, targets=None):
    """Visit every node that `root` depends on, each once, after all nodes that use its result; hand the gradients on.

    root: the node of the result. seed: the gradient that arrives there.
    retain_graph: keep what the nodes saved, for another walk. create_graph: gradients are tensors, and are recorded.
    targets: a dict with nodes as keys, or None. Given, the gradients that arrive at these nodes become its values, only
    the nodes on the way to them are visited, and no leaf's `.grad` is touched.
    """
    ### BEGIN SOLUTION nodes = all nodes of the graph, in the order in which they may be visited
    nodes = topological_order(root)
    ### END SOLUTION
    if targets is not None:
        nodes = nodes_towards(targets, nodes)
    check_alive(nodes)
    root.pending = seed
    for node in nodes:
        ### BEGIN SOLUTION take what is pending at the node as `grad`, and empty the slot; pass over a node with nothing pending
        grad, node.pending = node.pending, None
        if grad is None:
            continue
        ### END SOLUTION
        if node.hooks:
            grad = run_hooks(node.hooks, grad)
        if targets is not None and node in targets:
            targets[node] = grad
            if not node.next:
                continue
        grads = node.visit_recorded(grad) if create_graph else node.visit(grad)
        ### BEGIN SOLUTION add each of `grads` to what is pending at its node in `node.next`, in the shape of that node
        for target, grad in zip(node.next, grads):  # noqa: B905  (a check in every step would be felt)
            if target is None or grad is None:
                continue
            if grad.shape != target.shape:
                grad = unbroadcast(grad, target.shape)
            target.pending = grad if target.pending is None else target.pending + grad
        ### END SOLUTION
        if not retain_graph:
            release(node)

# %% hints="walk"
# **The order.** Which function of lesson 2 lists every node before the nodes in its `next`? **What a node
# takes.** Read `node.pending`, and put `None` back, so that the next walk finds an empty slot.
# ---
# **Handing on.** `node.next` and `grads` have the same length and belong together, one by one: `zip` them. Some
# targets are `None` (nobody wants that gradient), and some gradients are `None` (there is none). Pass over both.
# ---
# `target.shape` is the shape that its gradient must have; call `unbroadcast` when it has another. Then there are
# two cases: nothing is pending at the target yet, or something is. Write the sum as `a + b`, not with `+=`: the
# array may be shared with another node.

# %% given="times_one"
# Only builds tensors.
def times_one(x, n):
    """x · 1 · 1 · … · 1, n products one after the other."""
    for _ in range(n):
        x = x * 1.0
    return x

# %% check="walk" points=1
from gradlab.expected import expect_graph

x = mytorch.tensor(3.0, requires_grad=True)
z = x * (x + 1)
expect_graph(z, "Mul(x, Add(x, _))", x=x)  # what the walk has to go through: lesson 2's part
z.backward()
assert x.grad is not None, (
    "x.grad is None: no gradient arrived at x. Does every node hand its gradients on to "
    "`node.next`?"
)
assert x.grad.item() != 4, (
    "x.grad is 4, not 7: x was visited before the road through the sum had brought its 3"
)
assert x.grad.item() != 3, (
    "x.grad is 3, not 7: what arrived last took the place of what had arrived before; add it"
)
assert x.grad.item() == 7, (
    f"x.grad is {x.grad.item()}, not 7: 4 arrives along the direct road, and 3 through the sum"
)

x = mytorch.tensor(2.0, requires_grad=True)
h = x * x
(h * (h + x)).backward()
assert x.grad.item() == 44, (
    f"d/dx of x²·(x² + x) at 2 is 4·8 + 3·4 = 44, not {x.grad.item()}: h must wait for the sum "
    "before it hands on"
)
assert h.grad_fn.pending is None, (
    "after the walk a gradient is still pending at h: the next walk would find it there and count "
    "it again"
)

# %% check="walk" points=0.5 part="2"
column = mytorch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
row = mytorch.tensor([[10.0, 20.0, 30.0, 40.0]], requires_grad=True)
z = (column * 2.0) * row
z.backward(gradient=mytorch.ones(3, 4))
assert column.grad.shape == (3, 1), (
    f"column has shape (3, 1), and so must its gradient; it has {tuple(column.grad.shape)}"
)
assert np.allclose(column.grad.tolist(), [[200], [200], [200]]), (
    "each entry of column was used with 10, 20, 30 and 40, times 2: 200, not "
    f"{column.grad.tolist()}"
)
assert np.allclose(row.grad.tolist(), [[12, 12, 12, 12]]), (
    f"each entry of row was used with 2, 4 and 6: 12, not {row.grad.tolist()}"
)

inner = column * 2.0
(to_inner,) = mytorch.autograd.grad(inner * row, inner, grad_outputs=mytorch.ones(3, 4))
assert to_inner.shape == (3, 1), (
    "inner has shape (3, 1), and what arrives there must have it too, not "
    f"{tuple(to_inner.shape)}: a result in the middle can be broadcast like a leaf"
)

# %% check="walk" points=0.5 part="3"
u = mytorch.tensor([0.0, 0.0], requires_grad=True)
v = mytorch.tensor([0.0, 0.0], requires_grad=True)
three = v * 3.0
((u + v) + three).backward(gradient=mytorch.tensor([1.0, 10.0]))
assert np.allclose(u.grad.tolist(), [1, 10]), (
    f"in (u + v) + 3v, u gets [1, 10], not {u.grad.tolist()}: Add hands one array to both inputs, "
    "so what is written into it with += is seen by both"
)
assert np.allclose(v.grad.tolist(), [4, 40]), (
    f"in (u + v) + 3v, v gets [4, 40], not {v.grad.tolist()}"
)

unused = mytorch.tensor(1.0, requires_grad=True)
used = mytorch.tensor(2.0, requires_grad=True)
(5.0 * used - 1.0).backward()
assert used.grad.item() == 5 and unused.grad is None, (
    "a leaf that the result does not depend on keeps grad None, and a number in a formula stops "
    "nothing"
)

x = mytorch.tensor(1.0, requires_grad=True)
y = times_one(x, 3000)
try:
    y.backward()
except RecursionError:
    raise AssertionError(
        "3000 ops, one after the other, are too deep for a walk that calls itself: use a loop"
    ) from None
assert x.grad.item() == 1, f"1 · 1 · … · 1 · x has slope 1, not {x.grad.item()}"

# %% [markdown]
# What stands around the walk is given: `y.backward()` and `autograd.grad(…)` are in `mytorch/differentiate.py`, and
# call your two functions. Read it when you want to know how; nothing below depends on the details. One part of it
# stands here, because the walk needs it when only some gradients are asked for:

# %% given="nodes_towards"
#| export engine.nodes_towards
def nodes_towards(targets, nodes):
    """Those of `nodes`, in topological order, that are in `targets` or lead to one of them; in the same order."""
    leading = set(targets)
    for node in reversed(nodes):
        if any(n in leading for n in node.next):
            leading.add(node)
    return [node for node in nodes if node in leading]

# %% [markdown]
# ## The first gradient of your engine
#
# The loss from the beginning. By hand: 8 for $w$ and 4 for $b$.

# %%
w = mytorch.tensor(3.0, requires_grad=True)
b = mytorch.tensor(1.0, requires_grad=True)
loss = (w * 2.0 + b - 5.0) ** 2
loss.backward()
draw(loss, names={"w": w, "b": b, "loss": loss})

# %% [markdown]
# One call, and every leaf has its slope. (Should some steps be marked *freed*: lesson 4 explains it.)
#
# And here is a walk in slow motion, with your rules: $x (x + 1)$ at $x = 3$, whose slope is $2x + 1 = 7$. Press play, or
# click into it and use the arrow keys. Where do the two roads meet? Why is `x` visited last, though the product sends
# it a gradient in the very first step?

# %%
from gradlab.movie import backward_movie

x = mytorch.tensor(3.0, requires_grad=True)
y = x * (x + 1.0)
backward_movie(y, names={"x": x, "y": y})

# %% [markdown]
# The 4 that comes straight from the product waits at `x` until the 3 has come around by the sum. Visited earlier, `x`
# would have been told 4. Nothing has happened to your tensors, by the way: a movie shows what `backward` would do, and
# `x.grad` is still `None`.
#
# Now a graph that nobody differentiates by hand. Each step `y * y + y` offers three roads to the `y` before it,
# so 25 steps have $3^{25}$ roads, more than 800 billion; but only 75 nodes. And a chain of 10,000 ops would be
# far too deep for a function that calls itself.

# %%
import time

x = mytorch.tensor(1.0, requires_grad=True)
y = x
for _ in range(25):
    y = (y * y + y) * 0.5
start = time.perf_counter()
y.backward()
print(
    f"25 diamonds: dy/dx = {x.grad.item():.1f} after {1000 * (time.perf_counter() - start):.1f} ms"
)

x = mytorch.tensor(1.0, requires_grad=True)
y = x
for _ in range(10_000):
    y = y * 1.0001
start = time.perf_counter()
y.backward()
print(
    f"10,000 ops:  dy/dx = {x.grad.item():.2f} after {1000 * (time.perf_counter() - start):.0f} ms"
)

# %% [markdown]
# A picture of the chain, where what repeats is folded:

# %%
draw(y, names={"x": x, "y": y})

# %% [markdown]
# ## Vectors ask for a gradient
#
# Two mistakes, made on purpose. Read what they say.

# %%
x = mytorch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * x
with gradlab.lesson.expect_error(RuntimeError):
    y.backward()
with gradlab.lesson.expect_error(RuntimeError):
    y.backward(gradient=mytorch.ones(4, 3))

# %% [markdown]
# Both errors came before anything was changed: `x.grad` is still `None`. Now with one number for each entry. Read
# `gradient=[1, 10, 100]` as: differentiate $1 \cdot y_0 + 10 \cdot y_1 + 100 \cdot y_2$. It is the vector of the
# vector-Jacobian product.

# %%
y.backward(gradient=mytorch.tensor([1.0, 10.0, 100.0]))
x.grad

# %% [markdown]
# The same walk in slow motion. What does it start with, and what arrives at `x`?

# %%
x.grad = None
backward_movie(x * x, names={"x": x}, gradient=mytorch.tensor([1.0, 10.0, 100.0]))

# %% [markdown]
# ## Trust, but measure
#
# From here on you write one rule after the other, and a rule with a wrong sign looks as good as a right one. So
# measure: move one input a little up and a little down, and see how far the result moves. That is slow, one pair
# of runs for each entry, and it needs float64, because it subtracts numbers that agree in most of their digits.
# But it knows nothing of your rules, and that makes it a witness.
#
# `gap(f, *inputs)` runs both and returns the largest difference. It weighs the results with different numbers: a
# plain sum would not notice an error that cancels out.

# %% given="gap"
def gap(f, *inputs):
    """The largest difference between the gradients of `f` that the engine gives and measured ones.

    About 1e-9 if the rules are right, about as large as the gradients themselves if they are not.
    """
    arrays = [np.array(x, dtype=np.float64) for x in inputs]
    tensors = [mytorch.tensor(x, requires_grad=True) for x in arrays]
    y = f(*tensors)
    weights = np.cos(np.arange(y.numel())).reshape(y.shape)
    y.backward(gradient=mytorch.tensor(weights))
    largest = 0.0
    for x, tensor in zip(arrays, tensors):
        if tensor.grad is None or tensor.grad.shape != x.shape:
            return float("inf")
        apart = np.abs(measured(f, arrays, x, weights) - tensor.grad.tolist())
        largest = max(largest, float(apart.max(initial=0.0)))
    return largest


def measured(f, arrays, x, weights, step=1e-6):
    """The gradient of Σ weights · f(*arrays) with respect to `x`, one of the arrays, by central differences."""

    def total():
        y = f(*[mytorch.tensor(array, requires_grad=True) for array in arrays])
        return float((weights * np.array(y.tolist())).sum())

    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + step
        above = total()
        x[place] = kept - step
        below = total()
        x[place] = kept
        slopes[place] = (above - below) / (2 * step)
    return slopes

# %%
print("product: ", gap(lambda x, y: x * y, [2.0, 3.0], [10.0, 20.0]))
print("quotient:", gap(lambda x, y: x / y, [[1.0], [-2.0]], [[4.0, 5.0, -6.0]]))
print("power:   ", gap(lambda x: x**3, [1.0, -2.0, 0.0]))

# %% [markdown]
# ## The same rule, twice
#
# A gradient is a number that was computed, so it has a gradient of its own. `autograd.grad(…, create_graph=True)`
# runs your rules on *tensors* instead of arrays; then every step of the walk is recorded like any other
# computation. That is why a rule uses only what arrays and tensors share: operators, `reshape`,
# `sum(axis=…, keepdims=…)`, `@`, `.mT`. An `np.exp` in a rule would see a tensor and fail; there, an op is called
# as `Exp.compute(…)`, which works on both.
#
# `slope(f)` makes the derivative of `f` a function that can be measured like any other:

# %% given="slope"
def slope(f):
    """The derivative of `f`, a function of one tensor with a result of one entry, as a function of that tensor."""

    def derivative(x):
        return mytorch.autograd.grad(f(x), x, create_graph=True)[0]

    return derivative

# %%
cube = lambda x: x * x * x
print("x³, x² · 3, x · 6 at 2:")
for f in cube, slope(cube), slope(slope(cube)):
    print("   ", f(mytorch.tensor(2.0, requires_grad=True)).item())
print("6x, measured:", gap(slope(slope(cube)), [0.7]), "away")

# %% [markdown]
# ### Exercise 4: keep the input, or keep the result?
#
# For $\log$ and $\sqrt{\phantom{x}}$, given below, look at what `forward` saves. The derivative of the logarithm
# is $1/x$, so it keeps its input. The derivative of the root is $1/(2\sqrt x)$, and the root has already been
# computed: it keeps its result.
#
# Which of the two is better for $e^x$? You decide.

# %% given="log_sqrt"
#| export arithmetic.log_sqrt
class Log(Function):
    """y = log x. dy/dx = 1 / x."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.log(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad / x


class Sqrt(Function):
    """y = √x. dy/dx = 1 / (2√x) = 1 / 2y."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.sqrt(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad / (2 * y)

# %% exercise="Exp" points=1.5
#| export arithmetic.Exp
class Exp(Function):
    """y = eˣ. dy/dx = eˣ."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.exp(x)
        ### BEGIN SOLUTION keep what the rule will need
        ctx.save_for_backward(y)
        ### END SOLUTION
        return y

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x
        (y,) = ctx.saved_tensors
        return grad * y
        ### END SOLUTION

# %% hints="Exp"
# $e^x$ is its own derivative. Has anybody computed it already?
# ---
# `ctx.saved_tensors` is a tuple, also when it holds one value: `(y,) = ctx.saved_tensors`, with the comma.
# ---
# The chain rule once more: what arrives, times the local derivative.

# %% check="Exp" points=1
x = mytorch.tensor([0.0, 1.0], requires_grad=True)
x.exp().backward(gradient=mytorch.tensor([1.0, 10.0]))
assert x.grad is not None, "x.grad is None: did the rule return a gradient?"
assert np.allclose(x.grad.tolist(), [1, 27.182818]), (
    "at 0 and 1 the slopes are 1 and e = 2.718; with [1, 10] arriving that is [1, 27.18], not "
    f"{x.grad.tolist()}"
)
apart = gap(lambda x: (2.0 * x).exp() * x, [-1.0, 0.3, 1.5])
assert apart < 1e-6, (
    f"inside a larger formula the gradient is {apart:.2g} away from the measured one"
)
apart = gap(slope(lambda x: (x * x).exp()), [0.7])
assert apart < 1e-6, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# ## Many become one
#
# Broadcasting copies one entry to many places, and its gradient is the *sum* of what arrives there. A sum does
# the opposite. What happens to its gradient?

# %% predict="reductions"
# y = x.sum() over 4 entries, and 10 arrives. What does each entry get? And with mean()?
each_of_the_sum, each_of_the_mean = None, None

# %% [markdown]
# One more in any entry is one more in the sum: each entry gets the whole 10. A sum backwards is a broadcast, and
# a broadcast backwards is a sum.
#
# The one difficulty is alignment. `x` of shape (2, 3) summed over `dim=1` has shape (2,), and NumPy would
# broadcast that against the *columns*. So the reduced dim has to come back first, with size 1: (2, 1), which
# stretches to (2, 3). Two helpers do it, and `Expand`, a stretch that copies nothing, is given along with the
# first ops of a module on shapes:

# %% given="shaping_head"
#| export shaping.shaping_head
"""Shape: entries move, none changes. The gradient takes the same way back."""

import numpy as np

from mytorch import kernels
from mytorch._lessons import later

Function = later("graph", "Function")
normalize_dims = later("shapes", "normalize_dims")

# %% given="reshape_expand"
#| export shaping.reshape_expand
class Reshape(Function):
    """The same entries in another shape. The gradient gets the old shape back."""

    @staticmethod
    def forward(ctx, x, shape):
        ctx.x_shape = x.shape
        return kernels.reshape(x, shape)

    @staticmethod
    def backward(ctx, grad):
        return grad.reshape(ctx.x_shape), None


class Expand(Function):
    """x stretched to `shape` without copying. The engine sums the gradient back, as for every broadcast."""

    @staticmethod
    def forward(ctx, x, shape):
        return kernels.expand(x, shape)

    @staticmethod
    def backward(ctx, grad):
        return grad, None

# %% given="reductions_head"
#| export reductions.reductions_head
"""Reductions: many entries become one, so one gradient goes back to many."""

from mytorch import kernels
from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Expand = later_op("shaping", "Expand")
normalize_dims = later("shapes", "normalize_dims")

# %% given="spread"
#| export reductions.spread
def kept_shape(shape, dim):
    """`shape` with the dims in `dim` at size 1: the shape of a reduction with keepdim=True."""
    dims = normalize_dims(dim, len(shape))
    return tuple(1 if i in dims else n for i, n in enumerate(shape))


def spread(grad, shape, dim):
    """Give every entry of `shape` the gradient of the sum that it went into."""
    return Expand.compute(grad.reshape(kept_shape(shape, dim)), shape)


class Sum(Function):
    """y = Σ x over `dim`. Every entry has dy/dx = 1."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        ctx.x_shape, ctx.dim = x.shape, dim
        return kernels.sum(x, dim, keepdim)

    @staticmethod
    def backward(ctx, grad):
        return spread(grad, ctx.x_shape, ctx.dim), None, None

# %%
arriving = np.array(
    [10.0, 20.0]
)  # one gradient for each row of a (2, 3) tensor that was summed over dim=1
print(kept_shape((2, 3), 1))
print(spread(arriving, (2, 3), 1))

# %% [markdown]
# Note what `Sum` keeps: no numbers at all, only a shape and a dim. Such notes are plain attributes of `ctx`. And
# `dim` and `keepdim` are no tensors: two more `None`s.
#
# ### Exercise 5: the mean
#
# `mean` is a sum divided by how many entries went into it. How many is that? `x.mean()` of a (2, 3) tensor
# averages 6 entries, `x.mean(dim=1)` averages 3, and `x.mean(dim=(0, 1))` 6 again.
#
# It matters more than it seems: most losses end in a mean. In one published engine `mean` leaves the graph, and
# such a loss has no gradient at all.

# %% exercise="Mean" points=1.5
#| export reductions.Mean
class Mean(Function):
    """y = Σ x / n over `dim`. Every entry has dy/dx = 1/n, where n entries went into one mean."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.mean(x, dim, keepdim)
        ### BEGIN SOLUTION note on ctx what the rule will need
        ctx.x_shape, ctx.dim, ctx.n = x.shape, dim, x.size / max(y.size, 1)
        ### END SOLUTION
        return y

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x, and None for dim and for keepdim
        return spread(grad / ctx.n, ctx.x_shape, ctx.dim), None, None
        ### END SOLUTION

# %% hints="Mean"
# What does `Sum` note, and what does the rule of `Mean` need on top of it?
# ---
# `x` and `y` are arrays, and arrays know their `size`. All results together used up all entries, each the same
# number of them.
# ---
# `spread` gives every entry what arrives at its sum. Divide before you spread: there are fewer numbers to divide.

# %% check="Mean" points=1
x = mytorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
x.mean(dim=1).backward(gradient=mytorch.tensor([3.0, 30.0]))
assert x.grad is not None and x.grad.shape == (2, 3), "x has shape (2, 3), and so has its gradient"
assert not np.allclose(x.grad.tolist(), [[3] * 3, [30] * 3]), (
    "that is the rule of a sum: a mean divides by the number of entries"
)
assert not np.allclose(x.grad.tolist(), [[0.5] * 3, [5] * 3]), (
    "you divided by 6, all entries of x; but 3 entries went into each mean"
)
assert np.allclose(x.grad.tolist(), [[1] * 3, [10] * 3]), (
    "3 and 30 arrive at two means of three entries: 1 for each of the first row, 10 for each of "
    f"the second; not {x.grad.tolist()}"
)
x = mytorch.tensor(np.arange(8.0).reshape(2, 2, 2), requires_grad=True)
x.mean().backward()
assert np.allclose(x.grad.tolist(), np.full((2, 2, 2), 1 / 8)), (
    f"the mean of 8 entries gives each of them 1/8, not {x.grad.tolist()}"
)
for dim, keepdim in [(0, False), (-1, True), ((0, 2), False), ((0, 2), True)]:
    apart = gap(lambda x: x.mean(dim, keepdim) * 2.0, np.arange(12.0).reshape(2, 3, 2))
    assert apart < 1e-6, (
        f"mean(dim={dim}, keepdim={keepdim}) is {apart:.2g} away from the measured gradient"
    )

# %% [markdown]
# ### Exercise 6: the winner takes it
#
# The largest entry is the only one that counts. Move another one a little, and the maximum stays where it is:
# local derivative 0. Move the winner: 1.
#
# And if two entries are equally large? Then the function has a kink there, and no derivative. PyTorch's `amax`
# and `max()` let the winners share: $k$ of them get $1/k$ each. So do we.

# %% exercise="Max" points=1.5
#| export reductions.Max
class Max(Function):
    """y = the largest entry over `dim`. dy/dx = 1 for it and 0 for the others; k equally large ones get 1/k each."""

    @staticmethod
    def forward(ctx, x, dim, keepdim):
        y = kernels.max(x, dim, keepdim)
        ### BEGIN SOLUTION keep what the rule will need
        ctx.dim = dim
        ctx.save_for_backward(x, y)
        ### END SOLUTION
        return y

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x, and None for dim and for keepdim
        x, y = ctx.saved_tensors
        largest = x == y.reshape(kept_shape(x.shape, ctx.dim))
        ties = largest.sum(axis=normalize_dims(ctx.dim, x.ndim), keepdims=True, dtype=grad.dtype)
        return spread(grad, x.shape, ctx.dim) * largest / ties, None, None
        ### END SOLUTION

# %% hints="Max"
# Who won? Compare `x` with the maximum. For that, `y` needs its reduced dims back, with size 1; a helper knows
# that shape.
# ---
# The comparison gives Trues and Falses of x's shape. Multiplied with the gradient, they let it through or stop
# it. How many winners share it is their sum over the same dims.
# ---
# `mask.sum(axis=normalize_dims(dim, x.ndim), keepdims=True, dtype=grad.dtype)` counts, for arrays and tensors
# alike, and stays in the dtype of the gradient. `spread` does the rest.

# %% check="Max" points=1
x = mytorch.tensor([[1.0, 7.0, 3.0], [9.0, 4.0, 9.0]], requires_grad=True)
x.amax(dim=1).backward(gradient=mytorch.tensor([1.0, 10.0]))
assert np.allclose(x.grad.tolist()[0], [0, 1, 0]), (
    f"in [1, 7, 3] the 7 takes the whole gradient: [0, 1, 0], not {x.grad.tolist()[0]}"
)
assert not np.allclose(x.grad.tolist()[1], [10, 0, 10]), (
    "both 9s got the whole 10: together they would move the maximum by 20"
)
assert np.allclose(x.grad.tolist()[1], [5, 0, 5]), (
    f"in [9, 4, 9] the two 9s share the 10: [5, 0, 5], not {x.grad.tolist()[1]}"
)
x = mytorch.tensor([[1.0, 2.0], [5.0, 3.0]], requires_grad=True)
x.max().backward()
assert np.allclose(x.grad.tolist(), [[0, 0], [1, 0]]), (
    f"the maximum over all entries is the 5, which gets 1: not {x.grad.tolist()}"
)
assert x.grad.dtype == mytorch.float32, f"x is float32 and so is its gradient, not {x.grad.dtype}"
apart = gap(lambda x: x.amax(dim=0, keepdim=True) * 3.0, [[1.0, 8.0, 3.0], [4.0, 2.0, 6.0]])
assert apart < 1e-6, (
    f"with dim=0 and keepdim=True the rule is {apart:.2g} away from the measured gradient"
)

# %% [markdown]
# ### Exercise 7: the matrix product
#
# Most of the time that a network spends in training, it spends here. $Z = XY$ with shapes (n, k), (k, m) and (n,
# m). What arrives, $G = \partial L/\partial Z$, has the shape of $Z$.
#
# One entry is $Z_{ij} = \sum_k X_{ik} Y_{kj}$. So $X_{ik}$ takes part in the whole row $i$ of $Z$, each time with
# another entry of $Y$:
#
# $$\frac{\partial L}{\partial X_{ik}} = \sum_j G_{ij}\, Y_{kj} .$$
#
# That is a matrix product again; the docstring names it. If you ever forget it, the shapes remember: from $G$ (n,
# m) and $Y$ (k, m) there is one way to get (n, k).
#
# Two things make it harder. A product may come in **batches**, with more dims in front, and `.T` would reverse
# those too; `.mT` swaps the last two dims alone. And a factor may be **1-D**: it counts as one row on the left,
# as one column on the right. Turning it into a matrix and back is given.

# %% given="linalg_head"
#| export linalg.linalg_head
"""Matrix products."""

from mytorch import kernels
from mytorch._lessons import later

Function = later("graph", "Function")

# %% exercise="MatMul" points=2
#| export linalg.MatMul
class MatMul(Function):
    """z = x @ y. dL/dx = dL/dz @ yᵀ, dL/dy = xᵀ @ dL/dz: each has the shape of its factor.

    A 1-D factor is a row on the left and a column on the right; batches that were broadcast are summed by the engine.
    """

    @staticmethod
    def forward(ctx, x, y):
        ### BEGIN SOLUTION keep what the rule will need
        ctx.save_for_backward(x, y)
        ### END SOLUTION
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
        ### BEGIN SOLUTION dx and dy: the gradients of `row` and of `column`; all three are matrices now, or batches
        dx = to_x and grad @ column.mT
        dy = to_y and row.mT @ grad
        ### END SOLUTION
        if to_x and x.ndim == 1:
            dx = dx.reshape((*dx.shape[:-2], dx.shape[-1]))
        if to_y and y.ndim == 1:
            dy = dy.reshape(dy.shape[:-1])
        return dx, dy

# %% hints="MatMul"
# Write the shapes of `row` (n, k), `column` (k, m) and `grad` (n, m) on paper. `dx` needs (n, k), `dy` needs (k,
# m).
# ---
# Products of matrices do not commute: `grad` stands on the left in one of the two, and on the right in the other.
# ---
# `a.mT` swaps the last two dims, of arrays and tensors, and leaves the batches in front alone. `to_x and …` skips
# a product that nobody wants: with data on the left, that is half of the work.

# %% check="MatMul" points=1
x = mytorch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
y = mytorch.tensor([[1.0, 10.0], [100.0, 1000.0]], requires_grad=True)
(x @ y).backward(gradient=mytorch.tensor([[1.0, 0.0], [0.0, 0.0]]))
assert np.allclose(x.grad.tolist(), [[1, 100], [0, 0]]), (
    "z[0,0] = x[0,0]·y[0,0] + x[0,1]·y[1,0]. When 1 arrives there alone, x gets [[1, 100], [0, "
    f"0]], not {x.grad.tolist()}"
)
assert np.allclose(y.grad.tolist(), [[1, 0], [2, 0]]), (
    "z[0,0] = x[0,0]·y[0,0] + x[0,1]·y[1,0]. When 1 arrives there alone, y gets [[1, 0], [2, 0]], "
    f"not {y.grad.tolist()}"
)
x = mytorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
y = mytorch.tensor([[1.0], [10.0], [100.0]], requires_grad=True)
(x @ y).backward(gradient=mytorch.tensor([[1.0], [2.0]]))
assert x.grad.shape == (2, 3) and np.allclose(x.grad.tolist(), [[1, 10, 100], [2, 20, 200]]), (
    f"x's gradient is G @ yᵀ = [[1, 10, 100], [2, 20, 200]], not {x.grad.tolist()}"
)
assert y.grad.shape == (3, 1) and np.allclose(y.grad.tolist(), [[9], [12], [15]]), (
    f"y's gradient is xᵀ @ G = [[9], [12], [15]], not {y.grad.tolist()}"
)
normal = np.random.default_rng(0).normal
for left, right in [
    ((2, 3), (3, 2)),
    ((3, 3), (3, 3)),
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 2, 3), (2, 3, 2)),
    ((2, 1, 2, 3), (3, 3, 2)),
    ((3,), (2, 3, 2)),
]:
    apart = gap(lambda x, y: x @ y, normal(size=left), normal(size=right))
    assert apart < 1e-6, (
        f"for shapes {left} @ {right} the rule is {apart:.2g} away from the measured gradient"
    )

# %% [markdown]
# Count the multiplications. Forward: $n \cdot k \cdot m$. Backward: the same number for `dx`, and the same again
# for `dy`. **A backward pass costs about two forward passes**, and now you know which two.

# %%
x = mytorch.tensor(np.ones((2, 3)), dtype=mytorch.float32)  # data: no gradient wanted
weight = mytorch.tensor(np.full((3, 4), 0.5), dtype=mytorch.float32, requires_grad=True)
bias = mytorch.tensor([0.0, 1.0, 2.0, 3.0], requires_grad=True)
loss = ((x @ weight + bias) ** 2).mean()
loss.backward()
draw(loss, names={"x": x, "weight": weight, "bias": bias, "loss": loss})

# %% [markdown]
# A whole layer. `bias` has shape (4,) and was added to a (2, 4) product, so its gradient was summed over the
# rows, by your walk: look for it in the step at `Add`. `x` does not appear: nobody wants its gradient.

# %%
weight.grad = bias.grad = None
loss = ((x @ weight + bias) ** 2).mean()
backward_movie(loss, names={"weight": weight, "bias": bias, "loss": loss})

# %% [markdown]
# ### Exercise 8: entries that only move
#
# Ops on shapes have the simplest rule of all: send every entry back to where it came from. `Transpose` swaps two
# dims, and swapping them again undoes it:

# %% given="Transpose"
#| export shaping.Transpose
class Transpose(Function):
    """Two dims swapped. Swapping them once more undoes it."""

    @staticmethod
    def forward(ctx, x, dim0, dim1):
        ctx.dims = dim0, dim1
        return kernels.transpose(x, dim0, dim1)

    @staticmethod
    def backward(ctx, grad):
        return Transpose.compute(grad, *ctx.dims), None, None

# %% [markdown]
# `permute` puts all dims in a new order, and there doing it twice does *not* undo it. With `dims = (2, 0, 1)`,
# dim 0 of the result is dim 2 of `x`. Where must dim 0 of the result go on the way back?

# %% exercise="Permute" points=1.5
#| export shaping.Permute
class Permute(Function):
    """The dims in a new order: dim i of the result is dim `dims[i]` of x. The inverse order undoes it."""

    @staticmethod
    def forward(ctx, x, dims):
        ### BEGIN SOLUTION note what the rule will need
        ctx.dims = dims
        ### END SOLUTION
        return kernels.permute(x, dims)

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient with its dims in the old order, and None for dims
        order = normalize_dims(ctx.dims, grad.ndim)
        inverse = tuple(order.index(dim) for dim in range(len(order)))
        return Permute.compute(grad, inverse), None
        ### END SOLUTION

# %% hints="Permute"
# With `dims = (2, 0, 1)` a (5, 6, 7) tensor becomes (7, 5, 6). Which order of *its* dims gives (5, 6, 7) again?
# ---
# Dim `d` of x went to the place where `d` stands in `dims`. For each `d` in order, find that place.
# ---
# Negative dims count from the end: `normalize_dims(dims, ndim)` makes them plain. Then permute with
# `Permute.compute(grad, inverse)`, so that it works on arrays and tensors.

# %% check="Permute" points=1
x = mytorch.tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True)
x.permute(2, 0, 1).backward(gradient=mytorch.tensor(np.arange(24.0).reshape(4, 2, 3)))
assert x.grad.shape == (2, 3, 4), (
    f"x has shape (2, 3, 4) and its gradient {tuple(x.grad.shape)}: the order was not undone"
)
for dims in [(1, 0, 2), (2, 0, 1), (1, 2, 0), (-1, 0, -2), (2, 1, 0)]:
    apart = gap(lambda x: x.permute(*dims) * 2.0, np.arange(8.0).reshape(2, 2, 2))
    assert apart < 1e-6, (
        f"permute{dims} is {apart:.2g} away from the measured gradient: entries came back to the "
        "wrong places"
    )
apart = gap(slope(lambda x: (x.permute(2, 0, 1) ** 3).sum()), np.arange(6.0).reshape(1, 2, 3))
assert apart < 1e-4, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# ### Exercise 9: entries that are read
#
# `y = x[key]` reads some entries of `x`. Those that were not read have no influence: 0. And an entry may be read
# several times:

# %% predict="index"
# x = [10, 20, 30], y = x[[0, 2, 0]], and [1, 2, 4] arrives. What is the gradient of x?
gradient_of_x = None

# %% [markdown]
# The entry 10 went to two places, so it gets what arrives at both: $1 + 4$. The result is $[5, 0, 2]$. NumPy's
# `out[key] += values` would keep only the last of them, because it reads, adds and writes once per *place*, not
# once per *read*; `np.add.at` is made for this. It stands in `IndexAdd`, the reverse of `Index`, and the reverse
# of `IndexAdd` is reading again:

# %% given="IndexAdd"
#| export shaping.IndexAdd
class IndexAdd(Function):
    """Zeros of `shape`, with x added at `key`; an entry that the key names twice gets both. The reverse of Index."""

    @staticmethod
    def forward(ctx, x, key, shape):
        ctx.key = key
        out = np.zeros(shape, x.dtype)
        np.add.at(out, key, x)
        return out

    @staticmethod
    def backward(ctx, grad):
        return Index.compute(grad, ctx.key), None, None

# %% exercise="Index" points=1.5
#| export shaping.Index
class Index(Function):
    """y = x[key]. The gradient goes to the entries that were read, once for every time; the others get 0."""

    @staticmethod
    def forward(ctx, x, key):
        ### BEGIN SOLUTION note what the rule will need
        ctx.x_shape, ctx.key = x.shape, key
        ### END SOLUTION
        return kernels.index(x, key)

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x, zeros where nothing was read, and None for the key
        return IndexAdd.compute(grad, ctx.key, ctx.x_shape), None
        ### END SOLUTION

# %% hints="Index"
# The rule needs to know where the entries were read, and how large `x` was. The numbers of `x` it does not need.
# ---
# `IndexAdd` does what the gradient needs. Look at what its `forward` takes, after `ctx`.
# ---
# Use it as `IndexAdd.compute(…)`: on arrays that only computes, on tensors it is recorded.

# %% check="Index" points=1
x = mytorch.tensor([10.0, 20.0, 30.0], requires_grad=True)
x[[0, 2, 0]].backward(gradient=mytorch.tensor([1.0, 2.0, 4.0]))
assert x.grad.shape == (3,), (
    f"x has shape (3,) and its gradient {tuple(x.grad.shape)}: entries that were not read get 0, "
    "not nothing"
)
assert not np.allclose(x.grad.tolist(), [4, 0, 2]), (
    "entry 0 was read twice and got only the 4 of the second time; the 1 of the first is lost"
)
assert np.allclose(x.grad.tolist(), [5, 0, 2]), (
    f"entry 0 was read twice, entry 1 never: the gradient is [5, 0, 2], not {x.grad.tolist()}"
)
table = np.arange(6.0).reshape(3, 2)
for key in [1, (2, 1), slice(0, 2), (slice(None), 1), (..., None), np.array([2, 0, 2]), table > 2]:
    apart = gap(lambda x: x[key] * 2.0, table)
    assert apart < 1e-6, f"x[{key}] is {apart:.2g} away from the measured gradient"
apart = gap(slope(lambda x: (x[[0, 2, 0]] ** 3).sum()), [1.0, 2.0, 3.0])
assert apart < 1e-6, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# Indexing is how the last two ops on shapes get their pieces apart again. `cat` puts tensors one after the other,
# `stack` side by side along a new dim; on the way back each gets its own piece.

# %% given="cat_stack"
#| export shaping.cat_stack
class Cat(Function):
    """Arrays one after the other along `dim`. Each gets its own piece of the gradient."""

    @staticmethod
    def forward(ctx, dim, *arrays):
        (ctx.dim,) = normalize_dims(dim, arrays[0].ndim)
        ctx.sizes = [a.shape[ctx.dim] for a in arrays]
        return kernels.cat(ctx.dim, *arrays)

    @staticmethod
    def backward(ctx, grad):
        before = (slice(None),) * ctx.dim
        pieces, start = [], 0
        for size in ctx.sizes:
            pieces.append(grad[(*before, slice(start, start + size))])
            start += size
        return None, *pieces


class Stack(Function):
    """Arrays side by side along a new `dim`. Each gets its own slice of the gradient."""

    @staticmethod
    def forward(ctx, dim, *arrays):
        (ctx.dim,) = normalize_dims(dim, arrays[0].ndim + 1)
        return kernels.stack(ctx.dim, *arrays)

    @staticmethod
    def backward(ctx, grad):
        before = (slice(None),) * ctx.dim
        return None, *[grad[(*before, i)] for i in range(grad.shape[ctx.dim])]

# %% [markdown]
# ## Choices, and the bends of a network
#
# Some ops choose. Their gradient follows the choice: `where` sends it to the side that was taken, `clamp` lets it
# pass where nothing was cut off, `relu` where the input was positive. Look at the rules: each is the gradient
# times a mask of Trues and Falses.
#
# `sigmoid` and `tanh` are the same idea as `exp`: their derivative can be computed from their result, so that is
# what they keep.

# %% given="where_clamp"
#| export arithmetic.where_clamp
class Where(Function):
    """z = x where `condition`, else y. The gradient follows the choice; what was not chosen gets 0."""

    @staticmethod
    def forward(ctx, condition, x, y):
        ctx.save_for_backward(condition)
        return kernels.where(condition, x, y)

    @staticmethod
    def backward(ctx, grad):
        (condition,) = ctx.saved_tensors
        return None, Where.compute(condition, grad, 0), Where.compute(condition, 0, grad)


class Clamp(Function):
    """y = x, but at least `min` and at most `max`. dy/dx = 1 inside the range, 0 where x was cut off."""

    @staticmethod
    def forward(ctx, x, min, max):
        ctx.save_for_backward(x)
        ctx.min, ctx.max = min, max
        return kernels.clamp(x, min, max)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        if ctx.min is not None:
            grad = grad * (x >= ctx.min)
        if ctx.max is not None:
            grad = grad * (x <= ctx.max)
        return grad, None, None

# %% given="activations_head"
#| export activations.activations_head
"""Activations: the bends between the layers of a network."""

import math

from mytorch import kernels
from mytorch._lessons import later, later_op

Function = later("graph", "Function")
Exp = later_op("arithmetic", "Exp")

# %% given="relu_sigmoid_tanh"
#| export activations.relu_sigmoid_tanh
class ReLU(Function):
    """y = max(x, 0). dy/dx = 1 where x > 0, else 0, at 0 too."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.relu(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (y > 0)


class Sigmoid(Function):
    """y = 1 / (1 + e⁻ˣ). dy/dx = y · (1 − y)."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.sigmoid(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * y * (1 - y)


class Tanh(Function):
    """y = tanh x. dy/dx = 1 − y²."""

    @staticmethod
    def forward(ctx, x):
        y = kernels.tanh(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (1 - y * y)

# %% [markdown]
# ### Exercise 10: softmax, where everything depends on everything
#
# So far each entry of a result depended on few entries of the input. `softmax` turns a row of numbers into shares
# that add up to 1, so raising one entry lowers the shares of all others. Its Jacobian has no zeros:
#
# $$\frac{\partial y_j}{\partial x_i} = y_j\,(\delta_{ij} - y_i), \quad \delta_{ij} = 1 \text{ if } i = j \text{, else } 0 .$$
#
# Now the VJP. Write $g_j$ for what arrives at $y_j$, put the Jacobian into
# $\sum_j g_j\, \partial y_j/\partial x_i$, and multiply out. The $\delta$ picks one term of the sum; what is left
# is the same number for every $i$. No matrix remains.

# %% predict="softmax"
# y = x.softmax(dim=0); y.sum().backward(). What is x.grad? Think before you calculate.
gradient_of_the_sum = None

# %% exercise="Softmax" points=1.5
#| export activations.Softmax
class Softmax(Function):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ along `dim`. dyⱼ/dxᵢ = yⱼ · (δᵢⱼ − yᵢ): every output depends on every input."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.softmax(x, dim)
        ### BEGIN SOLUTION keep what the rule will need
        ctx.dim = dim
        ctx.save_for_backward(y)
        ### END SOLUTION
        return y

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x, and None for dim
        (y,) = ctx.saved_tensors
        return y * (grad - (grad * y).sum(axis=ctx.dim, keepdims=True)), None
        ### END SOLUTION

# %% hints="Softmax"
# $\sum_j g_j\, y_j\, \delta_{ij}$ has one term that is not 0. Which?
# ---
# In $\sum_j g_j\, y_j\, y_i$ the factor $y_i$ does not depend on $j$: take it out. The sum that remains is one
# number for each row along `dim`.
# ---
# A sum along `dim` that still fits against `y`: `.sum(axis=ctx.dim, keepdims=True)`, for arrays and tensors.

# %% check="Softmax" points=1
x = mytorch.tensor([0.0, 0.0], requires_grad=True)
x.softmax(dim=0).backward(gradient=mytorch.tensor([1.0, 0.0]))
assert not np.allclose(x.grad.tolist(), [0.25, 0.0]), (
    "that is y·(1 − y) for the first entry alone; but raising the second entry lowers the first "
    "share"
)
assert np.allclose(x.grad.tolist(), [0.25, -0.25]), (
    "two equal shares: raising x[0] raises y[0] by 0.25, raising x[1] lowers it by 0.25; not "
    f"{x.grad.tolist()}"
)
table = np.random.default_rng(1).normal(size=(1, 3, 2))
for dim in (1, -1):
    apart = gap(lambda x: x.softmax(dim), table)
    assert apart < 1e-6, f"softmax(dim={dim}) is {apart:.2g} away from the measured gradient"
apart = gap(slope(lambda x: (x.softmax(dim=0) ** 2).sum()), [0.5, -1.0, 2.0])
assert apart < 1e-6, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# The sum of the shares is always 1, whatever `x` is, so its gradient is 0 everywhere. A test that ends in
# `.sum()` would accept *every* wrong softmax that keeps the sum; that is why `gap` weighs the entries.
#
# ### Exercise 11: log_softmax, and the gradient behind every classifier
#
# $y_i = x_i - \log \sum_j e^{x_j}$ is the logarithm of a share. Its Jacobian is simpler than that of softmax
# itself; with $p_i$ for the shares,
#
# $$\frac{\partial y_j}{\partial x_i} = \delta_{ij} - p_i .$$
#
# Do the same as before: sum over $j$, and see what is left. The result $y$ is kept, and the shares are
# $p = e^{y}$.

# %% exercise="LogSoftmax" points=1.5
#| export activations.LogSoftmax
class LogSoftmax(Function):
    """y = log softmax x along `dim`. dyⱼ/dxᵢ = δᵢⱼ − pᵢ, where p = eʸ are the shares."""

    @staticmethod
    def forward(ctx, x, dim):
        y = kernels.log_softmax(x, dim)
        ### BEGIN SOLUTION keep what the rule will need
        ctx.dim = dim
        ctx.save_for_backward(y)
        ### END SOLUTION
        return y

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x, and None for dim
        (y,) = ctx.saved_tensors
        return grad - Exp.compute(y) * grad.sum(axis=ctx.dim, keepdims=True), None
        ### END SOLUTION

# %% hints="LogSoftmax"
# $\sum_j g_j\, (\delta_{ij} - p_i)$ has two parts. In the second, what depends on $j$?
# ---
# `forward` keeps `y`, and the rule gets the shares back from it. `np.exp` would fail on tensors; your own `Exp`
# has a `compute`.
# ---
# Sum along `ctx.dim` and keep the dim, as in softmax.

# %% check="LogSoftmax" points=1
x = mytorch.tensor([0.0, 0.0], requires_grad=True)
x.log_softmax(dim=0).backward(gradient=mytorch.tensor([1.0, 0.0]))
assert np.allclose(x.grad.tolist(), [0.5, -0.5]), (
    f"two shares of 0.5, and 1 arrives at the first: [1 − 0.5, 0 − 0.5], not {x.grad.tolist()}"
)
table = np.random.default_rng(2).normal(size=(1, 3, 2))
for dim in (1, -1):
    apart = gap(lambda x: x.log_softmax(dim), table)
    assert apart < 1e-6, f"log_softmax(dim={dim}) is {apart:.2g} away from the measured gradient"
apart = gap(slope(lambda x: (x.log_softmax(dim=0) ** 2).sum()), [0.5, -1.0, 2.0])
assert apart < 1e-6, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# A classifier's loss is minus the log-share of the right class. Let that be class 1, and look at the gradient
# beside the shares:

# %%
logits = mytorch.tensor([2.0, 1.0, 0.0], requires_grad=True)
(-logits.log_softmax(dim=0)[1]).backward()
print("shares:  ", logits.softmax(dim=0).tolist())
print("gradient:", logits.grad.tolist())

# %% [markdown]
# The shares, minus 1 at the right class. "What you said, minus what was true": this difference is what flows back
# into every classifier that is trained today.
#
# ### Exercise 12: GELU, a rule made of rules
#
# The bend inside transformers is $y = x \cdot \Phi(x)$, where $\Phi$ is the distribution function of the normal
# distribution. It is a product, so its derivative has two terms:
#
# $$\frac{dy}{dx} = \Phi(x) + x\, \varphi(x),$$
#
# $$\Phi(x) = \tfrac12 \Bigl(1 + \operatorname{erf} \tfrac{x}{\sqrt 2}\Bigr), \qquad \varphi(x) = \Phi'(x) = \frac{1}{\sqrt{2\pi}}\, e^{-x^2/2} .$$
#
# NumPy has no `erf`. The engine has: as an op, `Erf`, whose own rule you see here. So the rule of `GELU` can be
# differentiated again, like all others.

# %% given="Erf"
#| export activations.Erf
class Erf(Function):
    """y = erf x. dy/dx = 2/√π · e^(−x²)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return kernels.erf(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (2 / math.sqrt(math.pi)) * Exp.compute(-x * x)

# %% exercise="GELU" points=1.5
#| export activations.GELU
class GELU(Function):
    """y = x · Φ(x), where Φ is the normal distribution function. dy/dx = Φ(x) + x · φ(x), with φ = Φ′ its density."""

    @staticmethod
    def forward(ctx, x):
        ### BEGIN SOLUTION keep what the rule will need
        ctx.save_for_backward(x)
        ### END SOLUTION
        return kernels.gelu(x)

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x
        (x,) = ctx.saved_tensors
        distribution = 0.5 * (1 + Erf.compute(x / math.sqrt(2)))
        density = Exp.compute(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return grad * (distribution + x * density)
        ### END SOLUTION

# %% hints="GELU"
# Give the two parts names, the distribution and the density; then the last line reads like the docstring.
# ---
# `math.sqrt` and `math.pi` are for plain numbers, and are imported. For tensors and arrays there are
# `Erf.compute(…)` and `Exp.compute(…)`.
# ---
# Check your formula at 0 by hand: Φ(0) is one half, and x · φ(x) vanishes there.

# %% check="GELU" points=1
gelu = mytorch.nn.functional.gelu
x = mytorch.tensor([0.0, 1.0, -1.0], requires_grad=True)
gelu(x).backward(gradient=mytorch.tensor([2.0, 1.0, 1.0]))
assert np.allclose(x.grad.tolist()[0], 1), (
    f"at 0 the slope is Φ(0) = 0.5; with 2 arriving that is 1, not {x.grad.tolist()[0]}"
)
assert np.allclose(x.grad.tolist()[1:], [1.083315, -0.083315], atol=1e-4), (
    f"at 1 and −1 the slopes are 1.0833 and −0.0833, not {x.grad.tolist()[1:]}"
)
apart = gap(gelu, [-3.0, -0.5, 0.0, 0.7, 4.0])
assert apart < 1e-6, f"the rule is {apart:.2g} away from the measured gradient"
apart = gap(slope(lambda x: (gelu(x) ** 2).sum()), [-0.5, 0.2, 1.5])
assert apart < 1e-6, (
    f"the second derivative is {apart:.2g} away from the measured one: does the rule use only what "
    "arrays and tensors share?"
)

# %% [markdown]
# ## Everything together
#
# A network with one hidden layer, a batch of four, three classes. Every op in it has a rule that you have written
# or read.

# %%
numbers = np.random.default_rng(0)
inputs = mytorch.tensor(numbers.normal(size=(4, 5)))
W1 = mytorch.tensor(numbers.normal(size=(5, 8)) * 0.5, requires_grad=True)
W2 = mytorch.tensor(numbers.normal(size=(8, 3)) * 0.5, requires_grad=True)
labels = [0, 2, 1, 2]

hidden = mytorch.nn.functional.gelu(inputs @ W1)
scores = (hidden @ W2).log_softmax(dim=1)
loss = -scores[[0, 1, 2, 3], labels].mean()
loss.backward()
print(f"loss {loss.item():.4f}, gradients of shape {tuple(W1.grad.shape)}, {tuple(W2.grad.shape)}")
draw(loss, names={"W1": W1, "W2": W2, "hidden": hidden, "scores": scores, "loss": loss})

# %% [markdown]
# ## Common mistakes, made on purpose
#
# **Nothing was recorded.** The most frequent error of all. Read it: it says what is missing, and where to put it.

# %%
forgotten = mytorch.tensor([1.0, 2.0])
with gradlab.lesson.expect_error(RuntimeError):
    (forgotten * forgotten).sum().backward()

# %% [markdown]
# **A gradient for whole numbers.** There is nothing between 3 and 4 to move to, so there is no slope.

# %%
with gradlab.lesson.expect_error(RuntimeError):
    mytorch.tensor([1, 2, 3], requires_grad=True)

# %% [markdown]
# **An input that plays no part.** `autograd.grad` asks for a gradient by name, so it can tell you that there is
# none. `backward()` would leave `.grad` at `None` and say nothing.

# %%
x = mytorch.tensor(2.0, requires_grad=True)
other = mytorch.tensor(5.0, requires_grad=True)
with gradlab.lesson.expect_error(RuntimeError):
    mytorch.autograd.grad(x * x, other)

# %% [markdown]
# ## Check your understanding
#
# ### Exercise 13: four numbers
#
# Work them out without running anything. They are graded.
#
# 1. `y = x.relu()` for `x` of shape (1000, 1000). How many entries would the full Jacobian have?
# 2. A layer in the middle of a network computes `h @ W` with shapes (32, 784) and (784, 128). How many
#    multiplications of numbers is that?
# 3. Both `h` and `W` want a gradient. How many multiplications does the rule need?
# 4. Now the same layer is the first of the network, and `h` is data. How many multiplications does the rule need?

# %% exercise="four_numbers" points=2
### BEGIN SOLUTION jacobian_entries = the answer to question 1
jacobian_entries = 1_000_000**2
### END SOLUTION
### BEGIN SOLUTION forward_multiplications = the answer to question 2
forward_multiplications = 32 * 784 * 128
### END SOLUTION
### BEGIN SOLUTION backward_multiplications = the answer to question 3
backward_multiplications = 2 * 32 * 784 * 128
### END SOLUTION
### BEGIN SOLUTION first_layer_multiplications = the answer to question 4
first_layer_multiplications = 32 * 784 * 128
### END SOLUTION

# %% hints="four_numbers"
# A Jacobian has a row for each entry of the result and a column for each entry of the input.
# ---
# Each entry of a product of matrices is a sum of as many products as the inner dim is long.
# ---
# Look at the two lines that you wrote in `MatMul`. Which of them is left out when nobody wants that gradient?

# %% check="four_numbers" points=0
for name, value in {
    "jacobian_entries": jacobian_entries,
    "forward_multiplications": forward_multiplications,
    "backward_multiplications": backward_multiplications,
    "first_layer_multiplications": first_layer_multiplications,
}.items():
    assert isinstance(value, int) and not isinstance(value, bool), (
        f"{name} is {value!r}: write it as a whole number, or as a product of whole numbers"
    )
    assert 0 < value < 10**15, f"{name} is {value}: that is out of all proportion"

# %% [markdown]
# ## Break it
#
# A colleague has written an engine as well. It goes back breadth first: nearest nodes first, each node once, and
# each hands on what has arrived by then.

# %% given="hasty_slope"
def engine_slope(f, at):
    """df/dx at the number `at`, by your engine. f: a function of a tensor with a single number."""
    x = mytorch.tensor(at, requires_grad=True)
    f(x).backward()
    return x.grad.item()


def hasty_slope(f, at):
    """The same, by the colleague's engine."""
    result = f(mytorch.tensor(at, requires_grad=True)).grad_fn
    arrived, queue, seen = {result: np.array(1.0)}, [result], set()
    for node in queue:
        if node in seen:
            continue
        seen.add(node)
        if not node.next:  # the leaf
            return float(arrived[node])
        for target, gradient in zip(node.next, node.visit(arrived[node])):
            if target is not None and gradient is not None:
                arrived[target] = arrived.get(target, 0.0) + gradient
                queue.append(target)

# %%
print("x³ at 2:        ", engine_slope(lambda x: x**3, 2.0), hasty_slope(lambda x: x**3, 2.0))
print(
    "exp(2x) at 0:   ",
    engine_slope(lambda x: (x * 2.0).exp(), 0.0),
    hasty_slope(lambda x: (x * 2.0).exp(), 0.0),
)
print(
    "3x − x / 4 at 1:",
    engine_slope(lambda x: x * 3.0 - x / 4.0, 1.0),
    hasty_slope(lambda x: x * 3.0 - x / 4.0, 1.0),
)

# %% [markdown]
# Three tests, and it passes them all.
#
# ### Exercise 14: `is_right`
#
# Write a better one: a function that gets *any* engine's slope function and
# says whether the engine is right.
#
# There are other wrong engines than this one. Some overwrite what has arrived before. Some visit a shared node
# again each time that something arrives, and hand on the total so far. A formula in which only `x` itself is
# shared lets some of them through; share a result in the middle, too.

# %% exercise="is_right" points=1.5
def is_right(slope_of):
    """Whether an engine is right.

    slope_of: a function; slope_of(f, at) is what the engine takes for df/dx at the number `at`,
    where f is a function of a tensor with a single number, such as lambda x: x * x.
    The engines compute in float32: allow for rounding. Returns True or False.
    """

    ### BEGIN SOLUTION return True if the engine passes your tests, False if it fails one of them
    def shared_in_the_middle(x):
        h = x * x
        return h * (h + x)

    expected = [
        (lambda x: x * (x + 1), 3.0, 7.0),
        (shared_in_the_middle, 2.0, 44.0),
        (lambda x: (x + 1) * x, 3.0, 7.0),
    ]
    return all(abs(slope_of(f, at) - slope) < 1e-3 for f, at, slope in expected)
    ### END SOLUTION

# %% hints="is_right"
# Which formula of this lesson has two roads of different length from the result to `x`?
# ---
# Work out by hand what the slope must be, and compare: `abs(slope_of(f, 3.0) - 7.0) < 0.001`.
# ---
# For a shared result in the middle, write an inner function: first `h = x * x`, then a formula that uses `h`
# twice, at different depths. Return True only if all comparisons hold.

# %% check="is_right" points=1
assert is_right(engine_slope), (
    "is_right calls your own engine wrong. Compare with numbers that you have worked out by hand, "
    "and allow for rounding"
)
assert not is_right(hasty_slope), (
    "is_right calls the colleague's engine right: none of your formulas has a short and a long "
    "road to x"
)

# %% [markdown]
# ## The same in PyTorch
#
# ```python
# import torch
#
# w = torch.tensor(3.0, requires_grad=True)
# b = torch.tensor(1.0, requires_grad=True)
# loss = (w * 2.0 + b - 5.0) ** 2
# loss.backward()
# print(loss, w.grad, b.grad)
#
# v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
# z = v * v
# z.backward()                                              # RuntimeError
# z.backward(gradient=torch.ones(4, 3))                     # RuntimeError
# z.backward(gradient=torch.tensor([1.0, 10.0, 100.0]))
# print(v.grad)
#
# logits = torch.tensor([2.0, 1.0, 0.0], requires_grad=True)
# (-logits.log_softmax(dim=0)[1]).backward()
# print(logits.grad)
#
# t = torch.tensor(2.0, requires_grad=True)
# (first,) = torch.autograd.grad(t**3, t, create_graph=True)
# print(first, torch.autograd.grad(first, t))
# ```
#
# PyTorch 2.13 answers:
#
# ```
# tensor(4., grad_fn=<PowBackward0>) tensor(8.) tensor(4.)
# RuntimeError: grad can be implicitly created only for scalar outputs
# RuntimeError: Mismatch in shape: grad_output[0] has a shape of torch.Size([4, 3]) and output[0] has a shape of torch.Size([3]).
# tensor([  2.,  40., 600.])
# tensor([ 0.6652, -0.7553,  0.0900])
# tensor(12., grad_fn=<MulBackward0>) (tensor(12.),)
# ```
#
# Replace `import torch` by `import mytorch as torch`, and your engine gives the same numbers.

# %% [markdown]
# ## Interview questions

# %% [markdown] fold="Why do we go backwards? The chain rule could be multiplied from the inputs on as well."
# It could: that is forward mode. One forward pass gives the derivatives of *all results* with respect to *one
# input*; one backward pass gives the derivatives of *one result* with respect to *all inputs*. Training has one
# result, the loss, and millions of inputs, the weights. So backward it is. For a function of one input with many
# results, forward mode would win.

# %% [markdown] fold="Why is a breadth-first walk wrong, although it visits every node once?"
# Breadth first orders nodes by the *shortest* road from the result. A node at the end of a short and a long road
# is visited when the short one arrives; what comes along the long one is lost. A node may be visited when all its
# consumers have been, and that is a question of the *longest* road. Any topological order answers it.

# %% [markdown] fold="Why does the backward pass cost about twice the forward pass?"
# Almost all work is in matrix products. A layer's forward pass is one product, its rule two of the same size: one
# for the gradient of the weights, one for the gradient of the input, which the layer before needs. The first
# layer saves one of them, because nobody wants the gradient of the data.

# %% [markdown] fold="What does backward(gradient=v) compute, for a vector y?"
# The vector-Jacobian product $v^\top J$: the gradient of the number $\sum_i v_i y_i$. With the unit vectors as
# `v`, one walk each, you get the rows of the Jacobian. With ones you get the gradient of the sum.

# %% [markdown] fold="Which ops need to keep their input, which their result, which nothing?"
# Nothing: add, sub, neg, and all that only moves entries (they note shapes). The result: exp, sqrt, sigmoid,
# tanh, softmax, relu. The input: log, pow, mul, div, matmul, GELU. What is kept is memory that stays in use until
# the backward pass: it decides how large a batch fits on the machine.

# %% [markdown]
# ## Practice
#
# **Basic.** Take $f = (2u + v)\,v$ at $u = 1$, $v = 3$. Write the table of steps as at the beginning of this
# lesson, find both gradients by hand, then ask the engine.
#
# **Intermediate.** Compute the whole 3 × 3 Jacobian of `lambda x: x.softmax(dim=0)` with three walks, one for
# each unit vector as `gradient`. Record the graph anew for each walk. Compare with the formula of exercise 10: it
# should be symmetric, and each row should add up to 0.
#
# **Advanced: break it and explain the error.** In your `Permute`, return the gradient permuted by `ctx.dims`
# instead of the inverse. Predict first: for which of the six orders of three dims is that right? For which shapes
# will NumPy raise an error, and for which will the gradient be wrong without one? Then run the check and `gap`,
# explain what they say, and put the rule right again.

# %%
# Your experiments go here.

# %% [markdown]
# ## Recap
#
# 1. A step knows its local derivative; the chain rule multiplies along a road and adds over roads.
# 2. For tensors the product is a vector-Jacobian product: in comes a gradient of the result's shape, out go
#    gradients of the inputs' shapes, and no Jacobian is ever built.
# 3. `forward` keeps what the rule will need: inputs, the result, or only a shape.
# 4. The walk visits each node once, after everything that used its result; what arrives is added up in `pending`,
#    and broadcasting is undone there.
# 5. A result of many entries needs `gradient=`, one number for each; and a rule is right when a measurement says
#    so.

# %% [markdown]
# ## Glossary
#
# | word | meaning |
# |---|---|
# | local derivative | how a step's result changes with its own inputs |
# | upstream gradient | what arrives at a step: how the loss changes with the step's result |
# | Jacobian | the table of all derivatives of a vector's entries with respect to another's |
# | vector-Jacobian product (VJP) | upstream gradient times Jacobian; what every `backward` computes |
# | seed gradient | what the walk starts with: 1, or what `gradient=` says |
# | pending | the sum of the gradients that have arrived at a node and were not handed on yet |
# | walk | the visit of all nodes in topological order, from the result to the leaves |
# | central difference | $(f(x+h) - f(x-h)) / 2h$: a measured derivative |

# %% [markdown]
# ## FAQ

# %% [markdown] fold="I called backward() on two losses, and .grad holds only the second gradient. Is that right?"
# Not in PyTorch: there, gradients add up. For now, `.grad` is overwritten by each walk. Lesson 4 begins with
# exactly this.

# %% [markdown] fold="Why Permute.compute(…) in a rule, and not Permute.apply(…)?"
# In a rule the inputs are arrays most of the time, and `apply` would wrap its result into a tensor. `compute`
# stays with what it gets: arrays give an array, and tensors are recorded, which is what `create_graph=True`
# needs.

# %% [markdown] fold="Why does gap use float64?"
# It subtracts two results that differ by a millionth. float32 has about 7 digits, so nothing would be left of the
# difference. With float64's 16 digits, about 9 are.

# %% [markdown] fold="What is the derivative of relu at 0, really?"
# There is none. Any number from 0 to 1 is a *subgradient*; PyTorch takes 0, and so do we. It hardly ever matters,
# because an input is hardly ever exactly 0.

# %% [markdown] fold="Do I have to write a rule for every op?"
# No. An op that is made of others has a gradient for free; GELU could be `x * 0.5 * (1 + erf(…))`. A rule of its
# own is worth it when it is faster, keeps less, or is more stable: lesson 6 shows all three.

# %% [markdown]
# ## What comes next
#
# Your engine gives the right gradient, once. Call `backward` a second time, and the first gradient is gone. In
# lesson 4 gradients add up, on purpose; you will see a training loop go wrong because of it and put it right, and
# free the graph behind the walk.
