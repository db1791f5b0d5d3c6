"""How much of the machine one request to a worker may take."""

from __future__ import annotations

#: cpu: seconds of a whole session, as a last resort, for each test has less. wall: seconds.
#: memory: bytes of address space. file: bytes of one file. reply: bytes. threads: that programs may use.
LIMITS = {"cpu": 600.0, "wall": 20.0, "memory": 4 << 30, "file": 16 << 20, "reply": 64 << 20, "threads": 0}
THREADS = 4  # for the lessons that use any: each costs more than a session without

#: Seconds that a worker may need to start and to hand a reply over, on top of what the request may take.
GRACE = 20.0


def wall_seconds(cpu: float) -> float:
    """How long what may take `cpu` seconds may last on a busy machine, or asleep."""
    return max(cpu * 3, min(LIMITS["wall"], cpu + 10))
