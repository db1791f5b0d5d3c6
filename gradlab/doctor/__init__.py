"""What is wrong with this machine, this folder or this work, and the next command to type.

Each probe looks at one thing and is kept apart from the others: where NumPy, PyYAML or the course is broken, the other
probes still tell what they find. Nothing here imports a library; what must be imported is imported in another process.
"""
