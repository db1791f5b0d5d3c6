"""Where students' code runs: a worker process, kept apart as well as this machine can, and the pipe to it.

    with Worker(folder, isolation()) as worker:
        reply = worker.ask({"do": "import", …})

rungs.py        the ways to keep it apart, best first, and which of them work here
bubblewrap.py   one of them
room.py         what a worker may see: Python, NumPy, its own folders and an environment of almost nothing
limits.py       how much it may take
worker.py       the process and the pipe
"""

from autograder.sandbox.limits import GRACE, LIMITS
from autograder.sandbox.rungs import BUBBLEWRAP, Isolation, isolation
from autograder.sandbox.worker import Worker

__all__ = ["BUBBLEWRAP", "GRACE", "LIMITS", "Isolation", "Worker", "isolation"]
