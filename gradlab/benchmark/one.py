"""Time one engine in this process: `python -m gradlab.benchmark.one ENGINE [WORKLOAD …] [--seconds N]`.

Prints {workload: [seconds, …]} as JSON; a sentence in place of the seconds says what kept a workload from being
timed. Every result is compared with hand-written NumPy first: a fast wrong answer does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence

import numpy as np

from gradlab.benchmark.engines import ENGINES
from gradlab.benchmark.problems import BY_HAND

SECONDS = 0.6  # spent on each workload, after one run that warms up and is checked
LEAST = 3


def measure(work: Callable, seconds: float) -> list[float]:
    """The seconds that each of at least three calls of `work` took."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < LEAST or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def check(found, expected) -> None:
    """Raise ValueError unless both hold the same numbers."""
    for got, right in zip(found, expected, strict=True):
        right = right if np.size(got) == right.size else right.ravel()[:1]  # micrograd works on one entry
        if not np.allclose(got, right, rtol=2e-2, atol=1e-5):
            raise ValueError(f"wrong result: {few(got)} should be {few(right)}")


def few(array) -> str:
    """The first entries."""
    entries = np.ravel(array)
    return ", ".join(f"{entry:.4g}" for entry in entries[:3]) + (", …" if entries.size > 3 else "")


def time_all(engine: str, workloads: Sequence[str], seconds: float) -> dict[str, list[float] | str]:
    """{workload: seconds, or why there are none} for those workloads (all, when none is named) that the engine has."""
    builders = ENGINES[engine]()
    times: dict[str, list[float] | str] = {}
    for name in workloads or builders:
        if name not in builders:
            continue
        try:
            work = builders[name]()
            check(work(), BY_HAND[name]()())
            times[name] = measure(work, seconds)
        except Exception as error:  # an engine in the making fails in any way; that is told, not raised
            times[name] = str(error) if isinstance(error, NotImplementedError) else f"{type(error).__name__}: {error}"
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("workloads", nargs="*")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    # What an engine prints must not come between our lines.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        np.seterr(all="ignore")
        json.dump(time_all(options.engine, options.workloads, options.seconds), answer)


if __name__ == "__main__":
    main()
