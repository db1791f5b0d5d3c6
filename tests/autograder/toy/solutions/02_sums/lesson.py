# %% [markdown]
# # Sums

# %% setup=true
import gradlab.lesson

# %% given="sums_head"
#| export sums.sums_head
"""Sums of many numbers."""

# %% exercise="total" points=2
#| export sums.total
def total(numbers):
    """The sum of `numbers`, each doubled."""
    from mytorch.numbers import double

    ### BEGIN SOLUTION add up the doubles
    result = 0.0
    for number in numbers:
        result = result + double(number)
    return result
    ### END SOLUTION

# %% check="total" points=1
import mytorch

assert mytorch.total([1, 2]) == 6, "1 and 2, doubled, add up to 6"
