"""The time at which something was handed in, as nbgrader's timestamp.txt has it, and what being late costs."""

from __future__ import annotations

import datetime as dt
import math

DAY = 24 * 60 * 60


def time_of(stamp: str) -> dt.datetime | None:
    """The time in UTC, without a time zone, as the gradebook keeps it; None when `stamp` says none."""
    if not stamp:
        return None
    from nbgrader.utils import parse_utc  # here: it imports all of nbgrader, which most jobs have no use for

    try:
        return parse_utc(stamp).replace(tzinfo=None)
    except (ValueError, OverflowError, TypeError):
        return None


def share_lost(per_day: float, seconds_late: float) -> float:
    """The share of the points earned that late work loses, 0 to 1: each day begun costs `per_day`."""
    return min(1.0, per_day * math.ceil(seconds_late / DAY)) if seconds_late > 0 else 0.0
