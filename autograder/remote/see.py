"""`see`: what a hidden test observes, written down in order for the judge to compare.

see(x.grad)                     a value: tensor, array, number, text, None, or lists and dicts of them
see(x.grad, "x.grad")           the same, with the name that a lost point is explained with
see.error(lambda: y.backward()) the type of the error that a call raises, or that it raises none
with see.budget(seconds=2): …   that this much CPU time of the engine's process is enough
see.repeat(y, 40_000, ("__add__", 1))   y + 1 + 1 + …: methods called in turn, so often, in one request
see.each(nodes, "number")       an attribute of each entry of a long list, in one request
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from autograder.remote.proxies import Called, is_remote
from autograder.remote.session import Session
from autograder.worker.wire import WireError, snapshot, unpack


class See:
    """Collects the observations of one run in `events`: plain dicts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.events: list[dict] = []

    def __call__(self, value: Any, name: str = "") -> None:
        self.events.append({"saw": observed(self.session, value), "name": str(name)})

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
        """Stop the program when the block takes more than `seconds` of CPU time over there. Budgets do not nest.

        The kernel's clock of that process counts, and the worker reads it: a student's code can neither stop it nor
        answer for it. What the judge itself computes in the block does not count.
        """
        channel = self.session.channel
        channel.budget = channel.clock() + seconds, float(seconds)
        try:
            yield
            channel.look_at_clock()
        finally:
            channel.budget = None
        self.events.append({"budget": float(seconds)})

    def repeat(self, value: Any, times: int, *steps: tuple) -> Any:
        return self.session.ask("repeat", value, times, steps)

    def each(self, values: Any, name: str) -> list:
        return _unpacked(self.session, self.session.ask("each", values, name))


def observed(session: Session, value: Any) -> Any:
    """Plain data of `value`. What is in the worker is asked for, in one request."""
    if not _has_remote(value, 0):
        return snapshot(value)
    return _unpacked(session, session.ask("snapshot", value))


def _unpacked(session: Session, packed: Any) -> Any:
    try:
        if not isinstance(packed, bytes):
            raise WireError("no observation")
        return unpack(packed)
    except WireError:
        raise session.channel.break_off() from None


def _has_remote(value: Any, depth: int) -> bool:
    if is_remote(value) or type(value) is Called:
        return True
    if depth > 20:
        return False
    if isinstance(value, dict):
        return any(_has_remote(part, depth + 1) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_has_remote(part, depth + 1) for part in value)
    return False
