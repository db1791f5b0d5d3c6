"""Whether two cells hold the same Python: comments and layout do not count."""

from __future__ import annotations

import ast
from functools import lru_cache

from gradlab.export_format import plain_code, syntax_tree


def same_code(one: str, other: str) -> bool:
    """Whether two cells' sources do the same, because they are the same. False when either is no Python."""
    return one == other or None is not shape(one) == shape(other)


@lru_cache(maxsize=512)
def shape(source: str) -> str | None:
    """The same for cells that hold the same Python; None for what is no Python."""
    try:
        return ast.dump(syntax_tree(plain_code(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
