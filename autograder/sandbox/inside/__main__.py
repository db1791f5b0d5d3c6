"""The fork server: loads Python and NumPy once, and makes a confined worker for each submission in milliseconds.

It gets orders on the socket that is its stdin: {"folder": …, "uid": …} with two descriptors, a worker's socket, which
becomes that one's stdin, and a leash; with the first order comes a third, a file: the modules that workers find ready.
For each it forks a *watcher*, which forks the *worker*. A byte on the leash asks the watcher to clear the room, and it
sends one back. When the grader lets go of the leash, or is gone, the watcher kills the worker with all it started; when
it has, the other end of the leash closes. What goes wrong before the worker runs is said on the leash. The server never
runs a line of a student's.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys

import house
import kernel
import look_around
import room
import seccomp
from room import Plan

LONGEST = 64 << 10  # bytes of an order
PROBE_LIMITS = {"cpu": 20, "memory": 4 << 30, "file": 16 << 20}


def main() -> None:
    os.umask(0o022)
    plan = Plan(**json.loads(sys.argv[1]))
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    if not seccomp.supported():
        raise OSError(f"there is no table of system calls for {seccomp.MACHINE}")
    if plan.root:
        house.enter(plan.root, plan.shown, [], plan.hidden)
    worker, ready = _load(plan), {}
    gc.disable()  # a collection writes to all that is shared with workers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # watchers need no burial
    control.send(b"ready")
    while True:
        order, descriptors, *_ = socket.recv_fds(control, LONGEST, 3)
        if len(descriptors) < 2:  # the grader is gone
            return
        if len(descriptors) == 3:
            with os.fdopen(descriptors.pop(), "rb") as file:
                ready = worker.compiled_modules(file.read())
        if os.fork() == 0:
            control.close()
            _watch(plan, worker, ready, json.loads(order), *descriptors)
        for each in descriptors:
            os.close(each)


def _load(plan: Plan):
    """The worker's own main module, with all it imports."""
    sys.path.insert(0, plan.worker)
    if plan.numpy not in sys.path:  # a .pth file may have led to it, which is hidden here
        sys.path.append(plan.numpy)
    sys.argv = [plan.worker, *plan.arguments]
    spec = importlib.util.spec_from_file_location("worker_main", os.path.join(plan.worker, "__main__.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["worker_main"] = module
    spec.loader.exec_module(module)
    module.preload()
    return module


def _watch(plan: Plan, worker, ready: dict, order: dict, speech: int, leash: int) -> None:
    """Start the worker and outlive it. Does not return."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        room.separate(plan)
        child = os.fork()
        if child == 0:
            _work(plan, worker, ready, order, speech, leash)
        os.close(speech)
        _until_the_end(child, leash, has_room=plan.scratch is not None)
    except BaseException as error:
        _say(leash, error)
    finally:
        os._exit(0)


def _until_the_end(child: int, leash: int, has_room: bool) -> None:
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(leash, select.POLLIN | select.POLLHUP)
    poll.register(ended, select.POLLIN)
    while poll.poll() == [(leash, select.POLLIN)] and has_room and os.read(leash, 1):
        try:
            room.clear()
            os.write(leash, b".")
        except OSError:
            break
    # With a PID namespace this is the end of all in it; without, the worker's children have asked to die with it.
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _work(plan: Plan, worker, ready: dict, order: dict, speech: int, leash: int) -> None:
    try:
        os.setsid()
        room.settle(plan, order["folder"], order["uid"])
        worker.guard.last_steps.append(functools.partial(_shut, plan))
    except BaseException as error:
        _say(leash, error)
        os._exit(1)
    try:
        os.close(leash)
        if "probe" in order:
            worker.guard.guard(PROBE_LIMITS, {speech}, os.getppid())
            os.write(speech, json.dumps(look_around.problems(order["probe"])).encode())
        else:
            os.dup2(speech, 0)
            os.close(speech)
            worker.main(ready)
    finally:
        os._exit(0)


def _shut(plan: Plan) -> None:
    """The last thing before a student's code: from here on this process can do no more than compute."""
    if plan.scratch is not None:
        os.chdir(house.DESK)
    kernel.die_with_parent(signal.SIGKILL)
    seccomp.install()


def _say(leash: int, error: BaseException) -> None:
    try:
        os.write(leash, f"{type(error).__name__}: {error}".encode()[:2000])
    except OSError:
        pass


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
