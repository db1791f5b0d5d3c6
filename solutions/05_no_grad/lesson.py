# %% [markdown]
# # Lesson 5 · Computing without a graph
#
# `x` holds 250,000 numbers of 4 bytes each: 1 MB. You send it through `tanh` ten times and keep the last result, `y`,
# which has 250,000 numbers too. All the results in between you throw away.
#
# How many megabytes stay in use because of `y`?

# %% setup=true
import gradlab.lesson

# %% given="imports"
import threading
import tracemalloc

import numpy as np

import mytorch

# %% predict="held"
# Write your guess, in MB, for an x that requires grad and for one that does not; nothing is graded here.
with_grad = None
without_grad = None


# %% given="megabytes"
def megabytes(function):
    """Call `function`; return what it returned, and how many MB have been taken from memory and not given back."""
    tracemalloc.start()
    result = function()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return result, held / 1e6


# %%
def ten_times(x):
    y = x
    for _ in range(10):
        y = y.tanh()
    return y


x = mytorch.zeros(250_000, requires_grad=True)
y, held = megabytes(lambda: ten_times(x))
print(f"x requires grad:         {held:.1f} MB")

plain = mytorch.zeros(250_000)
_, held = megabytes(lambda: ten_times(plain))
print(f"x does not require grad: {held:.1f} MB")

# %%
from gradlab.draw import draw

draw(y, names={"x": x, "y": y})

# %% [markdown]
# Ten, and one. You threw nine results away, and the graph did not: each `tanh` saved its result, because its rule,
# $1 - y^2$, will ask for it. `y` knows its node, that node knows the one before, and so on down to `x`.
#
# If a `backward` comes, this is memory well spent. If none comes, it is nine tenths waste. The engine cannot know
# which it will be; you can.

# %% [markdown]
# ## Why this matters
# A model is used far more often than it is trained. Whoever uses one without switching the graph off pays for
# a backward pass that never comes, and memory is what GPUs run out of first.
#
# The second half of the lesson is about a quieter danger. Values that a graph has saved can be overwritten before it
# is walked. Then every number in sight is fine, and the gradient is wrong. Your engine will notice.
#
# ## What you will be able to do
# - switch recording off and on: for a block, for a function, at once, and back again after an error
# - write an evaluation loop that needs no more memory after 10,000 batches than after one
# - estimate how much memory a training step needs, and why backward costs about twice as much as forward
# - say when to use `no_grad`, `inference_mode`, and `detach`
# - read the two errors that in-place operations give, and repair what caused them
#
# It takes about 90 minutes.

# %% [markdown]
# ## 1 · A switch
#
# When an op has computed its result, it asks one question before it records anything: is grad mode on? In lesson 2
# you wrote that question yourself, `if not mode.enabled`. Until now the answer was always yes. Here is the real
# `mode`.

# %% given="grad_mode_head"
#| export grad_mode.grad_mode_head
"""Grad mode: the switch that says whether ops are recorded. Each thread has its own."""

import functools
import inspect
import threading


class Mode(threading.local):
    """enabled: are ops recorded? inference: are results marked as unfit for autograd for ever?"""

    enabled = True
    inference = False


mode = Mode()


def is_grad_enabled():
    return mode.enabled


def is_inference_mode_enabled():
    return mode.inference


# %% [markdown]
# `threading.local` means that each thread of a program sees values of its own. A server may answer one user with
# recording off while another thread goes on training; neither should turn the other's switch.
#
# You could write `mode.enabled = False` where you need it, and `mode.enabled = True` afterwards. Predict what happens
# when "afterwards" never comes:

# %% predict="after-an-error"
# The middle line below fails. What will is_grad_enabled() say in the end, and what does that mean for the next cells?
my_guess = None

# %%
from mytorch.grad_mode import mode  # the package's own, which its ops ask

mode.enabled = False
try:
    mytorch.ones(2) + mytorch.ones(3)  # shapes that do not fit
    mode.enabled = True
except RuntimeError:
    print("an error, and somebody caught it")
print("grad mode:", is_grad_enabled())

# %%
mode.enabled = True  # by hand, this time

# %% [markdown]
# From there on nothing would be recorded, in the whole notebook, and the first complaint would come much later and
# from somewhere else: "element 0 of tensors does not require grad".
#
# Python has a tool for "do this afterwards, whatever happens": the `with` statement. It calls `__enter__` of an
# object, runs the block, and calls `__exit__`, also when the block ends by an error, a `return` or a `break`. If
# `__exit__` returns something true, the error is swallowed; if it returns None, the error goes on its way.
#
# All our grad modes share a base class. A `with` block is the subclasses' business; what `Switch` adds is that they
# are decorators too, which is your second exercise.


# %% given="Switch"
#| export grad_mode.Switch
class Switch:
    """A grad mode for the length of a `with` block, or of every call of a decorated function.

    A subclass sets the mode in `__enter__` and puts the earlier one back in `__exit__`, whatever happened in between.
    """

    def __new__(cls, function=None):
        # `@no_grad` without brackets: the class is called with the function.
        return cls()(function) if callable(function) else super().__new__(cls)

    def clone(self):
        """A fresh switch of the same kind: one object cannot remember two earlier modes at once."""
        return type(self)()

    def __call__(self, function):
        if inspect.isgeneratorfunction(function):
            return around_steps(self, function)
        return around_calls(self, function)


# %% [markdown]
# ### Exercise 1: `no_grad`
#
# One question decides between right and nearly right: what does the block put back when it ends? "On" is the obvious
# answer. Think of a function with a `no_grad` block of its own that is called inside yours.


# %% exercise="no_grad" points=3
#| export grad_mode.no_grad
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        """Remember the mode that is in force now, and switch recording off."""
        ### BEGIN SOLUTION remember mode.enabled, then switch it off
        self.before = mode.enabled
        mode.enabled = False
        ### END SOLUTION

    def __exit__(self, *error):
        """Put back the mode that `__enter__` found. `error`: what ended the block, if an error did; it goes on."""
        ### BEGIN SOLUTION put back what was remembered
        mode.enabled = self.before
        ### END SOLUTION


# %% hints="no_grad"
# Two blocks, one inside the other. Which mode is in force between the end of the inner and the end of the outer one?
# ---
# Each block has its own object, `self`. What `__enter__` keeps there, `__exit__` will find.
# ---
# One line in `__enter__` remembers, one switches off; one line in `__exit__` puts back. Nothing is returned: then an
# error in the block goes on, as it should.

# %% check="no_grad" points=1
from gradlab.expected import expect_graph

x = mytorch.tensor([1.0, 2.0], requires_grad=True)
with no_grad():
    inside = x * 2
    assert mytorch.is_grad_enabled() is False, "inside the block is_grad_enabled() should be False"
assert inside.grad_fn is None and not inside.requires_grad, (
    f"x * 2 inside the block has grad_fn {inside.grad_fn}: it was recorded, and should not have been"
)
assert mytorch.is_grad_enabled(), "after the block grad mode is still off: __exit__ should put it back"
expect_graph(inside + x, "Add(_, x)", x=x)  # `_`: no road goes back from there
assert (x * 2).requires_grad and x.requires_grad, "after the block x * 2 should be recorded again"

with no_grad():
    with no_grad():
        pass
    assert not mytorch.is_grad_enabled(), (
        "the inner of two blocks has switched recording on at its end, though the outer is not over: "
        "put back what was there before, not True"
    )
assert mytorch.is_grad_enabled(), "after two nested blocks grad mode is still off"

try:
    with no_grad():
        raise KeyError("on purpose")
except KeyError:
    escaped = True
else:
    escaped = False
on_again, mode.enabled = mode.enabled, True
assert escaped, "the KeyError of the block was swallowed: __exit__ should return nothing"
assert on_again, "after a block that ended by an error grad mode is still off"

# %% [markdown]
# Now the ten `tanh` again, for an `x` that requires grad:

# %%
x = mytorch.zeros(250_000, requires_grad=True)
with mytorch.no_grad():
    y, held = megabytes(lambda: ten_times(x))
print(f"with no_grad: {held:.1f} MB")
print("requires grad?", y.requires_grad, " a leaf?", y.is_leaf)
draw(y, names={"x": x, "y": y})

# %% [markdown]
# 1 MB, and a graph of one tensor. `y` is a leaf: as far as the engine knows, it came from nowhere.
#
# Is the switch really one per thread? The main thread switches off; what does another thread see?


# %% given="in_another_thread"
def in_another_thread(function):
    """What `function()` returns when another thread calls it. None where there are no threads, as in a browser."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    try:
        thread.start()
    except RuntimeError:
        return None
    thread.join()
    return results[0]


# %%
with mytorch.no_grad():
    print("here:            ", mytorch.is_grad_enabled())
    print("in another thread:", in_another_thread(mytorch.is_grad_enabled))

# %% [markdown]
# ## 2 · For a whole function
#
# A function that should never record, such as one that makes predictions, can say so at its head:
#
# ```python
# @no_grad()
# def predict(x): ...
# ```
#
# A decorator takes a function and returns another one in its place. Ours returns one that does the same work inside
# a `with` block.
#
# Which object stands in that `with`? There is one `no_grad()` object, made when the function was defined, and the
# function may be called many times: by another thread, or by itself. Look at what one object does in two blocks at
# once:

# %%
one = mytorch.no_grad()
with one:
    with one:
        print("inside:", mytorch.is_grad_enabled())
print("after both:", mytorch.is_grad_enabled())
mode.enabled = True  # by hand, again

# %% [markdown]
# Still off. The second `__enter__` overwrote what the first had remembered: from the moment it was entered twice, all
# the object knew was "off". (PyTorch's does the same.) That is why there is `clone()`.
#
# ### Exercise 2: `around_calls`


# %% exercise="around_calls" points=2
#| export grad_mode.around_calls
def around_calls(switch, function):
    """`function`, every call of it in a `with` block: what `@switch` puts in its place.

    The new function takes and returns what `function` does, and has its name and docstring. Each call enters a
    `switch.clone()` of its own, so that calls may overlap: a function that calls itself, or two threads.
    """

    ### BEGIN SOLUTION return a new function that calls the old one inside a clone of the switch
    @functools.wraps(function)
    def one_call(*positional, **named):
        with switch.clone():
            return function(*positional, **named)

    return one_call
    ### END SOLUTION


# %% hints="around_calls"
# You need a function inside a function: the outer one is called once, the inner one at every call.
# ---
# `def switched(*args, **kwargs):` takes any arguments, and `function(*args, **kwargs)` hands them on.
# `@functools.wraps(function)` above it copies the name and the docstring.
# ---
# Where is the clone made: once, outside, or at each call, inside? Do not forget to return the result of the call, and
# from the outer function the inner one.

# %% check="around_calls" points=1
x = mytorch.tensor([1.0, 2.0], requires_grad=True)


def scale(t, by=2.0):
    """t times `by`."""
    return t * by


scaled = around_calls(mytorch.no_grad(), scale)
assert callable(scaled), f"around_calls should return a function, and it returned {scaled!r}"
result = scaled(x, by=3.0)
assert result is not None, "the new function returns None: hand on what `function` returns"
assert result.tolist() == [3, 6], f"scaled(x, by=3.0) is {result}, not [3, 6]: hand on all arguments, by name too"
assert not result.requires_grad, "the call was recorded: it should happen inside the block"
assert mytorch.is_grad_enabled(), "defining or calling the function has left grad mode off"
assert scaled.__name__ == "scale" and scaled.__doc__ == "t times `by`.", (
    f"the new function is called {scaled.__name__!r}: functools.wraps(function) copies name and docstring"
)


@mytorch.no_grad()
def with_brackets():
    return mytorch.is_grad_enabled()


@mytorch.no_grad
def without_brackets():
    return mytorch.is_grad_enabled()


assert with_brackets() is False and without_brackets() is False, "@no_grad() and @no_grad should both switch off"


@mytorch.no_grad()
def countdown(n):
    return [mytorch.is_grad_enabled()] + (countdown(n - 1) if n else [])


seen = countdown(2)
on_again, mode.enabled = mode.enabled, True
assert seen == [False, False, False], f"in a function that calls itself grad mode was {seen}: it should be off"
assert on_again, (
    "after a function that calls itself grad mode is still off: give each call a clone() of its own, "
    "made when it is called"
)

# %% [markdown]
# Generators need more care: a generator function that yields batches is left and taken up again, and at each `yield`
# the mode has to go back to what its caller has. That part is given.


# %% given="around_steps"
#| export grad_mode.around_steps
def around_steps(switch, function):
    """The same for a generator function: it leaves its mode at each `yield` and takes it up again when it goes on."""

    @functools.wraps(function)
    def switched(*args, **kwargs):
        generator = function(*args, **kwargs)
        step, value = generator.send, None
        while True:
            try:
                with switch.clone():
                    item = step(value)
            except StopIteration as stop:
                return stop.value
            try:
                value, step = (yield item), generator.send
            except GeneratorExit:
                generator.close()
                raise
            except BaseException as error:
                value, step = error, generator.throw

    return switched


# %% [markdown]
# ## 3 · On again, and by a flag
#
# Somewhere inside a `no_grad` block, a piece of code may need a gradient all the same. The direction in which an
# image should change so that a network sees more of a cat in it is a gradient; the tool that computes it should work
# wherever it is called. So there is the opposite switch.
#
# ### Exercise 3: `enable_grad`
#
# You know what to remember and what to put back. Only the position of the switch is new.


# %% exercise="enable_grad" points=1
#| export grad_mode.enable_grad
class enable_grad(Switch):
    """Record again inside the block, even within a `no_grad` block."""

    def __enter__(self):
        ### BEGIN SOLUTION remember the mode, then switch recording on
        self.before = mode.enabled
        mode.enabled = True
        ### END SOLUTION

    def __exit__(self, *error):
        ### BEGIN SOLUTION put back what was remembered
        mode.enabled = self.before
        ### END SOLUTION


# %% hints="enable_grad"
# It differs from `no_grad` in a single word.
# ---
# What should be in force after an `enable_grad` block inside a `no_grad` block? And after one that stands alone?
# ---
# `__enter__` remembers and switches on; `__exit__` puts back what was remembered, whether that was on or off.

# %% check="enable_grad" points=1
x = mytorch.tensor(3.0, requires_grad=True)
block = enable_grad()
with mytorch.no_grad():
    with block:
        y = x * x
    between = mytorch.is_grad_enabled()
assert y.requires_grad, "inside enable_grad(), within no_grad(), x * x should be recorded"
assert between is False, "after the enable_grad block, the no_grad block around it should be in force again"
with enable_grad():
    pass
on_again, mode.enabled = mode.enabled, True
assert on_again, "enable_grad() alone has left grad mode off: put back what was there before, which was on"

# %%
x = mytorch.tensor([1.0, -2.0, 0.5], requires_grad=True)


@mytorch.enable_grad()
def steepest(f, at):
    """The gradient of f, a function to a single number, at `at`. Works in any grad mode."""
    point = mytorch.tensor(at.tolist(), requires_grad=True)
    f(point).backward()
    return point.grad


with mytorch.no_grad():
    print(steepest(lambda t: (t * t).sum(), x))

# %% [markdown]
# Often a flag decides. The same code computes a loss for training and for validation, and it would be a pity to write
# it twice:
#
# ```python
# with set_grad_enabled(training):
#     loss = loss_of(x, y)
# ```
#
# PyTorch allows `set_grad_enabled` in three ways, and it means them all:
#
# | written | effect |
# |---|---|
# | `set_grad_enabled(False)` | at once, and until somebody says otherwise |
# | `with set_grad_enabled(False): …` | for the block |
# | `@set_grad_enabled(False)` | for each call; the line itself changes nothing |
#
# So the mode is set when the object is **made**, and what it will put back at the end of a block is what was in force
# before that. As a decorator it first takes back what making it has done; that method is given.
#
# ### Exercise 4: `set_grad_enabled`
#
# Write the two ends of the block, and what happens when the object is made.


# %% exercise="set_grad_enabled" points=2
#| export grad_mode.set_grad_enabled
class set_grad_enabled(Switch):
    """Record or not, as `enabled` says. It acts at once, as a call; used as a block, it is undone at the end."""

    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        """Act at once: set the mode to `enabled`. Keep `self.enabled`, and in `self.before` the mode until now."""
        ### BEGIN SOLUTION remember both modes, and set the new one
        self.enabled = bool(enabled)
        self.before = mode.enabled
        mode.enabled = self.enabled
        ### END SOLUTION

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before  # as a decorator it acts on the calls alone
        return super().__call__(function)

    def __enter__(self):
        """Set the mode again: other code may have run since the object was made."""
        ### BEGIN SOLUTION set the mode to self.enabled
        mode.enabled = self.enabled
        ### END SOLUTION

    def __exit__(self, *error):
        """Put back the mode from before the object was made."""
        ### BEGIN SOLUTION put back what __init__ has remembered
        mode.enabled = self.before
        ### END SOLUTION


# %% hints="set_grad_enabled"
# In `no_grad` it is `__enter__` that remembers. Here something has happened before `__enter__` is called. What?
# ---
# When `with set_grad_enabled(False):` gets to `__enter__`, the mode is off already. What would you put back, if you
# remembered it there?
# ---
# `__init__`: keep `enabled`, keep the mode until now, set the mode. `__enter__` and `__exit__`: one line each.

# %% check="set_grad_enabled" points=1
try:
    set_grad_enabled(False)
    at_once = mode.enabled
    set_grad_enabled(True)
    back = mode.enabled
finally:
    mode.enabled = True
assert at_once is False, "set_grad_enabled(False) acts at once, as a plain call; grad mode was still on after it"
assert back is True, "set_grad_enabled(True) should switch recording on again"

with set_grad_enabled(False):
    inside = mode.enabled
after, mode.enabled = mode.enabled, True
assert inside is False, "inside `with set_grad_enabled(False)` grad mode should be off"
assert after is True, (
    "after `with set_grad_enabled(False)` grad mode is off: what to put back is the mode before the object was *made*"
)

later_used = set_grad_enabled(False)
mode.enabled = True
with later_used:
    inside = mode.enabled
mode.enabled = True
assert inside is False, "an object that was made earlier should set its mode when the block is entered"


@set_grad_enabled(False)
def quiet():
    return mytorch.is_grad_enabled()


after, mode.enabled = mode.enabled, True
assert after is True, (
    "the line @set_grad_enabled(False) alone has switched recording off: __call__ puts self.before back"
)
assert quiet() is False and mytorch.is_grad_enabled(), "each call of the decorated function should be off, and only it"

# %% [markdown]
# Your engine uses this class itself. In lesson 3, `run` walks the graph inside `with set_grad_enabled(create_graph)`:
# the arithmetic of the rules is recorded if you asked for gradients of gradients, and otherwise not.
#
# ## 4 · An evaluation that does not grow
#
# A model is to be tested on 40 batches. Somebody writes the obvious loop and adds up the losses:


# %%
def batches(count=40):
    rng = np.random.default_rng(5)
    for _ in range(count):
        yield mytorch.tensor(rng.normal(size=(500, 100)).astype("float32")), mytorch.zeros(500)


mytorch.manual_seed(0)
W1 = (mytorch.randn(100, 200) * 0.1).requires_grad_()
W2 = (mytorch.randn(200) * 0.1).requires_grad_()


def loss_of(x, y):
    error = (x @ W1).relu() @ W2 - y
    return (error * error).mean()


def add_up(loss_of, batches):
    total, count = 0, 0
    for x, y in batches:
        total = total + loss_of(x, y)
        count += 1
    return (total / count).item()


def memory_during(evaluation):
    """The bytes in use each time that `evaluation` asks for the next loss."""
    sizes = []

    def watched(x, y):
        sizes.append(tracemalloc.get_traced_memory()[0])
        return loss_of(x, y)

    tracemalloc.start()
    print(f"mean loss {evaluation(watched, batches()):.4f}")
    tracemalloc.stop()
    return sizes


growing = memory_during(add_up)
print(f"{(growing[-1] - growing[0]) / 39 / 1e6:.1f} MB more with each batch")

# %% [markdown]
# Nobody calls `backward`, and nobody keeps a batch. But `total` is a tensor. It knows the sum before it, that one
# knows the loss that was added, and that loss knows its batch, the hidden layer and everything else that its rules
# would need. Forty batches, forty graphs, all alive.
#
# ### Exercise 5: `evaluate`
#
# This one stays in the notebook; it is not exported. Two things have to change, and either alone is not enough to be
# safe.


# %% exercise="evaluate" points=2
def evaluate(loss_of, batches):
    """The mean of `loss_of(x, y)` over the pairs in `batches`, as a Python float. Every batch counts the same.

    batches: anything that can be looped over once. It may be a generator, and longer than memory.
    Nothing is recorded, and no loss outlives its batch. The grad mode of the caller is back at the end, also after an
    error in `loss_of`.
    """
    ### BEGIN SOLUTION add up numbers, in a block where nothing is recorded
    total, count = 0.0, 0
    with mytorch.no_grad():
        for x, y in batches:
            total += loss_of(x, y).item()
            count += 1
    return total / count
    ### END SOLUTION


# %% hints="evaluate"
# What is `total`, in the loop above: a number or a tensor? And which of its lines has to run without recording?
# ---
# `.item()` turns a tensor with a single entry into a Python number, which remembers nothing.
# ---
# A `with` block around the loop, or a decorator on the function. Keep a sum and a count; a list of losses, or of
# batches, would grow.

# %% check="evaluate" points=1
import weakref

seen, alive, losses = [], [], []


def spying_loss(x, y):
    seen.append(mytorch.is_grad_enabled())
    alive.append(sum(loss() is not None for loss in losses))
    loss = ((x * factor - y) ** 2).mean()
    losses.append(weakref.ref(loss))
    return loss


factor = mytorch.tensor(2.0, requires_grad=True)
pairs = ((mytorch.tensor([float(k), 0.0]), mytorch.tensor([0.0, 0.0])) for k in range(1, 5))
mean = evaluate(spying_loss, pairs)
assert isinstance(mean, float), f"evaluate should return a Python float, not {type(mean).__name__}"
assert mean == 15.0, f"the mean of the losses 2, 8, 18 and 32 is 15, not {mean}"
assert seen == [False] * 4, f"grad mode was {seen} in the four calls of loss_of: it should be off in each"
assert max(alive) <= 1, f"{max(alive)} earlier losses were still alive: add up numbers, and keep no tensor"
assert mytorch.is_grad_enabled(), "after evaluate grad mode is still off"

# %%
from gradlab.plots import memory

flat = memory_during(evaluate)
memory({"adding up tensors": growing, "evaluate": flat}, title="Memory while a model is tested", xlabel="batch")

# %% [markdown]
# The same mean, and a flat line.
#
# `.item()` alone would have brought most of it: without `total`, each batch's graph dies when its loss does. But
# during the batch the graph would still be built, and time spent on it. `no_grad` alone would have been enough here
# too, until somebody collects the losses in a list and wonders why 10,000 small tensors are so large. Do both.

# %% [markdown]
# ## 5 · Where the memory of a training step goes
#
# When you *do* train, the graph is needed. How much does it hold, and when? Six layers, each with a table of
# 2,000 × 125 numbers as its result (1 MB); the weights are small. We look at the memory after each layer, and then,
# with the hooks of lesson 4, each time a gradient passes a layer on the way back.


# %%
def memory_of_a_step(x, weights):
    sizes = []

    def look(grad=None):
        sizes.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    look()
    h = x
    for w in weights:
        h = (h @ w).relu()
        look()
        if h.requires_grad:
            h.register_hook(look)
    if h.requires_grad:
        h.sum().backward()
        look()
    tracemalloc.stop()
    return sizes


mytorch.manual_seed(1)
x = mytorch.randn(2_000, 125)
weights = [(mytorch.randn(125, 125) * 0.1).requires_grad_() for _ in range(6)]

step = memory_of_a_step(x, weights)
with mytorch.no_grad():
    forward_only = memory_of_a_step(x, weights)
memory({"forward and backward": step, "no_grad": forward_only}, title="Six layers up, six layers down", xlabel="layer")

# %% [markdown]
# A mountain. Each layer leaves 1 MB behind on the way up: its result, saved once, though two rules will want it (the
# `relu` that made it and the `@` that follows). On the way down, the walk frees what it has passed. At the top sits
# the moment that decides whether a model fits into memory.
#
# What is left at the end, 1.4 MB, is the last result, which a variable still holds, and the `.grad` of six weights.
#
# With `no_grad`, a layer's result is dropped as soon as the next one is there.
#
# ### Exercise 6: check your understanding, five layers
#
# Five layers, each `h = (h @ W).relu()`, with weights of 2048 × 2048, on a batch of 1024 rows of 2048 numbers,
# float32. Leave out the weights and the batch itself, which are there anyhow, and think of the moment when the last
# layer is done and its result is held by a variable. 1 MiB is $2^{20}$ bytes.
#
# How many MiB of results are alive? How many MiB fewer are alive if all of it runs inside `no_grad`?

# %% exercise="activation-memory" points=1
# Both in MiB. Write: mib_with_graph = … and mib_saved = …
### BEGIN SOLUTION set mib_with_graph and mib_saved to numbers of MiB
mib_with_graph = 5 * 1024 * 2048 * 4 / 2**20
mib_saved = mib_with_graph - 1024 * 2048 * 4 / 2**20
### END SOLUTION

# %% hints="activation-memory"
# What shape has the result of a layer, and how many bytes is that?
# ---
# `@` saves its two inputs, `relu` saves its result. Which of these arrays are one and the same? Which are weights?
# ---
# Count the arrays that the graph holds after five layers. Inside `no_grad` nothing is saved: which result is still
# held by somebody?

# %% check="activation-memory" points=0
for mib in (mib_with_graph, mib_saved):
    assert isinstance(mib, int | float), f"a number of MiB, such as 12.5, not {mib!r}"
    assert 0 < mib < 1000, f"{mib} is not the right order of magnitude: count bytes, then divide by 2**20"
assert mib_saved < mib_with_graph, "no_grad cannot save more than there is: the last result is held by its variable"

# %% [markdown]
# ### Exercise 7: check your understanding, the price of going back
#
# Nearly all the time of these five layers goes into products of matrices. Forward, each layer computes one. Backward,
# the rule of `z = x @ W` is asked for the gradient of each input that wants one, and each is a product as large as
# the first:
#
# $$\frac{\partial L}{\partial W} = x^\top \frac{\partial L}{\partial z} \qquad
# \frac{\partial L}{\partial x} = \frac{\partial L}{\partial z}\, W^\top$$
#
# All five weights require grad. The batch does not.

# %% exercise="backward-cost" points=1
# How many products in the backward pass of the five layers? And how many times the cost of forward is that?
### BEGIN SOLUTION set products_backward and backward_over_forward to numbers
products_backward = 2 * 5 - 1
backward_over_forward = products_backward / 5
### END SOLUTION

# %% hints="backward-cost"
# Go through one layer in the middle: which of its two inputs require grad?
# ---
# Is there a layer of which one input does not want a gradient? Your rule of lesson 3 returns None there and computes
# nothing.
# ---
# Add up the products over five layers, then divide by the products of the forward pass.

# %% check="backward-cost" points=0
assert isinstance(products_backward, int | float) and products_backward == int(products_backward), (
    f"a whole number of products, not {products_backward!r}"
)
assert 1 <= products_backward <= 30, "five layers, and few products each"
assert isinstance(backward_over_forward, int | float) and 0.5 < backward_over_forward < 6, (
    f"backward_over_forward is the cost of backward divided by that of forward; {backward_over_forward!r} is not near"
)

# %% [markdown]
# The deeper the network, the closer that number comes to the rule of thumb that everybody quotes.
#
# ## 6 · For ever: `inference_mode`
#
# A result of `no_grad` is an ordinary tensor. You may use it later in a computation that is recorded, and write into
# it; the engine has to be ready for both. `inference_mode` makes a stronger promise: *these results will never
# take part in a recorded computation*. In exchange PyTorch skips some bookkeeping for them, the version counters of
# section 8 among it.
#
# | | `no_grad` | `inference_mode` |
# |---|---|---|
# | recorded? | no | no |
# | its results, later, in a recorded product | fine, as constants | RuntimeError |
# | writing into its results, later | fine | RuntimeError |
# | `enabled=False` | – | recording on, whatever is around it |
# | meant for | updates of weights, parts of training | serving a finished model |
#
# ### Exercise 8: `inference_mode`
#
# Marking the results and refusing them is given in the package (`mytorch/inference.py`). Yours is the switch, which
# now has two parts.


# %% exercise="inference_mode" points=2
#| export grad_mode.inference_mode
class inference_mode(Switch):
    """Record nothing, and mark the results: an inference tensor can never take part in a recorded computation.

    enabled: False for the opposite, a block that records and marks nothing, wherever it stands.
    """

    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        """Remember `mode.enabled` and `mode.inference`; set both as `self.enabled` says."""
        ### BEGIN SOLUTION remember both parts of the mode, and set both
        self.before = mode.enabled, mode.inference
        mode.enabled, mode.inference = not self.enabled, self.enabled
        ### END SOLUTION

    def __exit__(self, *error):
        """Put back both."""
        ### BEGIN SOLUTION put back both parts
        mode.enabled, mode.inference = self.before
        ### END SOLUTION


# %% hints="inference_mode"
# `no_grad` remembers one thing. Here there are two.
# ---
# A pair remembers two things: `self.before = …, …`, and `…, … = self.before` takes them apart again.
# ---
# With `self.enabled` True: nothing is recorded, results are marked. With False: the opposite of both.

# %% check="inference_mode" points=1
block = inference_mode()
with block:
    inside = mode.enabled, mode.inference
    made = mytorch.ones(2) * 2
after = mode.enabled, mode.inference
mode.enabled, mode.inference = True, False
assert inside == (False, True), f"inside, (enabled, inference) should be (False, True), and it is {inside}"
assert after == (True, False), f"after the block, (enabled, inference) should be (True, False), and it is {after}"
assert made.is_inference(), "a result made inside the block should be an inference tensor"

with mytorch.no_grad():
    with inference_mode():
        pass
    after = mode.enabled, mode.inference
assert after == (False, False), (
    f"inside no_grad, after an inference_mode block, (enabled, inference) should be (False, False) again, not {after}"
)
with inference_mode(False):
    inside = mode.enabled, mode.inference
assert inside == (True, False), f"inference_mode(False) records and marks nothing: (True, False), not {inside}"

try:
    with inference_mode():
        raise KeyError("on purpose")
except KeyError:
    pass
after = mode.enabled, mode.inference
mode.enabled, mode.inference = True, False
assert after == (True, False), f"after an error in the block the mode is {after}, not (True, False)"

# %% predict="inference"
# One of the two lines marked below raises. Which one, and why not the other?
my_guess = None

# %%
w = mytorch.tensor([1.0, 2.0], requires_grad=True)
with mytorch.inference_mode():
    features = mytorch.tensor([3.0, 4.0]) * 10

print(w + features)  # this one?
with gradlab.lesson.expect_error(RuntimeError):
    w * features  # or this one?

# %% [markdown]
# A sum saves nothing for its rule, so nobody will need the features later. The product saves them, and there the
# promise would be broken. As the error says: a `clone()` is an ordinary tensor.
#
# ## 7 · One road closed: `detach`
#
# The switches act on everything inside a block. Sometimes only one value should count as a constant, in the middle of
# a computation that is recorded: the prediction that serves as the target of another one, the hidden state that is
# carried over from the last text. `t.detach()` gives the same numbers without the history.
#
# The functions from here on go to the module `versions`. Its name will make sense in the next section.

# %% given="versions_head"
#| export versions.versions_head
"""Writing in place: every memory has a version, and no gradient is computed from numbers that have changed since."""

import weakref

import numpy as np

from mytorch._lessons import later
from mytorch.base import TensorBase, tick

mode = later("grad_mode", "mode")

# %% [markdown]
# ### Exercise 9: `detach`
#
# Same numbers, same memory, no history. Nothing is copied, and nothing is recorded.

# %% exercise="detach" points=2
#| export versions.detach
def detach(tensor):
    """The same numbers in the same memory, without the history: a leaf that does not require grad."""
    ### BEGIN SOLUTION return a new tensor around the same array
    return TensorBase.result_type(tensor.array)
    ### END SOLUTION


# %% hints="detach"
# Which two things make up a tensor in this package? Which of them should the new tensor have, and which not?
# ---
# In lesson 4 you wrapped an array into a tensor without copying it. The same call helps here.
# ---
# `TensorBase.result_type(array)` has no node. The original tensor must keep its own.

# %% check="detach" points=1
from gradlab.expected import expect_graph

x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
cut = detach(y)
assert cut is not y, "detach should return a new tensor: y itself keeps its history"
assert cut.tolist() == [3, 6], f"the detached tensor holds {cut.tolist()}, not the numbers of y, [3, 6]"
assert not cut.requires_grad and cut.is_leaf, "the detached tensor should be a leaf that does not require grad"
assert y.requires_grad and y.grad_fn is not None, "y has lost its history: detach must leave the original as it is"
assert np.shares_memory(cut.array, y.array), (
    "the numbers were copied: a detached tensor shares the memory of the original"
)
z = y * y.detach()
expect_graph(z, "Mul(Mul(x, _), _)", x=x)
z.sum().backward()
assert x.grad.tolist() == [9, 18], (
    f"x.grad is {x.grad}, not [9, 18]: in y * y.detach() one factor is a constant, so dz/dx is 3 · y"
)

# %%
x = mytorch.tensor(2.0, requires_grad=True)
y = x * x
z = y * y.detach()
draw(z, names={"x": x, "y": y, "z": z})

# %%
z.backward()
print("x.grad:", x.grad.item())

# %% [markdown]
# $z = x^4$ has the slope $4x^3 = 32$. The engine says 16, because only one of the two factors leads back to `x`: for
# it, $z = x^2 \cdot 4$. That is no bug; you have asked for it.
#
# When you have *not* asked for it, a lost gradient is hard to find: the line that cut the road is not the line that
# misses it. `explain_grad` looks for it. Inside `record_lines()` every op notes the line it came from.

# %%
from gradlab.explain import explain_grad, record_lines

w = mytorch.tensor(3.0, requires_grad=True)
bias = mytorch.tensor(1.0, requires_grad=True)
with record_lines():
    features = (w * 2).detach()
    loss = (features + bias) ** 2
    loss.backward()

print(explain_grad(w, loss))
print(explain_grad(features))
print(explain_grad(bias, loss))

# %% [markdown]
# Three ways to have the numbers without the history:
#
# | | memory | noticed by the engine? |
# |---|---|---|
# | `t.detach()` | shared | yes: writes into it are writes into `t` |
# | `t.detach().clone()` | its own | – |
# | `t.data`, `t.array`, `t.numpy()` | shared | **no** |
#
# The middle column has a consequence. It fills the rest of this lesson.

# %% [markdown]
# ## 8 · Written over
#
# `z = y * y`. Its rule will need `y`, and `z` remembers where `y` lies. Before the walk comes, somebody writes a
# new number there.

# %% predict="overwritten"
# y is 3 when z is computed, so dz/dx is 6. What will x.grad be, with y's memory overwritten before backward()?
my_guess = None

# %%
x = mytorch.tensor(3.0, requires_grad=True)
y = x * 1
z = y * y
y.array[...] = 100  # behind the engine's back
z.backward()
print("x.grad:", x.grad.item())

# %% [markdown]
# It says 200. No error, no warning, and no number that you could have looked at would have told you. A training run with
# such a line learns *something*.
#
# The reason is that saving is free: a node keeps the array itself, not a copy of it. Copies would double the mountain
# of section 5 to protect against something that rarely happens. The better way is to notice.
#
# **The idea.** Give every memory a counter, its *version*. Whoever writes in place through the engine (`y += 1`,
# `y[0] = 5`, `y.mul_(2)`, an optimizer's step) announces it, and the counter goes up. When a rule is about to read
# what its node has saved, look whether anything was written since.
#
# Why every *memory*, and not every tensor? Because `y`, `y[0]`, `y.reshape(2, 3)` and `y.detach()` are different
# tensors over the same numbers. A write through any of them spoils them all.
#
# ### Exercise 10: `memory_of`
#
# NumPy knows who owns the numbers. A view has its `base`, the array it looks into; an array that owns its memory has
# `base` None.

# %%
a = np.zeros((2, 3))
row = a[0]
print("base of a:", a.base)
print("base of a row is a:", row.base is a)
print("a row of the reshaped array:", type(a.reshape(3, 2)[0].base), a.reshape(3, 2)[0].base is a)

memory_outside = np.frombuffer(bytes(8), dtype=np.float32)
print("base of an array over a bytes object:", type(memory_outside.base))


# %% exercise="memory_of" points=2
#| export versions.memory_of
def memory_of(array):
    """The array that owns the memory of `array`. A view, a detached tensor and their origin share one memory.

    Follows `base` as long as it is an array; for an array that is no view, that is the array itself.
    """
    ### BEGIN SOLUTION follow .base to the array at the bottom
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    return owner
    ### END SOLUTION


# %% hints="memory_of"
# What is `array.base` for an array that owns its memory? What for a view, and for a view of a view?
# ---
# Most often NumPy makes the base of a view the array at the very bottom. Not always: so go on until there is no array
# to go to.
# ---
# `isinstance(array.base, np.ndarray)` tells an array from None, and from memory that NumPy does not own.

# %% check="memory_of" points=1
a = np.zeros((2, 3))
assert memory_of(a) is a, "an array that is no view owns its memory: memory_of(a) should be a itself"
assert memory_of(a[0]) is a, "a row of `a` looks into a: memory_of(a[0]) should be a"
assert memory_of(a.reshape(-1)[1:].T) is a, "a view of a view of a view: follow it down to a"
assert memory_of(a.copy()) is not a, "a copy has a memory of its own"


class Labelled(np.ndarray):
    """A kind of array of which NumPy keeps the views in between."""


view = a.view(Labelled)
assert memory_of(view[0]) is a, "the base of this array is a view itself: go on until there is no array to go to"
outside = np.frombuffer(bytes(8), dtype=np.float32)
assert memory_of(outside) is outside, "the base of this array is a bytes object, not an array: stop before it"

# %% [markdown]
# For each memory there is a `Version`. It has the count that users see as `tensor._version`, and the time of the last
# write on the engine's clock, `tick()`. That clock you know: it gives each node its `number`. Nodes and writes
# take their numbers from the same clock, so the larger number came later.
#
# The bookkeeping is given. A `Version` is kept beside the memory, not in it, and has to go when the memory goes;
# `weakref.finalize` sees to that.


# %% given="version_of"
#| export versions.version_of
class Version:
    """How often a memory was written to (`count`, what users see as `tensor._version`), and when last (`tick`)."""

    __slots__ = ("count", "tick")

    def __init__(self):
        self.count = self.tick = 0


#: The Version of each memory that was written to, by the id of the array that owns the memory.
versions = {}

#: The last write, to whatever memory: a node that is newer has nothing to fear.
latest_write = Version()


def version_of(array):
    """The Version of the memory that `array` looks into; made when first asked for, gone when the memory is."""
    owner = memory_of(array)
    if id(owner) not in versions:
        versions[id(owner)] = Version()
        weakref.finalize(owner, versions.pop, id(owner)).atexit = False
    return versions[id(owner)]


def last_write(array):
    """When the memory of `array` was last written to, on the clock of `tick`; 0 if never."""
    version = versions.get(id(memory_of(array)))
    return version.tick if version else 0


# %% [markdown]
# ### Exercise 11: `record_write`
#
# In lesson 4 you announced every write, and nobody listened. Here is who listens. The methods that write in place
# (they are given, in `mytorch/methods/inplace.py`) call it too.
#
# Beside the memory's own version there is `latest_write`, for speed: if no write at all has happened since a node was
# made, nobody has to look at what it saved.


# %% exercise="record_write" points=2
#| export versions.record_write
def record_write(tensor):
    """Note that the tensor's memory has been written to, now.

    Its version counts one more and takes the next `tick()`; `latest_write` takes the same tick.
    """
    ### BEGIN SOLUTION count the write, and note when it was, for this memory and for the latest write
    version = version_of(tensor.array)
    version.count += 1
    version.tick = latest_write.tick = tick()
    ### END SOLUTION


# %% hints="record_write"
# Which `Version` belongs to the tensor? There is a function for that, and it takes an array.
# ---
# `tick()` gives a new number at every call. How often should you call it for one write?
# ---
# Three lines: find the version, count, and set two ticks to one and the same number.

# %% check="record_write" points=1
t = mytorch.zeros(2, 3)
assert memory_of(t.array[0]) is t.array, "first finish memory_of, the exercise before: version_of asks it"
before = version_of(t.array).count
record_write(t)
record_write(t)
counted = version_of(t.array).count - before
assert counted == 2, f"after two writes the version should be 2 higher, and it is {counted} higher"
assert version_of(t.array).tick > 0, "the version should know when the last write was: give it a tick()"
assert latest_write.tick == version_of(t.array).tick, (
    "latest_write.tick should be the tick of the last write, the same number as the version's"
)
old = version_of(t.array).tick
record_write(t[0])
assert version_of(t.array).tick > old, "a write into a row of t is a write into t's memory: the version is the memory's"
other = mytorch.zeros(2, 3)
record_write(other)
assert version_of(t.array).count - before == 3, "a write into another tensor has counted for t"
assert latest_write.tick == version_of(other.array).tick > version_of(t.array).tick, (
    "latest_write is about all memories: after a write into `other` it should have its tick"
)

# %% [markdown]
# Predict the last line before you run the cell. It asks for the version of `t`, to which nothing was done directly.

# %% predict="versions"
# How many writes into the memory of t?
my_guess = None

# %%
t = mytorch.zeros(2, 3)
t += 1
t[0] = 5.0
t.reshape(6)[1:3].mul_(2)
t.detach().add_(1)
t * 10
t.clone().zero_()
print(t)
print("version:", t._version)

# %% [markdown]
# Four. The view and the detached tensor write into `t`'s memory; the product and the clone do not.
#
# And the table of versions does not grow for ever. What is gone is forgotten:

# %%
from mytorch.versions import versions

t = mytorch.zeros(3)
t += 1
print("with t:   ", len(versions))
del t
print("without t:", len(versions))

# %% [markdown]
# ### Exercise 12: `check_unwritten`
#
# Now the other side. Before a rule runs, the walk calls `check_unwritten(node)`. You decide whether anything that the
# node saved was written to *after* the node was made. The sentences that explain it are given; they begin with
# PyTorch's.


# %% given="complaints"
#| export versions.complaints
def saved_arrays(node):
    """The arrays among what `node` has saved for its rule."""
    saved = [value.array if isinstance(value, TensorBase) else value for value in node.saved_tensors or ()]
    return [value for value in saved if isinstance(value, np.ndarray)]


def overwritten(node, array):
    """The error for an `array` that `node` has saved, and that was written to afterwards."""
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"an array of shape {list(array.shape)}, saved by {node.name()}, is at version {version_of(array).count}; "
        "expected the version it was saved at. Write y = y + 1 instead of y += 1, or change a clone()."
    )


def leaf_in_place():
    """The error for a write into a leaf that requires grad."""
    return RuntimeError(
        "a leaf Variable that requires grad is being used in an in-place operation. "
        "Its old value would be lost while the graph still stands for it: update it inside `with no_grad():`."
    )


def inference_in_place():
    """The error for a write into an inference tensor, outside of inference mode."""
    return RuntimeError(
        "Inplace update to inference tensor outside InferenceMode is not allowed. "
        "Make a clone() of it first; that is an ordinary tensor."
    )


# %% exercise="check_unwritten" points=3
#| export versions.check_unwritten
def check_unwritten(node):
    """Raise RuntimeError (see `overwritten`) if something that `node` saved was written to afterwards.

    A node is made when its op saves: what counts is whether the last write has a later tick than `node.number`.
    """
    ### BEGIN SOLUTION compare the last write of each saved array with the node's number
    for array in saved_arrays(node):
        if last_write(array) > node.number:
            raise overwritten(node, array)
    ### END SOLUTION


# %% hints="check_unwritten"
# Is a write always harmful? A tensor may have been filled in place, then used, then walked. Which order is harmful?
# ---
# Nodes and writes take their numbers from one clock. `node.number` is when the op saved; `last_write(array)` is when
# the array's memory was last written to.
# ---
# Go through `saved_arrays(node)`, all of them, and `raise overwritten(node, array)` for one whose last write is
# later.

# %% check="check_unwritten" points=1
x = mytorch.tensor([1.0, 2.0], requires_grad=True)


def complaint(node):
    try:
        check_unwritten(node)
    except RuntimeError as error:
        return str(error)


y = x * 2
product = y * y
assert complaint(product.grad_fn) is None, "nothing was written, and check_unwritten raised"
y.add_(1)
said = complaint(product.grad_fn)
assert said is not None, "y was saved by y * y and written to afterwards, by y.add_(1): that should raise RuntimeError"
assert "inplace operation" in said and "Mul" in said, f"raise the error that `overwritten` makes, not: {said}"

late = y * y
assert complaint(late.grad_fn) is None, "y was written to *before* this product was made: nothing is wrong with it"
shifted = y + 1
y.zero_()
assert complaint(shifted.grad_fn) is None, "y + 1 saves nothing, so a write into y cannot harm it"

rows = mytorch.ones(2, 3)
weights = mytorch.ones(3, 1, requires_grad=True)
out = rows @ weights
rows.reshape(6)[0] = 7.0
assert complaint(out.grad_fn) is not None, "a write through a view, rows.reshape(6)[0] = 7, changes what `@` has saved"

factor = mytorch.ones(2)
second = x * factor
factor.detach().mul_(2)
assert complaint(second.grad_fn) is not None, (
    "here the second of the saved arrays was written to, through detach(): look at all of them"
)

# %% [markdown]
# The first of the two errors. Read it aloud: *an array of shape [2], saved by MulBackward0, is at version 1.* So:
# which op wanted the old value, and how often was it overwritten.

# %%
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
z = y * y
y += 1
with gradlab.lesson.expect_error(RuntimeError):
    z.sum().backward()

# %%
draw(z, names={"x": x}, detail="full")

# %% [markdown]
# The product has saved `y` twice, as its two inputs, when that was [2, 4]. Saving is no copying: what stands there now
# is [3, 5]. And which of these three run? Decide for each: does a rule need a number that is gone?

# %% predict="three-writes"
# exp then add_:   y = x.exp(); y.add_(1)
# add then mul_:   y = x * 2; z = y + 1; y.mul_(3)
# step too early:  loss = (w * x).sum(); a step on w; loss.backward()
my_guess = None

# %%
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = x.exp()
y.add_(1)
print("exp, then add_:")
with gradlab.lesson.expect_error(RuntimeError):
    y.sum().backward()

y = x * 2
z = y + 1
y.mul_(3)
z.sum().backward()
print("add, then mul_: x.grad =", x.grad.tolist())

# %%
from mytorch.training import sgd_step

w = mytorch.tensor([3.0, 4.0], requires_grad=True)
w.grad = mytorch.tensor([1.0, 1.0])
loss = (w * x).sum()
sgd_step([w], lr=0.1)
print("a step between forward and backward:")
with gradlab.lesson.expect_error(RuntimeError):
    loss.backward()

# %% [markdown]
# The rule of `exp` wants its own *result*, and that was overwritten. An addition saves nothing, so what happens to
# `y` later is nobody's business. The last one is a real mistake of training loops: the step comes before the
# backward. Your
# `sgd_step` of lesson 4 goes into `w.array`, behind the engine's back, but it calls `record_write`. It was heard.
#
# ### Exercise 13: `check_writable`
#
# There is one kind of write that is refused before it happens. `w` is a leaf that requires grad, and somebody writes
# `w += 1`. If that were recorded, the tensor `w` would become the *result* of an addition: no leaf, and nothing would
# be left to which the gradient could be added. So it is an error, unless grad mode is off: then nothing is
# recorded, and the leaf has new numbers. That is how every optimizer updates weights.
#
# An inference tensor is refused as well, except in inference mode itself.


# %% exercise="check_writable" points=2
#| export versions.check_writable
def check_writable(tensor):
    """Raise RuntimeError for a write that could not be recorded: into a leaf that requires grad, an inference tensor.

    With grad mode off a leaf may be written to (else see `leaf_in_place`), and in inference mode an inference tensor
    (else see `inference_in_place`).
    """
    ### BEGIN SOLUTION raise for the two kinds of tensors, unless the mode allows the write
    if mode.enabled and tensor.requires_grad and tensor.is_leaf:
        raise leaf_in_place()
    if not mode.inference and tensor.is_inference():
        raise inference_in_place()
    ### END SOLUTION


# %% hints="check_writable"
# Three facts have to come together for the first error. Which?
# ---
# `tensor.requires_grad`, `tensor.is_leaf` and `mode.enabled`. A leaf that does not require grad is any tensor that
# you have made; a tensor that requires grad and is no leaf is any result. Both may be written to.
# ---
# Two `if`s, each with its `raise`. The second asks `tensor.is_inference()` and `mode.inference`.


# %% check="check_writable" points=1
def refused(tensor):
    try:
        check_writable(tensor)
    except RuntimeError as error:
        return str(error)


w = mytorch.tensor([1.0, 2.0], requires_grad=True)
said = refused(w)
assert said is not None, "w is a leaf that requires grad: a write into it should raise RuntimeError"
assert "leaf" in said, f"raise the error that `leaf_in_place` makes, not: {said}"
assert refused(w * 2) is None, "w * 2 is no leaf: a write into it can be recorded"
assert refused(mytorch.zeros(2)) is None, "a leaf that does not require grad may be written to"
with mytorch.no_grad():
    allowed = refused(w) is None
assert allowed, "inside no_grad() a leaf may be written to: nothing is recorded there"

with mytorch.inference_mode():
    made = mytorch.ones(2) * 2
    allowed = refused(made) is None
said = refused(made)
assert allowed, "in inference mode an inference tensor may be written to"
assert said is not None, "outside of inference mode a write into an inference tensor should raise RuntimeError"
assert "inference" in said, f"raise the error that `inference_in_place` makes, not: {said}"
with mytorch.no_grad():
    said = refused(made)
assert said is not None, "no_grad() is not inference mode: an inference tensor should be refused there too"

# %% [markdown]
# The second error, and the way out of it. This is the loop that you will see in every PyTorch tutorial, on your
# engine:

# %%
w = mytorch.tensor([1.0, -2.0], requires_grad=True)
with gradlab.lesson.expect_error(RuntimeError):
    w += 1

for step in range(3):
    loss = ((w - 3) ** 2).sum()
    loss.backward()
    with mytorch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
    print(f"step {step}: loss {loss.item():6.2f}, w = {np.round(w.tolist(), 2)}, a leaf: {w.is_leaf}")

# %% [markdown]
# ## 9 · What an in-place operation does to the graph
#
# Writes into results *are* recorded. `y *= 3` makes a new node, and from then on `y` means the new value; so does
# every view of `y`. What saved the old number is out of luck, as you have seen, and everything else works:

# %%
x = mytorch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 1
y[1] = 0.0  # the gradient of what is overwritten is 0
y *= 3
y.sum().backward()
print(x.grad)
draw(y, names={"x": x, "y": y})

# %% [markdown]
# Does writing in place save memory, then? Inside `no_grad`, yes. When it is recorded, hardly: a rule that will need
# the old value needs a copy of it, made before the write. Write in place where nothing is recorded, or where a
# formula reads better for it; do not expect the mountain to shrink.
#
# ## Common mistakes, made on purpose
#
# **Backward inside `no_grad`, or after it.** A walk works in any mode. What must not be inside is the *forward* pass:

# %%
w = mytorch.tensor(2.0, requires_grad=True)
loss = w * w
with mytorch.no_grad():
    loss.backward()
print("walked inside no_grad:", w.grad.item())

with mytorch.no_grad():
    loss = w * w
with gradlab.lesson.expect_error(RuntimeError):
    loss.backward()

# %% [markdown]
# "Does not require grad" in a program that trained yesterday means: look for a `no_grad`, a `detach`, an `.item()` or
# a `.numpy()` between the weights and the loss.
#
# **Detaching what should learn.** Two layers, and a `detach` that somebody put in to silence an error. No error, and
# one layer that never moves:

# %%
W1 = mytorch.ones(2, 2, requires_grad=True)
W2 = mytorch.ones(2, requires_grad=True)
hidden = (mytorch.tensor([[1.0, 2.0]]) @ W1).detach()
(hidden @ W2).sum().backward()
print("W1.grad:", W1.grad, " W2.grad:", W2.grad)

# %% [markdown]
# **Forgetting the brackets in a `with`.** `with no_grad:` has the class where an object should be. "Type object" is
# Python's word for a class; the remedy is a pair of brackets:

# %%
with gradlab.lesson.expect_error(TypeError, AttributeError):
    with mytorch.no_grad:
        pass

# %% [markdown]
# **A "copy" that is none.** The best weights so far are kept as `w.detach()`, and after the next step they have
# changed, because the memory is shared:

# %%
w = mytorch.tensor([1.0, 2.0], requires_grad=True)
best, saved = w.detach(), w.detach().clone()
with mytorch.no_grad():
    w += 100
print("detach():        ", best)
print("detach().clone():", saved)

# %% [markdown]
# ## Break it: a test for other people's `no_grad`
#
# Somebody hands you a class and says that it is a `no_grad`.
#
# ### Exercise 14: `is_right`
#
# Write `is_right(switch)`, which tries it out and returns
# True or False. It is called as `switch()` and used in `with` blocks. It should be False for one that does not switch
# off, for one that forgets what was before, for one that an error upsets, and for one that swallows the error.
#
# A wrong class may leave grad mode off. Your test must not: what it found it has to leave.


# %% exercise="is_right" points=2
def is_right(switch):
    """Whether `with switch():` works as `no_grad` does. Never raises, and leaves grad mode as it was."""
    ### BEGIN SOLUTION try blocks: alone, nested, and with an error inside
    with mytorch.enable_grad():
        try:
            with switch():
                off = not mytorch.is_grad_enabled()
                with switch():
                    off = off and not mytorch.is_grad_enabled()
                off = off and not mytorch.is_grad_enabled()
            on = mytorch.is_grad_enabled()
            try:
                with switch():
                    raise ValueError
                return False
            except ValueError:
                return off and on and mytorch.is_grad_enabled()
        except Exception:
            return False
    ### END SOLUTION


# %% hints="is_right"
# Look at the check of `no_grad` in section 1: which three situations does it try? A fourth is swallowing.
# ---
# Raise an error of your own in a block, inside `try`. If the line after the block is reached, the error was
# swallowed.
# ---
# A class of this lesson remembers the mode and puts it back, whatever happens in between. Use it around your whole
# test.


# %% check="is_right" points=1
class Mine:
    def __enter__(self):
        self.earlier = mytorch.is_grad_enabled()
        mytorch.set_grad_enabled(False)

    def __exit__(self, *error):
        mytorch.set_grad_enabled(self.earlier)


class AlwaysOnAfterwards(Mine):
    def __exit__(self, *error):
        mytorch.set_grad_enabled(True)


class OnlyIfAllWentWell(Mine):
    def __exit__(self, *error):
        if error[0] is None:
            mytorch.set_grad_enabled(self.earlier)


verdicts = []
for kind in (Mine, AlwaysOnAfterwards, OnlyIfAllWentWell):
    verdict = is_right(kind)
    left, mode.enabled = mode.enabled, True
    verdicts.append((verdict, left))
assert verdicts[0][0] is True, "`Mine` is right, and is_right says False: it demands something that was not promised"
assert verdicts[1][0] is False, "a class that switches on at every end was not caught: nest two blocks and look between"
assert verdicts[2][0] is False, "a class that stays off after an error was not caught: raise one inside a block"
assert all(left for _, left in verdicts), "is_right has left grad mode off: put back what was there before"

# %% [markdown]
# ## Interview questions

# %% [markdown] fold="`model.eval()` and `no_grad()`: what does each do?"
# They have nothing to do with each other. `eval()` changes what some layers *compute*: dropout lets everything pass,
# batch normalisation uses its stored statistics. `no_grad()` changes what is *recorded*. For testing a model you want
# both; with `eval()` alone the numbers are right and the memory is wasted, with `no_grad()` alone it is the other way
# round.

# %% [markdown] fold="`no_grad` or `detach`: when which?"
# `no_grad` for stretches of code in which nothing should be recorded: evaluation, updates of weights. `detach` for
# one value that counts as a constant while everything around it is recorded: targets, a hidden state at the edge of a
# truncated sequence, a baseline in reinforcement learning.

# %% [markdown] fold="Why does backward cost about twice as much as forward?"
# A layer's forward pass is one matrix product. Its backward pass needs two of the same size, one for the gradient
# of the weights and one for the gradient of the inputs. Together a training step costs about three forward passes.
# Activation checkpointing, which saves memory by computing the forward pass again, makes it four.

# %% [markdown] fold="“Modified by an inplace operation”: how do you find the line?"
# The error names the op that had saved the value, not the line that wrote. Search for `+=`, `x[...] =`, methods
# that end in an underscore, `relu(inplace=True)`, and an optimizer's `step()` between a forward pass and its
# backward pass. Anomaly detection prints where the op was recorded. As a remedy, write out of place, or `clone()`
# before writing.

# %% [markdown] fold="Why do version counters belong to memory, and not to tensors?"
# Because views and detached tensors are different tensors over the same numbers. With a counter per tensor, `y[0] =
# 5` would count for the view `y[0]`, and the graph that has saved `y` would notice nothing. In PyTorch views and
# detached tensors share a counter for the same reason.

# %% [markdown]
# ## Practice
#
# **Basic.** What does `is_grad_enabled()` say at each letter? `with no_grad(): A; with enable_grad(): B; with
# no_grad(): C` – and after each block? Write it down, then run it.
#
# **Basic.** For each of `add`, `mul`, `exp`, `relu`, `sum`, `@`: does an in-place change of its *input*, after it was
# computed, make `backward` fail? Of its *result*? Look at what the rules of lesson 3 save, then try.
#
# **Intermediate.** Write `@frozen(*parameters)`: a switch, derived from `Switch`, inside which these parameters do
# not require grad, while everything else is recorded. What has to be put back, and which `clone` do you need?
#
# **Intermediate.** Trade time for memory. Write `checkpoint(f, x)`, which computes `f(x)` inside `no_grad` and
# computes it once more, recorded, in a hook when the gradient arrives. Measure the mountain of section 5 with the
# middle four layers in one checkpoint.
#
# **Advanced: break it and explain the error.** Take `clone()` out of `around_calls` and write the shortest program
# whose
# *gradients* are wrong because of it. Which error do you get in the end, and how far away from its cause?
#
# **Advanced: break it and explain the error.** Let `check_unwritten` compare with `>=` instead of `>`. Does anything
# change? Then let `record_write` take no tick, and count only. Find a program that was refused and is now wrong, and
# one that was right and is refused.

# %% [markdown]
# ## The same in PyTorch
#
# Run this with your package; PyTorch's own output is below.

# %%
import mytorch as torch

x = torch.tensor([1.0, 2.0], requires_grad=True)


@torch.no_grad()
def double(t):
    return t * 2


print(double(x), torch.is_grad_enabled())
with torch.no_grad():
    with torch.enable_grad():
        print((x * 2).requires_grad)
    print((x * 2).requires_grad)
with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled())

with torch.inference_mode():
    features = torch.ones(2) * 3
print(features.is_inference(), torch.is_inference_mode_enabled())
try:
    x * features
except RuntimeError as error:
    print(str(error)[:47])

y = x * 2
print(y.detach(), y.detach().data_ptr() == y.data_ptr())
z = y * y
y += 1
y[0] = 5.0
print(y._version, y.detach()._version)
try:
    z.sum().backward()
except RuntimeError as error:
    print(str(error)[:91])
try:
    x += 1
except RuntimeError as error:
    print(str(error)[:74])
with torch.no_grad():
    x += 1
print(x, x._version)

# %% [markdown]
# Change the first line to `import torch`, and PyTorch 2.13 prints:
#
# ```text
# tensor([2., 4.]) True
# True
# False
# False
# True False
# Inference tensors cannot be saved for backward.
# tensor([2., 4.]) True
# 2 2
# one of the variables needed for gradient computation has been modified by an inplace operat
# a leaf Variable that requires grad is being used in an in-place operation.
# tensor([2., 3.], requires_grad=True) 1
# ```
#
# Each error goes on in its own words. PyTorch's says which version it expected; yours says what to write instead.

# %% [markdown]
# ## Recap
# 1. A result holds on to everything that its graph has saved; without a `backward` to come, that is waste.
# 2. A switch remembers what was in force and puts *that* back, also after an error. One object remembers one thing,
# so    each call of a decorated function gets its own.
# 3. `no_grad` for a while, `inference_mode` for ever, `detach` for one value, `.item()` for a number.
# 4. Saving is free because it is not copying; so every memory has a version, and the walk refuses what was written to
#    after it was saved.
# 5. A leaf that requires grad is written to inside `no_grad` only. That is what an optimizer's step is.
#
# ## Glossary
# | word | meaning |
# |---|---|
# | grad mode | whether ops are recorded; each thread has its own |
# | context manager | an object for `with`: `__enter__` before the block, `__exit__` after it, whatever happens |
# | decorator | a function that takes a function and returns another in its place |
# | inference tensor | a result of `inference_mode`, barred from recorded computations |
# | detached | the same memory, without the history |
# | in place | written into memory that exists, instead of into a new tensor |
# | version | how often a memory was written to |
# | activation | a layer's result, kept for the backward pass |
# | peak memory | the top of the mountain, at the end of the forward pass |

# %% [markdown] fold="FAQ: I wrote @no_grad without brackets, and it works. With `with` it does not. Why?"
# As a decorator, the class is called with your function, and `Switch.__new__` sees a function and decorates it. In
# `with no_grad:` nobody calls anything. Write the brackets in both, and you need not remember which is which.

# %% [markdown] fold="FAQ: does no_grad make a computation faster?"
# A little, for small tensors, because no node is made. For large ones the arithmetic is the same, and what you gain
# is memory, and the time it takes to get memory from the operating system.

# %% [markdown] fold="FAQ: inside no_grad I set requires_grad=True, and it is True. Is that a mistake?"
# No. A leaf may be made in any mode; only *results* inside the block do not require grad. Parameters are often made
# inside `no_grad`, because their initialisation writes into them.

# %% [markdown] fold="FAQ: why may I write into `.data` without an error?"
# `.data` is the old way out: the same memory, and a counter of its own. It silences the error, and the wrong
# gradient of section 8 comes back. `detach()` gives you the same numbers and keeps the watch.

# %% [markdown]
# ## What comes next
# Every op so far was made for you or by the rules of lesson 3, and the engine trusted them. In lesson 6 you write
# ops of your own, with `forward` and `backward`, as users of PyTorch do; a tool that checks a backward against the
# numbers themselves; and losses that models are trained with. `forward` of such an op runs with grad mode off. You
# know now who does that, and how it finds its way back when `forward` fails.
