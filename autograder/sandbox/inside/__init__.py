"""What the fork server and its children do to shut themselves in. It needs Python alone, and Linux.

`python -I autograder/sandbox/inside PLAN` starts it; `autograder.sandbox.server` is the other end. The files import one
another as top-level modules, because in the sandbox this folder is no package.
"""
