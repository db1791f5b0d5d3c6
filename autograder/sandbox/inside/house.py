"""A small root of its own for the fork server, without bubblewrap: what is named here is there, and nothing else."""

from __future__ import annotations

import os

import kernel
from kernel import MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_REC, NODEV, NOSUID, READ_ONLY

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
DESK = "/desk"  # where a submission may write
STAGE = "/stage"  # an empty folder, to put a mount down for a moment


def enter(root: str, shown: list[str], writable: list[str], hidden: dict[str, list[str]] | None = None) -> None:
    """Move into namespaces of our own, with an empty folder `root` as the root; `shown` is there, read-only.

    hidden: folders in it that are empty, but for what is named with each, and for what `shown` names itself.
    Goes on in a child, the first process of its PID namespace; this one waits and ends as it does. Raises OSError.
    """
    uid, gid = os.geteuid(), os.getegid()
    if not _may_mount():
        kernel.unshare(kernel.NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    spaces = (kernel.NEWNS, kernel.NEWPID, kernel.NEWNET, kernel.NEWIPC, kernel.NEWUTS, kernel.NEWCGROUP)
    kernel.unshare(sum(spaces))
    child = os.fork()
    if child:
        os.closerange(0, 2)  # of the control socket it is the child who keeps an end
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    _furnish(root, shown, writable, hidden or {})


def _may_mount() -> bool:
    """Whether we are root with all that belongs to it, which root in a container is not."""
    with open("/proc/self/status") as file:
        effective = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff"))
    return os.geteuid() == 0 and bool(effective >> 21 & 1)  # CAP_SYS_ADMIN


def _furnish(root: str, shown: list[str], writable: list[str], hidden: dict[str, list[str]]) -> None:
    kernel.mount("", "/", flags=MS_PRIVATE | MS_REC)
    kernel.mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for path in shown:
        if os.path.islink(path):  # /bin and /lib, where they are parts of /usr
            os.symlink(os.readlink(path), root + path)
        elif os.path.exists(path):
            _make(path, root)
            kernel.bind(path, root + path)
    for folder, staying in hidden.items():
        kernel.mount("tmpfs", root + folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k")
        for path in (*staying, *(each for each in shown if each.startswith(folder + "/"))):
            _make(path, root)
            kernel.bind(path, root + path)
        kernel.set_attributes(root + folder, READ_ONLY | NOSUID | NODEV, below=False)
    for path in writable:
        _make(path, root)
        kernel.bind(path, root + path, NOSUID | NODEV)
    for path in DEVICES:
        _make(path, root)
        kernel.bind(path, root + path, NOSUID)
    for path in ("/tmp", DESK, STAGE):
        os.makedirs(root + path, exist_ok=True)
    kernel.pivot_root(root)
    kernel.set_attributes("/", READ_ONLY | NOSUID, below=False)
    kernel.call({"x86_64": 170, "aarch64": 161}[kernel.MACHINE], b"sandbox", 7)  # sethostname


def _make(path: str, root: str) -> None:
    """Something below `root` to mount `path` on."""
    if os.path.isdir(path):
        os.makedirs(root + path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        open(root + path, "a").close()
