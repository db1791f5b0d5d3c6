"""Persisting: for the next student."""

from attack import *  # the names that an attacker knows


@attack("start-up files")
def start_up_files():
    import sysconfig

    folder = sysconfig.get_path("purelib")
    return write(
        folder + "/sitecustomize.py",
        folder + "/usercustomize.py",
        folder + "/gotcha.pth",
        f"{HOME}/.local/lib/python3/site-packages/gotcha.pth",
    )


@attack("NumPy and the package, patched on disk")
def numpy_and_the_package_patched_on_disk():
    import os

    import numpy

    import mytorch

    return write(numpy.__file__, mytorch.__file__, os.__file__)


@attack("caches")
def caches():
    import importlib.util

    import numpy

    import mytorch

    return write(importlib.util.cache_from_source(mytorch.__file__), importlib.util.cache_from_source(numpy.__file__))


@attack("an IPython profile")
def an_ipython_profile():
    return write(
        f"{HOME}/.ipython/profile_default/startup/00-gotcha.py",
        f"{HOME}/.jupyter/jupyter_notebook_config.py",
        f"{HOME}/.bashrc",
    )


@attack("the course and the grades")
def the_course_and_the_grades():
    return write(
        f"{ROOT}/gotcha.py",
        f"{OUT}/gotcha.py",
        f"{OUT}/gradebook.db",
        f"{OUT}/submitted/honest-1/01_tensors/01_tensors.ipynb",
    )


@attack("shared memory")
def shared_memory():
    from multiprocessing import shared_memory

    shared_memory.SharedMemory("gotcha", create=True, size=64)
    return "shared"


@attack("System V memory and queues")
def system_v_memory_and_queues():
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.shmget(0x676F7463, 4096, 0o1666) >= 0
        or libc.msgget(0x676F7463, 0o1666) >= 0
        or libc.semget(0x676F7463, 1, 0o1666) >= 0
    ):
        return "System V"


@attack("a note for the next one")
def a_note_for_the_next_one():
    import os
    import tempfile

    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/desk", tempfile.gettempdir(), os.getcwd()):
        path = os.path.join(folder, f"gotcha-note-{NUMBER}")
        for other in os.listdir(folder) if os.path.isdir(folder) else ():
            if other.startswith("gotcha-note-") and other != os.path.basename(path):
                return other
        try:
            open(path, "w").close()
        except OSError:
            pass


attack("a second note for the next one")(a_note_for_the_next_one)
