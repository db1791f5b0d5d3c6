"""The worker: the judge's partner inside the sandbox. It never runs a line of a student's; its children do.

It has loaded NumPy and the code for notebooks, and forks a child for every session. The child gets a socket of its own
to the judge, so that nothing which it leaves behind can speak in a later session. What the judge asks here, over the
socket that is this process's stdin:

    {"do": "open", "package", "limits"}   a child; its socket comes with the reply
    {"do": "clock"}                       {"cpu": seconds the child has used, by the kernel's clock}
    {"do": "close"}                       the child is killed with all it started: {"signal", "cpu"}

What all engines of these sessions share is there before: modules that are compiled (see engine.py). What makes an
engine one submission's own goes to its child, over the child's socket: the next child must not find it here.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time

import guard
import numpy.random
import numpy.testing  # noqa: F401  loaded once, for every child
import threads
from engine import compiled_modules
from line import both_ways
from session import Session
from wire import pack, read_frame, unpack

REQUEST = 256 << 20  # bytes; requests come from the grader


def preload() -> None:
    """What every child needs, before there is one. The folders in which it is found are the arguments."""
    sys.path.pop(0)  # this folder: the engine's imports must not find our files
    sys.path += sys.argv[1:]
    try:
        import gradlab.check_namespace  # noqa: F401
    except ImportError:
        pass  # then programs run, but not those that want a notebook


def main(ready: dict[str, tuple] | None = None) -> None:
    """Do what the judge asks on stdin, until it asks no more. ready: of `compiled_modules`; None: it comes first."""
    judge = _take_socket()
    requests = judge.makefile("rb")
    if ready is None:
        ready = compiled_modules(read_frame(requests, REQUEST) or b"")
    gc.freeze()  # so that no collection writes to what is shared with children
    gc.disable()
    child = None
    while body := read_frame(requests, REQUEST):
        request = unpack(body)
        if request["do"] == "open":
            if child:
                child.close()
            child, theirs = Child.start(request["package"], request["limits"], ready)
            with theirs:
                _reply(judge, {"cpu": 0.0}, theirs)
        elif child is None:
            _reply(judge, {"signal": 0, "cpu": 0.0})
        elif request["do"] == "clock":
            _reply(judge, {"cpu": child.cpu()})
        else:
            _reply(judge, child.close())
            child = None
    if child:
        child.close()


def _take_socket() -> socket.socket:
    """The socket to the judge, under a number of its own; print and input get the null device instead."""
    judge = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    return judge


def _reply(judge: socket.socket, reply: dict, theirs: socket.socket | None = None) -> None:
    body = pack(reply)
    frame = len(body).to_bytes(8, "big") + body
    if theirs:
        socket.send_fds(judge, [frame], [theirs.fileno()])
    else:
        judge.sendall(frame)


class Child:
    """A forked process that holds one session."""

    def __init__(self, pid: int):
        self.pid = pid

    @classmethod
    def start(cls, package: str, limits: dict, ready: dict[str, tuple]) -> tuple[Child, socket.socket]:
        """The child, and the judge's end of its socket."""
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                gc.enable()
                os.setsid()  # a group of its own, which is killed as one
                threads.start(limits["threads"], guard.last_steps)
                guard.guard(limits, {ours.fileno()}, parent)
                Session(*both_ways(ours), package, ready).run()
            finally:
                os._exit(0)
        ours.close()
        return cls(pid), theirs

    def cpu(self) -> float:
        """Seconds of CPU time that the child has used."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)  # Linux: the clock of another process
        except (OSError, AttributeError):
            return 0.0

    def close(self) -> dict:
        """End the child's whole group. How it ended (its own end, when that came before) and its seconds of CPU."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has not come as far as setsid; or macOS and a dead leader
            os.kill(self.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        return {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "cpu": usage.ru_utime + usage.ru_stime}


if __name__ == "__main__":
    preload()
    main()
