"""The rung `bubblewrap`: a house made by a small and well-read program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from autograder.sandbox.visible import SYSTEM, environment, python_places

#: For the fork server, which makes a room for each submission; and, when it is root, gives it a user of its own.
CAPABILITIES = ("CAP_SYS_ADMIN",)
OF_ROOT = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_DAC_READ_SEARCH")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def bubblewrap(
    folders: list[str],
    rooms: bool,
    as_root: bool,
    writable: Sequence[str] = (),
    hidden: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[str]:
    """The command line up to the program, which will see Python, its packages and `folders`, all of them read-only.

    writable: folders that it may write to. rooms: it may make further namespaces inside. as_root: without a user
    namespace, so that it may change its user. hidden: see visible.packages.
    """
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    command = [shutil.which("bwrap") or "bwrap", *spaces, *(() if as_root else ("--unshare-user",))]
    command += ["--new-session", "--clearenv", "--hostname", "sandbox", "--cap-drop", "ALL"]
    for capability in OF_ROOT if as_root else CAPABILITIES if rooms else ():
        command += ["--cap-add", capability]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    for folder in ("/etc", "/dev"):  # by itself bubblewrap makes folders for root alone to read
        command += ["--perms", "0755", "--dir", folder]
    for place in SYSTEM:
        command += ["--ro-bind-try", place, place]
    for device in DEVICES:
        command += ["--dev-bind", device, device]
    command += ["--dir", "/stage", "--perms", "1777", "--size", str(16 << 20), "--tmpfs", "/desk"]
    for place in python_places():
        command += _bound(place)
    for folder, staying in hidden.items():
        command += ["--perms", "0755", "--size", str(64 << 10), "--tmpfs", folder]
        for place in staying:
            command += ["--ro-bind", place, place]
    for place in (*folders, *writable):
        command += _bound(place, "--bind" if place in writable else "--ro-bind")
    for folder in (*hidden, "/"):
        command += ["--remount-ro", folder]
    return [*command, "--chdir", "/"]


def _bound(place: str, how: str = "--ro-bind") -> list[str]:
    parents = list(Path(place).parents)[-2::-1]
    return [*(word for each in parents for word in ("--perms", "0755", "--dir", str(each))), how, place, place]


def missing() -> str:
    """Why bubblewrap cannot be tried, or ""."""
    if os.name == "posix" and shutil.which("bwrap"):
        return ""
    return "bubblewrap (bwrap) is not installed"
