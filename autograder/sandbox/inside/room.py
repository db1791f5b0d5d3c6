"""A room in the house for one submission: nothing of another one is in it, and nothing stays when it is cleared.

separate(plan)               in the process that watches; its next child is the first in a PID namespace
settle(plan, folder, uid)    in that child: own mounts, another user, no capabilities, Landlock
clear()                      in the process that watches: an empty desk, for what comes next
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass, field

import kernel
import landlock
from house import DESK, DEVICES, STAGE
from kernel import MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_REC, NODEV, NOSUID, READ_ONLY

SIZE = "mode=1777,size=16m,nr_inodes=512"  # of what may be written
LIMITS = {
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_STACK: 64 << 20,
}


@dataclass(frozen=True)
class Plan:
    """How to keep submissions apart on one rung.

    root, shown: build a house of these folders, in an empty folder; None when there is one already, or none.
    hidden: {folder in it: what stays of it}.
    scratch: the folder that holds the submissions' folders; in a room only its own is left. None: no rooms.
    readable: restrict to these paths by Landlock, and the submission's.
    worker, numpy: where the worker's code is, and the folder that NumPy is in.
    """

    root: str | None = None
    shown: list[str] = field(default_factory=list)
    hidden: dict[str, list[str]] = field(default_factory=dict)
    scratch: str | None = None
    readable: list[str] | None = None
    worker: str = ""
    numpy: str = ""
    arguments: list[str] = field(default_factory=list)


def separate(plan: Plan) -> None:
    if plan.scratch is not None:
        kernel.unshare(kernel.NEWNS | kernel.NEWPID | kernel.NEWIPC)


def settle(plan: Plan, folder: str, uid: int) -> None:
    """uid: become this user, and group; -1 to stay."""
    if plan.scratch is not None:
        _mounts(plan.scratch, folder)
        os.environ |= {"HOME": DESK, "TMPDIR": DESK}
    for kind, most in LIMITS.items():
        lower(kind, most, most)
    if uid >= 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        lower(resource.RLIMIT_NPROC, 64, 64)
    kernel.no_capabilities()
    kernel.not_inspectable()
    if plan.readable is not None:
        landlock.restrict([*plan.readable, folder], list(DEVICES))
        os.chdir(folder)
    else:
        os.chdir("/")


def clear() -> None:
    """Put an empty desk where the one was that may have been written to. Who is at the old one still, stays there."""
    kernel.unmount(DESK)
    _put_desk()


def _put_desk() -> None:
    kernel.mount("tmpfs", DESK, "tmpfs", MS_NOSUID | MS_NODEV, SIZE)


def lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, but never above the one that is there."""
    allowed = resource.getrlimit(kind)[1]
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    resource.setrlimit(kind, (int(soft), int(hard)))


def _mounts(scratch: str, folder: str) -> None:
    """An empty place to write in, of limited size; and of all the submissions' folders only this one."""
    kernel.mount("", "/", flags=MS_PRIVATE | MS_REC)
    _put_desk()
    kernel.bind(folder, STAGE)
    kernel.mount("tmpfs", scratch, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k")
    os.makedirs(folder, exist_ok=True)
    kernel.bind(STAGE, folder)
    kernel.unmount(STAGE)
    kernel.set_attributes(scratch, READ_ONLY | NOSUID | NODEV)
