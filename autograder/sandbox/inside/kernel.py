"""The system calls that Python has no function for, by ctypes. Each raises OSError."""

from __future__ import annotations

import ctypes
import os

NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
READ_ONLY, NOSUID, NODEV = 1, 2, 4  # of mount_setattr
MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442  # the same everywhere, as all calls since Linux 5.1
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 1, 4, 24, 38, 47
_LAST_CAP = 63

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
MACHINE = os.uname().machine


def call(number: int, *arguments) -> int:
    """The result of a system call by its number."""
    plain = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *plain), f"system call {number}")


def _checked(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare")


def prctl(option: int, *arguments: int) -> int:
    padded = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(_libc.prctl(option, *padded), f"prctl {option}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    done = _libc.mount(source.encode(), target.encode(), kind.encode() or None, flags, options.encode() or None)
    _checked(done, f"mount {target}")


def unmount(target: str) -> None:
    _checked(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def set_attributes(target: str, attributes: int, below: bool = True) -> None:
    """Set READ_ONLY, NOSUID, NODEV on a mount, and on all below it."""
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    flags = _AT_RECURSIVE if below else 0
    call(_MOUNT_SETATTR, _AT_FDCWD, target.encode(), flags, ctypes.byref(wanted), ctypes.sizeof(wanted))


def bind(source: str, target: str, attributes: int = READ_ONLY | NOSUID | NODEV) -> None:
    """Let `target` show what is at `source`."""
    mount(source, target, flags=MS_BIND | MS_REC)
    set_attributes(target, attributes)


def pivot_root(new: str) -> None:
    """Make the mount `new` the root, and let go of the old one."""
    os.chdir(new)
    call(_PIVOT_ROOT[MACHINE], b".", b".")
    unmount(".")
    os.chdir("/")


def no_capabilities() -> None:
    """Give up every capability for good: no program that is started can bring one back."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(_LAST_CAP + 1):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # the kernel has no such one; or we may not, and then no_new_privs does
            break
    try:
        prctl(_PR_CAP_AMBIENT, 4)  # clear all
    except OSError:
        pass
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    call(_CAPSET[MACHINE], ctypes.byref(header), ctypes.byref(sets))


def not_inspectable() -> None:
    """Nobody of the same user may read this process's memory or trace it."""
    prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(signal: int) -> None:
    prctl(_PR_SET_PDEATHSIG, signal)
