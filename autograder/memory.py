"""Memory that was used for a moment."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Give the system what is free again. The C library of Linux keeps what passing messages took, in pieces."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # another system's has no such function
        pass
