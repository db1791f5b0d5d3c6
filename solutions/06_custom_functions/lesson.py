# %% [markdown]
# # Lesson 6 · Custom functions
#
# $\log(1 + e^x)$ is a soft version of `relu`: close to 0 for very negative $x$, close to $x$ for large ones. At
# $x = 100$ it is 100, to more digits than a float has. Its slope there is 1.
#
# You have all the ops that it takes. What will your engine say at 100?

# %% setup=true
import gradlab.lesson

# %% given="imports"
from types import SimpleNamespace

import numpy as np

import mytorch
from gradlab.draw import draw

# %% predict="soft"
# Your guess for value and slope at x = 100; nothing is graded here.
my_value, my_slope = None, None

# %%
x = mytorch.tensor([-2.0, 0.0, 2.0, 100.0], requires_grad=True)
with np.errstate(all="ignore"):  # NumPy would warn about what comes
    y = (1 + x.exp()).log()
    y.sum().backward()
print("values:", y.tolist())
print("slopes:", x.grad.tolist())

# %% [markdown]
# Infinity, and a slope that is not a number. Nobody made a mistake: each of the three rules is right. But $e^{100}$
# does not fit into a float32, and after that nothing can be saved. The *whole* function is tame; its parts are not.
#
# The chain rule is only as good as the pieces that you give it. So you want to hand the engine a piece of your own:
# one op, with your formula for the value and your formula for the gradient. That is what `autograd.Function` is for.
#
# ## Why this matters
#
# Libraries are full of such pieces: a loss that does not overflow, an attention kernel written by hand, a rounding
# step with a gradient that it does not really have, a physics solver that NumPy knows nothing about. Each is a
# `forward` and a `backward` that somebody wrote, and that somebody had to check. You will write some, and build the
# tool that checks them.
#
# ## What you will be able to do
#
# - write an op with `forward` and `backward`, on tensors, and put it into any graph;
# - decide what to save for backward, and say what `needs_input_grad` and a `None` gradient are for;
# - read the errors for a wrong number or a wrong shape of gradients, because you wrote them;
# - test any backward with `gradcheck`, and say why it needs float64;
# - make a function numerically stable, in its value *and* its gradient;
# - train through a step that has no useful gradient, with a straight-through estimator;
# - write the losses that models are trained with, and one that weighs two goals against each other.
#
# The work takes about 100 minutes. It goes to `mytorch/custom.py`, `gradcheck.py` and `losses.py`, and then your
# package is complete.

# %% [markdown]
# ## 1 · Forward: computing and remembering
#
# Here is an op of the kind that we want to be able to write. It has one thing to remember:
#
# ```python
# class Sine(mytorch.autograd.Function):
#     @staticmethod
#     def forward(ctx, angle):
#         ctx.save_for_backward(angle)
#         return angle.sin()
#
#     @staticmethod
#     def backward(ctx, grad):
#         (angle,) = ctx.saved_tensors
#         return grad * angle.cos()
#
# y = Sine.apply(x)
# ```
#
# You know this shape: it is `Mul` and `Exp` from lesson 3. `ctx`, the *context*, is the node that goes into the
# graph, and `apply` is where that happens. Two things are different for an op that a user writes.
#
# **It sees tensors.** Your built-in rules were handed bare arrays, for speed. Users think in tensors, so `forward` and
# `backward` get tensors here. That brings a question. `angle.sin()` inside of `forward` is a tensor op. Should it not
# be recorded?

# %% predict="recorded"
# angle.sin() is an op with a rule of its own. When y's gradient travels back to x, whose rule should it meet:
# that of the built-in sine, yours, or both?
my_guess = None

# %% [markdown]
# Yours, and only yours: that is why you wrote it. What happens inside of `forward` is nobody's history. Recording it
# would make nodes, and keep arrays, for a road that no gradient is to take. So `apply` runs `forward` with grad mode
# off, and afterwards records the op as one node.
#
# **It is checked.** Whoever writes a rule makes mistakes. An op that returns two gradients for three inputs should
# hear of it by name, not through an error somewhere in the walk. That is section 2.
#
# The module begins with its imports, and with the step that runs `forward`. There are two ways to write an op in
# PyTorch, and `run_forward` knows both: a `forward` that takes `ctx`, or a `forward` without it followed by
# `setup_context`, where all the remembering is done.

# %% given="custom_head"
#| export custom.custom_head
"""Ops of your own: `Function`, as users of the package subclass it. It sees tensors, and checks what it is given."""

import functools

import numpy as np

from mytorch import graph
from mytorch.base import TensorBase, tick
from mytorch.grad_mode import no_grad, set_grad_enabled
from mytorch.indexing import raw
from mytorch.results import saved_as_tensors, sources_of

# %% given="run_forward"
#| export custom.run_forward
def run_forward(cls, ctx, inputs):
    """`forward(ctx, *inputs)`, or `forward(*inputs)` followed by `setup_context`, if the class has one."""
    if hasattr(cls, "setup_context"):
        out = cls.forward(*inputs)
        cls.setup_context(ctx, inputs, out)
    else:
        out = cls.forward(ctx, *inputs)
    for output in out if isinstance(out, tuple) else (out,):
        if not isinstance(output, TensorBase):
            raise TypeError(
                f"{cls.__name__}.forward: expected to return a Tensor or a tuple of them, "
                f"but got {type(output).__name__}."
            )
    return out

# %% [markdown]
# A custom op may have several results, `return y, mask` for instance. Then one node stands behind all of them. The
# next cell is given, and you may skip it on first reading: each result gets a small `Output` node, which waits for
# the gradient of its result and puts it into the op's list. For one result, `record_outputs` calls the `record` that
# you wrote in lesson 2.

# %% given="Output"
#| export custom.Output
class Output(graph.Node):
    """One of several results of an op: it hands the gradient of its result to the op's node, `source`."""

    __slots__ = ("index", "source")

    def __init__(self, source, index, shape):
        self.source, self.index, self.shape = source, index, shape
        self.next = (source,)
        self.number = tick()
        self.pending = self.hooks = self.saved_tensors = None

    def name(self):
        return self.source.name()

    def as_edge(self):
        return (self.source, self.index)

    def visit(self, grad):
        if self.source.pending is None:
            self.source.pending = [None] * len(self.source.shape)
        self.source.pending[self.index] = grad
        return (None,)

# %% given="record_outputs"
#| export custom.record_outputs
def record_outputs(ctx, values, outputs):
    """One node for all `outputs`; with more than one, each result gets an Output of its own in between."""
    skipped = [
        i
        for i, output in enumerate(outputs)
        if any(output is one for one in ctx.non_differentiable) or output.array.dtype.kind != "f"
    ]
    recorded = graph.record(ctx, values, outputs[0].array)
    if len(outputs) == 1 and not skipped:
        return (recorded,)
    ctx.shape = [output.array.shape for output in outputs]
    ctx.dtypes = [output.array.dtype for output in outputs]
    if ctx.saved_tensors is not None:  # a result leads to its Output, which the node must not hold
        ctx.sources = sources_of(ctx.saved_tensors, values, None)
    return tuple(
        output if i in skipped else TensorBase.result_type(output.array, Output(ctx, i, output.array.shape))
        for i, output in enumerate(outputs)
    )

# %% [markdown]
# ### Exercise 1: `Function`
#
# Two pieces of the class are yours.
#
# `save_for_backward` keeps the *arrays* of tensors. Arrays are what the version counters of lesson 5 watch, and what
# the walk frees behind it. In `backward` they are tensors again, each at its right place in the graph; a saved result
# then leads to this very node, which it could not know in `forward`, before anything was recorded. Whatever is no
# tensor is refused: it needs no watching, and `ctx.factor = 3.0` does.
#
# `apply` first asks each input for its node, then runs `forward` unrecorded. From `ctx.next` follows
# `ctx.needs_input_grad`, which the class inherits: True where there is a node.
#
# Everything from `_visit` on is for section 2; it is what the walk calls.

# %% exercise="Function" points=3
#| export custom.Function
class Function(graph.Function):
    """An op on tensors: a subclass gives static `forward(ctx, *inputs)` and `backward(ctx, *grad_outputs)`.

    Or `forward(*inputs)` and `setup_context(ctx, inputs, output)`, which separates computing from remembering.
    """

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        """Keep tensors, inputs or results of `forward`, for `backward`. None is kept as None.

        Sets `self.saved_tensors` to a tuple of their arrays. Raises TypeError, before anything is kept, for anything
        else: "save_for_backward can only save variables, but argument 1 is of type float."
        """
        ### BEGIN SOLUTION refuse what is neither None nor a tensor; keep the arrays
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(tensor).__name__}. "
                    "Keep other things as attributes: ctx.name = value."
                )
        self.saved_tensors = tuple(t if t is None else t.array for t in tensors)
        ### END SOLUTION

    def mark_non_differentiable(self, *outputs):
        """These results get no gradient, and `backward` is given zeros for them."""
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        """Say which inputs `forward` wrote to. Nothing is left to do: every write is noted where it happens."""

    def set_materialize_grads(self, value):
        """False: `backward` gets None, instead of zeros, for a result that nothing was computed from."""
        self.materialize_grads = bool(value)

    non_differentiable = ()
    materialize_grads = True

    @classmethod
    def apply(cls, *inputs):
        """Run `forward` on tensors, recording nothing inside of it; then record the op as one node.

        ctx.next: for each input its node (`edge`), or None for what requires no grad and for what is no tensor.
        """
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ### BEGIN SOLUTION set ctx.next, one entry for each input; then out = run_forward(…), unrecorded
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        ### END SOLUTION
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)

# %% hints="Function"
# `enumerate(tensors)` gives each argument with its number, which the error needs. Look at all of them before you keep
# the first.
# ---
# A tensor's numbers are `t.array`, its node is `t.edge`; an input such as 2.0 has neither, and `ctx.next` has None in
# its place. The list has as many entries as there are inputs.
# ---
# `with no_grad():` switches recording off, and back on when `forward` fails. What comes out of `run_forward(cls, ctx,
# inputs)` goes into `out`; the lines below use that name.

# %% check="Function" points=1
seen = {}


class Scaled(Function):
    @staticmethod
    def forward(ctx, x, factor):
        y = x * factor
        seen.update(kind=type(x), recorded=y.requires_grad, needs=ctx.needs_input_grad)
        ctx.save_for_backward(x, None, y)
        return y


x = mytorch.tensor([1.0, 2.0], requires_grad=True)
y = Scaled.apply(x, 10.0)
assert y.tolist() == [10, 20], f"Scaled.apply(x, 10.0) is {y.tolist()}, not [10, 20]: it is what forward returns"
assert issubclass(seen["kind"], mytorch.Tensor), "forward should be handed the tensors as they are, not their arrays"
assert seen["recorded"] is False, "an op inside of forward was recorded: run forward with grad mode off"
assert seen["needs"] == (True, False), (
    f"needs_input_grad is {seen['needs']}, not (True, False): ctx.next holds x's node and, for the number, None"
)
node = y.grad_fn
assert isinstance(node, Scaled), f"y.grad_fn is {node}: the op itself should be the one node that is recorded"
assert node.next_functions[0][0] is x.edge, "the first entry of ctx.next should be x.edge, where x's gradient goes"
assert node.next_functions[1] == (None, 0), "the number 10.0 has no node: its entry of ctx.next is None"
saved = node.saved_tensors
assert isinstance(saved, tuple) and len(saved) == 3, "saved_tensors should be a tuple with an entry for each argument"
assert saved[0] is x.array and saved[1] is None, "save_for_backward keeps the arrays of tensors, and None as None"
assert saved[2] is y.array, "a saved result is kept as its array: the tensor that forward had is in no graph yet"
assert Scaled.apply(mytorch.tensor(3.0), 2.0).grad_fn is None, "no input requires grad, so nothing is to be recorded"

node = Scaled()
try:
    node.save_for_backward(x, 3.5)
except TypeError as error:
    assert "1" in str(error) and "float" in str(error), f"name the argument and its type, 1 and float: {error}"
else:
    raise AssertionError("save_for_backward accepted the number 3.5: raise TypeError for what is not a tensor")

# %% [markdown]
# The op has a place in the graph. Its node stands where two multiplications would have stood:

# %%
x = mytorch.tensor([1.0, 2.0], requires_grad=True)
draw(Scaled.apply(x, 10.0).sum(), names={"x": x})

# %% [markdown]
# ## 2 · Backward: what comes in, what goes out
#
# The walk arrives at the node and calls `visit(grad)` with an array, because that is what it carries. `backward` was
# promised tensors. Look at `_visit` again: between the two stand `incoming_gradients` on the way in, and
# `check_gradients` on the way out. They are the next two exercises. (Until both are there, a `.backward()` through a
# custom op says which one is missing.)
#
# ### Exercise 2: `incoming_gradients`
#
# With several results there is one more thing to do on the way in. Suppose `forward` returned `y, z`, and the loss
# was computed from `y` alone. No gradient ever arrives at `z`, so its place in the list holds None. Who wants to
# write `if grad_z is not None` in every rule? So None becomes zeros, unless the op asked for None with
# `ctx.set_materialize_grads(False)`.

# %% exercise="incoming_gradients" points=2
#| export custom.incoming_gradients
def incoming_gradients(node, grad):
    """The gradients of the op's results as tensors, in a list; zeros where none arrived.

    grad: of an op with one result its gradient, an array or (while gradients are recorded) a tensor. Of an op with
    several, a list of such, with None for a result that got no gradient; node.shape and node.dtypes are lists then,
    too. Where none arrived there are zeros of that shape and dtype, or None if node.materialize_grads is False.
    """
    wrap = TensorBase.result_type
    grads = grad if isinstance(grad, list) else [grad]
    filled = []
    ### BEGIN SOLUTION fill the list: a tensor for each gradient, zeros or None for what is missing
    for i, g in enumerate(grads):
        if g is None and node.materialize_grads:
            g = np.zeros(node.shape[i], node.dtypes[i])
        filled.append(g if g is None or isinstance(g, TensorBase) else wrap(g))
    ### END SOLUTION
    return filled

# %% hints="incoming_gradients"
# A gradient can be three things here: None, a tensor, or an array. What happens to each?
# ---
# A tensor stays as it is: wrapped again it would lose its history. `wrap(array)` makes a tensor of an array.
# ---
# None can only come from an op with several results, so `node.shape[i]` and `node.dtypes[i]` are there.
# `np.zeros(shape, dtype)` makes the array, and it is wrapped like any other.

# %% check="incoming_gradients" points=1
one = SimpleNamespace(shape=(2,), materialize_grads=True)
(g,) = incoming_gradients(one, np.array([1.0, 2.0]))
assert isinstance(g, mytorch.Tensor), f"an array arrived, and backward should be given a tensor, not {type(g).__name__}"
assert g.tolist() == [1, 2], f"the gradient [1, 2] arrived, and {g.tolist()} would be handed to backward"
recorded = mytorch.tensor([1.0, 2.0], requires_grad=True) * 3
assert incoming_gradients(one, recorded)[0] is recorded, "a tensor is handed on as it is: it has a history to keep"

two = SimpleNamespace(
    shape=[(2, 3), ()], dtypes=[np.dtype(np.float32), np.dtype(np.float64)], materialize_grads=True
)
first, second = incoming_gradients(two, [None, np.array(5.0)])
assert first is not None, "None arrived for the first result: backward should be given zeros"
assert tuple(first.shape) == (2, 3) and first.dtype == mytorch.float32, (
    "the zeros should have the shape and dtype of that result, (2, 3) and float32"
)
assert not first.array.any() and second.item() == 5, "zeros for the first result, 5 for the second"
two.materialize_grads = False
assert incoming_gradients(two, [None, np.array(5.0)])[0] is None, (
    "the op has asked for None in place of zeros: materialize_grads is False"
)

# %% [markdown]
# Now the way out. `backward` has returned something, and the rule that made it was written by a person in a hurry.
# Four things can be wrong, and each deserves a sentence:
#
# | what came back | what is wrong |
# |---|---|
# | two gradients, and `forward` took three inputs | the number |
# | a NumPy array, or a float | the type |
# | a gradient for an input that was no tensor | the place |
# | shape (2,) for an input of shape (3,) | the shape |
#
# A gradient may be *larger* than its input, if broadcasting stretched the input. Your walk sums it down, with
# `unbroadcast` from lesson 1. `reducible` says whether that is possible.

# %% given="reducible"
#| export custom.reducible
def reducible(shape, target):
    """Whether a gradient of `shape` can be summed down to `target`, as broadcasting is undone."""
    added = len(shape) - len(target)
    return added >= 0 and all(n in (1, m) for n, m in zip(target, shape[added:], strict=True))

# %% [markdown]
# ### Exercise 3: `check_gradients`
#
# One kindness first, and it is PyTorch's: a rule may return *more* than it has inputs, if the rest is `None`.
# `return grad, None, None` for an op with two inputs passes. Three gradients for two inputs do not.

# %% exercise="check_gradients" points=2
#| export custom.check_gradients
def check_gradients(node, grads):
    """Return the tuple `grads`, without surplus Nones at its end, if it fits the inputs of `forward`.

    node.next has an entry for each input, its node or None; node.is_tensor says whether the input was a tensor.
    Raises RuntimeError, with node.name() in the message, for
    - the wrong number: "function SquareBackward returned an incorrect number of gradients (expected 1, got 2)";
    - an entry that is neither None nor a tensor;
    - a tensor where the input was no tensor;
    - a gradient that is not `reducible` to the shape of its input (node.next[i].shape, where there is a node).
    """
    name, expected = node.name(), len(node.next)
    ### BEGIN SOLUTION drop surplus Nones, then look at the number, types, places and shapes
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)}). "
            "backward returns one gradient for each input of forward; None for those that need none."
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(
                f"expected Variable or None (got {type(g).__name__}), as gradient {i} of function {name}."
            )
        if not node.is_tensor[i]:
            raise RuntimeError(
                f"function {name} returned a gradient different from None at position {i + 1}, but the corresponding "
                "forward input was not a Variable. Return None there."
            )
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}. A gradient has the shape of its input."
            )
    ### END SOLUTION
    return grads

# %% hints="check_gradients"
# Go through the four points of the docstring in their order. The number has to be right before you can pair
# gradients with inputs.
# ---
# A `while` loop shortens the tuple by one as long as it is too long and ends in None. Then compare lengths.
# ---
# In the loop over `zip(grads, node.next)`: None is always fine, so `continue`. A tensor for an input that requires no
# grad has no node to compare its shape with, and is fine as well; the walk drops it.

# %% check="check_gradients" points=2
def refused(node, *grads):
    """The message of the RuntimeError; None if the gradients were accepted."""
    try:
        check_gradients(node, grads)
    except RuntimeError as error:
        return str(error)
    return None


x = mytorch.tensor([1.0, 2.0, 3.0], requires_grad=True)
right = mytorch.tensor([1.0, 1.0, 1.0])
node = SimpleNamespace(name=lambda: "OpBackward", next=[x.edge, None, None], is_tensor=[True, True, False])
assert refused(node, right, None, None) is None, "a gradient for x, None for the others: that is right"
assert check_gradients(node, (right, None, None))[0] is right, "return the gradients as they are"
assert refused(node, None, None, None) is None, "None is allowed for every input"
assert refused(node, right, right, None) is None, "a gradient for data that requires none is allowed, and not used"
assert len(check_gradients(node, (right, None, None, None, None))) == 3, "surplus Nones at the end are dropped"

said = refused(node, right, None)
assert said, "two gradients for three inputs were accepted: zip stops at the shorter one and says nothing"
assert "OpBackward" in said and "3" in said and "2" in said, f"name the op, expected 3, got 2. It says: {said}"
assert refused(node, right, None, None, right), "four gradients for three inputs, the last of them no None"
assert refused(node, np.ones(3), None, None), "a NumPy array is no tensor: raise RuntimeError"
assert refused(node, 1.0, None, None), "a float is no tensor: raise RuntimeError"
assert refused(node, right, None, right), "the third input was no tensor, so it can have no gradient"
said = refused(node, mytorch.tensor([1.0, 1.0]), None, None)
assert said and "2" in said and "3" in said, f"[2] for an input of shape [3]: name both shapes. It says: {said}"
assert refused(node, mytorch.tensor(1.0), None, None), "a gradient of shape [] does not fit an input of shape [3]"
assert refused(node, mytorch.ones(5, 3), None, None) is None, "[5, 3] can be summed down to [3]: broadcasting does that"

# %% [markdown]
# ### Exercise 4: your first op
#
# All parts are there. Write `Square`, without looking up; this cell stays in the notebook.

# %% exercise="Square" points=1
class Square(mytorch.autograd.Function):
    """y = x². dy/dx = 2x. Written with tensor operations only, so that its gradient has a gradient, too."""

    @staticmethod
    def forward(ctx, x):
        ### BEGIN SOLUTION save what backward needs; return the square
        ctx.save_for_backward(x)
        return x * x
        ### END SOLUTION

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x
        (x,) = ctx.saved_tensors
        return grad * 2 * x
        ### END SOLUTION

# %% hints="Square"
# What does the derivative 2x need to know? Hand that to `ctx.save_for_backward` in `forward`.
# ---
# `ctx.saved_tensors` is a tuple, even with one entry. `(x,) = …` unpacks it.
# ---
# `backward` returns the incoming gradient *times* the derivative: the chain rule.

# %% check="Square" points=1
from gradlab.expected import expect_graph

x = mytorch.tensor([1.0, -2.0, 3.0], requires_grad=True)
y = Square.apply(x)
assert y.tolist() == [1, 4, 9], f"Square.apply([1, -2, 3]) is {y.tolist()}, not [1, 4, 9]"
assert y.grad_fn is not None, "y has no grad_fn: was forward's result recorded?"
expect_graph(y, "Square(x)", x=x)  # one node, whatever forward computes
y.sum().backward()
assert x.grad is not None and x.grad.tolist() == [2, -4, 6], f"x.grad is {x.grad}, not 2x = [2, -4, 6]"
x.grad = None
(Square.apply(x) * mytorch.tensor([1.0, 10.0, 100.0])).sum().backward()
assert x.grad.tolist() == [2, -40, 600], f"x.grad is {x.grad}, not [2, -40, 600]: multiply by what arrives"
t = mytorch.tensor(3.0, requires_grad=True)
(slope,) = mytorch.autograd.grad(Square.apply(t), t, create_graph=True)
assert slope.requires_grad, "the gradient 2x has no history: compute it from the saved tensor, with tensor operations"
(curvature,) = mytorch.autograd.grad(slope, t)
assert curvature.item() == 2, f"the second derivative of x² is {curvature.item()}, not 2"

# %%
t = mytorch.tensor(3.0, requires_grad=True)
(slope,) = mytorch.autograd.grad(Square.apply(t), t, create_graph=True)
draw(slope, names={"t": t})

# %% [markdown]
# That is the graph of the *slope*: `backward` was run on tensors, with recording on, so the slope can be
# differentiated again. You did nothing for it but use tensor operations.
#
# ## 3 · The discovery
#
# Put your op beside one that came with the engine:

# %%
import inspect
import textwrap

from mytorch.arithmetic import Mul

for op in (Mul, Square):
    print(f"---- {op.__name__} ----")
    for method in (op.forward, op.backward):
        lines = textwrap.dedent(inspect.getsource(method)).splitlines()
        print("\n".join(line for line in lines if "###" not in line), end="\n\n")

# %% [markdown]
# The same two methods, the same `ctx`, the same `save_for_backward`. (`Mul` leaves out the product that nobody wants:
# `to_x and …` is `needs_input_grad` in shorthand.) Is it the same kind of thing to the engine?

# %% predict="kin"
# a * b, relu, sum, and your Square: which of their nodes are instances of mytorch.graph.Function?
my_guess = None

# %%
from mytorch.graph import Function as AnyOp

a = mytorch.tensor([2.0, 3.0], requires_grad=True)
results = {"a * a": a * a, "a.relu()": a.relu(), "a.sum()": a.sum(), "Square": Square.apply(a)}
for name, result in results.items():
    node = result.grad_fn
    print(f"{name:9} {type(node).__name__:7} {isinstance(node, AnyOp)}")
print("Is the node the very class you wrote?", isinstance(Square.apply(a).grad_fn, Square))

# %% [markdown]
# Every op was one of these all along. `a * b` is `Mul.apply(a, b)`, spelt with a star; `ctx` in its `forward` is what
# you later see as `c.grad_fn`. There is no inner engine that knows products and an outer one that knows your ops.
# There is one list of nodes, and one walk that asks each of them: *what is your gradient?*
#
# The built-in ops see arrays and are not checked, because they are run millions of times and were tested once. That
# is the whole difference, and it brings us to testing.

# %% [markdown]
# ## 4 · Is it right? Ask the function itself
#
# A colleague has written `Cube`. It runs, it trains, the loss goes down. Is the backward right?

# %%
class Cube(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3 * x


x = mytorch.tensor([1.0, 0.5], dtype=mytorch.float64, requires_grad=True)
Cube.apply(x).sum().backward()
print(x.grad)

# %% [markdown]
# At 1 the slope should be 3, and it is. A test with $x = 1$ passes. But $3x$ is not the derivative of $x^3$.
#
# There is a way to ask without doing any calculus: move the input a little, and watch the output. With a step
# $\varepsilon$ to *both* sides (a *central difference*), the error shrinks with $\varepsilon^2$:
#
# $$\frac{\partial y_j}{\partial x_i} \approx \frac{y_j(x_i + \varepsilon) - y_j(x_i - \varepsilon)}{2\,\varepsilon}$$
#
# One number for each pair of an input entry and an output entry. All of them together are the **Jacobian**. We lay it
# out with a row for each entry of the input and a column for each entry of the output.
#
# ### Exercise 5: `numerical_jacobian`
#
# Write the differences.

# %% given="gradcheck_head"
#| export gradcheck.gradcheck_head
"""Gradcheck: is a gradient right? Compare it with what the function itself does when an input is moved a little."""

import numpy as np

from mytorch.base import TensorBase
from mytorch.differentiate import grad


class GradcheckError(RuntimeError):
    """The analytical and the numerical gradient differ."""


def as_tuple(value):
    return value if isinstance(value, tuple) else tuple(value) if isinstance(value, list) else (value,)

# %% exercise="numerical_jacobian" points=2
#| export gradcheck.numerical_jacobian
def numerical_jacobian(function, x, eps=1e-6):
    """d(output entry j) / d(x entry i) as an array of shape (x.numel(), output.numel()), by central differences.

    function: takes nothing and returns a tensor that it computes from x, any shape. x: a tensor, any shape; its array
    is moved by ±eps, entry by entry, in place, and each entry is put back before the next is moved.
    """
    jacobian = np.zeros((x.array.size, function().array.size))
    ### BEGIN SOLUTION move each entry up and down, and fill in its row
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old - eps
        below = function().array.flatten()
        x.array[i] = old
        row[:] = (above - below) / (2 * eps)
    ### END SOLUTION
    return jacobian

# %% hints="numerical_jacobian"
# `np.ndindex(shape)` gives the index of every entry, as tuples, in the order in which the rows are wanted. It works
# for 0-d arrays as well, where the only index is `()`.
# ---
# For each entry: remember it, go up, call `function()`, go down, call again, put it back.
# ---
# `function().array.flatten()` is a copy with one dim. A copy matters: the result may share memory with `x`, and you
# are about to move `x`. `zip(jacobian, np.ndindex(…))` pairs each row with its entry; fill it with `row[:] = …`.

# %% check="numerical_jacobian" points=1
x = mytorch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=mytorch.float64)
before = x.array.copy()
found = numerical_jacobian(lambda: (x * x).sum(dim=0), x)
assert found.shape == (4, 2), f"shape {found.shape}, not (4, 2): a row for each of 4 inputs, a column for each of 2 outputs"
expected = np.array([[2.0, 0.0], [0.0, 4.0], [6.0, 0.0], [0.0, 8.0]])
assert np.allclose(found, expected, atol=1e-4), f"the Jacobian of the column sums of x² is\n{expected}, and not\n{found}"
assert np.array_equal(x.array, before), "x has changed: put each entry back before you move the next"
t = mytorch.tensor(3.0, dtype=mytorch.float64)
assert np.allclose(numerical_jacobian(lambda: t * t * t, t), [[27.0]]), "the slope of t³ at 3 is 27; t is 0-d"
close = abs(numerical_jacobian(lambda: t * t * t, t, eps=0.1)[0, 0] - 27.01)
assert close < 1e-6, "with eps=0.1 a central difference of t³ is 27.01: one step up, one down, over 2·eps"
assert np.allclose(numerical_jacobian(lambda: x, x), np.eye(4)), (
    "the Jacobian of the identity is 1 on the diagonal: copy what function() returns, it may be x's own memory"
)

# %% [markdown]
# ### Exercise 6: `analytical_jacobian`
#
# The other half is what your engine says. A walk back gives, for one seed, the gradient of *seed · output*. So a seed
# that is 1 at one entry of the output and 0 elsewhere gives the column of that entry.

# %% exercise="analytical_jacobian" points=2
#| export gradcheck.analytical_jacobian
def analytical_jacobian(output, x):
    """d(output entry j) / d(x entry i), of shape (x.numel(), output.numel()): one backward walk for each column.

    output: a tensor computed from x, any shape. The graph is kept, and no `.grad` is touched. Zeros where the output
    does not depend on x.
    """
    jacobian = np.zeros((x.array.size, output.array.size))
    ### BEGIN SOLUTION walk back from each entry of the output, and fill in its column
    for column, j in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[j] = 1
        (found,) = grad(output, x, TensorBase.result_type(one_hot), retain_graph=True, allow_unused=True)
        if found is not None:
            column[:] = found.array.flatten()
    ### END SOLUTION
    return jacobian

# %% hints="analytical_jacobian"
# Which function of lesson 3 returns gradients, and leaves `.grad` alone? It is imported at the top of the module.
# ---
# For each index j of the output: an array of zeros like the output, 1 at j, made a tensor by
# `TensorBase.result_type(array)`. That is `grad_outputs`.
# ---
# The same graph is walked many times: `retain_graph=True`. With `allow_unused=True` you get None, not an error, where
# nothing depends on x. `jacobian.T` has the columns as its rows, and writing into them writes into `jacobian`.

# %% check="analytical_jacobian" points=1
x = mytorch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=mytorch.float64, requires_grad=True)
y = (x * x).sum(dim=0)
found = analytical_jacobian(y, x)
assert found.shape == (4, 2), f"shape {found.shape}, not (4, 2): a row for each of 4 inputs, a column for each of 2 outputs"
assert np.allclose(found, expected := [[2, 0], [0, 4], [6, 0], [0, 8]]), f"found\n{found}, not\n{expected}"
assert np.allclose(analytical_jacobian(y, x), expected), "the second call differs: keep the graph, retain_graph=True"
assert x.grad is None, "x.grad was touched: use grad(...), which returns gradients, instead of backward"
other = mytorch.tensor([1.0], dtype=mytorch.float64, requires_grad=True)
assert not analytical_jacobian(y, other).any(), "y does not depend on this tensor: zeros, no error"

# %% [markdown]
# What is left is to compare them, and to complain in a useful way. A message such as "gradients differ" sends people
# to the debugger. Both arrays in the message often tell at a glance: a factor 2, a sign, a transposed matrix. The
# rest is given.

# %% given="compare_jacobians"
#| export gradcheck.compare_jacobians
def compare_jacobians(numerical, analytical, i, j, atol, rtol):
    """Raise GradcheckError, with both arrays, unless they agree entry by entry."""
    if not np.allclose(analytical, numerical, rtol, atol):
        raise GradcheckError(
            f"Jacobian mismatch for output {j} with respect to input {i},\n"
            f"numerical:\n{numerical}\nanalytical:\n{analytical}\n"
            "Row: entry of the input. Column: entry of the output."
        )

# %% given="gradcheck"
#| export gradcheck.gradcheck
def gradcheck(func, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Check the gradients of `func(*inputs)` with respect to every input that requires grad. True, if they agree.

    inputs: a tensor or a tuple; those that require grad must be float64, as float32 rounds eps = 1e-6 away.
    Raises GradcheckError with both Jacobians, or returns False if `raise_exception` is False.
    """
    inputs = as_tuple(inputs)
    checked = [(i, x) for i, x in enumerate(inputs) if isinstance(x, TensorBase) and x.edge is not None]
    try:
        if not checked:
            raise ValueError(
                "gradcheck expects at least one input tensor to require gradient, "
                "but none of them has requires_grad=True."
            )
        for i, x in checked:
            if x.array.dtype != np.float64:
                raise GradcheckError(
                    f"Input {i} is {x.array.dtype}: a difference quotient with eps={eps} needs float64. "
                    "Make it with dtype=torch.float64."
                )
        for j, output in enumerate(as_tuple(func(*inputs))):
            if output.edge is None:
                raise GradcheckError(f"Output {j} does not require grad: no op between it and the inputs was recorded.")
            for i, x in checked:
                numerical = numerical_jacobian(lambda j=j: as_tuple(func(*inputs))[j], x, eps)
                compare_jacobians(numerical, analytical_jacobian(output, x), i, j, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True

# %% given="gradgradcheck"
#| export gradcheck.gradgradcheck
def gradgradcheck(func, inputs, grad_outputs=None, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """The same check for gradients of gradients: that every rule, run on tensors, can be differentiated itself."""
    inputs = as_tuple(inputs)
    checked = [x for x in inputs if isinstance(x, TensorBase) and x.edge is not None]
    rng = np.random.default_rng(0)
    wrap = TensorBase.result_type
    if grad_outputs is None:
        outputs = as_tuple(func(*inputs))
        grad_outputs = [wrap(rng.normal(size=o.array.shape).astype(o.array.dtype)).requires_grad_() for o in outputs]
    seeds = as_tuple(grad_outputs)

    def gradients(*args):
        outputs = as_tuple(func(*args[: len(inputs)]))
        found = grad(outputs, checked, args[len(inputs) :], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.edge is not None)

    return gradcheck(gradients, (*inputs, *seeds), eps, atol, rtol, raise_exception)

# %% [markdown]
# Now the colleague's op. Read the two columns of numbers before you read on:

# %%
x = mytorch.tensor([1.0, 0.5], dtype=mytorch.float64, requires_grad=True)
with gradlab.lesson.expect_error(GradcheckError):
    gradcheck(Cube.apply, x)
print("Square:", gradcheck(Square.apply, x), " and its second derivative:", gradgradcheck(Square.apply, x))

# %% [markdown]
# At 1.0 both say 3. At 0.5 the function moves by 0.75 and the rule claims 1.5: exactly twice as much, a factor of
# $1/x$. That is an $x$ missing in the rule. The message has nearly found the mistake.
#
# It matters which inputs you choose. 1 hides a wrong power, equal entries hide a wrong order, a single entry hides a
# rule that ignores what arrives. Use several different numbers, of both signs.
#
# ### Why float64?
# Let us ask `numerical_jacobian` for the slope of $x^2$ at 3, which is 6, with smaller and smaller steps:

# %%
for dtype in (mytorch.float32, mytorch.float64):
    print(dtype)
    for eps in (1e-1, 1e-3, 1e-6, 1e-9, 1e-15):
        t = mytorch.tensor(3.0, dtype=dtype)
        print(f"   eps = {eps:.0e}: {numerical_jacobian(lambda t=t: t * t, t, eps)[0, 0]:.6f}")

# %% [markdown]
# A float32 has about 7 digits. 9.000006 and 8.999994 differ in the seventh, so their difference has hardly a digit
# left; with `eps = 1e-9` the input does not even move. In float64 there are 16 digits, and half of them remain, until
# `eps` is as small as the last of them. Smaller steps reduce one error and blow up another: $10^{-6}$ is a good place
# in between. `gradcheck` refuses
# float32 for that reason.

# %%
with gradlab.lesson.expect_error(GradcheckError):
    gradcheck(Square.apply, mytorch.tensor([1.0, 2.0], requires_grad=True))

# %% [markdown]
# ### Exercise 7: check your understanding, why not always so?
#
# If a difference quotient finds gradients without any rule, why have rules? A model has 1 million parameters. One
# forward pass takes 1 millisecond, one backward pass twice as long. How many seconds does the gradient of the loss
# take by central differences, and how many by one forward and one backward pass?

# %% exercise="price" points=1
# Both in seconds.
### BEGIN SOLUTION set seconds_by_differences and seconds_by_backward to numbers
seconds_by_differences = 1_000_000 * 2 * 0.001
seconds_by_backward = 0.001 + 0.002
### END SOLUTION

# %% hints="price"
# How often does `numerical_jacobian` call the function for one entry of x?
# ---
# Forward passes in all: the number of parameters times the calls for each. Times a millisecond.
# ---
# With a backward pass the number of parameters does not come into it: one forward, one backward.

# %% check="price" points=0
for seconds in (seconds_by_differences, seconds_by_backward):
    assert isinstance(seconds, int | float) and seconds > 0, "both should be numbers of seconds, above 0"
assert seconds_by_differences > 1000 * seconds_by_backward, (
    "differences cost forward passes for every single parameter: far more than a thousand times as long"
)

# %% [markdown]
# ## 5 · A stable op: softplus
#
# Back to $\log(1 + e^x)$, which is called **softplus**. The overflow goes away with a little algebra: pull $e^x$ out
# of the log when $x$ is positive. For both signs at once:
#
# $$\log(1 + e^x) = \max(x, 0) + \log\left(1 + e^{-|x|}\right)$$
#
# The exponent is never above 0, so nothing overflows. `log1p(u)` computes $\log(1 + u)$ without losing a tiny $u$.
# These are all ops that you have. Is that enough?

# %%
x = mytorch.tensor([-2.0, 0.0, 2.0, 100.0], requires_grad=True)
y = x.relu() + (-x.abs()).exp().log1p()
y.sum().backward()
print("values:", [round(v, 4) for v in y.tolist()])
print("slopes:", [round(v, 4) for v in x.grad.tolist()])

# %% [markdown]
# The values are right. The slopes should be $\sigma(x)$, the sigmoid: 0.1192, 0.5, 0.8808, 1. Three are. At 0 the
# slope should be 0.5, and the engine says 0.
#
# `relu` and `abs` both have a corner at 0, and their rules both answer 0 there. In the sum the corners cancel, and
# the function is smooth; the rules know nothing of each other. A formula can be right and stable, and its derivative,
# taken piece by piece, wrong.
#
# ### Exercise 8: `Softplus`
#
# So you say what the gradient is: $\frac{d}{dx} \log(1 + e^x) = \sigma(x)$.

# %% exercise="Softplus" points=2
class Softplus(mytorch.autograd.Function):
    """y = log(1 + eˣ), without overflow. dy/dx = σ(x). Both with tensor operations."""

    @staticmethod
    def forward(ctx, x):
        ### BEGIN SOLUTION save what backward needs; return max(x, 0) + log(1 + exp(−|x|))
        ctx.save_for_backward(x)
        return x.relu() + (-x.abs()).exp().log1p()
        ### END SOLUTION

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION return the gradient of x
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()
        ### END SOLUTION

# %% hints="Softplus"
# The layout is that of `Square`; only the two formulas are new.
# ---
# The value is the stable line from the cell above. Inside of `forward` nothing is recorded, so its corners do no harm.
# ---
# `x.sigmoid()` is stable already. Do not forget the gradient that arrives.

# %% check="Softplus" points=1
from gradlab.expected import expect_graph

x = mytorch.tensor([-100.0, -1.0, 0.0, 1.0, 100.0], requires_grad=True)
y = Softplus.apply(x)
assert np.isfinite(y.array).all(), f"softplus of ±100 is {y.tolist()}: no exponent may be large"
assert y.shape == x.shape, f"x has shape (5,), and so has its softplus; yours has {tuple(y.shape)}"
assert np.allclose(y.array, [0, 0.313262, 0.693147, 1.313262, 100], atol=1e-5), f"softplus is {y.tolist()}"
expect_graph(y, "Softplus(x)", x=x)  # one node, whatever forward computes
y.sum().backward()
assert np.allclose(x.grad.array, [0, 0.268941, 0.5, 0.731059, 1], atol=1e-5), (
    f"the slopes are {x.grad.tolist()}, not σ(x): 0, 0.2689, 0.5, 0.7311, 1"
)
x = mytorch.tensor([-3.0, -0.2, 0.0, 0.7, 40.0], dtype=mytorch.float64, requires_grad=True)
assert mytorch.autograd.gradcheck(Softplus.apply, x), "gradcheck found a mistake"
assert mytorch.autograd.gradgradcheck(Softplus.apply, x), "the second derivative is wrong: use tensor operations"
assert Softplus.apply(mytorch.tensor(-30.0)).item() > 0, (
    "softplus(-30) is about 1e-13, not 0: log(1 + u) loses a tiny u, log1p(u) keeps it"
)

# %% [markdown]
# One node instead of six. Stability was the reason, and two gifts came along: it saves one array instead of several,
# and the walk makes one stop.

# %%
x = mytorch.tensor([-2.0, 0.0, 2.0, 100.0], requires_grad=True)
draw(x.relu() + (-x.abs()).exp().log1p(), names={"x": x}, detail="full")

# %%
draw(Softplus.apply(x), names={"x": x}, detail="full")

# %% [markdown]
# And the walk makes its one stop at a line that you wrote:

# %%
from gradlab.movie import backward_movie

backward_movie(Softplus.apply(x).sum(), names={"x": x})

# %% [markdown]
# ## 6 · A gradient that is not there: straight-through
#
# Phones run networks whose weights are whole steps of a grid, such as 0.5. How do you train one? Rounding is flat
# between its jumps, so its true derivative is 0 almost everywhere:

# %%
w = mytorch.tensor([0.2, 0.8, 1.3], requires_grad=True)
rounded = (w / 0.5).round() * 0.5
rounded.sum().backward()
print(rounded.tolist(), w.grad.tolist())

# %% [markdown]
# No gradient, no learning. The field's answer is a white lie, the **straight-through estimator**: forward rounds,
# backward pretends that nothing happened, and passes the gradient on as it came. A small step that changes the sum of
# many roundings does go, on average, where the gradient points.
#
# ### Exercise 9: `StraightThrough`
#
# `step` is a number, no tensor. What does `backward` return in its place?

# %% exercise="StraightThrough" points=2
class StraightThrough(mytorch.autograd.Function):
    """y = x rounded to a multiple of `step` (a number). Its gradient is taken to be that of the identity."""

    @staticmethod
    def forward(ctx, x, step):
        ### BEGIN SOLUTION round to a multiple of step
        return (x / step).round() * step
        ### END SOLUTION

    @staticmethod
    def backward(ctx, grad):
        ### BEGIN SOLUTION one entry for each input of forward
        return grad, None
        ### END SOLUTION

# %% hints="StraightThrough"
# Rounding to multiples of 0.5: how many halves is x, rounded to a whole number? Then back.
# ---
# Nothing needs to be saved. The gradient goes straight through.
# ---
# `forward` takes two inputs, so `backward` returns two things. A number has no gradient.

# %% check="StraightThrough" points=1
x = mytorch.tensor([0.2, 0.8, -1.3], requires_grad=True)
y = StraightThrough.apply(x, 0.5)
assert np.allclose(y.array, [0, 1, -1.5]), f"rounded to multiples of 0.5: {y.tolist()}, not [0, 1, -1.5]"
y.backward(mytorch.tensor([1.0, 10.0, 100.0]))
assert x.grad is not None and x.grad.tolist() == [1, 10, 100], (
    f"x.grad is {x.grad}, not [1, 10, 100]: what arrives goes straight through"
)
node = StraightThrough.apply(x, 0.5).grad_fn
assert node.saved_tensors is None, "something was saved, and nothing is needed: it would cost memory"
t = mytorch.tensor(2.0)
back = StraightThrough.backward(SimpleNamespace(), t)
assert isinstance(back, tuple) and len(back) == 2, "forward takes x and step, so backward returns two entries"
assert back[1] is None, "step is a number: its entry is None"

# %% [markdown]
# A model with one weight on a grid of 0.5, and data made with 1.5. With plain rounding it never starts:

# %%
from gradlab.plots import loss_curve
from mytorch.training import sgd_step, zero_grad


def train_on_grid(on_grid, steps=30):
    w = mytorch.tensor(-0.8, requires_grad=True)
    xs = mytorch.tensor(np.random.default_rng(6).normal(size=20), dtype=mytorch.float32)
    losses = []
    for _ in range(steps):
        zero_grad([w])
        loss = ((on_grid(w) * xs - 1.5 * xs) ** 2).mean()
        loss.backward()
        sgd_step([w], lr=0.1)
        losses.append(loss.item())
    return losses, on_grid(w).item()


plain, w_plain = train_on_grid(lambda w: (w / 0.5).round() * 0.5)
through, w_through = train_on_grid(lambda w: StraightThrough.apply(w, 0.5))
print("weight on the grid: plain", w_plain, " straight-through", w_through)
loss_curve({"plain rounding": plain, "straight-through": through})

# %% [markdown]
# What does `gradcheck` think of a white lie?

# %%
x = mytorch.tensor([0.2, 0.8], dtype=mytorch.float64, requires_grad=True)
with gradlab.lesson.expect_error(GradcheckError):
    gradcheck(lambda x: StraightThrough.apply(x, 0.5), x)

# %% [markdown]
# It is not fooled: the function does not move, and the rule claims 1. Here the mismatch is meant. Keep such ops few,
# and say in the docstring that their gradient is not the derivative.
#
# ## 7 · Losses
#
# Every training step so far ended in a mean squared error that was written out by hand. Losses deserve names. They
# need no custom op: they are made of ops that are there, so their gradients come for free. But they carry the two
# lessons of this notebook: check shapes, and mind the exponents.

# %% given="losses_head"
#| export losses.losses_head
"""Losses: one number that says how wrong a prediction is. Made of ops that are there; autograd does the rest."""

import warnings

#: The smallest float32 above 0. A probability is at least that before its log is taken: 0 · log 0 would be no number.
TINY = 1e-45


def reduce(losses, reduction):
    """The "mean" or the "sum" of the losses, or with "none" all of them."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction. Use 'mean', 'sum' or 'none'.")
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()


def check_same_shape(input, target):
    """Warn if `target` would be broadcast: (n,) against (n, 1) silently gives n² losses."""
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )

# %% given="mse_loss"
#| export losses.mse_loss
def mse_loss(input, target, reduction="mean"):
    """(input − target)², the mean over all entries."""
    check_same_shape(input, target)
    difference = input - target
    return reduce(difference * difference, reduction)


def l1_loss(input, target, reduction="mean"):
    """|input − target|, the mean over all entries."""
    check_same_shape(input, target)
    return reduce((input - target).abs(), reduction)

# %% predict="pairs"
# Three predictions, all exactly right, as a column; the targets as a row. What is the mean squared error?
my_guess = None

# %%
import warnings

prediction = mytorch.tensor([[1.0], [2.0], [3.0]])
target = mytorch.tensor([1.0, 2.0, 3.0])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print("loss:", mse_loss(prediction, target).item())
print(gradlab.lesson.wrapped(f"warning: {caught[0].message}"))

# %% [markdown]
# (3, 1) against (3,) is broadcast to (3, 3): every prediction against every target. It runs, it trains, and the model
# learns the mean. PyTorch warns with these words, and people still lose days over it.
#
# ### Binary cross-entropy
# Yes or no: is this mail spam? The model gives a **logit**, any number $x$; the probability of yes is
# $p = \sigma(x)$. The loss is minus the log of the probability that was given to what happened ($t$ is 1 or 0):
#
# $$L = -\big(t \log p + (1 - t) \log(1 - p)\big)$$

# %% given="binary_cross_entropy"
#| export losses.binary_cross_entropy
def binary_cross_entropy(input, target, reduction="mean"):
    """−(t · log p + (1 − t) · log(1 − p)) for probabilities p = `input`. No log is below −100: 0 and 1 are finite."""
    log_p = input.clamp(min=TINY).log().clamp(min=-100)
    log_q = (1 - input).clamp(min=TINY).log().clamp(min=-100)
    return reduce(-(target * log_p + (1 - target) * log_q), reduction)

# %%
no = mytorch.tensor([0.0, 0.0])
logits = mytorch.tensor([5.0, 40.0], requires_grad=True)
loss = binary_cross_entropy(logits.sigmoid(), no, reduction="none")
loss.sum().backward()
print("losses:   ", loss.tolist())
print("gradients:", logits.grad.tolist())

# %% [markdown]
# The second mail is called spam with logit 40, and it is none. The loss should be 40, and its slope 1: "very wrong,
# go down". In float32, though, $\sigma(40)$ is exactly 1, $\log(1 - p)$ is the floor of −100, and the gradient is 0.
# The example that is wrong most of all teaches nothing.
#
# ### Exercise 10: `binary_cross_entropy_with_logits`
#
# Put $p = \sigma(x)$ into the formula and simplify, and the trouble is gone: $L = x - x\,t + \log(1 + e^{-x})$. The
# last term is softplus of $-x$. The losses of the package should not need an op of your notebook, so this
# one uses an identity that holds for every $m$:
#
# $$\log(1 + e^{-x}) = m + \log\left(e^{-m} + e^{-x-m}\right)$$
#
# With $m = \max(-x, 0)$ both exponents are at most 0. And because it holds for every $m$, the corner of $\max$ cannot
# show: whatever its rule answers at 0 cancels exactly.

# %% exercise="binary_cross_entropy_with_logits" points=2
#| export losses.binary_cross_entropy_with_logits
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    """The same for logits x, where p = sigmoid(x): x − x · t + log(1 + e⁻ˣ). No exp overflows, no log is taken of 0.

    log(1 + e⁻ˣ) = m + log(e⁻ᵐ + e⁻ˣ⁻ᵐ) for every m; with m = max(−x, 0) both exponents are at most 0.
    input, target: tensors of one shape. Returns the losses, reduced (see `reduce`).
    """
    ### BEGIN SOLUTION compute m, then the losses; reduce them
    m = (-input).relu()
    return reduce(input - input * target + m + ((-m).exp() + (-input - m).exp()).log(), reduction)
    ### END SOLUTION

# %% hints="binary_cross_entropy_with_logits"
# The docstring has both formulas. `max(−x, 0)` is an op that you know by another name.
# ---
# First m, then the losses in one line: $x - x t + m + \log(\dots)$.
# ---
# `reduce(losses, reduction)` from the given cell does the rest. Do not use `abs` and `log1p` here: try the slope at
# $x = 0$ if you want to know why.

# %% check="binary_cross_entropy_with_logits" points=1
logits = mytorch.tensor([0.0, 2.0, -2.0, 40.0, -200.0], requires_grad=True)
target = mytorch.tensor([1.0, 1.0, 1.0, 0.0, 1.0])
losses = binary_cross_entropy_with_logits(logits, target, reduction="none")
assert losses.shape == logits.shape, "with reduction='none' there is one loss for each entry"
assert np.allclose(losses.array, [0.693147, 0.126928, 2.126928, 40, 200], atol=1e-4), (
    f"the losses are {losses.tolist()}, not [0.6931, 0.1269, 2.1269, 40, 200]"
)
losses.sum().backward()
assert np.allclose(logits.grad.array, [-0.5, -0.119203, -0.880797, 1, -1], atol=1e-5), (
    f"the gradients are {logits.grad.tolist()}, not σ(x) − t: [-0.5, -0.1192, -0.8808, 1, -1]"
)
mean = binary_cross_entropy_with_logits(logits, target)
assert mean.shape == () and abs(mean.item() - 48.589401) < 1e-3, f"the mean of the losses is 48.5894, not {mean.tolist()}"
assert abs(binary_cross_entropy_with_logits(logits, target, reduction="sum").item() - 242.947) < 1e-2, "the sum is 242.947"

# %% [markdown]
# The gradient is $\sigma(x) - t$: what the model said, minus what happened. Hold that shape in mind; here it comes
# again, with more than two classes.
#
# ### Cross-entropy
# Each row of the logits holds a number for each of $C$ classes; the target holds, for each row, the number of the
# class that was right. `log_softmax` turns logits into log-probabilities, stably (lesson 3).
#
# ### Exercise 11: `nll_loss`
#
# What remains is to pick from each row the entry of its target: the *negative log-likelihood*.

# %% exercise="nll_loss" points=2
#| export losses.nll_loss
def nll_loss(input, target, reduction="mean"):
    """−input[i, target[i]] for log-probabilities (n, classes) and the right classes (n,), as ints.

    Returns the losses (n,), reduced (see `reduce`).
    """
    ### BEGIN SOLUTION pick from each row the entry of its target
    rows = list(range(input.shape[0]))
    return reduce(-input[rows, target], reduction)
    ### END SOLUTION

# %% hints="nll_loss"
# Lesson 1: indexing with two lists, one of rows and one of columns, picks one entry for each pair.
# ---
# The rows are 0, 1, …, n − 1; the columns are the targets.
# ---
# `input[rows, target]` has shape (n,). Minus, and reduce.

# %% given="cross_entropy"
#| export losses.cross_entropy
def cross_entropy(input, target, reduction="mean"):
    """nll_loss(log_softmax(input)), for logits (n, classes) and classes (n,). Gradient: (softmax − one-hot) / n."""
    return nll_loss(input.log_softmax(1), target, reduction)

# %% check="nll_loss" points=1
scores = mytorch.tensor([[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0]], requires_grad=True)
target = mytorch.tensor([2, 0])
picked = nll_loss(scores, target, reduction="none")
assert picked.tolist() == [3, 4], f"row 0 has class 2, row 1 class 0: the losses are [3, 4], not {picked.tolist()}"
loss = nll_loss(scores, target)
assert loss.shape == () and loss.item() == 3.5, f"the mean of 3 and 4 is 3.5, not {loss.tolist()}"
assert nll_loss(scores, target, reduction="sum").item() == 7, "the sum of 3 and 4 is 7"
loss.backward()
assert scores.grad is not None, "the losses have lost their history: pick with tensor operations, not from arrays"
assert scores.grad.tolist() == [[0, 0, -0.5], [-0.5, 0, 0]], f"the gradient is {scores.grad.tolist()}"

# %%
logits = mytorch.tensor([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]], requires_grad=True)
cross_entropy(logits, mytorch.tensor([0, 2])).backward()
print("softmax: ", np.round(logits.softmax(1).tolist(), 3).tolist())
print("gradient:", np.round(logits.grad.tolist(), 3).tolist())

# %% [markdown]
# Each row of the gradient is softmax minus 1 at the right class, divided by the 2 rows: what the model said, minus
# what happened. It adds up to 0: what one class gains, the others lose.
#
# ### Exercise 12: check your understanding, a model that knows nothing
#
# Before training, a classifier with 1,000 classes gives every class the same logit. What does `cross_entropy` say
# (one example, natural logarithm)? And what is the gradient of the logit of the *right* class? These are the first
# two numbers to look at in any run: a first loss far from it means a bug, not bad luck.

# %% exercise="first-loss" points=1
# np.log is the natural logarithm.
### BEGIN SOLUTION set first_loss and right_class_gradient to numbers
first_loss = float(np.log(1000))
right_class_gradient = 1 / 1000 - 1
### END SOLUTION

# %% hints="first-loss"
# Which probability does each of 1,000 classes get, if all logits are equal?
# ---
# The loss is minus the log of that probability.
# ---
# The gradient is softmax minus one-hot. What are both at the right class?

# %% check="first-loss" points=0
assert isinstance(first_loss, int | float) and first_loss > 1, "first_loss should be a number, above 1"
assert isinstance(right_class_gradient, int | float) and right_class_gradient < 0, (
    "right_class_gradient should be a negative number: a larger logit of the right class makes the loss smaller"
)

# %% [markdown]
# ## 8 · Two goals in one loss: a recommender
#
# You have watched an action film. The most *accurate* next list is ten more action films. It is also a boring one.
# Streaming services train on both: be right, and be varied. How do you say that to a gradient?
#
# A list of the best three is a hard choice, and hard choices have no gradient, as rounding has none. So the list is
# made soft: $p = \text{softmax}(\text{scores})$ says how much room each film gets. Then
#
# - **accuracy** is $-\log p_0$, where film 0 is the one that the user went for: a cross-entropy;
# - **similarity** is $\sum_{ij} p_i\, p_j \cos(i, j)$: draw two films from the list, how alike are they on average?
# - the **loss** is $(1 - \lambda) \cdot \text{accuracy} + \lambda \cdot \text{similarity}$, with the *trade-off* $\lambda$
#   from 0 to 1.
#
# ### Exercise 13: `diversity_loss`
#
# The double sum looks expensive. With $u_i$, the features of film $i$ scaled to length 1, $\cos(i, j) = u_i \cdot u_j$,
# and the double sum is $\left|\sum_i p_i u_i\right|^2$: one vector, the average taste of the list, and its squared length.

# %% exercise="diversity_loss" points=2
#| export losses.diversity_loss
def diversity_loss(scores, items, trade_off):
    """What a recommender pays for: wrong scores, and a list in which all items are alike.

    scores: (n,) logits of n items. items: (n, d) their features, none all zero. trade_off: 0..1, diversity's weight.
    The list is soft, p = softmax(scores). Accuracy: −log p of item 0, the one the user chose, computed stably.
    Similarity: Σᵢⱼ pᵢ pⱼ cos(itemᵢ, itemⱼ). Returns (1 − trade_off) · accuracy + trade_off · similarity.
    """
    ### BEGIN SOLUTION the two parts, and their weighted sum
    p = scores.softmax(0)
    unit = items / (items * items).sum(1, keepdim=True).sqrt()
    taste = p @ unit
    return (1 - trade_off) * -scores.log_softmax(0)[0] + trade_off * (taste * taste).sum()
    ### END SOLUTION

# %% hints="diversity_loss"
# Four steps: p; the features scaled to length 1; the average taste; the weighted sum.
# ---
# Length: the square root of the sum of squares over dim 1. Which option of `sum` keeps the dim, so that (n, d) can be
# divided by it?
# ---
# `p @ unit` is the average taste, of shape (d,). For the accuracy use `log_softmax`: the log of a softmax that has
# become 0 is −inf.

# %% check="diversity_loss" points=1
even = mytorch.tensor([0.0, 0.0], requires_grad=True)
alike = mytorch.tensor([[1.0, 0.0], [3.0, 0.0]])
unlike = mytorch.tensor([[1.0, 0.0], [0.0, 2.0]])
found = diversity_loss(even, unlike, 0.0)
assert found.shape == (), f"the loss is one number; yours has shape {tuple(found.shape)}"
assert abs(found.item() - 0.693147) < 1e-5, f"trade_off 0 is accuracy alone, −log ½ = 0.6931, not {found.item():.4f}"
assert abs(diversity_loss(even, alike, 1.0).item() - 1) < 1e-5, (
    "two items in the same direction, whatever their lengths, have similarity 1: scale the features to length 1"
)
assert abs(diversity_loss(even, unlike, 1.0).item() - 0.5) < 1e-5, (
    "two items at right angles, half of the list each: ¼·1 + ¼·1 + 2·¼·0 = 0.5"
)
assert abs(diversity_loss(even, unlike, 0.25).item() - (0.75 * 0.693147 + 0.25 * 0.5)) < 1e-5, (
    "trade_off 0.25 weighs accuracy with 0.75 and similarity with 0.25"
)
far = mytorch.tensor([-200.0, 200.0], requires_grad=True)
assert abs(diversity_loss(far, unlike, 0.0).item() - 400) < 1e-2, "−log p₀ is 400 here: log_softmax, not log of softmax"
scores = mytorch.tensor([0.5, -0.2, 0.1], dtype=mytorch.float64, requires_grad=True)
films = mytorch.tensor([[1.0, 0.2], [0.8, 0.3], [-0.1, 1.0]], dtype=mytorch.float64, requires_grad=True)
assert mytorch.autograd.gradcheck(lambda s, f: diversity_loss(s, f, 0.4), (scores, films)), "gradcheck found a mistake"

# %% [markdown]
# Six films, with two features each (action, romance). The user chose the first. Gradient descent on the scores, for
# several trade-offs:

# %%
films = mytorch.tensor([[1.0, 0.0], [0.9, 0.1], [1.0, 0.2], [0.5, 0.5], [0.1, 0.9], [0.0, 1.0]])


def trained_list(trade_off, steps=300):
    scores = mytorch.zeros(6, requires_grad=True)
    for _ in range(steps):
        zero_grad([scores])
        diversity_loss(scores, films, trade_off).backward()
        sgd_step([scores], lr=0.5)
    with mytorch.no_grad():
        return scores.softmax(0), diversity_loss(scores, films, 1.0).item()


trade_offs = [0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9]
lists = [trained_list(trade_off) for trade_off in trade_offs]
for trade_off, (p, similarity) in zip(trade_offs, lists, strict=True):
    print(f"{trade_off:.1f}:  list {np.round(p.tolist(), 2).tolist()}   similarity {similarity:.2f}")

# %%
from gradlab.plots import race

series = {
    "room for the chosen film": [p[0].item() for p, _ in lists],
    "similarity of the list": [similarity for _, similarity in lists],
}
race(trade_offs, series, log=False, title="Accuracy against diversity", xlabel="trade-off", ylabel="")

# %% [markdown]
# Look at which films come in as $\lambda$ grows. Not the neighbours of film 0, though an accurate recommender would
# call them good: film 5 does, the one at right angles to it. Nobody wrote that down. It is what the gradient of the
# squared length asks for.

# %% [markdown]
# ## Common mistakes, made on purpose
#
# **One gradient too few.** `forward` takes two inputs and one of them is a number. It counts:

# %%
class Times(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.factor


x = mytorch.tensor([1.0, 2.0], requires_grad=True)
with gradlab.lesson.expect_error(RuntimeError):
    Times.apply(x, 3.0).sum().backward()

# %% [markdown]
# Read it aloud: *expected 2, got 1*. `return grad * ctx.factor, None` is what was meant.
#
# **A gradient of the result's shape.** The op adds up; its gradient has to go back to the shape of the input:

# %%
class Total(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.sum()

    @staticmethod
    def backward(ctx, grad):
        return grad


with gradlab.lesson.expect_error(RuntimeError):
    Total.apply(x).backward()

# %% [markdown]
# *Got [], expected [2].* The rule needs the shape of `x`: `ctx.shape_of_x = x.shape` in `forward`, and
# `grad.expand(ctx.shape_of_x)` in `backward`. A shape is no tensor, so it is kept as an attribute, not with
# `save_for_backward`. (Why not `ctx.shape`? The node uses that name itself.)
#
# **Calling `forward`, not `apply`.** No error at all:

# %%
y = Square.forward(Square(), x)
print(y, "- made by a", type(y.grad_fn).__name__)

# %% [markdown]
# The product inside was recorded, because nobody switched recording off, and your `backward` will never run. If a
# custom rule seems to be ignored, look at `grad_fn`.
#
# **Leaving the world of tensors in `backward`.** With NumPy inside, the first derivative is fine and the second is
# silently missing. `once_differentiable` turns that silence into an error. It is given:

# %% given="once_differentiable"
#| export custom.once_differentiable
class Refuse(graph.Function):
    """The identity, whose own gradient is an error."""

    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad):
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable. "
            "Write its backward with tensor operations only, and take the mark away."
        )


def once_differentiable(backward):
    """Mark a `backward` that cannot be differentiated itself, because it leaves the world of tensors."""

    @functools.wraps(backward)
    def once(ctx, *grads):
        recorded = graph.mode.enabled
        with no_grad():
            result = backward(ctx, *grads)
        if not recorded:
            return result
        result = result if isinstance(result, tuple) else (result,)
        refused = []
        for g in result:
            if g is not None:
                g = TensorBase.result_type(g.array)
                g.edge = graph.AccumulateGrad(g)
                g = Refuse.apply(g)
            refused.append(g)
        return tuple(refused)

    return once

# %%
from mytorch.autograd.function import once_differentiable as once


class NumpySine(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return mytorch.tensor(np.sin(x.detach().numpy()))

    @staticmethod
    @once
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return mytorch.tensor(grad.detach().numpy() * np.cos(x.detach().numpy()))


t = mytorch.tensor(0.0, requires_grad=True)
(slope,) = mytorch.autograd.grad(NumpySine.apply(t), t, create_graph=True)
print("the slope of sin at 0:", slope.item())
with gradlab.lesson.expect_error(RuntimeError):
    slope.backward()

# %% [markdown]
# ## Break it: find the wrong backward
#
# You review other people's ops.
#
# ### Exercise 14: `is_right`
#
# Write `is_right(op)`, which is given a `Function` of one input that works entry by
# entry or reduces to fewer entries, and returns True or False: is its backward right? All functions are smooth, and
# defined for all numbers. Some of the wrong rules look right in many places: only for positive inputs, only when a
# single gradient arrives, only where all entries are equal. An op that raises an error is wrong, too.

# %% exercise="is_right" points=3
def is_right(op):
    """Whether the backward of `op` fits its forward. It never raises."""
    ### BEGIN SOLUTION choose inputs, and let gradcheck look at op.apply
    inputs = ([1.7, -0.6, 0.3, -2.2], [[0.4, -1.3, 2.1], [-0.8, 1.1, -1.9]])
    try:
        return all(
            mytorch.autograd.gradcheck(
                op.apply, mytorch.tensor(values, dtype=mytorch.float64, requires_grad=True), raise_exception=False
            )
            for values in inputs
        )
    except Exception:
        return False
    ### END SOLUTION

# %% hints="is_right"
# `mytorch.autograd.gradcheck(op.apply, x, raise_exception=False)` returns True or False. What should `x` be?
# ---
# float64, several entries, all different, of both signs, none of them 0 or 1. A second input of another shape finds
# rules that know one shape only.
# ---
# An op may raise something that is no GradcheckError: catch it, and return False.

# %% check="is_right" points=1
class OnlyPositive(mytorch.autograd.Function):
    """x², with a rule that is right for positive x."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2 * ctx.saved_tensors[0].abs()


class Deaf(mytorch.autograd.Function):
    """sin x, with a rule that does not look at what arrives."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0].cos()


class Fine(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0].cos()


assert is_right(Fine) is True, "sin with the rule grad · cos x is right, and is_right says something else"
assert is_right(OnlyPositive) is False, "this rule is wrong for negative inputs, and was not found: use both signs"
assert is_right(Deaf) is False, "this rule ignores the gradient that arrives: use an input with several entries"

# %% [markdown]
# ## Interview questions

# %% [markdown] fold="What is ctx, and why does a custom op need it?"
# `forward` and `backward` are static methods that run at different times, perhaps minutes apart, and the same op may
# be in the graph a thousand times. What one use has to remember lives in its own `ctx`. In PyTorch, and here, `ctx` is
# the graph node itself: you see it again as `y.grad_fn`.

# %% [markdown] fold="Why save_for_backward, and not ctx.x = x?"
# Three reasons. In PyTorch, a result kept as an attribute makes a circle (result → node → result), and the memory
# stays until the garbage collector comes. Writes in place to a saved tensor are noticed; to an attribute they are not. And what was
# saved is freed when the walk has passed. Shapes, numbers and flags go into attributes.

# %% [markdown] fold="What is needs_input_grad for?"
# To leave out work. In `y = x @ w` with data `x`, half of the backward is the gradient of `x`, which nobody wants.
# `if ctx.needs_input_grad[0]:` saves that product; return None in its place.

# %% [markdown] fold="gradcheck fails. What do you look at first?"
# At the two Jacobians in the message. A constant factor: a forgotten 2 or a mean. Signs: a difference taken the wrong
# way round. Right values in the wrong places: a transposed matrix. Zeros in one row: an input that was forgotten. Off
# by 1 % everywhere: float32 somewhere in `forward`, or a corner of the function next to the input.

# %% [markdown] fold="Why is cross-entropy computed from logits, not from probabilities?"
# Because softmax in float32 rounds to exactly 0 or 1, and then the log is −inf or the gradient is 0. From logits, the
# exp and the log cancel on paper, the loss is finite everywhere, and the gradient is softmax minus one-hot.

# %% [markdown]
# ## Practice
#
# **Basic.** Write `Reciprocal`, $1/x$, and save its *result*. Check it with `gradcheck`, and the second derivative
# with `gradgradcheck`.
#
# **Basic.** Write `Square` with `setup_context`: `forward(x)` computes, `setup_context(ctx, inputs, output)`
# remembers.
#
# **Intermediate.** Write `LogSumExp` over the last dim, $\log \sum_j e^{x_j}$, stable for logits of 1,000 and −1,000.
# Its gradient is softmax. What do you save: the input, the result, or the softmax?
#
# **Intermediate.** Write `Sign` with a straight-through gradient that passes only where $|x| \le 1$. Train a linear
# classifier whose weights are all +1 or −1.
#
# **Intermediate.** Write `MinMax`, which returns both the smallest and the largest entry of a vector. Use only one of
# them in a loss and print what `backward` is given for the other.
#
# **Advanced: break it and explain the error.** `h = a * 1`, `y = Softplus.apply(h).sum()`, `h[0] = 0`, and then
# `y.backward()`. Who noticed, and when? Now keep `ctx.x = x` in place of `save_for_backward`. What happens to the
# error, and to the gradient?
#
# **Advanced: break it and explain the error.** Take the `with no_grad():` out of `apply`. Which checks above fail, and
# which gradients are still right? What does it cost all the same? (`mytorch.results.watchers` is a list of functions
# that are called with every new node: count them.)

# %% [markdown]
# ## The same in PyTorch
#
# Three custom ops, right, wrong and careless. Only the import is PyTorch's:
#
# ```python
# import torch
# from torch.autograd import Function, gradcheck
#
# class Exponential(Function):
#     @staticmethod
#     def forward(ctx, x):
#         result = x.exp()
#         ctx.save_for_backward(result)
#         return result
#
#     @staticmethod
#     def backward(ctx, grad_output):
#         (result,) = ctx.saved_tensors
#         return grad_output * result
#
# class Cube(Function):
#     @staticmethod
#     def forward(ctx, x):
#         ctx.save_for_backward(x)
#         return x * x * x
#
#     @staticmethod
#     def backward(ctx, grad):
#         return grad * 3 * ctx.saved_tensors[0]
#
# class Greedy(Exponential):
#     @staticmethod
#     def backward(ctx, grad):
#         return grad, grad
#
# x = torch.tensor([1.0, 0.5], dtype=torch.float64, requires_grad=True)
# y = Exponential.apply(x)
# print(y)
# print(y.grad_fn.name(), gradcheck(Exponential.apply, x))
#
# try:
#     gradcheck(Cube.apply, x)
# except RuntimeError as error:
#     print(error)
#
# try:
#     Greedy.apply(x).sum().backward()
# except RuntimeError as error:
#     print(error)
#
# print(isinstance(y.grad_fn, Exponential))
# ```
#
# PyTorch 2.13 prints:
#
# ```text
# tensor([2.7183, 1.6487], dtype=torch.float64, grad_fn=<ExponentialBackward>)
# ExponentialBackward True
# Jacobian mismatch for output 0 with respect to input 0,
# numerical:tensor([[3.0000, 0.0000],
#         [0.0000, 0.7500]], dtype=torch.float64)
# analytical:tensor([[3.0000, 0.0000],
#         [0.0000, 1.5000]], dtype=torch.float64)
#
# function GreedyBackward returned an incorrect number of gradients (expected 1, got 2)
# False
# ```
#
# Your package prints the same numbers, and two things differently. Its error goes on to say what is wanted. And the
# last line is True: your node is an instance of the class that you wrote. PyTorch's node is an instance of a class
# `ExponentialBackward`, which it makes behind the scenes for `Exponential`; and the nodes of its built-in ops are C++
# objects. The idea, one node with a forward's notes and a backward's rule, is the same in both.

# %% [markdown]
# ## Your package, and somebody else's script
#
# Here is a training script as you find it in any PyTorch tutorial: three clouds of points, a small network, Adam, a
# cross-entropy. One line of it is not from the tutorial: the first. And in the middle of the network sits an op that
# you wrote today.
#
# `nn` and `optim` were given to you with the package. They are bookkeeping: lists of parameters, formulas for steps.
# Every gradient in there is computed by code from your six notebooks.

# %%
import mytorch as torch
from mytorch import nn, optim


class Soft(nn.Module):
    def forward(self, x):
        return Softplus.apply(x)


torch.manual_seed(0)
labels = torch.arange(150) % 3
centres = torch.tensor([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]])
points = centres[labels] + 0.8 * torch.randn(150, 2)

model = nn.Sequential(nn.Linear(2, 16), Soft(), nn.Linear(16, 3))
optimizer = optim.Adam(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()

losses = []
for epoch in range(60):
    optimizer.zero_grad()
    loss = criterion(model(points), labels)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

with torch.no_grad():
    accuracy = (model(points).argmax(dim=1) == labels).float().mean().item()
print(model)
print(f"first loss {losses[0]:.2f}, last loss {losses[-1]:.3f}, accuracy {accuracy:.0%}")
loss_curve(losses)

# %% [markdown]
# And this is what the loss remembers of one step. `Linear` is `x @ W.T + b` in one op, which `nn.Linear` brings along
# (`grad_fn` calls it `AddmmBackward0`, as PyTorch does). You know all the others:

# %%
draw(criterion(model(points), labels), names={"model": model}, direction="down")

# %% [markdown]
# ## Recap
# 1. A custom op is a class with `forward(ctx, …)` and `backward(ctx, …)`. `apply` runs `forward` unrecorded and puts
#    one node, `ctx`, into the graph.
# 2. `backward` returns one entry for each input of `forward`, of the input's shape, and None for what has no gradient.
# 3. `gradcheck` moves every input by ±ε and compares. It needs float64, and inputs that do not hide mistakes.
# 4. A stable value does not give a stable gradient: write down both. A straight-through gradient is a lie that helps.
# 5. Every built-in op was such a class all along.
#
# ## Glossary
# | word | meaning |
# |---|---|
# | context, `ctx` | what one use of an op remembers from `forward` to `backward`; the graph node itself |
# | Jacobian | all derivatives of output entries with respect to input entries |
# | central difference | (f(x + ε) − f(x − ε)) / 2ε |
# | numerically stable | right not only on paper: nothing overflows, no digits are lost on the way |
# | straight-through estimator | a gradient that passes through a step as if it were the identity |
# | logit | a score, any number, that sigmoid or softmax turns into a probability |
# | negative log-likelihood | minus the log of the probability that was given to what happened |
# | cross-entropy | the negative log-likelihood of a softmax over logits |
# | one-hot | 1 at one class, 0 at all others |

# %% [markdown] fold="FAQ: do I have to write a Function for every new layer?"
# No. Whatever is made of existing ops has its gradient. Write one for stability, for memory or speed, for code that
# autograd cannot see (NumPy, C, a solver), or for a gradient that is not the derivative.

# %% [markdown] fold="FAQ: why @staticmethod? Where is self?"
# An op has no state of its own between uses; what one use remembers is in `ctx`. In `mytorch` `ctx` is an instance of
# the class, so it is `self` by another name. It is passed openly because users should keep nothing else there.

# %% [markdown] fold="FAQ: may backward change the gradient that it is given, in place?"
# No. The same array may be on its way to another node, as with `a + b`. Make a new tensor.

# %% [markdown] fold="FAQ: gradcheck fails for relu at 0. Is relu wrong?"
# No: at a corner the difference quotient gives ½, and any slope from 0 to 1 is defensible. Check at inputs away from
# corners, further away than ε.

# %% [markdown]
# ## What comes next: a look back
#
# Six notebooks ago a tensor was a box of numbers. Look at what happens now when you write `loss.backward()`:
#
# - **Lesson 1.** The numbers: kernels that compute, and `unbroadcast`, which undoes what broadcasting did. It is
#   called at every place where shapes once grew.
# - **Lesson 2.** The memory: each op leaves a node, nodes know where they came from, and the newest comes first.
# - **Lesson 3.** The calculus: for each op a rule of a line or two, and one walk that hands gradients on, each node
#   once, after all that used it.
# - **Lesson 4.** The arrival: gradients add up, graphs are freed behind the walk, and a step goes downhill.
# - **Lesson 5.** The switch: what is not to be recorded is not, and nobody writes into saved memory unnoticed.
# - **Lesson 6.** The door: your own ops go into the same graph as all the others, and can be checked.
#
# Everything else in a deep learning framework is more of this (more ops, more rules) or faster (GPUs, compilers,
# kernels that fuse). Open PyTorch's `torch/autograd/function.py` and `tools/autograd/derivatives.yaml` one evening: you will find
# your own ideas there, by the same names. When some day an error says *one of the variables needed for gradient
# computation has been modified by an inplace operation*, you will know who counted, and why.
#
# The package in `mytorch/` is yours. Every module that the six notebooks export, you wrote or read line by line. Give
# it an op that it does not have, check it, and train something with it. Goodbye, and thank you for doing the work.
