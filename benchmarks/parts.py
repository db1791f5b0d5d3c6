"""Where the time of one small op goes: `python -m benchmarks.parts`. Nanoseconds, best of many, on arrays of 16 floats.

The engine is the reference of `autograder build`. What NumPy takes for `x * y` alone is the floor; the rest is the
price of a graph in Python: objects, calls, and the garbage collector's rounds over them.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import timeit

from benchmarks.run import ROOT, environment
from gradlab.benchmark.problems import chain_inputs

STEPS = 2_000


def best(work, number: int = 20_000, rounds: int = 15) -> float:
    """Nanoseconds that one call of `work` takes, without those of the loop around it."""
    loop = min(timeit.repeat(lambda: None, number=number, repeat=rounds))
    return (min(timeit.repeat(work, number=number, repeat=rounds)) - loop) / number * 1e9


def per_step(work, rounds: int = 15) -> float:
    """Nanoseconds that `work`, which does STEPS steps, takes for one."""
    return min(timeit.repeat(work, number=1, repeat=rounds)) / STEPS * 1e9


def parts() -> dict[str, float]:
    import mytorch as torch
    from mytorch.arithmetic import Mul
    from mytorch.base import TensorBase
    from mytorch.grad_mode import mode
    from mytorch.graph import topological_order

    a, b, _ = chain_inputs()
    x, y = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    ctx, forward, make = Mul(), Mul.forward, TensorBase.result_type

    def chain():
        z = x
        for _ in range(STEPS):
            z = z * y
        return z

    def chain_without_graph():
        with torch.no_grad():
            chain()

    found = {
        "NumPy's x * y": best(lambda: a * b),
        "a node": best(Mul),
        "a tensor": best(lambda: make(a)),
        "the grad mode, which each thread has for itself": best(lambda: mode.enabled),
        "forward with save_for_backward, without NumPy's part": best(lambda: forward(ctx, a, b)) - best(lambda: a * b),
        "the shape of an array": best(lambda: a.shape),
        "z = z * y under no_grad": per_step(chain_without_graph),
        "z = z * y, recorded": per_step(chain),
    }
    gc.disable()
    found["z = z * y, recorded, garbage collector off"] = per_step(chain)
    gc.enable()
    seed = torch.ones(16)
    one, total = -x, x.sum()
    found["a backward over one node: what a walk costs before it begins"] = best(
        lambda: one.backward(seed, retain_graph=True), 2_000
    )
    found["x.sum(), without NumPy's part"] = best(x.sum, 2_000) - best(a.sum, 2_000)
    found["its backward"] = best(lambda: total.backward(retain_graph=True), 2_000)
    x.grad = y.grad = None
    end = chain()  # after all writes in place: each node that is older than one has to look whether it is concerned
    found["the order of the walk, a node"] = per_step(lambda: topological_order(end.edge))
    found["the whole walk, a node"] = per_step(lambda: end.backward(seed, retain_graph=True))
    return found


def main() -> None:
    if os.environ.get("BENCHMARK_PARTS") != "1":  # one thread, and the reference in front, as for every benchmark
        command = [sys.executable, "-P", "-m", "benchmarks.parts"]
        raise SystemExit(subprocess.call(command, cwd=ROOT, env={**environment(), "BENCHMARK_PARTS": "1"}))
    for name, nanoseconds in parts().items():
        print(f"{nanoseconds:7.0f} ns  {name}")


if __name__ == "__main__":
    main()
