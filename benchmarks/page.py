"""What the docs show of a run: the numbers as JSON, the bars as SVG, and the table with the name of the machine."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gradlab.benchmark.engines import MODULE
from gradlab.benchmark.plot import plot


def write_page(folder: Path, seconds: dict[str, dict[str, float]], rounds: int, text: str) -> None:
    """Write benchmark.json, benchmark.svg and benchmark.md. text: the tables, and what else was measured."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "versions": versions(seconds), "rounds": rounds, "seconds": seconds}
    (folder / "benchmark.json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    # In the page's colours, and so that it may stand in the page itself.
    (folder / "benchmark.svg").write_text(plot(seconds).svg(), encoding="utf-8")
    used = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    where = f"{record['machine']}, one thread, median of {rounds} processes. {used}."
    (folder / "benchmark.md").write_text(f"{text.strip()}\n\nMeasured on {where}\n", encoding="utf-8")


def machine() -> str:
    """The processor, how many of them, and the system."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "a processor")


def versions(engines) -> dict[str, str]:
    """{name: version} of Python, NumPy and the engines that were measured."""
    found = {"Python": platform.python_version(), "NumPy": version("numpy")}
    for name in engines:
        try:
            found[name] = version(MODULE[name])
        except (KeyError, PackageNotFoundError):  # NumPy by hand, and our own
            continue
    return found
