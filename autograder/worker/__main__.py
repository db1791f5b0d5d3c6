"""The worker: reads one request after the other from the socket that is its stdin, and answers each there.

It loads NumPy and the code for checks once, and forks for every request. The child imports the student's engine, does
the one thing, writes its reply and is killed with all it started; the worker itself never runs a line of theirs. Where
there is no fork (Windows) it does one request in itself and ends; the other end of the pipe starts the next.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

import guard
import numpy.random
import numpy.testing  # noqa: F401  loaded once, for every child
import tasks
from wire import WireError, pack, read_frame, unpack, write_frame

REQUEST = 256 << 20  # bytes; requests come from the grader


def preload() -> None:
    """What every child needs, before there is one. The folders in which it is found are the arguments."""
    sys.path.pop(0)  # this folder: the engine's imports must not find our files
    sys.path += sys.argv[1:]
    try:
        import gradlab.check_namespace  # noqa: F401
    except ImportError:
        pass  # then hidden tests run, and a check says what is missing


def main() -> None:
    """Answer the requests on stdin, until there are no more."""
    requests, replies = _take_streams()
    while body := read_frame(requests, REQUEST):
        request = unpack(body)
        if hasattr(os, "fork"):
            write_frame(replies, _in_child(request))
        else:
            write_frame(replies, pack(tasks.run(request)))
            return


def _take_streams() -> tuple:
    """The socket to the grader, under numbers of its own; print and input get the null device instead."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(0), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    return requests, replies


def _in_child(request: dict) -> bytes:
    """The reply of a child that does `request`, or why there is none: {"end": "died" | "time" | "size"}."""
    ours, theirs = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()  # a group of its own, which is killed as one
            guard.guard(request["limits"], {theirs}, parent)
            with os.fdopen(theirs, "wb") as stream:
                write_frame(stream, _reply(request))
        finally:
            os._exit(0)
    os.close(theirs)
    try:
        return _collect(ours, child, request["limits"])
    finally:
        os.close(ours)


def _reply(request: dict) -> bytes:
    reply = tasks.run(request)
    try:
        return pack(reply)
    except (TypeError, ValueError, WireError):
        return pack({"end": "size", "events": []})


def _collect(pipe: int, child: int, limits: dict) -> bytes:
    """Read the child's frame within the time and size allowed, then end the child and all it started."""
    received, end = bytearray(), "died"
    try:
        end = _read(pipe, received, limits)
    finally:
        status, used = _kill(child)
    if end == "whole":
        return bytes(received[8:])
    if end == "died" and os.WIFSIGNALED(status) and used > limits["cpu"] * 0.9:  # the kernel counts in ticks
        end = "time"
    return pack({"end": end, "events": []})


def _read(pipe: int, received: bytearray, limits: dict) -> str:
    """Fill `received` with one frame. "whole", or why not: "time", "size", or "died" when the pipe closed early."""
    deadline = time.monotonic() + limits["wall"]
    wanted = 8
    while len(received) < wanted:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return "time"
        chunk = os.read(pipe, min(1 << 20, wanted - len(received)))
        if not chunk:
            return "died"
        received += chunk
        if wanted == 8 and len(received) == 8:
            wanted += int.from_bytes(received, "big")
            if wanted > limits["reply"]:
                return "size"
    return "whole"


def _kill(child: int) -> tuple[int, float]:
    """End the child's whole group. The child's status (its own, when it had ended before) and its seconds of CPU."""
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # it has not come as far as setsid; or macOS and a dead leader
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return status, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    preload()
    main()
