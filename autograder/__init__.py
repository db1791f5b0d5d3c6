"""The instructor's side of the course: build, release, verify and grade. The command is `autograder`.

It may use `gradlab` and `mytorch`; nothing imports it.
"""
