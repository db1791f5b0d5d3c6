"""The ways to keep students' code apart, best first, and which of them this machine offers."""

from __future__ import annotations

import functools
from typing import NamedTuple

from autograder.sandbox import bubblewrap


class Isolation(NamedTuple):
    """How students' code is kept apart. `warning` says what is missing, or is empty."""

    name: str
    warning: str = ""


BUBBLEWRAP = Isolation("bubblewrap")


@functools.cache
def isolation() -> Isolation:
    """The best that this machine offers; tried out, not guessed."""
    why = bubblewrap.problem()
    if not why:
        return BUBBLEWRAP
    return Isolation("none", f"{why}: students' code runs as you, with limits on time and memory only.")
