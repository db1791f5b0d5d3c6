"""`see`: what a hidden test observes, written down in order for the judge to compare.

see(x.grad)                     a value: tensor, array, number, text, None, or lists and dicts of them
see(x.grad, "x.grad")           the same, with the name that a lost point is explained with
see.error(lambda: y.backward()) the type of the error that a call raises, or that it raises none
with see.budget(seconds=2): …   that this much CPU time is enough
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from wire import snapshot


class OverBudget(BaseException):
    """The work inside `see.budget` took too long. Not an Exception: `except Exception` in a program lets it through."""


class See:
    """Collects the observations of one run in `events`: plain dicts, ready for the wire."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def __call__(self, value: Any, name: str = "") -> None:
        self.events.append({"saw": snapshot(value), "name": str(name)})

    def error(self, call: Callable[[], Any], name: str = "") -> None:
        """Call `call` and observe the type of what it raises; its result, if any, is not observed."""
        try:
            call()
        except Exception as error:
            raised = type(error).__name__
        else:
            raised = ""
        self.events.append({"error": raised, "name": str(name)})

    @contextlib.contextmanager
    def budget(self, seconds: float) -> Iterator[None]:
        """Stop the program when the block takes more than `seconds` of CPU time. Budgets do not nest."""
        started = time.process_time()
        with _alarm(seconds):
            yield
        if time.process_time() - started > seconds:  # an alarm that the block caught, or a system without alarms
            raise OverBudget(seconds)
        self.events.append({"budget": float(seconds)})


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise OverBudget in the main thread after `seconds` of CPU time, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_) -> None:
        raise OverBudget(seconds)

    before = signal.signal(signal.SIGPROF, ring)
    # The interval: a block that swallows the first alarm gets another.
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
