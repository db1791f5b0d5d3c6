"""What runs inside the sandbox. It needs Python and NumPy, nothing else of this project.

The fork server of autograder/sandbox/inside loads it once and forks it for each submission; without a sandbox
`python -I autograder/worker` starts it. `autograder.sandbox.Worker` is the other end of the socket that is its stdin.
The files import one another as top-level modules, because in the sandbox this folder is no package.
"""
