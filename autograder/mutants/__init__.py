"""How good are the tests? Every answer that is known to be wrong runs through them, and the score is counted.

library.py     the mutants: wrong answers written by hand, and mechanical changes of the right ones (mutate.py)
trying.py      one answer against the checks and hidden tests of its exercise
memory.py      what was found out before, as long as nothing it depends on has changed
score.py       the figures, a lesson and an exercise at a time
page.py        the figures published: site/mutants.md and the README
"""
