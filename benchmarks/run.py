"""Run the benchmark: `python -m benchmarks.run`. Prints the table of ratios; `--page DIR` writes what the docs show.

Engines take turns, each in a process of its own with one thread, `--rounds` times; a figure is the median over the
rounds of the best time within a round. Ratios compare engines within this run alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.memory import graph_of_a_million, import_time
from benchmarks.page import write_page
from gradlab.benchmark.engines import installed
from gradlab.benchmark.problems import BY_HAND
from gradlab.benchmark.quick import ONE_THREAD

ROOT = Path(__file__).resolve().parent.parent

#: What we want to hold: at most these multiples of NumPy by hand, of PyTorch, of the best other engine on NumPy.
GOALS = {
    "chain": (3.8, 0.6, 0.15),
    "no_grad chain": (2.8, 0.7, 0.75),
    "diamonds": (5.5, 0.7, 0.2),
    "MLP 784-128-64-10, batch 32": (1.25, 0.78, 0.75),
    "MLP 784-1024-1024-10, batch 256": (1.06, None, 1.02),
    "bias add and sum": (1.10, 1.10, 0.7),
}


def environment() -> dict[str, str]:
    """One thread; and in front the engine in BENCH_ENGINE, or the reference of `autograder build`, if it is there."""
    paths = [os.environ.get("BENCH_ENGINE"), ROOT / ".build" / "reference", ROOT]
    path = os.pathsep.join(str(p) for p in paths if p and Path(p).exists())
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": path}


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """{engine: {workload: seconds}} for every engine that is installed."""
    found = installed()
    best: dict[str, dict[str, list[float]]] = {name: {} for name in found}
    for turn in range(rounds):
        for name in found:
            print(f"\rround {turn + 1} of {rounds}: {name:<16}", end="", file=sys.stderr, flush=True)
            command = [sys.executable, "-P", "-m", "gradlab.benchmark.one", name]
            run = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
            if run.returncode:
                raise SystemExit(f"\nerror: {name} failed:\n{run.stderr}")
            for workload, times in json.loads(run.stdout).items():
                if isinstance(times, str):
                    raise SystemExit(f"\nerror: {name}, {workload}: {times}")
                best[name].setdefault(workload, []).append(min(times))
    print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    return {name: {w: statistics.median(t) for w, t in times.items()} for name, times in best.items()}


def ratios(seconds: dict[str, dict[str, float]], workload: str) -> tuple[float | None, ...]:
    """mytorch against hand-written NumPy, PyTorch, and the fastest other engine on NumPy."""
    ours = seconds["mytorch"][workload]
    peers = [seconds[name][workload] for name in ("HIPS autograd", "MyGrad") if workload in seconds.get(name, {})]
    against = seconds["NumPy by hand"][workload], seconds.get("PyTorch", {}).get(workload), min(peers, default=None)
    return tuple(ours / other if other else None for other in against)


def table(seconds) -> str:
    lines = ["| workload | " + " | ".join(f"{name}, ms" for name in seconds) + " |", "|---" * (len(seconds) + 1) + "|"]
    for workload in BY_HAND:
        cells = (seconds[name].get(workload) for name in seconds)
        lines.append(f"| {workload} | " + " | ".join("–" if c is None else f"{c * 1e3:.3g}" for c in cells) + " |")
    lines += ["", "| mytorch, as a multiple of | NumPy by hand | PyTorch | best NumPy engine |", "|---|---|---|---|"]
    for workload, goals in GOALS.items():
        cells = [_cell(r, g) for r, g in zip(ratios(seconds, workload), goals, strict=True)]
        lines.append(f"| {workload} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(ratio, goal) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.2f}" if goal is None else f"{ratio:.2f} (goal {goal:g}{'' if ratio <= goal else ', missed'})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="processes for each engine (default 5)")
    parser.add_argument(
        "--page", type=Path, metavar="DIR", help="write benchmark.json, .svg and .md there, for the docs"
    )
    options = parser.parse_args()
    seconds = measure(options.rounds)
    print(table(seconds), "\n", sep="")
    rest = "\n".join(f"- {line}" for line in [*graph_of_a_million(environment()), import_time(environment())])
    print(rest)
    if options.page:
        write_page(options.page, seconds, options.rounds, f"{table(seconds)}\n\n{rest}")


if __name__ == "__main__":
    main()
