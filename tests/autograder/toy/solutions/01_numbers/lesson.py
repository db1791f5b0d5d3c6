# The first lesson of the toy course, with a cell of every kind.

# %% [markdown]
# # Numbers
# Twice `x` is `x + x`. What is $2 \cdot 3$?

# %% setup=true
import gradlab.lesson

# %% predict="twice"
# Write your guess; nothing is graded here.
my_guess = None

# %% given="numbers_head"
#| export numbers.numbers_head
"""Functions of one number."""

import numpy as np

# %% exercise="double" points=2
#| export numbers.double
def double(x: float) -> float:
    """Twice `x`."""
    ### BEGIN SOLUTION return twice what came in
    halves = np.array([x, x], dtype=float)
    return float(halves.sum())
    ### END SOLUTION

# %% hints="double"
# Which operation gives twice a number?
# ---
# Adding it to **itself**.
#
# - or multiplying

# %% check="double" points=1
import mytorch

assert mytorch.double(3) == 6, f"double(3) is {mytorch.double(3)}, not 6: twice three is six"

# %% check="double" part="zero" points=1
assert mytorch.double(0) == 0, "twice nothing is nothing"

# %% exercise="triple" points=1
#| export numbers.triple
def triple(x: float) -> float:
    """Three times `x`."""
    ### BEGIN SOLUTION return "three times" what came in
    return float(np.sum([x, x, x]))
    ### END SOLUTION

# %% check="triple" points=1
assert mytorch.triple(2) == 6, "three times two is six"

# %% given="signs_head"
#| export signs.signs_head
"""Signs."""

# %% exercise="negate"
#| export signs.negate
def negate(x: float) -> float:
    """`x` with the other sign."""
    ### BEGIN SOLUTION turn the sign around
    opposite = 0 - x
    return opposite
    ### END SOLUTION

# %% check="negate" points=1
assert mytorch.negate(2) == -2, "the opposite of 2 is -2"

# %%
print(mytorch.double(21))

# %%
with gradlab.lesson.expect_error(ZeroDivisionError):
    1 / 0

# %% error="ZeroDivisionError"
# A cell that is meant to raise; as a script it may not.
if gradlab.lesson.script_root(globals().get("__file__")) is None:
    1 / 0

# %% given="price"
price = 7

# %% exercise="quiz-price" points=1
# What do two cost?
### BEGIN SOLUTION put the price of two here
answer = 2 * price
### END SOLUTION

# %% check="quiz-price" points=1
assert answer == 14, "two at 7 cost 14"

# %% [markdown] fold="Why `double`? A < B"
# Because *one* is not enough.
