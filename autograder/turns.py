"""Threads that grade take turns: one thinks while the others wait for their workers.

CPython counts the depth of a syntax tree in one place for all threads (gh-106905 and its kin, 3.11 to 3.13), so two
that parse at the same time may fail with a SystemError. Python lets only one thread compute at a time anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def thinking() -> Iterator[None]:
    """It is this thread's turn, but for where it is `waiting`. Does not nest."""
    with _turn:
        _mine.held = True
        try:
            yield
        finally:
            _mine.held = False


@contextmanager
def waiting() -> Iterator[None]:
    """Give the turn away while this thread does nothing but wait."""
    if not getattr(_mine, "held", False):
        yield
        return
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
