"""Errors in the words a student may read: what went wrong in their code, nothing of what the grader fed it.

The text of an exception is written by whoever raised it, with the inputs of a hidden test before their eyes. So only
texts that cannot carry those are repeated: Python's own sentences about names and types, and texts that stand word for
word in the student's own cells.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterable
from functools import lru_cache

import numpy as np

from gradlab.export_format import syntax_tree

_NAME = r"[A-Za-z_][\w.]{0,40}"
# Sentences of Python; where a sentence goes on with values, only its beginning is kept (the part in the group).
_SAFE = [
    rf"(name '{_NAME}' is not defined)(?!\w).*",
    rf"(('{_NAME}' object|module '{_NAME}'|type object '{_NAME}') has no attribute '{_NAME}')(?!\w).*",
    rf"('{_NAME}' object is not (callable|iterable|subscriptable|an iterator|reversible))",
    rf"('{_NAME}' object does not support item assignment)",
    rf"(unsupported operand type\(s\) for [-+*/@%&|^<>=~]{{1,3}}: '{_NAME}' and '{_NAME}')",
    rf"(unsupported operand type\(s\) for \*\* or pow\(\): '{_NAME}' and '{_NAME}')",
    rf"('[<>=!]{{1,2}}' not supported between instances of '{_NAME}' and '{_NAME}')",
    rf"(bad operand type for unary [-+~]: '{_NAME}')",
    rf"({_NAME}\(\) takes (from )?\d+ (to \d+ )?positional arguments? but \d+ (was|were) given)",
    rf"({_NAME}\(\) missing \d+ required (positional|keyword-only) arguments?: ('{_NAME}',?( and)? ?)+)",
    rf"({_NAME}\(\) got an unexpected keyword argument '{_NAME}')(?!\w).*",
    rf"({_NAME}\(\) takes no arguments)",
    rf"(cannot unpack non-iterable {_NAME} object)",
    r"((not enough|too many) values to unpack \(expected \d+(, got \d+)?\))",
    rf"(cannot access local variable '{_NAME}' where it is not associated with a value)",
    rf"(local variable '{_NAME}' referenced before assignment)",
    rf"(No module named '{_NAME}')",
    rf"(cannot import name '{_NAME}' from '{_NAME}').*",
    r"(maximum recursion depth exceeded).*",
    r"((list|tuple|string) index out of range)",
    r"((list|tuple) indices must be integers or slices), .*",
    r"(pop from (an )?empty (list|deque|set|dictionary))",
    r"((float |integer )?division by zero)",
    r"(operands could not be broadcast together).*",
    r"(matmul: Input operand \d has a mismatch in its core dimension).*",
    r"(cannot reshape array).*",
    r"(output array is read-only|assignment destination is read-only)",
    r"(The truth value of an array with more than one element is ambiguous).*",
    rf"(`{_NAME}` is what you build in lesson \d+)(?!\w).*",
]
_SAFE = [re.compile(pattern, re.DOTALL) for pattern in _SAFE]


def said(kind: str, text: str, own: Collection[str] = ()) -> str:
    """`TypeError: 'int' object is not callable`, or the kind alone where the text may not be repeated.

    own: the texts that the student's cells contain (see `texts_in`).
    """
    kind = kind_of(kind, own)
    text = " ".join(text.split())
    if text and text in own:
        return f"{kind}: {shortened(text)}"
    for pattern in _SAFE:
        found = pattern.fullmatch(text)
        if found:
            return f"{kind}: {shortened(found[1].strip())}"
    return kind


def kind_of(name: str, own: Collection[str] = ()) -> str:
    """The name of an exception's type, as far as Python, NumPy, gradlab or the student's own cells have it.

    Code may make up another one as it runs, and put into it what a hidden test gave it.
    """
    return name if name in _KINDS or name in own else "an error of its own kind"


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


_KINDS = {name for module in (builtins, np.exceptions) for name, value in vars(module).items() if _is_error(value)}
_KINDS |= {"LinAlgError", "UFuncTypeError", "NotBuilt"}


def texts_in(sources: Iterable[str]) -> frozenset[str]:
    """Every text that is written out in `sources`, as an exception would carry it, and the name of every class.

    Sources that are no Python have none.
    """
    return frozenset().union(*map(_texts_of, sources))


@lru_cache(maxsize=512)
def _texts_of(source: str) -> frozenset[str]:
    found = set()
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(" ".join(node.value.split()))
        elif isinstance(node, ast.ClassDef):
            found.add(node.name)
    return frozenset(found)


def shortened(text: str, length: int = 200) -> str:
    """`text` on one line, no longer than `length`, without characters that a terminal or a page would act on."""
    text = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def seconds(number: float) -> str:
    return f"{number:g} s"
