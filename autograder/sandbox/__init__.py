"""Where students' code runs: a worker process, kept apart as well as this machine can, and the pipe to it.

    with Worker(folder, isolation()) as worker:
        channel = worker.open(base, "mytorch", texts)    # to a process of its own; see autograder/remote

rungs.py        the ways to keep it apart, best first, and which of them work here
probe.py        trying one out
server.py       the process that makes workers, by forking; its other end is the folder inside/
bubblewrap.py   the command line of bubblewrap
visible.py      what a worker may see: Python, NumPy, its own folders and an environment of almost nothing
limits.py       how much it may take
worker.py       the sockets to a worker and to its sessions; plain.py: a worker without any sandbox
"""

from autograder.sandbox.limits import GRACE, LIMITS, THREADS, wall_seconds
from autograder.sandbox.rungs import NONE, RUNGS, Isolation, Offer, chosen, isolation, offered
from autograder.sandbox.server import SandboxError, scratch
from autograder.sandbox.worker import Worker

__all__ = [
    *("GRACE", "LIMITS", "NONE", "RUNGS", "THREADS"),
    *("Isolation", "Offer", "SandboxError", "Worker", "chosen", "isolation", "offered", "scratch", "wall_seconds"),
]
