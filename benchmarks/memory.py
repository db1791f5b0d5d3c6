"""A graph of a million nodes, and what importing the engine costs; each in processes of their own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile

GRAPH = """
import gc, json, sys, time, tracemalloc
import numpy as np
module, n = sys.argv[1], int(sys.argv[2])
torch = __import__(module)

def build():
    x = torch.tensor(np.ones(1, np.float32), requires_grad=True)
    y = x
    for _ in range(n):
        y = y + x
    return x, y

start = time.perf_counter()
x, y = build()
y.backward(torch.tensor(np.ones(1, np.float32)))
seconds = time.perf_counter() - start
assert x.grad.tolist() == [n + 1]
del x, y
gc.collect()
nodes = min(n, 100_000)
n = nodes
result = {"seconds": seconds}
if module == "mytorch":
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    x, y = build()
    result["bytes"] = (tracemalloc.get_traced_memory()[0] - before) / nodes
    gc.collect()
    gc.disable()
    y.backward(torch.tensor(np.ones(1, np.float32)))
    del x, y
    result["garbage"] = gc.collect()
json.dump(result, sys.stdout)
"""


def _python(code: str, *args, environment) -> str:
    run = subprocess.run(
        [sys.executable, "-P", "-c", code, *map(str, args)], env=environment, capture_output=True, text=True
    )
    if run.returncode:
        raise SystemExit(f"error: {run.stderr}")
    return run.stdout


def graph_of_a_million(environment) -> list[str]:
    def per_node(module, n):
        return json.loads(_python(GRAPH, module, n, environment=environment))

    small = statistics.median(per_node("mytorch", 10**4)["seconds"] / 10**4 for _ in range(5))
    large = [per_node("mytorch", 10**6) for _ in range(3)]
    seconds = statistics.median(run["seconds"] for run in large) / 10**6
    lines = [
        f"graph of 1,000,000 nodes at the default recursion limit: {seconds * 1e6:.2f} µs a node, "
        f"{seconds / small:.2f} × that of 10,000 nodes (goal 2)",
        f"memory: {large[0]['bytes']:.0f} bytes a node (goal 450); "
        f"the garbage collector finds {large[0]['garbage']} objects",
    ]
    try:
        torch = statistics.median(per_node("torch", 10**6)["seconds"] for _ in range(3)) / 10**6
        lines.append(f"PyTorch: {torch * 1e6:.2f} µs a node, so mytorch takes {seconds / torch:.2f} × as long")
    except SystemExit:
        lines.append("PyTorch is not installed: not compared")
    return lines


def import_time(environment) -> str:
    """With bytecode, as an installed package has it: the first of the imports writes it, and does not count."""
    code = "import time, numpy; t = time.perf_counter(); import mytorch; print(time.perf_counter() - t)"
    with tempfile.TemporaryDirectory() as cache:
        environment = {**environment, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        seconds = [float(_python(code, environment=environment)) for _ in range(12)][1:]
    return f"import mytorch, on top of NumPy: {statistics.median(seconds) * 1e3:.1f} ms (goal 10)"
