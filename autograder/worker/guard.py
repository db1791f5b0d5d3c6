"""What a student's code may take, set in the process that is about to run it. None of it can be lifted again."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

#: Done last of all: the sandbox adds its filter of system calls here.
last_steps: list[Callable[[], None]] = []

_DESCRIPTORS = 1024


def guard(limits: dict, keep: Collection[int], parent: int) -> None:
    """Close all descriptors but stdin, stdout, stderr and `keep`; limit memory, CPU time and files; do the last steps.

    limits: cpu in seconds, memory and file in bytes. parent: the process that will end this one.
    """
    _close_all_but({0, 1, 2, *keep})
    _limit(limits)
    for step in last_steps:
        step()
    if os.getppid() != parent:  # gone before we had asked to die with it
        os._exit(1)


def _close_all_but(keep: set[int]) -> None:
    start = 0
    for number in sorted(keep):
        if start < number:  # os.closerange(0, 0) would close them all
            os.closerange(start, number)
        start = number + 1
    os.closerange(start, _DESCRIPTORS)


def _limit(limits: dict) -> None:
    import resource

    cpu = int(limits["cpu"])
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),  # a signal that can be caught, and a second later one that cannot
        (resource.RLIMIT_AS, limits["memory"], limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"], limits["file"]),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        allowed = resource.getrlimit(kind)[1]
        if allowed != resource.RLIM_INFINITY:
            soft, hard = min(soft, allowed), min(hard, allowed)
        try:
            resource.setrlimit(kind, (int(soft), int(hard)))
        except (ValueError, OSError):
            pass  # macOS knows no RLIMIT_AS
