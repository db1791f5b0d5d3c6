"""The system calls that a submission may make: those of a program that computes, and no other.

No process or thread is started, no signal sent to anyone else, nothing connected, mounted, traced or shared; such a
call fails with EPERM, as if the user were not allowed to. A list of what is allowed, for a list of what is forbidden is
out of date with the next kernel. Once installed it cannot be taken off.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from kernel import MACHINE, prctl

#: Allowed whatever the arguments: name, number on x86_64, number on aarch64. None: that machine has no such call.
ALLOWED = (
    # files: what the mounts, Landlock and the limits on size let through
    ("read", 0, 63), ("write", 1, 64), ("open", 2, None), ("openat", 257, 56), ("close", 3, 57), ("lseek", 8, 62),
    ("pread64", 17, 67), ("pwrite64", 18, 68), ("readv", 19, 65), ("writev", 20, 66), ("fsync", 74, 82),
    ("ftruncate", 77, 46), ("stat", 4, None), ("fstat", 5, 80), ("lstat", 6, None), ("newfstatat", 262, 79),
    ("statx", 332, 291), ("access", 21, None), ("faccessat", 269, 48), ("faccessat2", 439, 439),
    ("readlink", 89, None), ("readlinkat", 267, 78), ("getdents64", 217, 61), ("getcwd", 79, 17), ("chdir", 80, 49),
    ("mkdir", 83, None), ("mkdirat", 258, 34), ("rmdir", 84, None), ("unlink", 87, None), ("unlinkat", 263, 35),
    ("rename", 82, None), ("renameat", 264, 38), ("renameat2", 316, 276),
    ("dup", 32, 23), ("dup2", 33, None), ("dup3", 292, 24),
    # on the socket to the judge: there is no other, and none can be made
    ("recvfrom", 45, 207), ("sendto", 44, 206), ("poll", 7, None),
    ("ppoll", 271, 73), ("select", 23, None), ("pselect6", 270, 72),
    # memory
    ("mmap", 9, 222), ("mprotect", 10, 226), ("munmap", 11, 215), ("brk", 12, 214), ("mremap", 25, 216),
    ("madvise", 28, 233), ("membarrier", 324, 283),
    # time
    ("nanosleep", 35, 101), ("clock_nanosleep", 230, 115), ("gettimeofday", 96, 169), ("time", 201, None),
    ("clock_gettime", 228, 113), ("clock_getres", 229, 114), ("times", 100, 153),
    ("getitimer", 36, 102), ("setitimer", 38, 103), ("alarm", 37, None),
    # this process
    ("exit", 60, 93), ("exit_group", 231, 94), ("getpid", 39, 172), ("getppid", 110, 173), ("gettid", 186, 178),
    ("getuid", 102, 174), ("geteuid", 107, 175), ("getgid", 104, 176), ("getegid", 108, 177), ("uname", 63, 160),
    ("getrlimit", 97, 163), ("getrusage", 98, 165), ("sysinfo", 99, 179), ("getrandom", 318, 278),
    ("sched_yield", 24, 124), ("sched_getaffinity", 204, 123), ("futex", 202, 98), ("set_robust_list", 273, 99),
    ("rseq", 334, 293), ("restart_syscall", 219, 128),
    # signals that arrive
    ("rt_sigaction", 13, 134), ("rt_sigprocmask", 14, 135), ("rt_sigreturn", 15, 139), ("sigaltstack", 131, 132),
)  # fmt: skip

#: Allowed when an argument is one of some values: name, the two numbers, which argument, the values.
SELF = "this process"
ONLY_IF = (
    ("kill", 62, 129, 0, (SELF,)),
    ("tgkill", 234, 131, 0, (SELF,)),
    # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC; with F_SETOWN and F_SETSIG one could signal others
    ("fcntl", 72, 25, 1, (0, 1, 2, 3, 4, 1030)),
    ("prlimit64", 302, 261, 2, (0,)),  # to read a limit, not to set one
    ("ioctl", 16, 29, 1, (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)),  # TCGETS FIONREAD FIONBIO FIONCLEX FIOCLEX
)

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: LD|W|ABS, JMP|JEQ|K, JMP|JGE|K, RET|K
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # where things are in struct seccomp_data
_X32 = 0x40000000  # the other calls of x86_64, by which a filter could be walked around
_PR_SET_SECCOMP, _FILTER = 22, 2


def supported() -> bool:
    return MACHINE in _AUDIT_ARCH


def program(pid: int) -> bytes:
    """The filter for the process `pid`, as BPF instructions."""
    column = list(_AUDIT_ARCH).index(MACHINE) + 1
    lines = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, _AUDIT_ARCH[MACHINE]), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    if MACHINE == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]
    for row in ALLOWED:
        if row[column] is not None:
            lines += [(_EQUAL, 0, 1, row[column]), (_RETURN, 0, 0, _ALLOW)]
    for row in ONLY_IF:
        values = [pid if value == SELF else value for value in row[4]]
        where = _ARGUMENTS + 8 * row[3]
        # Both halves of the argument: the high one must be 0.
        checks = [(_LOAD, 0, 0, where + 4), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, where)]
        for value in values:
            checks += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
        checks += [(_RETURN, 0, 0, _REFUSE)]
        lines += [(_EQUAL, 0, len(checks), row[column]), *checks]
    lines += [(_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def install() -> None:
    """From here on this process can do no more than the table says. Needs no_new_privs."""
    code = program(os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    holder = ctypes.create_string_buffer(head, len(head))
    prctl(_PR_SET_SECCOMP, _FILTER, ctypes.addressof(holder))
