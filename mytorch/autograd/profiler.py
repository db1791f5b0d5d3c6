"""A profiler: which ops ran, how often, how long, and how much memory their results took.

    with torch.autograd.profiler.profile() as prof:
        loss = model(x).sum()
        loss.backward()
    print(prof.key_averages().table(sort_by="cpu_time_total"))

It listens to Python's own call events while it is on (`sys.setprofile`), so it costs nothing when it is off.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from time import perf_counter_ns

from mytorch._lessons import exported, later

Function = later("graph", "Function")


@dataclass
class OpTotals:
    """One op. count: its calls. Times in µs, with (total) and without (self) the ops inside of it; memory in bytes."""

    key: str
    count: int = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0
    cpu_memory_usage: int = 0

    @property
    def cpu_time(self):
        return self.cpu_time_total / self.count if self.count else 0.0


class profile:
    """Collects OpTotals, by op, for the length of a block."""

    def __init__(self, enabled=True, *, profile_memory=True, record_shapes=False, with_stack=False, use_cpu=True):
        self.enabled, self.totals, self.running = enabled, {}, []
        functions = [Function, exported("custom", "Function"), exported("graph", "AccumulateGrad")]
        functions = [f for f in functions if isinstance(f, type)]
        self.forward = {f.apply.__func__.__code__ for f in functions if hasattr(f, "apply")}
        self.backward = {f.visit.__code__ for f in functions if hasattr(f, "visit")}

    def __enter__(self):
        if self.enabled:
            self.before = sys.getprofile()
            sys.setprofile(self._event)
        return self

    def __exit__(self, *error):
        if self.enabled:
            sys.setprofile(self.before)

    def _event(self, frame, event, value):
        code = frame.f_code
        if code not in self.forward and code not in self.backward:
            return
        if event == "call":
            first = frame.f_locals
            key = first["cls"].__name__ if code in self.forward else first["self"].name()
            self.running.append([key, perf_counter_ns(), 0])
        elif event == "return" and self.running:
            key, start, inside = self.running.pop()
            took = perf_counter_ns() - start
            if self.running:
                self.running[-1][2] += took
            one = self.totals.setdefault(key, OpTotals(key))
            one.count += 1
            one.cpu_time_total += took / 1000
            one.self_cpu_time_total += (took - inside) / 1000
            one.cpu_memory_usage += bytes_of(value)

    def key_averages(self, group_by_input_shape=False):
        return Averages(self.totals.values())

    def total_average(self):
        return sum(one.self_cpu_time_total for one in self.totals.values())

    def table(self, sort_by=None, row_limit=100):
        return self.key_averages().table(sort_by, row_limit)

    def __str__(self):
        return self.table()

    @property
    def self_cpu_time_total(self):
        return self.total_average()


def bytes_of(result):
    """The memory of what an op returned: a tensor, an array, or a tuple of them."""
    if isinstance(result, tuple):
        return sum(map(bytes_of, result))
    array = getattr(result, "array", result)
    return 0 if getattr(array, "base", None) is not None else getattr(array, "nbytes", 0)


class Averages(list):
    """The totals of all ops, which print as a table."""

    def table(self, sort_by=None, row_limit=100, header=None):
        rows = sorted(self, key=lambda one: getattr(one, sort_by), reverse=True) if sort_by else list(self)
        whole = sum(one.self_cpu_time_total for one in self) or 1.0
        lines = [
            ("Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "CPU Mem", "# of Calls")
        ]
        for one in rows[:row_limit]:
            lines.append((
                one.key,
                f"{100 * one.self_cpu_time_total / whole:.2f}%",
                time_text(one.self_cpu_time_total),
                f"{100 * one.cpu_time_total / whole:.2f}%",
                time_text(one.cpu_time_total),
                time_text(one.cpu_time),
                memory_text(one.cpu_memory_usage),
                str(one.count),
            ))  # fmt: skip
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        rule = "  ".join("-" * width for width in widths)
        body = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([rule, body[0], rule, *body[1:], rule, f"Self CPU time total: {time_text(whole)}"])

    def __str__(self):
        return self.table()


def time_text(microseconds):
    for size, unit in ((1e6, "s"), (1e3, "ms")):
        if microseconds >= size:
            return f"{microseconds / size:.3f}{unit}"
    return f"{microseconds:.3f}us"


def memory_text(count):
    for size, unit in ((1 << 30, "Gb"), (1 << 20, "Mb"), (1 << 10, "Kb")):
        if count >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} b"
