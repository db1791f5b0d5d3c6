"""Anomaly mode: find the line of the forward pass whose gradient is not a number.

While it is on, every op remembers the lines that led to it, and looks at the gradients that it makes. It is a watcher
of recorded nodes, so when it is off nothing is paid. An op that was recorded before it was on is not watched.
"""

from __future__ import annotations

import traceback
import warnings
import weakref
from pathlib import Path

import numpy as np

from mytorch.indexing import raw
from mytorch.results import watchers

PACKAGE = str(Path(__file__).resolve().parent.parent)


class Watch:
    """What `results.watchers` holds while the mode is on: it gives each node a visit that checks."""

    def __init__(self, check_nan):
        self.check_nan = check_nan

    def __call__(self, node):
        stack = [frame for frame in traceback.extract_stack() if not frame.filename.startswith(PACKAGE)]
        node.visit = CheckedVisit(node, "visit", stack, self.check_nan)
        node.visit_recorded = CheckedVisit(node, "visit_recorded", stack, self.check_nan)


class CheckedVisit:
    """Stands before a node's own `visit`, and looks at what that returns. It holds the node weakly: no circle."""

    def __init__(self, node, method, stack, check_nan):
        self.node, self.method, self.stack, self.check_nan = weakref.ref(node), method, stack, check_nan

    def __call__(self, grad):
        node = self.node()
        try:
            grads = getattr(type(node), self.method)(node, grad)
        except Exception:
            self.warn(node)
            raise
        for i, g in enumerate(grads if self.check_nan else ()):
            if node.next[i] is not None and g is not None and np.isnan(raw(g)).any():
                self.warn(node)
                raise RuntimeError(
                    f"Function '{node.name()}' returned nan values in its {i}th output. The forward line: {self.line()}"
                )
        return grads

    def line(self):
        if not self.stack:
            return "unknown"
        last = self.stack[-1]
        return f"{last.filename}:{last.lineno}: {last.line}"

    def warn(self, node):
        lines = "".join(traceback.format_list(self.stack))
        warnings.warn(
            f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{lines}", stacklevel=4
        )


class Switch:
    """The mode, on or off, until `__exit__` puts back what was before."""

    def __init__(self, enabled, check_nan):
        self.before = [watch for watch in watchers if isinstance(watch, Watch)]
        watchers[:] = [watch for watch in watchers if not isinstance(watch, Watch)]
        if enabled:
            watchers.append(Watch(check_nan))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        others = [watch for watch in watchers if not isinstance(watch, Watch)]
        watchers[:] = others + self.before


class detect_anomaly(Switch):
    """The mode for the length of a block: forward pass and backward pass belong inside."""

    def __init__(self, check_nan=True):
        super().__init__(True, check_nan)


class set_detect_anomaly(Switch):
    """Switch the mode on or off, at once; as a block, until its end."""

    def __init__(self, mode, check_nan=True):
        super().__init__(mode, check_nan)


def is_anomaly_enabled():
    return any(isinstance(watch, Watch) for watch in watchers)
