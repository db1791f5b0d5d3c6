# %% [markdown]
# # Lesson 4 · Gradient accumulation
#
# One weight, two losses. The first wants `w * 3` to be close to 9; the second wants `w` to be small.
#
# $$\text{fit} = (3w - 9)^2 \qquad \text{size} = w^2$$
#
# At $w = 2$ the gradient of the first is $2\,(3w - 9) \cdot 3 = -18$, and of the second $2w = 4$. You call
# `backward()` on one and then on the other. What is in `w.grad` at the end?

# %% setup=true
import gradlab.lesson

# %% given="imports"
import numpy as np

import mytorch

# %% predict="two-losses"
# Write your guess; nothing is graded here.
my_guess = None

# %%
w = mytorch.tensor(2.0, requires_grad=True)
fit = (w * 3 - 9) ** 2
size = w**2

fit.backward()
print("after the first: ", w.grad)
size.backward()
print("after the second:", w.grad)

# %% [markdown]
# The package that you bring from lesson 3 prints −18 and then 4. The second `backward` has wiped out what the first
# had found.
#
# Neither number is the slope of the thing you want to make small. That is `fit + size`, and its slope is −18 + 4,
# which is −14: the derivative of a sum is the sum of the derivatives. So a `.grad` that *adds* what arrives would
# have been right.
#
# (Once you have done the first exercise, come back to the cell above and run it again.)

# %%
from gradlab.draw import draw

total = (w * 3 - 9) ** 2 + w**2
draw(total, names={"w": w, "total": total})

# %% [markdown]
# Inside one graph your walk already does this. Two roads lead to `w` here, and the walk adds up what comes along both
# before it hands it over. With two calls of `backward` there are two walks, and nobody adds across them. Yet.
#
# ## Why this matters
# Every network you have heard of was trained by a loop of four lines: compute a loss, walk back, take a step, forget
# the gradients. The fourth line is there because `.grad` adds up. Leave it out and nothing fails; the numbers are
# wrong, and the loss curve is the only thing that tells you. The same adding-up lets people train with batches that do
# not fit into their GPU.
#
# ## What you will be able to do
# - say what a second `backward` does to `.grad`, and why it is meant to
# - recognise, from its loss curve, a training loop that forgot `zero_grad`
# - compute the gradient of a big batch from small ones, exactly
# - explain why a graph can be walked once only, and what `retain_graph=True` costs
# - look at a gradient in the middle of a graph, and change it on its way
# - clip gradients, take a step of gradient descent, and train a model with nothing but your own code

# %% [markdown]
# ## 1 · A gradient arrives
#
# At the end of every road stands a leaf, and the walk calls `accumulate(leaf, incoming)`. The stand-in that you have
# used so far says `leaf.grad = incoming`. Yours will add.
#
# There is a catch in the very first gradient. When `.grad` is still `None`, can you keep the array that arrives?

# %% predict="shared"
# `a + b` hands its gradient to both inputs: its rule says `return grad, grad`.
# If both leaves keep the array they are given, what is in b's gradient after the last line?
grad = np.array([1.0, 1.0])
a_grad, b_grad = grad, grad
a_grad += 10
my_guess = None

# %%
print("a:", a_grad)
print("b:", b_grad)
print("may the gradient of a sum be written to?", np.broadcast_to(np.float32(1), 3).flags.writeable)

# %% [markdown]
# `a` was given 10 more, and `b` got them too: two names, one array. The last line shows another trap. The gradient of
# `x.sum()` is one number stretched over the shape of `x`, and NumPy does not let you write into a stretched array.
#
# So the first gradient is **copied**. From then on the leaf owns the memory, and later gradients are added into it.
#
# One line of your answer will seem to have no effect: `record_write(t)`. It announces that the memory of `t` was
# written to. In lesson 5 you build the counter that listens; until then nobody does. Announce every write, and lesson
# 5 will find the package ready.

# %% given="accumulate_head"
#| export accumulate.accumulate_head
"""What happens where a gradient arrives: it is added up. And where it has passed: the graph is freed."""

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase

record_write = later("versions", "record_write")


# %% given="announced"
# For the checks: the tensors that `function(*args)` announces with `record_write`, in order.
def announced(function, *args, **options):
    written = []
    names = function.__globals__
    before, names["record_write"] = names["record_write"], written.append
    try:
        function(*args, **options)
    finally:
        names["record_write"] = before
    return written

# %% [markdown]
# ### Exercise 1: `accumulate`
#
# Two cases are yours: the first gradient, and a later one. The third, a gradient that was itself recorded, is given.

# %% exercise="accumulate" points=3
#| export accumulate.accumulate
def accumulate(leaf, incoming):
    """Add `incoming` to the gradient of `leaf`, the tensor `leaf._grad`; it is None while nothing has arrived.

    incoming: an array of the leaf's shape, or a tensor when gradients are recorded (`create_graph=True`).
    The first gradient is copied, in the leaf's dtype: it may share memory with the gradient of another leaf, or be
    read-only. Later ones are added into the memory of the same tensor, and that is announced by `record_write`.
    """
    old = leaf._grad
    if isinstance(incoming, TensorBase):  # recorded, so nothing may be overwritten
        leaf._grad = incoming.clone() if old is None else old + incoming
        return
    ### BEGIN SOLUTION keep a copy of the first gradient; add later ones into the same tensor
    if old is None:
        leaf._grad = TensorBase.result_type(np.array(incoming, dtype=leaf.array.dtype))
    else:
        old.array[...] += incoming
        record_write(old)
    ### END SOLUTION


# %% hints="accumulate"
# There are two cases, and `old` tells them apart: nothing has arrived yet, or something has.
# ---
# `np.array(values, dtype=…)` copies. `TensorBase.result_type(array)` makes a tensor around an array, without copying.
# ---
# To add into memory that exists, write into `old.array[...]`; the three dots mean "all entries, in place", for a 0-d
# array too. Then announce the tensor that was written to.

# %% check="accumulate" points=1
w = mytorch.tensor(2.0, requires_grad=True)
(w * 3).backward()
assert w.grad is not None, "w.grad is None: the first gradient has to be kept"
assert w.grad.item() == 3, f"w.grad is {w.grad} after one backward, not 3: one gradient has arrived, and it was 3"
assert w.grad.shape == (), f"w is a single number, shape (), and so is its gradient; yours has {tuple(w.grad.shape)}"
first = w.grad
(w * 5).backward()
assert w.grad.item() == 8, (
    f"w.grad is {w.grad}, not 8: 3 had arrived, then 5. A 5 means that you overwrite what was there"
)
assert w.grad is first, "a new tensor took the place of w.grad: add into the old one, for others may hold it"
assert w.grad.dtype == mytorch.float32, f"w.grad has dtype {w.grad.dtype}: a gradient has the dtype of its leaf"

x = mytorch.tensor([1.0, 2.0], requires_grad=True)
accumulate(x, np.array([0.5, 0.5]))  # float64 arrives at a float32 leaf
assert x.grad.dtype == mytorch.float32, (
    f"x.grad has dtype {x.grad.dtype}, but x is float32: the copy takes the leaf's dtype"
)
told = announced(accumulate, x, np.array([1.0, 1.0]))
assert len(told) == 1 and told[0] is x.grad, (
    "adding writes into x.grad, and record_write(x.grad) should announce it, once"
)

# %% check="accumulate" part="copy" points=1
a = mytorch.tensor([1.0, 2.0], requires_grad=True)
b = mytorch.tensor([3.0, 4.0], requires_grad=True)
(a + b).backward(mytorch.tensor([1.0, 1.0]))
assert a.grad is not None and b.grad is not None, "a leaf has no gradient: the first one that arrives has to be kept"
assert not np.shares_memory(a.grad.array, b.grad.array), (
    "a.grad and b.grad are one and the same memory: what is added to one would be added to the other. Copy the first"
)
(a * 10).sum().backward()
assert a.grad.tolist() == [11, 11], f"a.grad is {a.grad}, not [11, 11]: 1 arrived from a + b and 10 from a * 10"
assert b.grad.tolist() == [1, 1], f"b.grad is {b.grad}, not [1, 1]: only a was used the second time"

arriving = np.array([1.0, 1.0], dtype=np.float32)
c = mytorch.tensor([0.0, 0.0], requires_grad=True)
accumulate(c, arriving)
accumulate(c, arriving)
assert arriving.tolist() == [1, 1], "what arrives belongs to somebody else: read it, never write into it"

# %% [markdown]
# Now go back to the first cell and run it again: −18, then −14.
#
# One road is still one road: a leaf that is used twice in *one* graph was handled by the walk, before and after. What
# is new is the sum over walks:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
sums = []
for call in range(1, 6):
    ((w * 3 - 9) ** 2).backward()
    sums.append(w.grad.item())
    print(f"after {call} calls: w.grad = {w.grad.item():.0f}")

# %%
from gradlab.plots import accumulation_trap

accumulation_trap(sums, -18)

# %% [markdown]
# The same loss, the same $w$, and a "gradient" five times the slope. Hold that thought for the next section.
#
# Where exactly does it add up? Watch the *second* call in slow motion: step to its end with the arrow keys.

# %%
from gradlab.movie import backward_movie

w = mytorch.tensor(2.0, requires_grad=True)
((w * 3 - 9) ** 2).backward()

again = (w * 3 - 9) ** 2
backward_movie(again, names={"w": w, "again": again})

# %% [markdown]
# The second graph is new, and the walk through it knows nothing of the first: all the way down it carries the numbers
# of one call. Only the leaf remembers. In the last step −18 meets the −18 that was there.
#
# ## 2 · A step downhill
#
# The gradient points uphill. Gradient descent goes the other way, by a fraction `lr`, the *learning rate*:
#
# $$p \leftarrow p - \text{lr} \cdot \frac{\partial L}{\partial p}$$
#
# How would you write it? `w = w - lr * w.grad` is the obvious line, and it makes trouble. Look at what comes out:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
((w * 3 - 9) ** 2).backward()

moved = w - 0.01 * w.grad
print(moved)
print("a leaf?", moved.is_leaf, " the same tensor?", moved is w)
draw(moved, names={"w": w, "moved": moved})

# %% [markdown]
# The subtraction was *recorded*, like any other. The result is no leaf: its `.grad` stays `None`, the next `backward`
# walks on to the old `w`, and after 1,000 steps the graph goes back through all 1,000 of them. But the update is no
# part of the model. Nobody wants to know how the loss depends on it. It has to happen where the engine does not see
# it, and `w` has to stay the tensor it was.
#
# In lesson 5 you build the tool for that, `no_grad`. Until then there is a plain way: a tensor's numbers are the
# array `p.array`, and what you do to an array is not recorded.

# %% given="training_head"
#| export training.training_head
"""From gradients to learning: start from zero, keep gradients small, take a step."""

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase

record_write = later("versions", "record_write")


def with_grad(parameters):
    """The parameters that have a gradient. One tensor counts as a list of one."""
    parameters = [parameters] if isinstance(parameters, TensorBase) else parameters
    return [p for p in parameters if p._grad is not None]

# %% [markdown]
# ### Exercise 2: `sgd_step`
#
# Every parameter that has a gradient takes a step downhill, in the memory that it has.

# %% exercise="sgd_step" points=2
#| export training.sgd_step
def sgd_step(parameters, lr):
    """One step of gradient descent: p ← p − lr · p.grad, in place, and never recorded. Without a gradient, p stays.

    parameters: tensors (see `with_grad`). Each is still the same tensor afterwards, in the same memory, and a leaf.
    Each write is announced by `record_write`. The gradients are left as they are.
    """
    ### BEGIN SOLUTION change the array of every parameter that has a gradient
    for p in with_grad(parameters):
        p.array[...] -= lr * p._grad.array
        record_write(p)
    ### END SOLUTION


# %% hints="sgd_step"
# Which of the parameters have a gradient? The given cell has a function for that.
# ---
# Work on arrays: a parameter's numbers and its gradient's numbers. Then nothing is recorded.
# ---
# Write into the memory that `p` has (`[...]` on the left side), and announce `p`. A new tensor, or a new array, would
# leave everybody who holds the old one behind.

# %% check="sgd_step" points=1
w = mytorch.tensor([1.0, 2.0], requires_grad=True)
b = mytorch.tensor(5.0, requires_grad=True)
unused = mytorch.tensor(7.0, requires_grad=True)
memory = w.array
(w * mytorch.tensor([10.0, -10.0])).sum().backward()
(b * 4).backward()
told = announced(sgd_step, [w, b, unused], lr=0.1)
assert np.allclose(w.array, [0, 3]), f"w is {w.tolist()}, not [0, 3]: from [1, 2] go 0.1 · [10, −10] *down* the slope"
assert np.allclose(b.array, 4.6), f"b is {b.item()}, not 4.6: 5 − 0.1 · 4"
assert unused.item() == 7, "`unused` has no gradient, so it should stay where it is"
assert w.is_leaf and w.grad_fn is None, "w is no leaf any more: the update was recorded. Work on arrays, not on tensors"
assert w.array is memory, "w got a new array: write into the memory that it has"
assert w.grad is not None and w.grad.tolist() == [10, -10], "the step has changed the gradient: it should only read it"
assert [id(t) for t in told] == [id(w), id(b)], (
    "record_write should announce each parameter that was written to: w and b"
)

# %% [markdown]
# ## 3 · The trap
#
# Enough to learn a line. The data are 16 points on $y = 3x - 1$, the model is $w x + b$, and the loss is the mean
# squared error. The loop computes a loss, walks back, takes a step; sixty times.


# %%
def points():
    xs = np.random.default_rng(4).uniform(-2, 2, size=16)
    return mytorch.tensor(xs, dtype=mytorch.float32), mytorch.tensor(3 * xs - 1, dtype=mytorch.float32)


def mean_loss(w, b, x, y):
    error = w * x + b - y
    return (error * error).mean()


def train(steps, lr, before_backward=lambda parameters: None):
    w = mytorch.tensor(0.0, requires_grad=True)
    b = mytorch.tensor(0.0, requires_grad=True)
    xs, ys = points()
    losses, path = [], [(w.item(), b.item())]
    for _ in range(steps):
        loss = mean_loss(w, b, xs, ys)
        before_backward([w, b])
        loss.backward()
        sgd_step([w, b], lr)
        losses.append(loss.item())
        path.append((w.item(), b.item()))
    return losses, path


# %% predict="trap"
# Every step goes downhill. What will the loss be after 60 steps: about the first loss, half of it, or close to 0?
my_guess = None

# %%
forgetful, forgetful_path = train(60, lr=0.05)
print("loss, every fifth step:", [round(loss, 1) for loss in forgetful[::5]])

# %%
from gradlab.plots import loss_curve

loss_curve({"without zero_grad": forgetful})

# %% [markdown]
# Down, and up again, and down. The loss passes near zero and does not stay there.
#
# The sum explains it. Step 10 does not go along the slope at step 10; it goes along the sum of all ten slopes so far.
# When $w$ has arrived at 3, the slope there is 0, and the sum is as large as it will ever be, so $w$ shoots past. It
# takes as long to use up the sum as it took to collect it. A ball in a bowl, without friction, does the same. (People
# do use such sums, with friction: that is SGD with *momentum*, which keeps 90 % of the sum at each step. You have
# built momentum 1.0 by accident.)
#
# No error, no warning. What is missing is one line per step.
#
# ### Exercise 3: `zero_grad`
#
# Forget the old gradients.


# %% exercise="zero_grad" points=2
#| export training.zero_grad
def zero_grad(parameters, set_to_none=True):
    """Forget the gradients of `parameters`, so that the next backward starts from nothing.

    set_to_none: drop them (`p.grad` is None afterwards); otherwise fill them with zeros, in the memory they have, and
    announce each by `record_write`. A parameter without a gradient stays without one.
    """
    ### BEGIN SOLUTION drop the gradients, or fill them with zeros
    for p in with_grad(parameters):
        if set_to_none:
            p._grad = None
        else:
            p._grad.array[...] = 0
            record_write(p._grad)
    ### END SOLUTION


# %% hints="zero_grad"
# Parameters that have no gradient need nothing. You know the function that leaves them out.
# ---
# Two ways to forget: let go of the tensor in `p._grad`, or keep that tensor and overwrite its numbers.
# ---
# What was written to in the second case is the gradient, not the parameter. Announce that one.

# %% check="zero_grad" points=1
w = mytorch.tensor([1.0, 2.0], requires_grad=True)
b = mytorch.tensor(3.0, requires_grad=True)
(w * 2).sum().backward()
zero_grad([w, b])
assert w.grad is None, (
    f"w.grad is {w.grad} after zero_grad, not None: that is what set_to_none=True, the default, means"
)
(w * 2).sum().backward()
assert w.grad.tolist() == [2, 2], f"w.grad is {w.grad}, not [2, 2]: the next backward should start from nothing"
kept = w.grad
told = announced(zero_grad, [w, b], set_to_none=False)
assert w.grad is kept, "with set_to_none=False the gradient should be the same tensor as before, holding zeros"
assert w.grad.tolist() == [0, 0], f"w.grad is {w.grad}, not [0, 0]: set_to_none=False fills it with zeros"
assert b.grad is None, "b had no gradient; it should not be given one"
assert w.tolist() == [1, 2], "zero_grad is about gradients; it has changed the parameter itself"
assert len(told) == 1 and told[0] is kept, (
    "record_write should announce what was written to: the gradient of w, and nothing else"
)

# %%
careful, careful_path = train(60, lr=0.05, before_backward=zero_grad)
print(f"the last loss: {careful[-1]:.5f} with zero_grad, {forgetful[-1]:.5f} without")
loss_curve({"without zero_grad": forgetful, "with zero_grad": careful})

# %% [markdown]
# One line of difference. The same two runs, seen from above: each point is a pair $(w, b)$, and the goal is at
# $w = 3$, $b = -1$. The run without `zero_grad` circles it like a planet.

# %%
from gradlab.plots import descent


def loss_at(w, b):
    """The loss for every pair of the arrays w and b."""
    xs, ys = points()
    return sum((w * x + b - y) ** 2 for x, y in zip(xs.tolist(), ys.tolist(), strict=True)) / len(xs)


descent(loss_at, {"without": forgetful_path, "with zero_grad": careful_path}, xlabel="w", ylabel="b")

# %% [markdown]
# Where may the line stand? Anywhere after the step and before the next `backward`: first in the loop, or last, makes
# no difference. Between `backward` and the step it makes the step do nothing.
#
# ### Exercise 4: check your understanding, ten steps
#
# A loss whose slope never changes: `loss = 2 * w`. The parameter starts at 0, `lr` is 0.1, and the loop runs ten
# steps. With `zero_grad` in the loop, `w` ends at −2. Where does it end when the loop never calls `zero_grad`? Work
# it out on paper, then write the number.

# %% exercise="ten-steps" points=1
# Where is w after ten steps of the loop without zero_grad?
### BEGIN SOLUTION set w_after_ten_steps to a number
w_after_ten_steps = -0.1 * sum(2 * calls for calls in range(1, 11))
### END SOLUTION

# %% hints="ten-steps"
# What is in `w.grad` after the first backward? After the second? After the tenth?
# ---
# Each step moves `w` by −0.1 times what is in `.grad` at that moment. Write the ten moves below each other.
# ---
# The moves are multiples of the first one. You need the sum of the multiples.

# %% check="ten-steps" points=0
assert isinstance(w_after_ten_steps, int | float), "w_after_ten_steps should be a number, such as -2.0"
assert w_after_ten_steps < -2, "without zero_grad the steps are larger, never smaller: w should end below −2"

# %% [markdown]
# ## 4 · Adding up on purpose: micro-batches
#
# Why did PyTorch's authors choose to add, when it is so easy to forget the fourth line? You saw one reason: two
# losses, two walks. Here is the one that people use every day.
#
# The values that a forward pass saves for its backward grow with the batch. Suppose a batch of 8 does not fit in
# memory, but 2 do. Then run four *micro-batches* of 2, walk back after each, and take one step at the end. `.grad`
# does the adding.
#
# Does it give the gradient of the batch of 8?

# %% predict="micro"
# mean_loss is a mean over the rows it is given. Four times a mean over 2 rows, added up:
# how many times the gradient of one mean over all 8 rows is that?
my_guess = None

# %%
w = mytorch.tensor(0.0, requires_grad=True)
b = mytorch.tensor(0.0, requires_grad=True)
xs, ys = points()
rows, targets = xs[:8], ys[:8]

mean_loss(w, b, rows, targets).backward()
whole = w.grad.item()

zero_grad([w, b])
for start in range(0, 8, 2):
    mean_loss(w, b, rows[start : start + 2], targets[start : start + 2]).backward()
print(f"one batch of 8: {whole:.4f}    four of 2: {w.grad.item():.4f}    ratio: {w.grad.item() / whole:.2f}")

# %% [markdown]
# With a *sum* over rows as the loss the two would have been equal: a sum of sums is the sum. A mean of 2 rows divides
# by 2, though, where the mean of 8 divides by 8. Each micro-batch speaks four times too loud.
#
# ### Exercise 5: `micro_batches`
#
# Most people repair it by dividing each loss by the number of micro-batches. That is right as long as all are of one
# size. With 8 rows in pieces of 3 there are 3, 3 and 2 rows, and dividing by three gives the last two rows too much
# weight. What is each piece's fair share?


# %% exercise="micro_batches" points=2
def micro_batches(loss_of, x, y, size):
    """Add to the gradients what `loss_of(x, y).backward()` would, but with at most `size` rows at a time.

    loss_of(x, y): the mean loss over the rows it is given, a tensor with one number in it.
    x, y: tensors with the same number of rows, at least one. The last piece may be smaller than `size`.
    Walks back after each piece, so that only one piece's graph is needed at a time.
    Returns the mean loss over all rows, as a Python number.
    """
    ### BEGIN SOLUTION walk back piece by piece, each loss weighted with its share of the rows
    mean = 0.0
    for start in range(0, len(x), size):
        rows, targets = x[start : start + size], y[start : start + size]
        loss = loss_of(rows, targets) * (len(rows) / len(x))
        loss.backward()
        mean += loss.item()
    return mean
    ### END SOLUTION


# %% hints="micro_batches"
# The mean over 8 rows is the sum over 8 rows, divided by 8. How do you get the sum over 3 rows from their mean?
# ---
# A piece of $k$ out of $n$ rows has the share $k / n$. Multiply its mean loss by it *before* you walk back: gradients
# are multiplied by the same number.
# ---
# `range(0, len(x), size)` gives the starts; `x[start : start + size]` may be shorter than `size` at the end. The
# weighted losses add up to what is to be returned.

# %% check="micro_batches" points=1
w = mytorch.tensor(0.0, requires_grad=True)
rows = mytorch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
targets = mytorch.tensor([2.0, 4.0, 6.0, 8.0, 20.0])


def half_square(x, y):
    return ((w * x - y) ** 2).mean() * 0.5


half_square(rows, targets).backward()
one_batch = w.grad.item()
for pieces, size in (("five pieces of 1", 1), ("pieces of 2, 2 and 1", 2), ("pieces of 3 and 2", 3), ("one piece", 9)):
    w.grad = None
    mean = micro_batches(half_square, rows, targets, size)
    assert w.grad is not None, f"{pieces}: w.grad is None. Walk back after every piece"
    assert abs(w.grad.item() - one_batch) < 1e-3, (
        f"{pieces}: w.grad is {w.grad.item():.4f}, but one batch gives {one_batch:.4f}. Each piece counts with its share of the rows"
    )
    assert isinstance(mean, int | float), (
        f"{pieces}: returned {mean!r}, but the mean loss should be a Python number, such as 52.0"
    )
    assert abs(mean - 52) < 1e-3, f"{pieces}: returned {mean}, but the mean loss over all rows is 52"

# %% [markdown]
# What this buys: memory for 1 piece instead of for the whole batch. What it costs: time, because small matrix
# products use a machine less well. And it is exact only for losses that are means of independent rows. A layer that
# looks at the whole batch, as batch normalisation does, sees other batches.
#
# ## 5 · A graph is walked once
#
# A training loop makes a graph per step. How much memory does one hold? Every rule of lesson 3 that called
# `ctx.save_for_backward` keeps arrays. Let us count their bytes in a network of five layers.

# %%
from mytorch.graph import topological_order


def bytes_saved(result):
    """The bytes of all arrays that the nodes of a graph have saved, each array counted once."""
    saved = [node.saved_tensors for node in topological_order(result.grad_fn)]
    arrays = {id(a): a for values in saved if isinstance(values, tuple) for a in values if isinstance(a, np.ndarray)}
    return sum(a.nbytes for a in arrays.values())


def five_layers():
    """A forward pass of 512 rows through five layers of width 256; returns the loss."""
    rng = np.random.default_rng(5)
    h = mytorch.tensor(rng.normal(size=(512, 256)), dtype=mytorch.float32)
    for _ in range(5):
        layer = mytorch.tensor(rng.normal(size=(256, 256)) / 16, dtype=mytorch.float32, requires_grad=True)
        h = (h @ layer).relu()
    return h.mean()


loss = five_layers()
print(f"before backward: {bytes_saved(loss) / 1e6:.1f} MB")
loss.backward()
print(f"after backward:  {bytes_saved(loss) / 1e6:.1f} MB")

# %% [markdown]
# As long as `release`, the next exercise, is not written, the two numbers are the same: while `loss` is there, so is
# all that its graph has saved. In a training loop the variable `loss` lives until the *next* forward pass is
# complete. For a moment, two graphs are in memory.
#
# Nobody needs the first one any more: the gradients are in the leaves. So the walk calls `release(node)` as soon as
# it has left a node behind. In the place of the saved values goes a marker that complains when anyone tries to use
# it.


# %% given="Freed"
#| export accumulate.Freed
class Freed:
    """Takes the place of what a node had saved. Whoever unpacks it learns what happened."""

    message = (
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time, or compute the result anew."
    )

    def __iter__(self):
        raise RuntimeError(self.message)

    def __getitem__(self, index):
        raise RuntimeError(self.message)


FREED = Freed()

# %% [markdown]
# ### Exercise 6: `release`
#
# The walk has left `node` behind. Let go of what it saved, and leave the marker in its place.

# %% exercise="release" points=2
#| export accumulate.release
def release(node):
    """Drop what `node` has saved: after the walk has passed, nobody needs it any more.

    node.saved_tensors: what the node saved; it becomes FREED. None means that it never saved anything, and stays None.
    """
    ### BEGIN SOLUTION put FREED where the saved values were
    if node.saved_tensors is not None:
        node.saved_tensors = FREED
    ### END SOLUTION


# %% hints="release"
# What keeps the arrays in memory? An attribute of the node refers to them. When it refers to something else, Python
# frees them.
# ---
# An addition saves nothing. What is in its `saved_tensors`, and what should be there afterwards?
# ---
# Two cases: None stays None, for a node that needs nothing can be walked again. Anything else becomes the marker.

# %% check="release" points=1
import weakref

x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
alive = weakref.ref(y.array)
z = (y * y).sum()
del y
z.backward()
assert x.grad.tolist() == [18, 36], (
    f"x.grad is {x.grad}, not [18, 36]: freeing comes after the walk has used the values"
)
assert alive() is None, "z's graph still holds the array of y, which y * y had saved: let go of it"
assert z.grad_fn.next_functions, "the graph has come apart: release lets go of what was saved, and of nothing else"
node = z.grad_fn.next_functions[0][0]
assert node.saved_tensors is mytorch.accumulate.FREED, (
    "the node of y * y should hold FREED, so that a second walk is told what happened"
)

t = mytorch.tensor([1.0, 2.0], requires_grad=True)
s = (t + t).sum()
s.backward()
assert s.grad_fn.next_functions[0][0].saved_tensors is None, (
    "an addition saves nothing, so it has nothing to let go of: a node whose saved_tensors is None should stay as it is"
)
s.backward()
assert t.grad.tolist() == [4, 4], f"t.grad is {t.grad}, not [4, 4]: a graph of additions can be walked twice"

# %%
loss = five_layers()
print(f"before backward:           {bytes_saved(loss) / 1e6:.1f} MB")
loss.backward(retain_graph=True)
print(f"after retain_graph=True:   {bytes_saved(loss) / 1e6:.1f} MB")
loss.backward()
print(f"after a plain backward:    {bytes_saved(loss) / 1e6:.1f} MB")

# %% [markdown]
# That is the price of `retain_graph=True`, in megabytes. Now the error that everybody meets sooner or later, made on
# purpose:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
product = w * 5
b = mytorch.tensor(1.0, requires_grad=True)
out = product + b

out.backward()
print("w.grad", w.grad.item(), " b.grad", b.grad.item())
with gradlab.lesson.expect_error(RuntimeError):
    out.backward()
print("w.grad", w.grad.item(), " b.grad", b.grad.item())

# %% [markdown]
# Read it aloud: *trying to backward through the graph a second time*. It says what happened, why the values are gone,
# and two ways out: keep the graph (`retain_graph=True`), or compute the result again. In a training loop the second
# is nearly always what you want.
#
# Look at the last line, though. As long as `check_alive` is not written, `b.grad` is 2. The call failed, and it
# changed something: your walk goes from the newest node to the oldest, and `b` is newer than the product, so `b` was
# served before anyone noticed that the product's values were gone. A call that fails should leave everything as it
# was. So the walk asks first, and you write what it asks.

# %%
draw(out, names={"w": w, "b": b, "out": out})

# %% [markdown]
# The broken outline is the freed product. The addition saved nothing, so there was nothing to free.

# %% [markdown]
# ### Exercise 7: `check_alive`
#
# Before its first visit the walk hands over all nodes that it is going to visit. Refuse if one of them was freed.

# %% exercise="check_alive" points=2
#| export accumulate.check_alive
def check_alive(nodes):
    """Raise RuntimeError if a walk over `nodes` would need what an earlier walk has freed, before anything is changed.

    nodes: all nodes that the walk is going to visit. The error's message is that of FREED.
    """
    ### BEGIN SOLUTION look at every node before the walk starts
    for node in nodes:
        if node.saved_tensors is FREED:
            raise RuntimeError(FREED.message)
    ### END SOLUTION


# %% hints="check_alive"
# The walk calls this with its list of nodes before it visits the first. What is different about a node that was
# freed?
# ---
# Look at `saved_tensors`. It can be a tuple, None or FREED, and only one of the three is a reason to stop.
# ---
# Ask with `is`: a comparison with `==` would look into the saved arrays.

# %% check="check_alive" points=1
w = mytorch.tensor(2.0, requires_grad=True)
product = w * 5
b = mytorch.tensor(1.0, requires_grad=True)  # newer than the product, so the walk comes to b first
out = product + b
try:
    check_alive([out.grad_fn, product.grad_fn])
except RuntimeError:
    assert False, (
        "no node was freed yet: one has its saved values, the other never saved any. Only FREED is a reason to stop"
    )
out.backward()
raised = None
try:
    out.backward()
except Exception as error:
    raised = error
assert isinstance(raised, RuntimeError) and str(raised).startswith(
    "Trying to backward through the graph a second time"
), f"a second backward should raise a RuntimeError with the message of FREED, and it raised {raised!r}"
assert (w.grad.item(), b.grad.item()) == (5, 1), (
    f"w.grad and b.grad are {w.grad.item()} and {b.grad.item()}, not 5 and 1: the call failed, so it should have changed nothing"
)

# %% [markdown]
# Two results can share a part of their graph, and then the first walk frees it for both:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
shared = w.exp()
first, second = shared * 3, shared * 5

first.backward()
with gradlab.lesson.expect_error(RuntimeError):
    second.backward()

# %%
draw(first + second, names={"w": w, "shared": shared, "first": first, "second": second})

# %% [markdown]
# The walk from `first` has freed what both stand on. There are two cures. `first.backward(retain_graph=True)` keeps
# the shared part, with its memory. One walk from `first + second` does the same, and costs less.
#
# ## 6 · A look at a gradient in passing
#
# You suspect that the gradient explodes somewhere in the middle. So you look there:

# %%
x = mytorch.tensor(3.0, requires_grad=True)
h = x * 2
out = h * h
out.backward()
print("x.grad:", x.grad)
print("h.grad:", h.grad)

# %% [markdown]
# `h` is no leaf, so its gradient was passed on and forgotten. For most tensors of a network that is what you want:
# keeping all of them would need about as much memory again as the saved values do.
#
# A *hook* is a function that you leave at a tensor. The walk calls it with the gradient that arrives there, once all
# of it has. It may look, and it may return another gradient, which then goes on in place of the first.
#
# A node keeps its hooks in a dict, `node.hooks`, and a dict in Python keeps its order. Whoever registers a hook gets a
# *handle*, and can take the hook away again with `handle.remove()`. Each handle has a number of its own, and that is
# the key in the dict. What is given:

# %% given="hooks_head"
#| export hooks.hooks_head
"""Hooks: functions that see a gradient pass, and may change it."""

import weakref

from mytorch._lessons import later
from mytorch.base import TensorBase, tick

accumulate = later("accumulate", "accumulate")
is_leaf = later("graph", "is_leaf")


class RemovableHandle:
    """What `register_hook` returns: `remove()` takes the hook away again. `number` is the hook's key in `hooks`.

    The handle itself would be a bad key: the dict would hold the handle, and the handle the dict.
    """

    def __init__(self, hooks):
        self.hooks = hooks
        self.number = tick()

    def remove(self):
        self.hooks.pop(self.number, None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()


def hooks_of(tensor):
    """The hooks of a tensor's gradient, a dict; they are kept by the node that takes it."""
    if tensor.edge is None:
        raise RuntimeError(
            "cannot register a hook on a tensor that doesn't require gradient. "
            "No gradient will pass here: set requires_grad=True."
        )
    if tensor.edge.hooks is None:
        tensor.edge.hooks = {}
    return tensor.edge.hooks

# %% [markdown]
# ### Exercise 8: `register_hook`
#
# Keep the hook, and hand out what takes it away again.

# %% exercise="register_hook" points=2
#| export hooks.register_hook
def register_hook(tensor, hook):
    """Call `hook(grad)` with the whole gradient of `tensor` in every walk. What it returns, if not None, goes on.

    Hooks run in the order of their registration; the same function may be registered twice. Returns a
    RemovableHandle; its `number` is the key of the hook in `hooks_of(tensor)`. Raises RuntimeError for a tensor that
    does not require grad.
    """
    ### BEGIN SOLUTION keep the hook under a new handle, and return the handle
    hooks = hooks_of(tensor)
    handle = RemovableHandle(hooks)
    hooks[handle.number] = hook
    return handle
    ### END SOLUTION


# %% hints="register_hook"
# `hooks_of(tensor)` gives the dict, and raises the error for you.
# ---
# A handle is made with the dict that it will have to remove itself from.
# ---
# The key is the handle's `number`, the value the hook. What does the caller need to get back?

# %% check="register_hook" points=1
x = mytorch.tensor(3.0, requires_grad=True)
h = x * 2
look, change = (lambda grad: None), (lambda grad: grad * 2)
one, two, again = h.register_hook(look), h.register_hook(change), h.register_hook(look)
assert one is not None and hasattr(one, "remove"), (
    "register_hook should return a RemovableHandle, or nobody can remove the hook"
)
assert h.grad_fn.hooks is not None, "the node of h has no hooks: keep the hook in hooks_of(tensor)"
kept = list(h.grad_fn.hooks.values())
assert kept == [look, change, look], (
    f"{len(kept)} hooks are kept, not look, change, look: each call registers one more, in order"
)
one.remove()
assert list(h.grad_fn.hooks.values()) == [change, look], "one.remove() should take the first hook away, and only that"
one.remove()  # a second time does no harm
leaf_hook = x.register_hook(look)
assert list(x.edge.hooks.values()) == [look], "a leaf keeps its hooks, too: hooks_of takes care of it"
raised = False
try:
    mytorch.tensor(1.0).register_hook(look)
except RuntimeError:
    raised = True
assert raised, (
    "a tensor that does not require grad sees no gradient: registering a hook there should raise RuntimeError"
)

# %% [markdown]
# Registered hooks are not yet called. The walk hands the hooks of a node, and the gradient that has arrived, to
# `run_hooks`.
#
# What comes in is an array (or, under `create_graph=True`, a tensor). What hooks want to see is a tensor. And what
# goes out is again what came in: array for array, tensor for tensor.
#
# Three things are given. `RetainGrad` is a hook that you will need in a moment; `in_order` puts it behind the other
# hooks; `check_replacement` speaks up when a hook returns something that cannot be a gradient.


# %% given="hook_helpers"
#| export hooks.hook_helpers
class RetainGrad:
    """The hook behind `retain_grad`: keeps the gradient, as all other hooks have left it. Holds the tensor weakly."""

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)

    def __call__(self, grad):
        tensor = self.tensor()
        if tensor is not None:
            accumulate(tensor, grad if grad.edge is not None else grad.array)


def in_order(hooks):
    """The functions in `hooks` in the order in which they run: as registered, but a RetainGrad after all others."""
    return sorted(hooks.values(), key=lambda hook: isinstance(hook, RetainGrad))


def check_replacement(hook, grad, replaced):
    """Raise TypeError or RuntimeError if what `hook` returned, `replaced`, cannot take the place of `grad`."""
    name = getattr(hook, "__name__", type(hook).__name__)
    if not isinstance(replaced, TensorBase):
        raise TypeError(
            f"expected Variable, but hook returned '{type(replaced).__name__}'. "
            f"The hook '{name}' should return a tensor, or None to leave the gradient as it is."
        )
    if replaced.array.shape != grad.array.shape:
        raise RuntimeError(
            f"hook '{name}' has changed the size of value: the gradient has shape {list(grad.array.shape)}, "
            f"and what it returned {list(replaced.array.shape)}."
        )

# %% [markdown]
# ### Exercise 9: `run_hooks`
#
# Call them in turn, each with what the one before has left.

# %% exercise="run_hooks" points=2
#| export hooks.run_hooks
def run_hooks(hooks, grad):
    """Show `grad` to every hook in turn, as a tensor; return what is left of it, as it came (array or tensor).

    hooks: a dict, number → function; `in_order(hooks)` gives the functions.
    A hook that returns None changes nothing. Anything else, once `check_replacement` has accepted it, is what the next
    hook sees, and in the end what goes on.
    """
    ### BEGIN SOLUTION call every hook with what the one before has left
    tensor = grad if isinstance(grad, TensorBase) else TensorBase.result_type(grad)
    for hook in in_order(hooks):
        replaced = hook(tensor)
        if replaced is not None:
            check_replacement(hook, tensor, replaced)
            tensor = replaced
    return tensor if isinstance(grad, TensorBase) else tensor.array
    ### END SOLUTION


# %% hints="run_hooks"
# `TensorBase.result_type(array)` makes a tensor of an array. When is that needed, and when is it to be undone?
# ---
# Keep one variable that holds the gradient as it is now. Each hook is called with it, and may replace it.
# ---
# Ask `is not None`, not `if replaced`: a tensor of several numbers is neither true nor false, and a gradient of 0 is
# a gradient.

# %% check="run_hooks" points=1
seen = []
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
h = x * 3
h.register_hook(lambda grad: seen.append(grad))
h.register_hook(lambda grad: grad * 10)
h.register_hook(lambda grad: seen.append(grad))
(h * h).sum().backward()
assert len(seen) == 2, f"{len(seen)} of the 2 looking hooks were called: every hook runs, whatever the others return"
assert isinstance(seen[0], mytorch.Tensor), f"a hook was given a {type(seen[0]).__name__}: hooks see tensors"
assert seen[0].tolist() == [6, 12], (
    f"the first hook saw {seen[0]}, not [6, 12]: the gradient of h·h with respect to h is 2h"
)
assert seen[1].tolist() == [60, 120], (
    f"the last hook saw {seen[1]}, not [60, 120]: it comes after the hook that multiplies by 10"
)
assert x.grad.tolist() == [180, 360], (
    f"x.grad is {x.grad}, not [180, 360]: what a hook returns goes on in place of the gradient"
)

zero = run_hooks({"stop": lambda grad: grad * 0}, np.array(5.0))
assert isinstance(zero, np.ndarray), (
    f"an array came in and a {type(zero).__name__} came out: hand back what you were given"
)
assert zero.shape == (), f"one number came in, shape (), and shape {zero.shape} came out: a gradient keeps its shape"
assert zero == 0, f"the hook returned 0, and {zero} went on: a gradient of 0 is a replacement too, only None is not"

# %% [markdown]
# Try it. A hook that prints, one that turns the gradient around, and a handle that takes it away again:

# %%
x = mytorch.tensor(3.0, requires_grad=True)


def out_of(x):
    h = x * 2
    h.register_hook(lambda grad: print("   at h:", grad))
    return h * h


handle = x.register_hook(lambda grad: -grad)
out_of(x).backward()
print("x.grad with the reversing hook:", x.grad)

handle.remove()
zero_grad([x])
out_of(x).backward()
print("x.grad without it:", x.grad)

# %% [markdown]
# The hook at the leaf `x` lasted for two graphs, until it was removed. The hook at `h` belongs to one `h`, and goes
# when that graph goes.
#
# Turning gradients around is a real technique, by the way. In domain-adversarial training one network learns from the
# reversed gradient of another.
#
# ### Exercise 10: `retain_grad`
#
# The most common hook is so common that it has a name of its own: `retain_grad()` keeps the gradient of a non-leaf in
# its `.grad`. The hook is given, `RetainGrad`. Two things about it are worth a look. It uses `accumulate`, so a
# retained gradient adds up and is a copy. And it holds its tensor *weakly*: the tensor holds its node, the node its
# hooks, and if the hook held the tensor that would be a circle, which Python's reference counting never frees.


# %% exercise="retain_grad" points=2
#| export hooks.retain_grad
def retain_grad(tensor):
    """Keep the gradient of a tensor that is not a leaf in its `.grad`, too. Asking twice is the same as asking once.

    A leaf keeps its gradient anyway: nothing happens. Any other tensor notes `tensor.extras().retains = True`, which is
    what `tensor.retains_grad` reads. Raises RuntimeError for a tensor that does not require grad.
    """
    ### BEGIN SOLUTION register a RetainGrad, once, and only where it is needed
    if tensor.edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False. Nothing was recorded for it.")
    if is_leaf(tensor) or tensor.extras().retains:
        return
    tensor.extras().retains = True
    register_hook(tensor, RetainGrad(tensor))
    ### END SOLUTION


# %% hints="retain_grad"
# Three kinds of tensor need no hook: one that does not require grad (an error), a leaf, and one that has been asked
# before.
# ---
# `tensor.edge` is None for a tensor that does not require grad; `is_leaf(tensor)` tells a leaf.
# `tensor.extras().retains` is False until you set it.
# ---
# The hook is `RetainGrad(tensor)`, and you have written the function that registers hooks.

# %% check="retain_grad" points=1
x = mytorch.tensor(3.0, requires_grad=True)
h = x * 2
h.retain_grad()
h.retain_grad()
assert h.retains_grad, "h.retains_grad is False: set tensor.extras().retains"
out = h * h
out.backward(retain_graph=True)
assert h.grad is not None, "h.grad is None: register a RetainGrad hook at h"
assert h.grad.item() == 12, f"h.grad is {h.grad}, not 12. A 24 means that asking twice has registered two hooks"
assert x.grad.item() == 24, f"x.grad is {x.grad}, not 24: keeping a gradient should not change what goes on"
out.backward()
assert h.grad.item() == 24, f"h.grad is {h.grad} after two walks, not 24: a retained gradient adds up like any other"
x.retain_grad()
assert not x.retains_grad, "a leaf keeps its gradient anyway: retain_grad should leave it alone"
raised = False
try:
    mytorch.tensor(1.0).retain_grad()
except RuntimeError:
    raised = True
assert raised, (
    "retain_grad on a tensor that does not require grad should raise RuntimeError: there will never be a gradient"
)

# %% [markdown]
# Now the question from the beginning of this section has an answer. Here is a deep chain; where does its gradient
# explode?

# %%
x = mytorch.tensor(1.1, requires_grad=True)
steps, h = [], x
for _ in range(6):
    h = h * h
    h.retain_grad()
    steps.append(h)
h.backward()

for number, step in enumerate(steps, 1):
    print(f"after squaring {number} times: value {step.item():9.3f}, gradient {step.grad.item():9.1f}")
print(f"at x:                        gradient {x.grad.item():9.1f}")

# %%
draw(h, names={"x": x})

# %%
from gradlab.plots import gradient_sizes

gradient_sizes({"x": x.grad, **{f"{number} ×": step.grad for number, step in enumerate(steps, 1)}}, xlabel="squared")

# %% [markdown]
# ## 7 · Keeping gradients small
#
# One strange example is enough to spoil a model. Here is the line again, with a single target that somebody typed
# with the decimal point in the wrong place:

# %%
xs, ys = points()
strange = mytorch.tensor([*ys.tolist()[:-1], 1000.0])
w = mytorch.tensor(3.0, requires_grad=True)
b = mytorch.tensor(-1.0, requires_grad=True)

mean_loss(w, b, xs, strange).backward()
print(f"gradient: ({w.grad.item():.0f}, {b.grad.item():.0f})")
sgd_step([w, b], lr=0.05)
print(f"after one step: w = {w.item():.1f}, b = {b.item():.1f}; they were 3 and −1, the right answer")

# %% [markdown]
# *Clipping* limits what one step can do. There are two kinds.
#
# **By norm**: look at all gradients together, as one long vector. If it is longer than `max_norm`, scale the whole
# vector down to that length. The step gets shorter and keeps its direction.
#
# **By value**: cut every entry to the range from $-c$ to $c$, each by itself. Large entries lose more than small
# ones, so the direction may change.
#
# Take the gradient $(3, 4)$, whose norm is 5. Clipped to norm 1 it is $(0.6, 0.8)$: same direction. Clipped to value
# 1 it is $(1, 1)$: another direction.

# %% [markdown]
# ### Exercise 11: `clip_grad_norm_`
#
# First by norm. How long is the vector of all gradients together?

# %% exercise="clip_grad_norm_" points=3
#| export training.clip_grad_norm_
def clip_grad_norm_(parameters, max_norm, norm_type=2.0):
    """Scale all gradients by one factor, so that their norm, taken together, is at most `max_norm`.

    The factor is max_norm / (norm + 1e-6), and never more than 1: small gradients are left as they are.
    norm_type: 2.0 for the root of the sum of squares, `float("inf")` for the largest absolute entry.
    Gradients are changed in place, and each is announced by `record_write`; parameters without one do not count.
    Returns the norm before clipping, a 0-d tensor. The direction of the step stays.
    """
    grads = [p._grad for p in with_grad(parameters)]
    ### BEGIN SOLUTION put the norm of all gradients together into `total`, then scale every gradient
    norms = [np.linalg.norm(g.array.ravel(), norm_type) for g in grads]
    total = np.linalg.norm(norms, norm_type) if norms else 0.0
    scale = min(float(max_norm) / (float(total) + 1e-6), 1.0)
    for g in grads:
        g.array[...] *= scale
        record_write(g)
    ### END SOLUTION
    return TensorBase.result_type(np.asarray(total, grads[0].array.dtype if grads else np.float32))


# %% hints="clip_grad_norm_"
# One number for all parameters. A norm per parameter, and then? $\sqrt{a^2 + b^2}$ is what you get from the two norms
# $a$ and $b$.
# ---
# `np.linalg.norm(array.ravel(), norm_type)` is the norm of one gradient; the norm of the list of norms is the norm of
# all. An empty list needs care: then `total` is 0.
# ---
# The factor is the smaller of 1 and max_norm / (total + 1e-6). Multiply each gradient in place, announce it, and
# leave `total` as it was: the last line returns it.

# %% check="clip_grad_norm_" points=1
w = mytorch.tensor([1.0, 1.0], requires_grad=True)
b = mytorch.tensor(1.0, requires_grad=True)
unused = mytorch.tensor(1.0, requires_grad=True)
(w * mytorch.tensor([2.0, 3.0]) + b * 3).sum().backward()  # gradients (2, 3) and 6: the norm of all is 7
kept = w.grad
told = announced(clip_grad_norm_, [w, b, unused], max_norm=70.0)
assert w.grad.tolist() == [2, 3], (
    f"w.grad is {w.grad}: a norm of 7 is below 70, so nothing should change. Never scale up"
)
norm = clip_grad_norm_([w, b, unused], max_norm=0.7)
assert isinstance(norm, mytorch.Tensor) and abs(norm.item() - 7) < 1e-4, (
    f"it returned {norm}, not tensor(7.): the norm of all gradients together (4 + 9 + 36 = 7²), as it was before clipping"
)
assert norm.shape == (), f"the norm is one number, a 0-d tensor; yours has shape {tuple(norm.shape)}"
assert np.allclose(w.grad.array, [0.2, 0.3], atol=1e-4), (
    f"w.grad is {w.grad}, not [0.2, 0.3]: one factor, 0.7 / 7, for all"
)
assert np.allclose(b.grad.array, 0.6, atol=1e-4), f"b.grad is {b.grad}, not 0.6: the same factor as for w"
assert w.grad is kept, "w.grad is another tensor now: change the gradient in place"
assert w.tolist() == [1, 1], "clipping is about gradients; it has changed a parameter"
assert [id(t) for t in told] == [id(w.grad), id(b.grad)], "record_write should announce both gradients, w's and b's"
largest = clip_grad_norm_([w, b], 0.3, norm_type=float("inf"))
assert abs(largest.item() - 0.6) < 1e-4, (
    f"with norm_type=inf it returned {largest}, not 0.6, the largest absolute entry"
)
assert clip_grad_norm_([unused], 1.0).item() == 0, "without any gradient the norm is 0"

# %% [markdown]
# ### Exercise 12: `clip_grad_value_`
#
# Then by value, entry by entry.

# %% exercise="clip_grad_value_" points=1
#| export training.clip_grad_value_
def clip_grad_value_(parameters, clip_value):
    """Cut every entry of every gradient to the range from -clip_value to clip_value. The direction may change.

    Gradients are changed in place, and each is announced by `record_write`; parameters without one are left alone.
    """
    ### BEGIN SOLUTION cut off what is too large on either side
    for p in with_grad(parameters):
        np.clip(p._grad.array, -clip_value, clip_value, out=p._grad.array)
        record_write(p._grad)
    ### END SOLUTION


# %% hints="clip_grad_value_"
# A gradient can be too large in two directions.
# ---
# `np.clip(array, lowest, highest)` gives a clipped copy.
# ---
# With `out=` NumPy writes into an array that exists. Then announce the gradient.

# %% check="clip_grad_value_" points=1
w = mytorch.tensor([1.0, 1.0, 1.0], requires_grad=True)
unused = mytorch.tensor(1.0, requires_grad=True)
(w * mytorch.tensor([3.0, -4.0, 0.5])).sum().backward()
kept = w.grad
told = announced(clip_grad_value_, [w, unused], 1.0)
assert w.grad.tolist() == [1, -1, 0.5], (
    f"w.grad is {w.grad}, not [1, −1, 0.5]: large entries are cut on both sides, small ones stay"
)
assert w.grad is kept, "w.grad is another tensor now: change the gradient in place"
assert unused.grad is None, "`unused` had no gradient and should have none now"
assert len(told) == 1 and told[0] is kept, "record_write should announce the gradient that was written to"

# %% [markdown]
# ## 8 · All of it together
#
# A linear model $\hat y = X w + b$ with three inputs and 64 rows, whose true weights are $(2, -1, 0.5)$ and 3. The
# batch goes through in micro-batches of 16; the gradient is clipped; a step is taken; the gradients are forgotten.
# Every gradient, every sum and every step in it comes from code that you wrote.

# %%
rng = np.random.default_rng(7)
X = rng.normal(size=(64, 3))
Y = X @ [2.0, -1.0, 0.5] + 3.0 + 0.1 * rng.normal(size=64)
X, Y = mytorch.tensor(X, dtype=mytorch.float32), mytorch.tensor(Y, dtype=mytorch.float32)


def fit_line(X, Y, steps=150, lr=0.05, max_norm=float("inf")):
    w = mytorch.zeros(3, requires_grad=True)
    b = mytorch.tensor(0.0, requires_grad=True)

    def squared_error(rows, targets):
        return ((rows @ w + b - targets) ** 2).mean()

    losses = []
    for _ in range(steps):
        zero_grad([w, b])
        losses.append(micro_batches(squared_error, X, Y, size=16))
        clip_grad_norm_([w, b], max_norm)
        sgd_step([w, b], lr)
    return losses, w, b


plain, w, b = fit_line(X, Y)
print("not clipped:      ", np.round(w.tolist(), 2), round(b.item(), 2))
clipped, w, b = fit_line(X, Y, max_norm=1.0)
print("clipped to norm 1:", np.round(w.tolist(), 2), round(b.item(), 2))
loss_curve({"not clipped": plain, "clipped to norm 1": clipped})

# %% [markdown]
# Both arrive at the weights that made the data, up to the noise. Clipped, the loss falls more slowly as long as the
# gradient is longer than 1: each step is then exactly `lr` long. Afterwards the two runs take the same kind of step.
#
# On clean data, clipping costs a little time. Now somebody mistypes one target:

# %%
wrong = Y.tolist()
wrong[5] = 3000.0
for name, max_norm in (("not clipped", float("inf")), ("clipped to norm 1", 1.0)):
    _, w, b = fit_line(X, mytorch.tensor(wrong), max_norm=max_norm)
    error = X @ w + b - Y  # measured on the right targets
    print(
        f"{name:17}: w = {np.round(w.tolist(), 1)}, b = {b.item():.1f}, mean squared error {(error * error).mean().item():.1f}"
    )

# %% [markdown]
# Clipping does not repair the data: each step still points towards the wrong target, and with enough steps the model
# would get there. It limits what one bad batch can do before somebody notices.
#
# ### Exercise 13: check your understanding, 16 GB
#
# Where does the memory go when a model is trained? You now know the parts. In float32 a number takes 4 bytes. For
# each parameter there is the weight itself and its `.grad`, which stays from `backward` to `zero_grad`. The optimizer
# Adam keeps two more numbers for each: a running mean of the gradients, and one of their squares. Plain SGD keeps
# none.
#
# The model has 1 billion parameters, and the GPU has 16 GB (take 1 GB as $10^9$ bytes). How much is left for the
# values that the graph saves?

# %% exercise="memory-left" points=1
# In GB: what is left of 16 GB, with SGD and with Adam?
### BEGIN SOLUTION set gb_left_with_sgd and gb_left_with_adam to numbers
gb_left_with_sgd = 16 - 4 * (1 + 1)
gb_left_with_adam = 16 - 4 * (1 + 1 + 2)
### END SOLUTION

# %% hints="memory-left"
# How many numbers are kept for each parameter?
# ---
# $10^9$ parameters times 4 bytes is 4 GB for each kind of number.
# ---
# With SGD there are two kinds. How many with Adam?

# %% check="memory-left" points=0
for gb in (gb_left_with_sgd, gb_left_with_adam):
    assert isinstance(gb, int | float) and 0 <= gb < 16, "both should be numbers of GB, from 0 up to 16"
assert gb_left_with_adam < gb_left_with_sgd, "Adam keeps two numbers more for each parameter than SGD: less is left"

# %% [markdown]
# The answer for Adam is why people train large models with 8-bit optimizers, shard the states over several machines,
# and split batches into micro-batches. And why `zero_grad` sets gradients to None by default: between the step and
# the next `backward` that part is free.
#
# ## Common mistakes, made on purpose
#
# **Updating by assignment.** The first step works, and the second does not:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
with gradlab.lesson.expect_error(TypeError):
    for step in range(2):
        ((w * 3 - 9) ** 2).backward()
        w = w - 0.01 * w.grad

# %% [markdown]
# `'float' and 'NoneType'`: in the second step `w.grad` is None, because the new `w` is not a leaf. Whenever you read
# `NoneType` near a gradient, ask first: is this tensor a leaf?
#
# **Forgetting too late.** `zero_grad` between `backward` and the step. Nothing fails, nothing is learned:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
for step in range(3):
    ((w * 3 - 9) ** 2).backward()
    zero_grad([w])
    sgd_step([w], lr=0.01)
print("w after three steps:", w.item())

# %% [markdown]
# **Adding up losses for the log.** Here `running` is a tensor, and it remembers where it came from:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
running = 0
for step in range(1, 101):
    loss = (w * 3 - 9) ** 2
    running = running + loss
    if step in (1, 10, 100):
        print(f"after {step:3} steps the graph behind `running` has {len(topological_order(running.grad_fn))} nodes")

# %% [markdown]
# Memory grows with every step, until the run dies overnight. `running += loss.item()` adds numbers and keeps no
# graph.
#
# **A hook that returns a number.** The error names the hook and what it should have returned:

# %%
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
x.register_hook(lambda grad: 0.5)
with gradlab.lesson.expect_error(TypeError):
    (x * 3).sum().backward()

# %% [markdown]
# ## Break it: a test for other people's `accumulate`
#
# Somebody hands you a function and says that it accumulates.
#
# ### Exercise 14: `is_right`
#
# Write `is_right(accumulate)`, which tries it out and
# returns True or False. It should be False for one that overwrites, for one that keeps the first array instead of a
# copy, for one that writes into what arrives; and True for every correct one, however it is written. Make leaves with
# `mytorch.tensor(…, requires_grad=True)`, call `accumulate(leaf, array)`, and look at `leaf.grad`.


# %% exercise="is_right" points=2
def is_right(accumulate):
    """Whether `accumulate(leaf, incoming)` adds up arrays in `leaf.grad` as this lesson asks. It never raises."""
    ### BEGIN SOLUTION try the function on leaves and arrays of your own
    try:
        a = mytorch.tensor([1.0, 2.0], requires_grad=True)
        b = mytorch.tensor([3.0, 4.0], requires_grad=True)
        arriving = np.array([1.0, -2.0], dtype=np.float32)
        accumulate(a, arriving)
        accumulate(b, arriving)
        accumulate(a, np.array([10.0, 10.0], dtype=np.float32))
        accumulate(a, np.broadcast_to(np.float32(100), 2))
        untouched = arriving.tolist() == [1, -2]
        arriving[...] = 7
        return untouched and a.grad.tolist() == [111, 108] and b.grad.tolist() == [1, -2]
    except Exception:
        return False
    ### END SOLUTION


# %% hints="is_right"
# One leaf and one call cannot tell adding from overwriting. What is the smallest sequence of calls that can?
# ---
# To catch a missing copy, give the *same* array to two leaves, add more to one of them, and look at the other. Or
# change the array after it was handed over.
# ---
# Read-only arrays and a third call catch some more. A wrong function may raise: put everything into `try`, and return
# False from `except`.

# %% check="is_right" points=1
from mytorch.base import TensorBase


def overwriting(leaf, incoming):
    leaf.grad = TensorBase.result_type(np.array(incoming))


def adding(leaf, incoming):
    before = 0 if leaf.grad is None else leaf.grad.array
    leaf.grad = TensorBase.result_type((before + incoming).astype(leaf.array.dtype))


assert is_right(adding) is True, (
    "is_right says False of a function that adds correctly: it demands something that was not promised"
)
assert is_right(overwriting) is False, (
    "is_right says True of a function that overwrites: call it twice on one leaf and look"
)
try:
    verdict = is_right(lambda leaf, incoming: None)
except Exception as error:
    verdict = f"an error, {type(error).__name__}"
assert verdict is False, f"is_right of a function that does nothing should be False, and it was {verdict}"

# %% [markdown]
# ## Interview questions

# %% [markdown] fold="Why does PyTorch add to `.grad` instead of overwriting it?"
# Because the derivative of a sum is the sum of the derivatives, and that sum may be spread over several calls:
# several losses that share a weight, micro-batches, steps of a recurrent network. With adding, each of these works
# without anyone knowing of the others. Overwriting would be right only for exactly one `backward` per step. The price
# is one line, `zero_grad`, and a silent bug when it is missing.

# %% [markdown] fold="Four micro-batches of 8 or one batch of 32: when are the gradients equal?"
# When the loss is a mean over independent rows, and each micro-batch counts with its share of the rows (here ¼ each).
# Not equal when something looks at the batch as a whole: batch normalisation, contrastive losses with in-batch
# negatives, a mean over a number of tokens that differs between micro-batches. Rounding differs in the last digits,
# because the order of additions differs.

# %% [markdown] fold="What does `retain_graph=True` cost, and when do you need it?"
# The saved values of the whole graph stay in memory until the result is dropped or another walk frees them. It is
# needed when two walks go through the same nodes: two losses with a shared part that are walked one by one, or a
# gradient of each output. Often one walk of the sum of the losses does the same for less. In a training loop it
# usually hides a mistake, such as a hidden state that is carried from one step to the next without being cut off.

# %% [markdown] fold="Gradient accumulation and clipping together: where does the clipping go?"
# After the last micro-batch, before the step: clip once, on the sum. Clipping after each micro-batch limits the sum
# so far, not the gradient of the batch; the result depends on the order of the pieces, and is the gradient of nothing
# in particular.

# %% [markdown] fold="Why is `.grad` of a non-leaf None? How do you see it nevertheless?"
# The walk needs it only until it has been passed on; keeping them all would need memory like that for the saved
# values. `retain_grad()` before `backward` keeps one, a hook sees it in passing, and `autograd.grad(loss, h)` returns
# it.

# %% [markdown]
# ## Practice
#
# **Basic.** A leaf `w = 3.0` goes through `(w * w).backward()` three times, each time with a new graph. What is
# `w.grad`? Then once `zero_grad`, then one more. Check with your package.
#
# **Basic.** Clip the gradient $(6, -8)$ by hand: to norm 5, to norm 20, to value 5. Check.
#
# **Intermediate.** Write `momentum_step(parameters, velocities, lr, keep)`: each velocity becomes `keep` times itself
# plus the gradient, and the step goes along the velocity. Train the line of section 3 with `keep = 1.0` and with
# `zero_grad`, and compare the curve with the one of the trap. Then try 0.9.
#
# **Intermediate.** Use a hook on each of the five layers' outputs in section 5 to collect the norm of the gradient
# there. Multiply the weights by 2 and look again.
#
# **Advanced: break it and explain the error.** Make `release` forget to check for None, so that additions are marked
# as freed too. Which programs break that worked before, and with which error? Then let it free nothing at all. No
# gradient is wrong now. What is, and how would you notice it in a training run that lasts a week?
#
# **Advanced: break it and explain the error.** Carry a tensor over from one step to the next:
# `state = state * w + x`, with a `backward` of `(state * state).sum()` in each of three steps. Which step raises, and
# which node was freed? Is `retain_graph=True` a cure, and what does it cost after 1,000 steps?

# %% [markdown]
# ## The same in PyTorch
#
# Every line below is PyTorch's own.
#
# ```python
# import torch
#
# w = torch.tensor(2.0, requires_grad=True)
# ((w * 3 - 9) ** 2).backward()
# print(w.grad)
# (w**2).backward()
# print(w.grad)
#
# b = torch.tensor(1.0, requires_grad=True)
# out = w * 5 + b
# out.backward()
# try:
#     out.backward()
# except RuntimeError as error:
#     print(type(error).__name__)
# print(b.grad)
#
# x = torch.tensor(3.0, requires_grad=True)
# h = x * 2
# h.retain_grad()
# handle = h.register_hook(lambda grad: grad * 10)
# (h * h).backward()
# print(h.grad, x.grad)
#
# p = torch.tensor([1.0, 1.0], requires_grad=True)
# (p * torch.tensor([3.0, 4.0])).sum().backward()
# print(torch.nn.utils.clip_grad_norm_([p], max_norm=1.0), p.grad)
#
# optimizer = torch.optim.SGD([p], lr=0.5)
# optimizer.step()
# print(p)
# optimizer.zero_grad()
# print(p.grad)
# ```
#
# PyTorch 2.13 prints:
#
# ```text
# tensor(-18.)
# tensor(-14.)
# RuntimeError
# tensor(2.)
# tensor(120.) tensor(240.)
# tensor(5.) tensor([0.6000, 0.8000])
# tensor([0.7000, 0.6000], requires_grad=True)
# None
# ```
#
# Every number is the one that your package gives, but one: `b.grad` is 2 after the failed second call. PyTorch
# notices the freed product on the way, after `b` was served. Your walk looks first, so yours is 1.
#
# Your `sgd_step` and `zero_grad` are what an optimizer's `step()` and `zero_grad()` do; PyTorch keeps the list of
# parameters in the optimizer, so that you need not pass it each time.

# %% [markdown]
# ## Recap
# 1. `.grad` adds up: the derivative of a sum is the sum of the derivatives, over roads inside one walk and over
#    walks.
# 2. So every step starts with `zero_grad`. Without it a step follows the sum of all slopes so far, and the loss
#    swings.
# 3. Micro-batches make one big batch, exactly, when each mean loss is weighted with its share of the rows.
# 4. A walk frees what it has passed, so a graph can be walked once; `retain_graph=True` keeps it, and its memory.
# 5. Hooks see and change gradients in passing; `retain_grad` is one. Clipping bounds a step, by norm with its
#    direction kept.
#
# ## Glossary
# | word | meaning |
# |---|---|
# | gradient accumulation | adding gradients of several backward passes before a step |
# | micro-batch | a piece of a batch that fits into memory |
# | `zero_grad` | forgetting the gradients, before the next backward |
# | freed graph | a graph whose saved values are gone; it cannot be walked again |
# | `retain_graph` | asks a walk to free nothing |
# | hook | a function that is called with a gradient in passing, and may replace it |
# | handle | what registering returns, for removing a hook again |
# | clipping | limiting gradients before a step, by their common norm or entry by entry |
# | learning rate | the fraction of the gradient that a step goes |

# %% [markdown] fold="FAQ: Should zero_grad come first or last in the loop?"
# It does not matter for the numbers, as long as it is after the step and before the next backward. Last frees the
# gradients' memory during the next forward pass.

# %% [markdown] fold="FAQ: None or zeros: does it make a difference?"
# For `sgd_step` here, hardly: a step of 0 is no step. For optimizers with memory it does. Momentum and weight decay
# go on moving a parameter whose gradient is zero, and skip one whose gradient is None.

# %% [markdown] fold="FAQ: Why could I call backward twice on a + b?"
# The rule of an addition needs no saved value, so there was nothing to free. PyTorch behaves the same. Do not rely on
# it: one multiplication more, and the second call raises.

# %% [markdown] fold="FAQ: May a hook change the gradient in place?"
# It should not. The array may also be the gradient of another tensor, as in `a + b`. Return a new tensor.

# %% [markdown]
# ## What comes next
# `sgd_step` went behind the engine's back, into `p.array`. That works, and it is dangerous: a rule may have saved
# that very array for its backward, and nobody told it that the numbers have changed. In lesson 5 you build `no_grad`,
# which switches recording off where the engine can see it, and the counters that notice when a saved value was
# overwritten. You have been calling `record_write` all along; next time somebody listens.
