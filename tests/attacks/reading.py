"""Reading: tests, solutions, other submissions, the gradebook, the environment, memory. Finding something costs."""

from attack import *  # the names that an attacker knows


@attack("the hidden tests")
def the_hidden_tests():
    return look(f"{ROOT}/solutions/01_tensors/hidden_tests.py")


@attack("the solutions")
def the_solutions():
    return look(f"{ROOT}/solutions/01_tensors/notes.txt", f"{ROOT}/.build/source/01_tensors/01_tensors.ipynb")


@attack("the reference engine")
def the_reference_engine():
    import os

    return os.path.isdir(f"{ROOT}/.build/reference") and os.listdir(f"{ROOT}/.build/reference")


@attack("another's submission")
def another_s_submission():
    return look(f"{OUT}/submitted/honest-1/01_tensors/01_tensors.ipynb")


@attack("the gradebook")
def the_gradebook():
    return look(f"{OUT}/gradebook.db")


@attack("the whole disk")
def the_whole_disk():
    import os

    for top in (ROOT, OUT, HOME, "/tmp", "/home", "/desk"):
        for folder, _, files in os.walk(top):
            for name in files:
                found = name.endswith((".ipynb", ".db", ".kit", ".env")) or name in ("hidden_tests.py", "lesson.py")
                if found and look(os.path.join(folder, name)):
                    return os.path.join(folder, name)


@attack("the environment")
def the_environment():
    import os

    return [name for name, value in os.environ.items() if CANARY in value or name in ("PATH_TO_GRADES", "PYTHONPATH")]


@attack("the environment before Python")
def the_environment_before_python():
    import os

    return look("/proc/self/environ", "/proc/1/environ", f"/proc/{os.getppid()}/environ", f"/proc/{GRADER}/environ")


@attack("the grader's memory")
def the_grader_s_memory():
    import os

    for process in (str(GRADER), str(os.getppid()), "1"):
        with open(f"/proc/{process}/mem", "rb"):
            return "memory of " + process


@attack("memory by process_vm_readv")
def memory_by_process_vm_readv():
    import ctypes
    import os

    libc = ctypes.CDLL(None, use_errno=True)

    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    here = ctypes.create_string_buffer(64)
    for process in (GRADER, os.getppid(), 1):
        ours, theirs = Vector(ctypes.addressof(here), 64), Vector(id(object), 64)
        if libc.process_vm_readv(process, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) > 0:
            return "memory"


@attack("ptrace")
def ptrace():
    import ctypes
    import os

    libc = ctypes.CDLL(None, use_errno=True)
    for process in (GRADER, os.getppid(), 1):
        if libc.ptrace(16, process, 0, 0) == 0:
            return "attached"


@attack("other processes")
def other_processes():
    import os

    return [
        name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, 2, os.getpid(), os.getppid())
    ]


@attack("open descriptors")
def open_descriptors():
    import os
    import stat

    found = []
    for number in range(3, 64):
        try:
            kind = os.fstat(number)
        except OSError:
            continue
        if stat.S_ISREG(kind.st_mode) or stat.S_ISDIR(kind.st_mode):
            found.append(number)
    return found


@attack("the test, in the frames above")
def the_test_in_the_frames_above():
    import sys

    frame = sys._getframe()
    while frame:
        for values in (frame.f_locals, frame.f_globals):
            for name, value in list(values.items()):
                if CANARY[::-1] in repr(value)[:100000]:
                    return "in " + frame.f_code.co_filename
        if "hidden_tests" in frame.f_code.co_filename:
            return frame.f_code.co_filename
        frame = frame.f_back


@attack("the test, by gc")
def the_test_by_gc():
    import gc

    for thing in gc.get_objects():
        if type(thing) is dict:
            for key, value in list(thing.items()):
                if isinstance(value, (str, bytes)) and CANARY[::-1] in str(value):
                    return "in a dict"
        if type(thing).__name__ == "function" and "hidden_tests" in thing.__code__.co_filename:
            return thing.__name__


@attack("the grader's own modules")
def the_grader_s_own_modules():
    import importlib
    import sys

    for name in ("autograder.judge", "autograder.hidden"):
        try:
            importlib.import_module(name)
        except (ImportError, OSError):
            pass
    packages = ("autograder", "registry", "tasks", "nbgrader")
    # A folder without a file of ours is a package without a file, and tells nothing.
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    return [name for name, file in files.items() if file and name.split(".")[0] in packages]


@attack("packages that the grader has installed")
def packages_that_the_grader_has_installed():
    import importlib

    found = []
    for name in ("nbgrader", "sqlalchemy", "IPython", "torch", "autograd"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        found.append(name)
    return found


@attack("core files and kernel logs")
def core_files_and_kernel_logs():
    import os

    return look("/proc/kcore", "/dev/kmsg", "/dev/mem", "/var/log/syslog", "/etc/shadow") or (
        os.path.exists("/etc/shadow") and open("/etc/shadow").read(1)
    )
