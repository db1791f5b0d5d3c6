"""Proofs about the lessons, one a file. Each is a function from a Job to the list of what does not hold.

    problems = stubs_fail.problems(job)       # [] when it holds

`CHECKS` in runner.py lists them in the order in which an author wants to hear of them.
"""
