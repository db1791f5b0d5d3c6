"""The time at which something was handed in, as nbgrader's timestamp.txt has it."""

from __future__ import annotations

import datetime as dt


def time_of(stamp: str) -> dt.datetime | None:
    """The time in UTC, without a time zone, as the gradebook keeps it; None when `stamp` says none."""
    from nbgrader.utils import parse_utc

    try:
        found = parse_utc(stamp) if stamp else None
    except (ValueError, OverflowError, TypeError):
        return None
    return found.replace(tzinfo=None) if found else None
