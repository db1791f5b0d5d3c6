"""What a command costs with all it starts: seconds of CPU, of the clock, and the memory of its largest process.

A sandbox's processes are killed, and the kernel then tells nobody what they used; a control group counts them all the
same. Where none can be made (no Linux, no rights) only what was waited for is counted, and `whole` is False.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


class Cost(NamedTuple):
    """cpu, seconds: of CPU time and of the clock. memory: bytes of the largest process. whole: nothing is missing."""

    cpu: float
    seconds: float
    memory: int
    whole: bool


def cost_of(command: Sequence[str], check: bool = True, **more) -> Cost:
    """Run `command` and return its cost. With `check`, raises CalledProcessError, with its output, when it fails."""
    group = _new_group()
    enter = None if group is None else lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
    before, started = _waited_for(), time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=enter, **more
    ) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    cpu = _waited_for() - before if group is None else _used_by(group)
    if process.returncode and check:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Cost(cpu, seconds, usage.ru_maxrss << 10, group is not None)


def _new_group() -> Path | None:
    for root in GROUPS:
        group = root / f"gradlab-{os.getpid()}-{time.monotonic_ns()}"
        try:
            if (root / "cgroup.procs").exists():
                group.mkdir()
                return group
        except OSError:
            pass
    return None


def _used_by(group: Path) -> float:
    used = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    try:
        group.rmdir()
    except OSError:
        pass  # something of the command is still there
    return int(used["usage_usec"]) / 1e6


def enter_own_group() -> bool:
    """Move this process into a control group of its own, for `used_here`; whether that is possible."""
    group = _new_group()
    if group:
        (group / "cgroup.procs").write_text(str(os.getpid()))
    return group is not None


def used_here() -> float:
    """Seconds of CPU that this process's control group has used; without one of its own, those that were waited for."""
    try:
        name = next(
            line[3:].strip() for line in Path("/proc/self/cgroup").read_text().splitlines() if line[:3] == "0::"
        )
        path = next(path for root in GROUPS if (path := root / name.strip("/") / "cpu.stat").is_file())
        return int(dict(line.split() for line in path.read_text().splitlines())["usage_usec"]) / 1e6
    except (OSError, StopIteration, KeyError):
        return _waited_for()


def _waited_for() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
