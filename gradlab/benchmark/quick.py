"""The quick benchmark: your package, as far as it is built, beside NumPy by hand and the other engines that are here.

    found = quick_benchmark(engine_dir())
    found.seconds["mytorch"]["chain"], found.notes

Engines run in processes of their own, with one thread. Your package gets a new process for each workload, so that one
which hangs or crashes costs no other its time. It takes some ten seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gradlab.benchmark.engines import installed
from gradlab.benchmark.problems import BY_HAND
from gradlab.errors import GradlabError

PACKAGES = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
#: The large network is all matrix products, which every engine leaves to NumPy or BLAS.
WORKLOADS = [name for name in BY_HAND if "1024-1024" not in name]
SECONDS = 0.15  # on each workload
PATIENCE = 8  # seconds for a workload of your package; NumPy by hand takes a hundredth of that
PATIENCE_WITH_OTHERS = 60  # for all workloads of another engine, which has to be imported first


@dataclass(frozen=True)
class Found:
    """seconds: {engine: {workload: seconds}}. notes: {workload: why your package was not timed}."""

    seconds: dict[str, dict[str, float]]
    notes: dict[str, str]


def quick_benchmark(engine: Path, tell: Callable[[str, int, int], None] = lambda name, done, total: None) -> Found:
    """Time the workloads. engine: the folder that holds `mytorch`. tell(what comes next, done, total) on the way.

    Raises GradlabError where there are no processes to start (in a browser).
    """
    if sys.platform == "emscripten":
        raise GradlabError("a browser has no processes to measure in. Run it on a computer: gradlab bench")
    jobs = list(_jobs())
    seconds: dict[str, dict[str, float]] = {}
    notes: dict[str, str] = {}
    for done, (name, workloads, patience) in enumerate(jobs):
        tell(name, done, len(jobs))
        for workload, times in _run(name, workloads, patience, engine).items():
            if isinstance(times, str):
                notes |= {workload: times} if name == "mytorch" else {}
            else:
                seconds.setdefault(name, {})[workload] = min(times)
    tell("", len(jobs), len(jobs))
    return Found(seconds, {name: notes[name] for name in WORKLOADS if name in notes})


def _jobs() -> Iterator[tuple[str, list[str], float]]:
    """(engine, workloads, seconds it may take) of each process."""
    for name in installed():
        if name == "mytorch":
            yield from ((name, [workload], PATIENCE) for workload in WORKLOADS)
        else:
            yield name, WORKLOADS, PATIENCE_WITH_OTHERS


def _run(name: str, workloads: list[str], patience: float, engine: Path) -> dict[str, list[float] | str]:
    command = [sys.executable, "-P", "-m", "gradlab.benchmark.one", name, *workloads, "--seconds", str(SECONDS)]
    try:
        done = subprocess.run(
            command, env=environment(engine), capture_output=True, text=True, encoding="utf-8", timeout=patience
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(workloads, f"not done after {patience} seconds")
    try:
        return json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or [f"ended with exit code {done.returncode}"])[-1]
        return dict.fromkeys(workloads, said)


def environment(engine: Path) -> dict[str, str]:
    """One thread; your package first, then what holds `gradlab`."""
    paths = [str(engine), str(PACKAGES), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}
