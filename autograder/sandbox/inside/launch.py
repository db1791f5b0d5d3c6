"""Start one program in a house of its own: for what needs threads and sockets, such as a Jupyter kernel.

`python -I launch.py ORDER`, as JSON: {"command", "environment", "root", "shown", "writable"}. Without a root there is a
house already. The program has no capabilities and limits on memory and files; it may start processes.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys

sys.path.insert(0, os.path.dirname(__file__))

import house
import kernel
import room

MEMORY, FILE = 8 << 30, 256 << 20  # bytes


def main() -> None:
    order = json.loads(sys.argv[1])
    if order["root"]:
        house.enter(order["root"], order["shown"], order["writable"])
        kernel.die_with_parent(signal.SIGKILL)
        kernel.mount("tmpfs", house.DESK, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=1777,size=16m")
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE), (resource.RLIMIT_CORE, 0)):
        room.lower(kind, most, most)
    kernel.no_capabilities()
    os.chdir(house.DESK)
    os.execve(order["command"][0], order["command"], order["environment"])


if __name__ == "__main__":
    main()
