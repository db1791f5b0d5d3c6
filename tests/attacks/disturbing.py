"""Disturbing: the others, the grader, the machine."""

from attack import *  # the names that an attacker knows


@attack("os._exit when imported", at=("import",), loses=True)
def os_exit_when_imported():
    import os

    os._exit(1)


@attack("sys.exit when imported", at=("import",), loses=True)
def sys_exit_when_imported():
    import sys

    sys.exit(0)


@attack("killing the judge")
def killing_the_judge():
    import os
    import signal

    for process in (os.getppid(), 1, GRADER):
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass


@attack("killing everybody")
def killing_everybody():
    import os
    import signal

    for group in (0, -1):
        try:
            os.kill(group, signal.SIGKILL)
        except OSError:
            pass


@attack("a signal, by way of a file")
def a_signal_by_way_of_a_file():
    """A descriptor can be told whom to signal when there is news, and with which signal."""
    import fcntl
    import os
    import signal

    for process in (GRADER, os.getppid(), 1):
        for number in range(64):
            try:
                fcntl.fcntl(number, fcntl.F_SETOWN, process)
                fcntl.fcntl(number, fcntl.F_SETSIG, signal.SIGKILL)
                fcntl.fcntl(number, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            except OSError:
                pass


@attack("killing itself", loses=True)
def killing_itself():
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@attack("stopping itself", loses=True)
def stopping_itself():
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSTOP)


@attack("a crash in C", loses=True)
def a_crash_in_c():
    import ctypes

    ctypes.string_at(0)


@attack("a loop that swallows interrupts", loses=True)
def a_loop_that_swallows_interrupts():
    import signal

    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


@attack("a sleep", loses=True)
def a_sleep():
    import time

    while True:
        time.sleep(3600)


@attack("a memory bomb", loses=True)
def a_memory_bomb():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 26))


@attack("a disk bomb")
def a_disk_bomb():

    for number in range(10000):
        with open(f"fill-{number}", "wb") as file:
            for _ in range(64):
                file.write(b"x" * (1 << 20))


@attack("a file of a terabyte")
def a_file_of_a_terabyte():
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
    return "sparse"


@attack("a thread bomb")
def a_thread_bomb():
    import threading

    for _ in range(1000):
        threading.Thread(target=threading.Event().wait).start()
    return "threads"


@attack("a fork bomb")
def a_fork_bomb():
    import os

    while True:
        os.fork()


@attack("a flood on stdout and stderr")
def a_flood_on_stdout_and_stderr():
    import os

    for _ in range(20):
        os.write(1, b"x" * (1 << 20))
        os.write(2, b"x" * (1 << 20))
        print("y" * (1 << 20))


@attack("orphans")
def orphans():
    import os
    import time

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(1)
        os._exit(0)
    return "orphans"


@attack("a program of its own")
def a_program_of_its_own():
    import subprocess

    return subprocess.run(["/bin/sh", "-c", "id"], capture_output=True).stdout


@attack("closed descriptors", loses=True)
def closed_descriptors():
    import os

    os.closerange(0, 4096)


@attack("limits raised")
def limits_raised():
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    return "limits"


@attack("a deep recursion", loses=True)
def a_deep_recursion():
    import sys

    sys.setrecursionlimit(10**8)

    def deeper():
        return deeper() + 1

    return deeper()


@attack("an answer of a gigabyte", loses=True, at=("import",))
def an_answer_of_a_gigabyte():
    global infer_shape
    infer_shape = lambda shape, size: bytes(1 << 30)


@attack("an answer without end", loses=True, at=("import",))
def an_answer_without_end():
    global infer_shape
    endless = []
    endless.append(endless)
    infer_shape = lambda shape, size: endless
