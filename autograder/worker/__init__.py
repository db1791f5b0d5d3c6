"""What runs inside the sandbox. It needs Python and NumPy, nothing else of this project.

`python -I autograder/worker` starts it (see `__main__.py`); `autograder.sandbox.Worker` is the other end of the pipe.
The files import one another as top-level modules, because in the sandbox this folder is no package.
"""
