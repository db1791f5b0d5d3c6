"""A student's cell, compiled: many ask, and it is done once."""

from __future__ import annotations

from functools import lru_cache
from types import CodeType


@lru_cache(maxsize=512)
def cell_code(source: str) -> CodeType:
    """Runs nothing. Raises as `compile`."""
    return compile(source, "<cell>", "exec", dont_inherit=True)
