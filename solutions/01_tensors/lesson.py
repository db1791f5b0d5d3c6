# %% [markdown]
# # Lesson 1 · Tensors
#
# A layer of a small network has computed four rows of three numbers: a table of shape `(4, 3)`. To it we add a bias,
# which has three numbers: shape `(3,)`.
#
# Twelve numbers plus three numbers. Before you run the cells below: is that allowed, and if it is, **how often is each
# number of the bias used?**

# %% setup=true
import gradlab.lesson

# %% given="imports"
import numpy as np

import mytorch

# %%
rows = np.zeros((4, 3))
bias = np.array([10.0, 20.0, 30.0])
print(rows + bias)

# %% [markdown]
# Each number of the bias was used four times. Nobody wrote "four" anywhere: the shapes said it.
#
# Training will ask the same question backwards. Suppose each of the twelve results reports how much it would like to
# change. Twelve wishes, and only three numbers to turn: **whose share is what?**
#
# The answer is one short function, `unbroadcast`. You will write it in this lesson, two lessons before there is a
# gradient to put into it, because it is a question about shapes and about nothing else.

# %% [markdown]
# ## Why this matters
#
# An engine that computes gradients works on tensors from the first step to the last. If its sums run over the wrong
# dim, its gradients are wrong too, and no amount of calculus will tell you.
#
# Most mistakes in training code are about shapes. The friendly ones stop with an error. The others go on and train:
# below you will meet one that teaches a model to predict the average, without a single warning.
#
# ## What you will be able to do
#
# - say which dtype a tensor gets, and whether it shares its memory with what it was made from;
# - say which shapes fit together, and which shape comes out, before you run anything;
# - undo broadcasting: give every number the sum of the shares of its copies;
# - reduce over any dims, with `keepdim` where it is needed;
# - write a softmax that survives 1000;
# - multiply matrices and batches of matrices, and read the error when they do not fit;
# - tell `reshape` from `transpose`, and a view from a copy.
#
# It takes about 90 minutes. You need Python and a first acquaintance with NumPy.

# %% [markdown]
# ## How a lesson works
#
# You build a package, `mytorch`. An exercise is a cell that begins with `#| export module.name`. When you run it, it
# becomes part of `mytorch/module.py`, and the check below it tests the package. Given cells are part of the package as
# well; run them as you come by.
#
# Stuck? The hints below an exercise open one at a time. What is not written yet says so:

# %%
try:
    print(mytorch.tensor([1.0, 2.0]))
except NotImplementedError as error:
    print(error)

# %% [markdown]
# One tool for the checks, which often want to see an error and read it:

# %% given="error_of"
def error_of(function, *args, **kwargs):
    """The error that function(*args, **kwargs) raises, or None if it raises none."""
    try:
        function(*args, **kwargs)
    except NotImplementedError:
        raise
    except Exception as error:
        return error

# %% [markdown]
# ## 1 · From Python to an array
#
# A tensor of `mytorch` is a NumPy array with a few facts attached, most of which come in later lessons. What the array
# holds, its **dtype**, is decided when the tensor is made.
#
# Guess first: which dtypes do PyTorch and NumPy choose here?

# %% predict="dtypes"
# Write your guess; nothing is graded here. For instance "float32".
numpy_for_floats = None  # np.array([1.0, 2.0]).dtype
torch_for_floats = None  # torch.tensor([1.0, 2.0]).dtype
torch_for_ints = None  # torch.tensor([1, 2]).dtype
torch_for_an_array = None  # torch.tensor(np.array([1.0, 2.0])).dtype

# %% [markdown]
# | | NumPy | PyTorch |
# |---|---|---|
# | `[1.0, 2.0]` | float64 | **float32** |
# | `[1, 2]` | int64 | int64 |
# | `[True, False]` | bool | bool |
# | `np.array([1.0, 2.0])` | float64 | **float64** |
#
# Networks are trained in float32: half the memory, often twice the speed, and seven decimal digits are plenty for a
# gradient. So PyTorch reads a *Python* float as float32. A NumPy array already has a dtype that somebody chose, and
# PyTorch keeps it.
#
# The second rule is about memory: `tensor(data)` **copies**, always. Change `data` afterwards, and the tensor does not
# move.
#
# All that computes on bare arrays goes to a module called `kernels`: no gradients, no tensors. Here is its head, and a
# helper that reads numbers and complains well.

# %% given="kernels_head"
#| export kernels.kernels_head
"""Kernels: what each op computes, on NumPy arrays. No gradients here.

A kernel takes arrays (and Python numbers) and returns an array. The rules of lesson 3 call these. Their names are
PyTorch's, so `sum`, `max` and `pow` hide Python's own in this module, on purpose.
"""

import math

import numpy as np

from mytorch._lessons import later

broadcast_shapes = later("shapes", "broadcast_shapes")
infer_shape = later("shapes", "infer_shape")
normalize_dims = later("shapes", "normalize_dims")

# ---- from Python to an array -------------------------------------------------------------------------------------

# %% given="read"
#| export kernels.read
def read(data):
    """`data` as an array with the dtype that NumPy gives it; an array is returned as it is.

    Raises ValueError for lists of unequal length, TypeError for what is not a number.
    """
    try:
        array = np.asarray(data)
    except ValueError:
        raise ValueError("expected sequences of equal length, but the rows differ: make them equally long.") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"can't convert {array.dtype} to a tensor: it holds numbers or bools only.")
    if array.dtype == np.int_ != np.int64 and not isinstance(data, (np.ndarray, np.generic)):
        return array.astype(np.int64)  # Python in a browser has ints of 32 bits; a tensor's have 64 everywhere
    return array

# %% [markdown]
# ### Exercise 1: `to_array`
#
# `mytorch.tensor` asks this function for its array. It has two decisions to make: the dtype, and a copy.

# %% exercise="to_array" points=3
#| export kernels.to_array
def to_array(data, dtype=None):
    """A new array with the numbers of `data`; it never shares memory with `data`.

    data: a number, nested lists or tuples of numbers, or a NumPy array or NumPy number.
    dtype: a NumPy dtype, or None. Then Python floats become float32, Python ints int64, bools bool, and a NumPy array
    (or NumPy number) keeps its dtype.
    Raises ValueError for lists of unequal length, TypeError for what is not a number.
    """
    array = read(data)
    ### BEGIN SOLUTION choose the dtype when none is given, and return a new array
    if dtype is None:
        chosen_by_somebody = isinstance(data, (np.ndarray, np.generic))
        # NumPy reads Python floats as float64, and an empty list too; PyTorch's default is float32.
        dtype = np.float32 if array.dtype == np.float64 and not chosen_by_somebody else array.dtype
    return np.array(data, dtype=dtype)
    ### END SOLUTION

# %% hints="to_array"
# `array` is what NumPy makes of `data`. In which single case of the table above is its dtype not the one we want?
# ---
# Only Python's own floats change: what is neither an `np.ndarray` nor an `np.generic` (a NumPy number), and came out as
# float64. A `dtype` that the caller gave is the last word.
# ---
# Decide on `dtype` first. Then make the new array from it: `np.array` copies, `np.asarray` may not.

# %% check="to_array" points=1
for data, wanted in [
    ([1.0, 2.0], "float32"),
    (3.0, "float32"),
    ([1, 2], "int64"),
    ([True, False], "bool"),
    ([], "float32"),
]:
    got = to_array(data).dtype
    assert got == wanted, f"to_array({data}) has dtype {got}, not {wanted}: see the table of dtypes above"
got = to_array(np.array([1.0, 2.0])).dtype
assert got == np.float64, f"a float64 array became {got}: somebody chose the dtype of an array, so it is kept"
got = to_array([1, 2], dtype=np.float64).dtype
assert got == np.float64, f"dtype=np.float64 was given, and the result has {got}: the caller has the last word"
got = to_array(3.0).shape
assert got == (), f"a single number has no dims, so its shape is (), not {got}"

# %% check="to_array" part="copy" points=1
mine = np.array([1.0, 2.0, 3.0])
tensor = mytorch.tensor(mine)
mine[0] = 99.0
assert tensor.tolist() == [1.0, 2.0, 3.0], (
    f"changing the array changed the tensor to {tensor.tolist()}: to_array shares memory"
)

# %% [markdown]
# Now there are tensors. The package calls your function:

# %%
x = mytorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
print(x)
print(x.shape, x.dtype, x.ndim, x.numel())
print(mytorch.tensor([1, 2, 3]), mytorch.tensor([1, 2, 3], dtype=mytorch.float64))

# %% [markdown]
# Three ways out of the tensor world:
#
# | | gives | memory |
# |---|---|---|
# | `x.item()` | the Python number in a tensor of one entry | a copy |
# | `x.tolist()` | nested Python lists | a copy |
# | `x.numpy()` | a NumPy array | **shared** with the tensor |
#
# And one more way in: `mytorch.from_numpy(array)` shares the memory of `array`, which `mytorch.tensor(array)` never
# does.

# %%
x.numpy()[0, 0] = 100.0
print(x)
print(x[1, 2].item(), x.tolist())
with gradlab.lesson.expect_error(RuntimeError):
    x.item()

# %% [markdown]
# ## 2 · Entry by entry
#
# An **elementwise** op treats every entry alike. NumPy has nearly all of them, so they are given. Only `add`, `sub`,
# `mul` and `div` are wrapped, in `fitting`: when two shapes do not fit, NumPy's error is short, and we want one that names
# the sizes.

# %% given="elementwise"
#| export kernels.elementwise
# ---- elementwise -------------------------------------------------------------------------------------------------


def fitting(ufunc):
    """`ufunc`, with a RuntimeError that names the sizes when the shapes of its arguments do not fit together."""

    def kernel(x, y):
        try:
            return ufunc(x, y)
        except ValueError:
            broadcast_shapes(np.shape(x), np.shape(y))
            raise

    return kernel


add, sub, mul, div = fitting(np.add), fitting(np.subtract), fitting(np.multiply), fitting(np.true_divide)
neg, pow, exp, log, sqrt, tanh = np.negative, np.power, np.exp, np.log, np.sqrt, np.tanh


def where(condition, x, y):
    return np.where(condition, x, y)


def clamp(x, min=None, max=None):
    return np.clip(x, min, max)

# %% given="activations"
#| export kernels.activations
def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    """1 / (1 + exp(-x)), written with tanh so that no exp overflows."""
    return 0.5 * (np.tanh(0.5 * x) + 1)


_erf = np.frompyfunc(math.erf, 1, 1)


def erf(x):
    """The error function; NumPy has none, so it is Python's, entry by entry."""
    return np.asarray(_erf(x)).astype(np.result_type(x))


def gelu(x):
    """x · Φ(x), where Φ is the normal distribution function."""
    return 0.5 * x * (1 + erf(x * np.sqrt(0.5).astype(x.dtype)))

# %%
x = mytorch.tensor([[-1.0, 0.0, 1.0], [2.0, 3.0, 4.0]])
print(x * x)
print(x.relu())
print(x + mytorch.tensor([10.0, 20.0, 30.0]))

# %% [markdown]
# And when the shapes do not fit? Run this now, and once more after the next exercise:

# %%
with gradlab.lesson.expect_error(RuntimeError, ValueError):
    x + mytorch.tensor([10.0, 20.0])

# %% [markdown]
# ## 3 · Which shapes fit together
#
# **Broadcasting** is the rule by which `(4, 3)` and `(3,)` become `(4, 3)`. It has three lines:
#
# 1. Write the shapes below each other, aligned at their **right** ends.
# 2. A missing size counts as 1.
# 3. In each column the sizes must be equal, or 1. A size of 1 is *stretched* to the other one.
#
# ```
# rows    4  3          rows    4  3          column  4  1
# bias       3          wrong      4          bias       3
#         ----                  ----                  ----
#         4  3                  4  ✗                  4  3
# ```
#
# Look at the middle one. There are four rows, and a bias with one number for each row: that sounds as if it should work,
# and it does not. The right ends decide, and there 3 meets 4. One number for each row has the shape `(4, 1)`.
#
# The questions about shapes go to a module of their own. Its head has the sentences for what can go wrong; *when* to say
# them is your part. Each function returns an error, which you raise: `raise mismatch(3, 4, dim=1)`.

# %% given="shapes_head"
#| export shapes.shapes_head
"""Shapes: how they combine, how a gradient gets back the shape it came from, what a dim means."""

from itertools import zip_longest
from math import prod

# ---- what can be wrong -------------------------------------------------------------------------------------------


def mismatch(a, b, dim):
    """The error for sizes `a` and `b` that meet at `dim` and do not fit."""
    return RuntimeError(
        f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}. "
        "Sizes fit if they are equal or one of them is 1: reshape or unsqueeze one of them."
    )


def no_such_dim(dim, ndim):
    """The error for a `dim` that a tensor with `ndim` dims does not have."""
    limit = ndim or 1
    return IndexError(
        f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim}). "
        f"The tensor has {ndim} dim(s)."
    )


def named_twice(dim, dims):
    """The error for a `dim` that the list `dims` names more than once."""
    return RuntimeError(f"dim {dim} appears multiple times in the list of dims {dims}. Name each dim once.")


def no_fit(shape, size):
    """The error for a `shape` that cannot hold exactly `size` entries."""
    if list(shape).count(-1) > 1:
        return RuntimeError("only one dimension can be inferred. Write out all sizes but one.")
    return RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}: its sizes must multiply to that.")


# ---- broadcasting ------------------------------------------------------------------------------------------------

# %% [markdown]
# ### Exercise 2: `broadcast_shapes`
#
# The rule, for any number of shapes. Start with pen and paper: what are `(8, 1, 6)` and `(7, 1)` together? And `(2,)` and
# `(0,)`?

# %% exercise="broadcast_shapes" points=3
#| export shapes.broadcast_shapes
def broadcast_shapes(*shapes):
    """The shape in which all of `shapes` fit together; () if there are none.

    shapes: tuples of ints, aligned at their right ends. Two sizes fit if they are equal or one of them is 1.
    Raises RuntimeError, naming both sizes and the dim, if some do not fit (see `mismatch`). The dim is counted from
    the left, in the result.
    """
    ### BEGIN SOLUTION align the shapes at their right ends and find the size of each dim
    from_the_right = zip_longest(*[reversed(shape) for shape in shapes], fillvalue=1)
    result = []
    for dim, sizes in enumerate(reversed(list(from_the_right))):
        stretched_to = [size for size in sizes if size != 1] or [1]
        for size in stretched_to:
            if size != stretched_to[0]:
                raise mismatch(stretched_to[0], size, dim)
        result.append(stretched_to[0])
    return tuple(result)
    ### END SOLUTION

# %% hints="broadcast_shapes"
# Short shapes lack sizes on the *left*, and a missing size counts as 1. Can you make all shapes equally long first?
# ---
# Then it is one question for each column: which sizes in it are not 1? None of them: the answer is 1. All the same: that
# size. Otherwise the error. Careful with "the largest": next to 1, a size of 0 wins.
# ---
# Two roads: pad each shape with `(1,) * (ndim - len(shape))` on the left and loop over `dim`; or keep a list `result` of
# ones and let every shape put its sizes into it, complaining when a place is already taken by a different size.

# %% check="broadcast_shapes" points=1
for shapes, wanted in [
    (((4, 3), (3,)), (4, 3)),
    (((4, 1), (3,)), (4, 3)),
    (((8, 1, 6), (7, 1)), (8, 7, 6)),
    (((), (2, 3)), (2, 3)),
    (((2, 1), (1, 3), (5, 1, 1)), (5, 2, 3)),
    (((1,), (0,)), (0,)),
]:
    got = broadcast_shapes(*shapes)
    assert got == wanted, (
        f"broadcast_shapes{shapes} is {got}, not {wanted}: align right ends; a 1 gives way to the other size"
    )
    assert broadcast_shapes(*shapes[::-1]) == wanted, (
        f"{shapes} in reverse order gives something else: the order must not matter"
    )

# %% check="broadcast_shapes" part="errors" points=1
for shapes in [((4, 3), (4,)), ((2, 3), (3, 2)), ((2, 3), (1, 3), (4, 3))]:
    error = error_of(broadcast_shapes, *shapes)
    assert isinstance(error, RuntimeError), (
        f"broadcast_shapes{shapes} should raise mismatch(…), a RuntimeError, and gave {error!r}"
    )
said = str(error_of(add, np.ones((4, 3)), np.ones(4)))
assert "(3)" in said and "(4)" in said and "dimension 1" in said, (
    f"(4, 3) + (4,): 3 meets 4 at dimension 1, and the error is: {said}"
)

# %% [markdown]
# The sum at the end of section 2 now fails with a sentence that names the sizes and the place. Run that cell again: the
# package asks your function what to say.

# %% [markdown]
# ## 4 · The way back: whose share is what?
#
# Four rows, one bias of three numbers, twelve results, and one final number `total`: the sum of the results. Now change
# `bias[1]` from 20.0 to 20.1. By how much does `total` move?

# %% predict="nudge"
# Write your guess; nothing is graded here.
my_guess = None

# %%
before = (rows + np.array([10.0, 20.0, 30.0])).sum()
after = (rows + np.array([10.0, 20.1, 30.0])).sum()
print("total moves by", round(after - before, 6))

# %% [markdown]
# By 0.4: the number is used in four rows, and each use moves the total by 0.1. **The shares of the copies add up.** They
# are not averaged; four employees who each earn you 100 earn you 400.
#
# In general the results matter to different degrees. Let `weight[i, j]` say by how much the total moves when result
# `[i, j]` moves by 1. (From lesson 3 on, this table is called the *gradient of the result*.) Then `bias[j]` is
# responsible for the sum of column `j`. Let us measure that, by nudging:

# %%
weight = np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, -1.0, 3.0]])
bias = np.array([10.0, 20.0, 30.0])
for j in range(3):
    nudged = bias.copy()
    nudged[j] += 0.5
    moved = (weight * (rows + nudged)).sum() - (weight * (rows + bias)).sum()
    print(f"bias[{j}]: total moves by {moved / 0.5:g} for each unit.   Column {j} of weight: {weight[:, j]}")

# %% [markdown]
# So the table of shape `(4, 3)` is summed to `(3,)`, over the dim that broadcasting added. Broadcasting stretches in two
# ways, and the way back has to undo both:
#
# | before | after | what was stretched | the way back |
# |---|---|---|---|
# | `(3,)` | `(4, 3)` | a dim was **added** on the left | sum over it, and drop it |
# | `(4, 1)` | `(4, 3)` | a **1** became a 3 | sum over it, and keep it as 1 |
# | `(4, 3)` | `(4, 3)` | nothing | nothing |
# | `()` | `(4, 3)` | two dims were added | sum over both |
#
# ### Exercise 3: `unbroadcast`
#
# On every edge of every graph, your engine will compare two shapes and call this function when they differ. Later on it
# will get tensors as well, so use what arrays and tensors share: `.ndim`, `.shape`, `.sum(axis=…)`, `.reshape(shape)`.

# %% exercise="unbroadcast" points=3
#| export shapes.unbroadcast
def unbroadcast(grad, shape):
    """Undo broadcasting: sum `grad` over every dim that was stretched, so that it has `shape` again.

    grad: array or tensor of the broadcast shape. shape: the shape before broadcasting.
    An entry that was used k times gets the sum of its k gradients.
    """
    ### BEGIN SOLUTION sum over the dims that were added or stretched, and give back the shape
    added = grad.ndim - len(shape)
    stretched = [added + dim for dim, size in enumerate(shape) if size == 1 and grad.shape[added + dim] != 1]
    return grad.sum(axis=(*range(added), *stretched)).reshape(shape)
    ### END SOLUTION

# %% hints="unbroadcast"
# Write `shape` below `grad.shape`, aligned at the right ends. Which columns were stretched?
# ---
# Two kinds: the first `grad.ndim - len(shape)` dims, which `shape` does not have at all; and those where `shape` has a 1
# and `grad` does not. Mind the shift between the two ways of counting.
# ---
# `sum(axis=…)` takes a tuple of dims, also an empty one, and drops them all. `reshape` then puts the ones back.

# %% check="unbroadcast" points=1
grad = np.arange(12.0).reshape(4, 3)
for shape, wanted in [
    ((3,), [18.0, 22.0, 26.0]),
    ((4, 1), [[3.0], [12.0], [21.0], [30.0]]),
    ((1, 3), [[18.0, 22.0, 26.0]]),
    ((), 66.0),
    ((4, 3), grad.tolist()),
]:
    got = unbroadcast(grad, shape)
    assert np.shape(got) == shape, (
        f"unbroadcast(grad, {shape}) has shape {np.shape(got)}: it must be the one from before the stretch"
    )
    assert np.array_equal(got, wanted), (
        f"unbroadcast(grad, {shape}) is {got.tolist()}, not {wanted}: the shares of the copies add up"
    )

# %% check="unbroadcast" part="nudging" points=1
x, weight = np.array([[1.0], [2.0]]), np.arange(30.0).reshape(5, 2, 3)
share = unbroadcast(weight, (2, 1))
assert np.shape(share) == (2, 1), (
    f"x of shape (2, 1) was used in (5, 2, 3); its share has shape {np.shape(share)}, not (2, 1)"
)
for i in range(2):
    nudged = x.copy()
    nudged[i] += 0.5
    moved = ((weight * nudged).sum() - (weight * x).sum()) / 0.5
    assert np.isclose(share[i, 0], moved), (
        f"nudging x[{i}, 0] moves the total by {moved} a unit; unbroadcast says {share[i, 0]}"
    )
got = unbroadcast(np.ones((1, 3)), (1, 3))
assert got.shape == (1, 3), f"a 1 that stayed a 1 was not stretched, and nothing is to be dropped; you have {got.shape}"

# %% [markdown]
# Here is the whole story in one picture: the bias is copied down on the way forward, and the columns are summed up on
# the way back.

# %%
import matplotlib.pyplot as plt


def show_table(ax, values, title, copies_from=None):
    """Draw a 2-D array as a grid; rows from `copies_from` on are pale, for they are only copies."""
    for (i, j), value in np.ndenumerate(values):
        pale = copies_from is not None and i >= copies_from
        ax.add_patch(plt.Rectangle((j, i), 1, 1, facecolor="white" if pale else "#eaf2fb", edgecolor="0.6"))
        ax.text(j + 0.5, i + 0.5, f"{value:g}", ha="center", va="center", color="0.6" if pale else "black")
    ax.set(xlim=(-0.1, 3.1), ylim=(4.1, -0.1), aspect="equal")
    ax.axis("off")
    ax.set_title(title, fontsize=10)


weight = np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, -1.0, 3.0]])
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 2.6))
show_table(left, np.tile([10.0, 20.0, 30.0], (4, 1)), "bias (3,), used as (4, 3)", copies_from=1)
show_table(middle, weight, "what each result reports (4, 3)")
show_table(right, unbroadcast(weight, (3,))[None], "unbroadcast: the share of each, (3,)")
figure.tight_layout()

# %% [markdown]
# ## 5 · Many numbers become one
#
# A **reduction** makes one number of many: sum, mean, maximum. Its `dim` says *which dim disappears*:
#
# ```
#               x (2, 3)            x.sum(dim=0)  (3,)      x.sum(dim=1)  (2,)
#               1  2  3             5  7  9                 6
#               4  5  6                                     15
# ```
#
# "Sum over dim 0" does not mean "the sum of each row". It means: walk along dim 0, from row to row, and add up; dim 0 is
# gone afterwards.
#
# ### Exercise 4: `normalize_dims`
#
# People write `dim=1`, `dim=-1`, `dim=(0, 2)`, or nothing at all. Every reduction has to understand them, so one function
# makes all of these the same: a tuple of ints that are not negative.

# %% exercise="normalize_dims" points=1
#| export shapes.normalize_dims
def normalize_dims(dim, ndim):
    """`dim` as a tuple of ints in 0..ndim-1; None means every dim.

    dim: None, an int or a sequence of ints, negative ones counted from the end.
    A single number (ndim = 0) allows dim 0 and -1, as PyTorch does, and has no dims: the result is ().
    Raises IndexError for a dim that does not exist (see `no_such_dim`), RuntimeError for one that is named twice
    (see `named_twice`).
    """
    if dim is None:
        return tuple(range(ndim))
    ### BEGIN SOLUTION turn dim into a tuple of ints from 0 to ndim - 1, and refuse what is wrong
    limit = ndim or 1
    dims = []
    for d in (dim,) if isinstance(dim, int) else dim:
        if not -limit <= d < limit:
            raise no_such_dim(d, ndim)
        if d % limit in dims:
            raise named_twice(d % limit, dim)
        dims.append(d % limit)
    return tuple(dims) if ndim else ()
    ### END SOLUTION

# %% hints="normalize_dims"
# First make one case of two: an int is a sequence with one int in it.
# ---
# Which ints are allowed, from where to where? Test that before you count a negative one from the end, or -5 may slip
# through. And in a tensor of 2 dims, -1 and 1 are the same dim.
# ---
# `d % ndim` turns -1 into `ndim - 1` and leaves 0 to ndim - 1 alone. With `ndim or 1` in place of `ndim`, single numbers
# fit into the same loop.

# %% check="normalize_dims" points=1
for args, wanted in [
    ((None, 3), (0, 1, 2)),
    ((1, 3), (1,)),
    ((-1, 3), (2,)),
    (((0, -1), 3), (0, 2)),
    ((0, 0), ()),
    ((None, 0), ()),
]:
    got = normalize_dims(*args)
    assert got == wanted, f"normalize_dims{args} is {got!r}, not {wanted}"
for dim, ndim in [(2, 2), (-3, 2), (1, 0)]:
    error = error_of(normalize_dims, dim, ndim)
    assert isinstance(error, IndexError), (
        f"a tensor with {ndim} dims has no dim {dim}: raise no_such_dim(…). It gave {error!r}"
    )
error = error_of(normalize_dims, (0, -2), 2)
assert isinstance(error, RuntimeError), (
    f"0 and -2 are the same dim of two: raise named_twice(…). It gave {error!r}"
)

# %% [markdown]
# ### Exercise 5: `sum`
#
# A sum of what? Three facts that PyTorch's users rely on:
#
# - without `dim`, over everything;
# - with `keepdim=True` the dims that were summed stay, with size 1: then the result still fits to `x`;
# - the sum of bools counts them, and small ints do not overflow: the sum of any ints or bools is int64.
#
# From the next cell on, `sum` in this notebook is yours and hides Python's (so will `max`). In a module of kernels, and in
# `torch`, these names mean tensors.

# %% exercise="sum" points=3
#| export kernels.sum
def sum(x, dim=None, keepdim=False):
    """The sum over `dim` (None: over all). With keepdim the reduced dims stay, with size 1.

    x: an array. dim: None, an int or a tuple of ints. Floats keep their dtype; ints and bools give int64.
    Raises IndexError or RuntimeError for impossible dims, as `normalize_dims` does.
    """
    ### BEGIN SOLUTION sum over the dims, in the right dtype
    dims = normalize_dims(dim, x.ndim)
    dtype = np.int64 if x.dtype.kind in "biu" else None
    return np.sum(x, axis=dims, dtype=dtype, keepdims=keepdim)
    ### END SOLUTION

# %% hints="sum"
# `np.sum` does the adding. It calls `dim` axis, and it wants a tuple.
# ---
# You have written the function that makes a tuple of whatever `dim` is. Look up `keepdims` and `dtype` in `np.sum`.
# ---
# `x.dtype.kind` is one letter: "f" for floats, "i" and "u" for ints, "b" for bools. With `dtype=None`, `np.sum` keeps
# the dtype of floats.

# %% check="sum" points=1
x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=np.float32)
for args, wanted in [
    ((), 21.0),
    ((0,), [5.0, 7.0, 9.0]),
    ((1,), [6.0, 15.0]),
    ((-1,), [6.0, 15.0]),
    (((0, 1),), 21.0),
]:
    got = sum(x, *args)
    assert np.array_equal(got, wanted), (
        f"sum(x, {', '.join(map(str, args))}) is {got}, not {wanted}: dim names the dim that disappears"
    )
got = sum(x, 1, keepdim=True)
assert got.shape == (2, 1), f"with keepdim=True, dim 1 stays with size 1: (2, 1), not {got.shape}"
assert got.dtype == np.float32, f"the sum of float32 numbers is float32, not {got.dtype}"
got = sum(np.array([True, True, False]))
assert got == 2 and got.dtype == np.int64, f"the sum of bools counts them, as int64: 2, not {got!r}"
assert isinstance(error_of(sum, x, 2), IndexError), (
    "x has two dims, so sum(x, 2) raises the IndexError of normalize_dims"
)

# %% [markdown]
# Mean and maximum are the same idea, so they are given. Read the two errors: neither is pedantry. The mean of integers is
# no integer, and the largest of no numbers does not exist.

# %% given="mean_and_max"
#| export kernels.mean_and_max
def mean(x, dim=None, keepdim=False):
    """The mean over `dim`. Raises RuntimeError for integers: their mean would not be one."""
    if x.dtype.kind != "f":
        raise RuntimeError(f"mean(): could not infer output dtype. Input dtype must be floating point, not {x.dtype}.")
    return np.mean(x, axis=normalize_dims(dim, x.ndim), keepdims=keepdim)


def max(x, dim=None, keepdim=False):
    """The largest entry over `dim`. Raises RuntimeError where there are no entries: none of them is largest."""
    dims = normalize_dims(dim, x.ndim)
    if 0 in [x.shape[d] for d in dims]:
        raise RuntimeError("max(): Expected reduction dim to be specified for input.numel() == 0: none is largest.")
    return np.max(x, axis=dims, keepdims=keepdim)

# %% [markdown]
# What is `keepdim` good for? For taking away from each row its own mean. Without it, the means have shape `(2,)`, and
# the rule of section 3 lays them along the wrong dim:

# %%
x = mytorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]])
print(x - x.mean(dim=1, keepdim=True))
with gradlab.lesson.expect_error(RuntimeError, ValueError):
    x - x.mean(dim=1)

# %% [markdown]
# That was luck. Had `x` been square, `(3, 3)`, there would have been no error, and every *column* would have lost the
# mean of some *row*.

# %% [markdown]
# ## 6 · A softmax that survives
#
# The **softmax** turns any numbers into shares that add up to 1: $\mathrm{softmax}(x)_i = e^{x_i} / \sum_j e^{x_j}$.
# Written down as it stands:

# %%
def naive_softmax(x):
    return np.exp(x) / np.exp(x).sum()


with np.errstate(over="ignore", invalid="ignore"):
    print(naive_softmax(np.array([1.0, 2.0, 3.0], dtype=np.float32)))
    print(naive_softmax(np.array([1.0, 2.0, 1000.0], dtype=np.float32)))

# %% [markdown]
# The second answer should be `[0, 0, 1]`. But $e^{1000}$ is larger than any float32, so it becomes `inf`, and `inf / inf`
# is `nan`: not a number. One such entry, and a training run is over.
#
# Here is the way out. Multiply numerator and denominator by $e^{-m}$:
#
# $$\frac{e^{x_i}}{\sum_j e^{x_j}} = \frac{e^{x_i - m}}{\sum_j e^{x_j - m}}$$
#
# The value is the same for *every* $m$. Which $m$ makes sure that no exponent is above 0?
#
# ### Exercise 6: `softmax`
#
# It is built on your `sum` and the given `max`, so write `sum` first if you have skipped it.

# %% exercise="softmax" points=3
#| export kernels.softmax
def softmax(x, dim):
    """exp(x) / sum(exp(x)) along `dim`, shifted by the maximum first: the same value, and exp cannot overflow.

    x: an array of floats. dim: an int. The result has the shape and dtype of x, and adds up to 1 along `dim`.
    """
    ### BEGIN SOLUTION shift by the largest entry, then divide exp by its sum
    e = np.exp(x - max(x, dim, keepdim=True))
    return e / sum(e, dim, keepdim=True)
    ### END SOLUTION

# %% hints="softmax"
# After the shift, the largest exponent should be exactly 0. Each row has its own largest entry.
# ---
# Both the maximum and the sum run along `dim`, and both have to fit to `x` again afterwards.
# ---
# `max` and `sum` of this module take `keepdim=True`. Compute the exponentials once, give them a name, and divide.

# %% check="softmax" points=1
x = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], dtype=np.float32)
got = softmax(x, 1)
assert got.shape == (2, 3), f"x has shape (2, 3), and so has its softmax; yours has {got.shape}"
assert np.allclose(got, [[0.0900, 0.2447, 0.6652], [1 / 3, 1 / 3, 1 / 3]], atol=1e-4), (
    f"softmax along dim 1 is\n{got}\nThree equal numbers get a third each"
)
got = softmax(x, 0)
assert np.allclose(got.sum(axis=0), 1), (
    f"along dim 0 the columns add up to 1, but they add up to {got.sum(axis=0)}"
)
assert got.dtype == np.float32, f"float32 in, float32 out; this is {got.dtype}"
with np.errstate(all="ignore"):
    got = softmax(np.array([[0.0, 1000.0], [-1000.0, -1000.0]], dtype=np.float32), -1)
assert np.allclose(got, [[0.0, 1.0], [0.5, 0.5]]), (
    f"with entries of ±1000 softmax is\n{got}\nShift each row by its own largest entry"
)

# %% [markdown]
# Its logarithm is needed often, and has a trap of its own: a share that rounds to 0 has the logarithm minus infinity. So
# the logarithm is not taken of the quotient; it is worked out on paper first:
# $\log \mathrm{softmax}(x)_i = (x_i - m) - \log \sum_j e^{x_j - m}$.

# %% given="log_softmax"
#| export kernels.log_softmax
def log_softmax(x, dim):
    """log(softmax(x)) without ever taking the log of a number that rounded to 0."""
    shifted = x - max(x, dim, keepdim=True)
    return shifted - np.log(sum(np.exp(shifted), dim, keepdim=True))

# %%
x = mytorch.tensor([0.0, 200.0])
print(x.softmax(dim=0), x.log_softmax(dim=0))

# %% [markdown]
# ## 7 · Matrix products
#
# A matrix product is broadcasting followed by a reduction: line up each row of `a` with each column of `b`, multiply
# entry by entry, sum over the dim in the middle. You can say it with what you have:

# %%
a = np.arange(6.0).reshape(2, 3)
b = np.arange(12.0).reshape(3, 4)
slow = (a[:, :, None] * b[None, :, :]).sum(axis=1)  # (2, 3, 1) * (1, 3, 4) is (2, 3, 4); the 3 is summed away
print(slow)
print(np.array_equal(slow, a @ b))

# %% [markdown]
# The slow form makes a table of $2 \cdot 3 \cdot 4$ products before it sums. For two matrices of size 1000 × 1000 that
# would be $10^9$ numbers, 4 GB. `np.matmul` never makes that table, so we let it do the work.
#
# The shapes: `(n, k) @ (k, m)` is `(n, m)`, and the inner sizes must be equal. Two extensions:
#
# | | |
# |---|---|
# | a 1-D factor | is a row on the left, a column on the right, and its dim is gone afterwards: `(k,) @ (k, m)` is `(m,)`, `(k,) @ (k,)` a number |
# | more than 2 dims | are **batches** of matrices: the last two dims multiply, the dims before them *broadcast* |

# %% given="no_product"
#| export kernels.no_product
# ---- matrices ----------------------------------------------------------------------------------------------------


def no_product(x, y):
    """The error for x @ y when a factor is a single number, or when the inner sizes differ."""
    if not (x.ndim and y.ndim):
        return RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D. Use * for numbers."
        )
    sizes = " and ".join("x".join(map(str, array.shape)) for array in (x, y))
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({sizes}): the last dim of the first ({x.shape[-1]}) must equal "
        f"the second to last of the second ({y.shape[-2] if y.ndim > 1 else y.shape[0]})."
    )

# %% [markdown]
# ### Exercise 7: `matmul`
#
# The product is NumPy's; what is allowed is up to you. Three things can be wrong: a factor without dims, inner sizes that
# differ, and batch dims that do not fit together. For the last one you have already written the error.

# %% exercise="matmul" points=3
#| export kernels.matmul
def matmul(x, y):
    """The matrix product x @ y: 1-D with 1-D is a dot product, more than 2 dims are batches of matrices.

    x, y: arrays. The batch dims, all but the last two, broadcast.
    Raises RuntimeError if a factor is a single number or the inner sizes differ (see `no_product`), or if the batch
    dims do not fit together (see `broadcast_shapes`).
    """
    ### BEGIN SOLUTION refuse factors that do not fit, then multiply
    if x.ndim == 0 or y.ndim == 0:
        raise no_product(x, y)
    if x.shape[-1] != (y.shape[-2] if y.ndim > 1 else y.shape[0]):
        raise no_product(x, y)
    if x.shape[:-2] != y.shape[:-2]:
        broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return np.matmul(x, y)
    ### END SOLUTION

# %% hints="matmul"
# Which number of `y.shape` is the inner size? There are two cases: `y` has one dim, or more.
# ---
# Check in this order: no dims at all (indexing an empty shape would fail), inner sizes, batch dims. Each of the first two
# is a `raise no_product(x, y)`.
# ---
# `shape[:-2]` are the batch dims; of a 1-D or 2-D factor, that is `()`. `broadcast_shapes` raises by itself, so calling it
# is enough. Then `np.matmul`.

# %% check="matmul" points=1
x = np.array([[1.0, 2.0], [3.0, 4.0]])
got = matmul(x, np.array([[0.0, 1.0], [1.0, 0.0]]))
assert np.array_equal(got, [[2.0, 1.0], [4.0, 3.0]]), (
    f"this product swaps the columns of x; you have {got.tolist()}"
)
got = matmul(x, np.array([10.0, 1.0]))
assert np.array_equal(got, [12.0, 34.0]), (
    f"(2, 2) @ (2,) is [12, 34]: each row times the column; you have {np.asarray(got).tolist()}"
)
got = matmul(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
assert np.shape(got) == () and got == 11, f"two 1-D factors give the number 1·3 + 2·4 = 11, not {got}"
got = matmul(np.ones((5, 1, 2, 3)), np.ones((4, 3, 6))).shape
assert got == (5, 4, 2, 6), f"batches (5, 1) and (4,) broadcast to (5, 4); the result has shape {got}"
for a, b in [((2, 3), (2, 3)), ((3,), (2, 3)), ((2, 3), (2,)), ((), (2,)), ((2,), ()), ((2, 2, 3), (3, 3, 2))]:
    error = error_of(matmul, np.ones(a), np.ones(b))
    assert isinstance(error, RuntimeError), (
        f"{a} @ {b} does not exist: a RuntimeError should say why. It gave {error!r}"
    )

# %% [markdown]
# ## 8 · The same numbers in another shape
#
# In memory, a tensor is one long row of numbers. The shape says how to read it. So `reshape` changes no number and moves
# none: it only counts them off differently. The one condition is that the sizes multiply to the number of entries.
#
# One size may be left to the machine. For 12 entries, `(3, -1)` means `(3, 4)`.
#
# ### Exercise 8: `infer_shape`
#
# When is there no answer? If the sizes do not multiply to what is there, if two sizes are unknown, if a size is negative,
# or if the known sizes multiply to 0: then any number would do for the -1.

# %% exercise="infer_shape" points=1
#| export shapes.infer_shape
def infer_shape(shape, size):
    """`shape` with its -1, if it has one, replaced by what makes it hold `size` entries.

    Raises RuntimeError if no shape fits, or if more than one entry is -1 (see `no_fit`).
    """
    ### BEGIN SOLUTION find the size that -1 stands for, and refuse shapes that cannot hold size entries
    known = prod(n for n in shape if n != -1)
    unknown = list(shape).count(-1)
    fits = (known != 0 and size % known == 0) if unknown else known == size
    if unknown > 1 or not fits or min(shape, default=0) < -1:
        raise no_fit(shape, size)
    return tuple(size // known if n == -1 else n for n in shape)
    ### END SOLUTION

# %% hints="infer_shape"
# Multiply the sizes that are known (`prod` is imported; the product of nothing is 1).
# ---
# Without a -1, that product has to be `size`. With one, `size` has to be divisible by it, and it must not be 0.
# ---
# Count the -1s with `list(shape).count(-1)`. Raise `no_fit(shape, size)` in every bad case, then build the tuple with
# the missing size in place of -1.

# %% check="infer_shape" points=1
for shape, size, wanted in [
    ((3, -1), 12, (3, 4)),
    ((-1,), 12, (12,)),
    ((2, -1, 3), 12, (2, 2, 3)),
    ((4, 3), 12, (4, 3)),
    ((), 1, ()),
    ((-1, 2), 0, (0, 2)),
]:
    got = infer_shape(shape, size)
    assert got == wanted, f"infer_shape({shape}, {size}) is {got}, not {wanted}"
for shape, size in [((5, -1), 12), ((4, 4), 12), ((-1, -1), 12), ((0, -1), 0), ((-2, -3), 6)]:
    error = error_of(infer_shape, shape, size)
    assert isinstance(error, RuntimeError), (
        f"infer_shape({shape}, {size}) has no answer: raise no_fit(…). It gave {error!r}"
    )

# %% [markdown]
# With it, `reshape` is a line. `transpose` and `expand` are given, too. Note the word *view* in two of them: it is the
# subject of the next sections.

# %% given="reshape_and_transpose"
#| export kernels.reshape_and_transpose
# ---- shape -------------------------------------------------------------------------------------------------------


def reshape(x, shape):
    """The entries of `x`, read in the same order, in another shape; one size may be -1. A view where possible."""
    return x.reshape(infer_shape(shape, x.size))


def transpose(x, dim0, dim1):
    """`x` with two dims swapped; a view."""
    (dim0,), (dim1,) = normalize_dims(dim0, x.ndim) or (0,), normalize_dims(dim1, x.ndim) or (0,)
    return np.swapaxes(x, dim0, dim1) if x.ndim else x


def expand(x, shape):
    """`x` stretched to `shape`; a read-only view, nothing is copied. Raises RuntimeError if it does not fit."""
    try:
        return np.broadcast_to(x, shape)
    except ValueError:
        raise RuntimeError(
            f"The expanded size of the tensor must match the existing size at every non-singleton dimension. "
            f"Target sizes: {list(shape)}. Tensor sizes: {list(x.shape)}. Only a size of 1 can be stretched."
        ) from None

# %% [markdown]
# A `(2, 3)` tensor becomes `(3, 2)` by `reshape(3, 2)` and by `transpose(0, 1)`. Is that the same?

# %% predict="transpose"
# x is  0 1 2      Write the rows of both results; nothing is graded here.
#       3 4 5
guess_for_reshape = None
guess_for_transpose = None

# %%
x = mytorch.arange(6).reshape(2, 3)
print(x.reshape(3, 2))
print(x.transpose(0, 1))

# %% [markdown]
# `reshape` reads the numbers in their order in memory, 0 1 2 3 4 5, and cuts that row anew, into pairs. `transpose` turns
# the table on its side: what was a row is now a column. If the rows of `x` are two examples, then `reshape(3, 2)` has mixed
# the examples up, and no error will tell you.
#
# How can `transpose` be fast if it moves everything? It moves nothing. An array has **strides**: how many bytes to walk to
# the next entry along each dim. `transpose` swaps the sizes and the strides; the memory stays.

# %%
table = np.arange(6, dtype=np.int64).reshape(2, 3)
print("table:     ", table.shape, "strides", table.strides)
print("transposed:", table.T.shape, "strides", table.T.strides, "same memory:", np.shares_memory(table, table.T))

# %% [markdown]
# ### Exercise 9: `permute`
#
# `transpose` swaps two dims. `permute` puts all of them in a new order: dim `i` of the result is dim `dims[i]` of `x`. An
# image as a camera gives it, `(height, width, color)`, becomes what a convolution wants, `(color, height, width)`, by
# `permute(2, 0, 1)`.

# %% given="wrong_order"
#| export kernels.wrong_order
def wrong_order(x, order):
    """The error for a permutation of the dims of `x` that does not name them all."""
    return RuntimeError(
        f"permute(dims): number of dimensions in the tensor input does not match the length of the desired ordering of "
        f"dimensions i.e. input.dim() = {x.ndim} is not equal to len(dims) = {len(order)}. Name every dim once."
    )

# %% exercise="permute" points=1
#| export kernels.permute
def permute(x, dims):
    """`x` with its dims in the order `dims`; a view.

    dims: a tuple of ints, negative ones counted from the end. Dim i of the result is dim dims[i] of x.
    Raises RuntimeError unless each dim is named exactly once (see `wrong_order`), IndexError for an impossible dim.
    """
    ### BEGIN SOLUTION check that dims names each dim once, and reorder
    order = normalize_dims(dims, x.ndim)
    if len(order) != x.ndim:
        raise wrong_order(x, order)
    return np.transpose(x, order)
    ### END SOLUTION

# %% hints="permute"
# Two of the three possible mistakes, and the negative dims, are the business of a function that you have.
# ---
# `normalize_dims` refuses dims that do not exist or are named twice. What is left is that too few are named.
# ---
# `np.transpose(array, axes)` reorders all dims at once, without copying. (Its name is NumPy's; in PyTorch `transpose`
# swaps two.)

# %% check="permute" points=1
image = np.arange(24).reshape(2, 3, 4)
got = permute(image, (2, 0, 1))
assert got.shape == (4, 2, 3), (
    f"(2, 3, 4) in the order (2, 0, 1) is (4, 2, 3), not {got.shape}: size i of the result is size dims[i] of x"
)
assert got[1, 0, 2] == image[0, 2, 1], (
    f"entry [1, 0, 2] of the result is entry [0, 2, 1] of x, {image[0, 2, 1]}; you have {got[1, 0, 2]}"
)
assert np.shares_memory(got, image), "permute copied; it should be a view, which moves no number"
assert permute(image, (-1, 0, 1)).shape == (4, 2, 3), "-1 is the last dim, here too"
for dims in [(0, 1), (0, 0, 1)]:
    error = error_of(permute, image, dims)
    assert isinstance(error, RuntimeError), (
        f"permute(x, {dims}) does not name each of three dims once: a RuntimeError. It gave {error!r}"
    )

# %% [markdown]
# ## 9 · Indexing: a window or a copy?
#
# `x[key]` picks entries. NumPy and PyTorch agree on the rule: **ints and slices open a window** onto the same memory (a
# *view*); **masks and lists of ints make a copy**. The reason is in the strides: a slice is a regular walk through
# memory, which a start and a stride can describe. The entries that a mask happens to pick are not.

# %% given="index"
#| export kernels.index
def index(x, key):
    """x[key]: ints and slices give a view, masks and arrays of ints a copy."""
    return x[key]

# %% predict="views"
# x is  0 1 2      first = x[0]; first[0] = 100      picked = x[[1]]; picked[0, 0] = 200
#       3 4 5      What is x now? Nothing is graded here.
my_guess = None

# %%
x = mytorch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
first = x[0]
first[0] = 100.0
picked = x[[1]]
picked[0, 0] = 200.0
print(x)
print("x[0] shares memory:  ", np.shares_memory(x[0].numpy(), x.numpy()))
print("x[:, 1:] shares:     ", np.shares_memory(x[:, 1:].numpy(), x.numpy()))
print("x[[1]] shares:       ", np.shares_memory(x[[1]].numpy(), x.numpy()))
print("x[x > 3] shares:     ", np.shares_memory(x[x > 3].numpy(), x.numpy()))

# %% [markdown]
# The 100 arrived in `x`, the 200 did not. Views make slicing free of charge, and they are how one part of a program writes
# into the data of another without meaning to. In lesson 5 the engine will learn to notice.

# %% [markdown]
# ## 10 · Putting tensors together
#
# `cat` lays tensors end to end along a dim which they have; `stack` lays them side by side along a **new** one. Two tensors
# of shape `(2, 3)`:
#
# | | result |
# |---|---|
# | `cat` along dim 0 | `(4, 3)` |
# | `cat` along dim 1 | `(2, 6)` |
# | `stack` along dim 0 | `(2, 2, 3)` |
# | `stack` along dim 2 | `(2, 3, 2)` |

# %% given="cat"
#| export kernels.cat
# ---- several arrays ----------------------------------------------------------------------------------------------


def cat(dim, *arrays):
    """The arrays one after the other along `dim`, which they all have. Raises RuntimeError if other sizes differ."""
    try:
        return np.concatenate(arrays, axis=dim)
    except ValueError as error:
        if isinstance(error, IndexError):  # NumPy's error for a dim that does not exist is both
            raise
        shapes = ", ".join(str(list(array.shape)) for array in arrays)
        raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}. They are: {shapes}.") from None


def cannot_stack(arrays):
    """The error for arrays that are not all of one shape, or for none at all."""
    if not arrays:
        return RuntimeError("stack expects a non-empty TensorList. Give it at least one tensor.")
    shapes = [list(array.shape) for array in arrays]
    entry = [shape == shapes[0] for shape in shapes].index(False)
    return RuntimeError(
        f"stack expects each tensor to be equal size, but got {shapes[0]} at entry 0 and {shapes[entry]} at entry "
        f"{entry}. Reshape them first, or use cat."
    )

# %% [markdown]
# ### Exercise 10: `stack`
#
# Build it from `cat`: what would the arrays need so that they can be laid end to end along the new dim?

# %% exercise="stack" points=1
#| export kernels.stack
def stack(dim, *arrays):
    """The arrays side by side along a new `dim`.

    dim: where the new dim stands in the result, -1 for the last. arrays: all of one shape.
    Raises RuntimeError if their shapes differ or there are none (see `cannot_stack`), IndexError for an impossible dim.
    """
    ### BEGIN SOLUTION give each array the new dim with size 1, then cat them
    if not arrays or any(array.shape != arrays[0].shape for array in arrays):
        raise cannot_stack(arrays)
    (dim,) = normalize_dims(dim, arrays[0].ndim + 1)
    return cat(dim, *[np.expand_dims(array, dim) for array in arrays])
    ### END SOLUTION

# %% hints="stack"
# An array of shape `(2, 3)` that is to be stacked along dim 1 first becomes `(2, 1, 3)`.
# ---
# `np.expand_dims(array, dim)` inserts a dim of size 1. The result has one dim more than the arrays: that is the number to
# normalize `dim` with.
# ---
# Compare all shapes with that of `arrays[0]` before you begin, and raise `cannot_stack(arrays)` if one differs. `cat` takes
# the arrays as separate arguments: `cat(dim, *several)`.

# %% check="stack" points=1
a, b = np.array([1, 2, 3]), np.array([4, 5, 6])
got = stack(0, a, b)
assert np.array_equal(got, [[1, 2, 3], [4, 5, 6]]), (
    f"along dim 0 the arrays become rows; you have {np.asarray(got).tolist()}"
)
got = stack(1, a, b)
assert np.array_equal(got, [[1, 4], [2, 5], [3, 6]]), (
    f"along dim 1 they become columns; you have {np.asarray(got).tolist()}"
)
got = stack(-1, np.ones((2, 3)), np.ones((2, 3))).shape
assert got == (2, 3, 2), f"dim -1 of a *result* with three dims is the last: (2, 3, 2), not {got}"
error = error_of(stack, 0, np.ones((2, 3)), np.ones((1, 3)))
assert isinstance(error, RuntimeError), (
    f"(2, 3) and (1, 3) differ, and stack does not broadcast: a RuntimeError. It gave {error!r}"
)
assert isinstance(error_of(stack, 2, a, b), IndexError), (
    "stacking 1-D arrays gives 2 dims, 0 and 1: dim 2 is an IndexError"
)

# %% [markdown]
# ## All of it together: a forward pass
#
# Four examples with six features each go through a network of two layers, which guesses one of three classes:
#
# ```
#   x ──► @ W1 ──► + b1 ──► relu ──► @ W2 ──► + b2 ──► softmax ──► shares
# (4,6)  (6,5)     (5,)              (5,3)    (3,)                  (4,3)
#            (4,5)     (4,5)   (4,5)     (4,3)     (4,3)
# ```
#
# Every line below runs on code of this lesson.

# %%
mytorch.manual_seed(1)
x = mytorch.randn(4, 6)
W1, b1 = mytorch.randn(6, 5), mytorch.zeros(5)
W2, b2 = mytorch.randn(5, 3), mytorch.zeros(3)

hidden = (x @ W1 + b1).relu()
shares = (hidden @ W2 + b2).softmax(dim=1)
print(shares)
print("each row adds up to", shares.sum(dim=1))
print("parameters:", W1.numel() + b1.numel() + W2.numel() + b2.numel())

# %% [markdown]
# `b1` has 5 numbers and is used by 4 rows. When the gradient comes back, it will have shape `(4, 5)`, and your
# `unbroadcast` will give `b1` its share.

# %% [markdown]
# ## Mistakes worth making once
#
# Read each error aloud, number by number, before you read on.
#
# **Lists of unequal length.** A tensor is a box; a row that is too short leaves a hole.

# %%
with gradlab.lesson.expect_error(ValueError):
    mytorch.tensor([[1.0, 2.0], [3.0]])

# %% [markdown]
# **The factors the wrong way round.** "2x3 and 2x3": the *last* number of the first and the *first* of the second should
# have been equal, 3 and 2. One of them wants to be transposed, and the error cannot know which.

# %%
a, b = mytorch.ones(2, 3), mytorch.ones(2, 3)
with gradlab.lesson.expect_error(RuntimeError):
    a @ b
print((a @ b.T).shape, (a.T @ b).shape)

# %% [markdown]
# **The mean of labels.** Labels are ints. The remedy is to say which float you want: `labels.float().mean()`.

# %%
labels = mytorch.tensor([0, 1, 1, 0])
with gradlab.lesson.expect_error(RuntimeError):
    labels.mean()

# %% [markdown]
# **The one without an error.** A model returns its predictions as a column, `(n, 1)`. The targets are `(n,)`. Here the
# predictions are perfect, so the mean squared error should be 0:

# %%
prediction = mytorch.tensor([[1.0], [2.0], [3.0]])
target = mytorch.tensor([1.0, 2.0, 3.0])
difference = prediction - target
print(difference)
print("loss:", (difference**2).mean().item(), "instead of 0")

# %% [markdown]
# `(3, 1)` and `(3,)` fit together, by the rule, to `(3, 3)`: every prediction is compared with every target. No single
# number is close to all targets but their mean, so a model that is trained on this loss learns to predict the average. Make
# it a habit to write `assert prediction.shape == target.shape` above a loss.

# %% [markdown]
# ## Check your understanding
#
# These two are graded. Work them out on paper; Python may do the multiplication.
#
# ### Exercise 11: parameters
#
# A network for 28 × 28 images has three linear layers, 784 → 256 → 256 → 10, each with a bias. How many
# numbers does it learn?

# %% exercise="quiz-parameters" points=1
# How many parameters? A whole number. Write: answer_parameters = …
### BEGIN SOLUTION put the number of parameters into answer_parameters
answer_parameters = (784 * 256 + 256) + (256 * 256 + 256) + (256 * 10 + 10)
### END SOLUTION

# %% hints="quiz-parameters"
# A linear layer from n to m numbers computes `x @ W + b`. Which shapes do `W` and `b` have?
# ---
# `W` is `(n, m)` and `b` is `(m,)`: one bias for each output, whatever the number of rows in the batch.
# ---
# Add up three layers, weights and biases each.

# %% check="quiz-parameters" points=0
assert isinstance(answer_parameters, int), f"a whole number, such as 1000, not {answer_parameters!r}"
assert 1_000 < answer_parameters < 10_000_000, (
    f"{answer_parameters} is not the right order of magnitude for this network"
)

# %% [markdown]
# ### Exercise 12: memory of an activation
#
# A transformer computes, in one layer, a table of attention scores of shape
# `(batch, heads, tokens, tokens)`. With a batch of 8, 12 heads and 1024 tokens, in float32: how many MiB is that one
# tensor? (1 MiB is 1024 · 1024 bytes.)

# %% exercise="quiz-scores" points=1
# How many MiB? Write: answer_scores_mib = …
### BEGIN SOLUTION put the number of MiB into answer_scores_mib
answer_scores_mib = 8 * 12 * 1024 * 1024 * 4 / (1024 * 1024)
### END SOLUTION

# %% hints="quiz-scores"
# First count the entries: multiply the four sizes.
# ---
# The 32 in float32 are bits. A byte has 8.
# ---
# Entries times bytes for each, divided by the bytes of a MiB. Two factors cancel.

# %% check="quiz-scores" points=0
assert isinstance(answer_scores_mib, (int, float)), f"a number of MiB, such as 12.5, not {answer_scores_mib!r}"
assert 0 < answer_scores_mib < 100_000, (
    f"{answer_scores_mib} MiB is not the right order of magnitude: count bytes, then divide"
)

# %% [markdown]
# Twice the tokens need four times that memory, in every layer, and for training all of it is kept until the backward
# pass. That is what lesson 5 is about.

# %% [markdown]
# ## Break it
#
# Three colleagues have sent you their own `unbroadcast`. All work on `(4, 3)` → `(3,)`. You doubt it.
#
# ### Exercise 13: `is_broken`
#
# Write the test that finds out: a function which takes *a candidate* for `unbroadcast`, tries it on cases whose results you
# know, and returns `True` if it is broken. A right candidate must never be accused, however it is written. Which cases tell
# wrong from right? The table in section 4 is a good start.

# %% exercise="is_broken" points=2
def is_broken(candidate):
    """True if `candidate(grad, shape)` is a wrong unbroadcast, in shape or in value, or raises an error.

    candidate: a function of a NumPy array and a tuple.
    """
    ### BEGIN SOLUTION try the candidate on cases whose results you know
    grad = np.arange(24.0).reshape(2, 4, 3)
    for shape, axes in [((4, 3), 0), ((3,), (0, 1)), ((4, 1), (0, 2)), ((1, 4, 1), (0, 2)), ((), None), ((2, 4, 3), ())]:
        try:
            got = np.asarray(candidate(grad, shape))
        except Exception:
            return True
        if got.shape != shape or not np.allclose(got, grad.sum(axis=axes).reshape(shape)):
            return True
    return False
    ### END SOLUTION

# %% hints="is_broken"
# One case for each way of stretching: added dims, a stretched 1, both at once, nothing at all, a single number.
# ---
# Use numbers that are all different, so that a sum over the wrong dim shows; and work out the right results yourself, by
# `grad.sum(axis=…)` with the dims that you know were stretched.
# ---
# Compare the shape first, then the values (with `np.allclose`: a right candidate may add in another order). A candidate that
# raises is broken as well: `try` … `except Exception`.

# %% check="is_broken" points=1
def sums_rows_only(grad, shape):
    return grad.sum(axis=0) if len(shape) < grad.ndim else grad


def in_a_loop(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for dim, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=dim, keepdims=True)
    return grad


assert is_broken(in_a_loop) is False, (
    "in_a_loop is right, dim by dim, and was accused: are the results that you expect right?"
)
assert is_broken(sums_rows_only) is True, (
    "sums_rows_only never sums a stretched 1, and was not caught: try (4, 1) from (4, 3)"
)

# %% [markdown]
# ## Interview questions
#
# Answer aloud before you unfold.
#
# **1.** Adding a bias is an addition, and the derivative of an addition is 1. Why is there a *sum* in the backward pass of a
# linear layer's bias?

# %% [markdown] fold="Answer 1"
# Because the bias is broadcast. Each of its entries is used once for every row of the batch, and each use passes the
# gradient of that row through, times 1. The entry's gradient is the sum over its uses: the gradient of the result, summed
# over the batch dim. In PyTorch the function is called `sum_to_size`; here it is `unbroadcast`.

# %% [markdown]
# **2.** Softmax subtracts the maximum first. Does that change the result? Does it change the gradient?

# %% [markdown] fold="Answer 2"
# Neither. Numerator and denominator are both multiplied by $e^{-m}$, which cancels, for every $m$. As the value does not
# depend on $m$ at all, neither does the derivative, so $m$ may be treated as a constant. What changes is the range of the
# exponents: none is above 0, so `exp` cannot overflow, and the denominator is at least 1, so it cannot be 0.

# %% [markdown]
# **3.** When does `reshape` copy? When does `transpose`?

# %% [markdown] fold="Answer 3"
# `transpose` never copies: it swaps strides. `reshape` gives a view whenever the new shape can be described by strides over
# the old memory. For a contiguous tensor that is always so. After a `transpose` it often is not: `x.T.reshape(-1)` has to
# list the numbers in an order in which they do not lie in memory, and copies. (In PyTorch, `view` refuses in that case where
# `reshape` copies.)

# %% [markdown]
# **4.** A regression model trains without errors and always predicts the mean of the targets. What do you look at first?

# %% [markdown] fold="Answer 4"
# The shapes of prediction and target in the loss. `(n, 1)` minus `(n,)` broadcasts to `(n, n)`, and the prediction that
# minimises the mean square of that is the mean of the targets, for every row. The loss also stays near the variance of the
# targets, which is a hint.

# %% [markdown]
# ## Practice
#
# **Basic.** Which shape comes out, or which error? Decide first, then run: `(5, 1, 4) + (3, 1)`; `(2, 3) @ (3,)`;
# `(2, 3, 4)` summed over `(0, -1)`; `(2, 3, 4).permute(1, 2, 0)`; `(6, 4).reshape(3, -1, 2)`.
#
# **Intermediate.** Standardize the columns of a `(100, 5)` tensor: mean 0, standard deviation 1, in one line, with
# `mean`, `keepdim` and `sqrt`. Then write the distances between all pairs of two sets of points, `(n, d)` and `(m, d)`, as
# an `(n, m)` tensor, without a loop. How large is the largest tensor on the way, for n = m = 10,000 and d = 64?
#
# **Advanced: break it and explain the error.** In the `softmax` above, leave out `keepdim=True` in the maximum. For which
# shapes do you get an error, and for which a wrong result without one? Explain both by the rule of section 3. Then put
# it back (or run `gradlab reset 1 softmax` to begin again).

# %% [markdown]
# ## The same in PyTorch
#
# Run this with your package. PyTorch's own output is below: compare line by line.

# %%
import mytorch as torch

x = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
bias = torch.tensor([10.0, 20.0, 30.0])
print(x + bias)
print(x.sum(dim=0), x.mean(dim=1, keepdim=True).shape)
print(x @ bias)
print(x.softmax(dim=1))
print(x.reshape(3, -1).shape, x.permute(1, 0).shape)
print(torch.stack([x, x], dim=1).shape, torch.cat([x, x], dim=1).shape)
x[0][0] = 7.0
print(x.tolist(), torch.tensor([1, 2]).dtype, (x > 3).sum().item())
try:
    x.reshape(4, -1)
except RuntimeError as error:
    print(error)

# %% [markdown]
# Change the first line to `import torch`, and PyTorch 2.13 prints:
#
# ```text
# tensor([[10., 21., 32.],
#         [13., 24., 35.]])
# tensor([3., 5., 7.]) torch.Size([2, 1])
# tensor([ 80., 260.])
# tensor([[0.0900, 0.2447, 0.6652],
#         [0.0900, 0.2447, 0.6652]])
# torch.Size([3, 2]) torch.Size([3, 2])
# torch.Size([2, 2, 3]) torch.Size([2, 6])
# [[7.0, 1.0, 2.0], [3.0, 4.0, 5.0]] torch.int64 3
# shape '[4, -1]' is invalid for input of size 6
# ```
#
# The error of your package begins with PyTorch's sentence and adds what to do.

# %% [markdown]
# ## Recap in five lines
#
# 1. A tensor is memory, a shape and a dtype; Python floats become float32, an array keeps its dtype, `tensor` copies.
# 2. Shapes fit from the right: equal, or one of them is 1. A missing size counts as 1.
# 3. What was used k times gets the **sum** of its k shares: `unbroadcast` sums over what was stretched.
# 4. `dim` is the dim that disappears; `keepdim` keeps it at size 1, so that the result still fits.
# 5. Ints, slices, `transpose` and `permute` give views of the same memory; masks and lists of ints give copies.
#
# ## Glossary
#
# | | |
# |---|---|
# | **dtype** | the kind of the numbers: float32, float64, int64, bool … |
# | **dim** (NumPy: axis) | one direction of a tensor; dim 0 is the first in its shape |
# | **elementwise** | entry by entry, the same for all |
# | **broadcasting** | stretching sizes of 1, and missing ones, so that two shapes fit |
# | **unbroadcast** | the way back: sum over what was stretched |
# | **reduction** | many numbers become one along a dim |
# | **kernel** | the code that computes an op, on bare arrays |
# | **stride** | the step in memory to the next entry along a dim |
# | **view** | a tensor that looks into the memory of another |
# | **logits** | the numbers that go into a softmax |

# %% [markdown] fold="FAQ: why float32, when my computer computes in float64 as well?"
# Memory and bandwidth: half the bytes, twice the numbers in each step of the processor. Training is noisy anyway. Only when
# gradients are *checked*, in lesson 6, does the rounding of float32 drown what we want to see; then we switch to float64.

# %% [markdown] fold="FAQ: why does `sum` in my notebook behave strangely?"
# Because it is yours, and works on arrays: `sum([1, 2])` fails, since a list has no `ndim`. Python's own is
# `builtins.sum`. It is the same in every program that says `from torch import *`, which is a good reason not to.

# %% [markdown] fold="FAQ: an exercise says ✗ not exported. Is my work lost?"
# No. The cell is as you left it, and the package keeps your last good version. Read the message, correct the cell, run it
# again.

# %% [markdown] fold="FAQ: why does `unbroadcast` not take the mean? The gradients grow with the batch size."
# They do, if the loss is a *sum* over the batch. That is why a loss is nearly always a *mean*: the division by n is part
# of the loss, and the gradient has it already. `unbroadcast` has to report what is, not what would be convenient.

# %% [markdown]
# ## What comes next
#
# You can compute anything now, and nothing is remembered: ask `shares` where it came from, and it cannot say. To send shares
# back through a computation, we need to know what was computed from what.
#
# In lesson 2, tensors learn to remember. Every op will leave a node behind, the nodes will form a graph, and you will walk
# it, in an order that makes the difference between milliseconds and years.
