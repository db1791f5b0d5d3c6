"""Time one engine in this process: `python -m benchmarks.one ENGINE` prints {workload: [seconds, …]} as JSON.

Every result is compared with hand-written NumPy first: a fast wrong answer does not count.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from benchmarks.engines import ENGINES
from benchmarks.problems import BY_HAND

SECONDS = 0.6  # spent on each workload, after one run that warms up and is checked
LEAST = 3


def measure(work) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(times) < LEAST or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def check(name: str, found, expected) -> None:
    for got, right in zip(found, expected, strict=True):
        right = right if np.size(got) == right.size else right.ravel()[:1]  # micrograd works on one entry
        if not np.allclose(got, right, rtol=2e-2, atol=1e-5):
            raise SystemExit(f"error: {name}: wrong result, {got!r} is not {right!r}")


def main(engine: str) -> None:
    np.seterr(all="ignore")
    times = {}
    for name, build in ENGINES[engine]().items():
        work = build()
        check(name, work(), BY_HAND[name]()())
        times[name] = measure(work)
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
