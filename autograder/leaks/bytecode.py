"""Compiled Python: it has no lines to compare, so functions are compared by what they compute."""

from __future__ import annotations

import importlib.util
import marshal
from collections.abc import Iterator
from types import CodeType

_HEADER = 16  # bytes before the code, since Python 3.7
_SAYS_SOMETHING = 5  # names and constants together; below it functions look alike


def is_bytecode(data: bytes) -> bool:
    """True for a .pyc of any Python 3."""
    return len(data) > _HEADER and data[2:4] == b"\r\n" and data[:1] > b"\x00" and data[1:2] in b"\x0c\x0d\x0e\x0f"


def code_of(data: bytes) -> CodeType | None:
    """The code in a .pyc; None when another version of Python compiled it."""
    if data[:4] != importlib.util.MAGIC_NUMBER:
        return None
    try:
        code = marshal.loads(data[_HEADER:])
    except (ValueError, EOFError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def functions(code: CodeType) -> Iterator[CodeType]:
    """Every function in `code`, those in classes and functions included."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from functions(constant)


def texts(code: CodeType) -> Iterator[str]:
    """The strings in a piece of code, docstrings included."""
    for each in (code, *functions(code)):
        yield from (constant for constant in each.co_consts if isinstance(constant, str))


def print_of(function: CodeType) -> tuple | None:
    """What makes a function this one, without names of files and numbers of lines; None when it is too small to say."""
    constants = tuple(repr(each) for each in function.co_consts if isinstance(each, int | float | complex | bytes))
    names = (*function.co_names, *function.co_varnames)
    if len(names) + len(constants) < _SAYS_SOMETHING:
        return None
    return function.co_name, names, constants, function.co_code


def prints(source: str) -> frozenset[tuple]:
    """What the functions of some source text compile to here; none when it is no Python."""
    try:
        code = compile(source, "<secret>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(found for each in functions(code) if (found := print_of(each)))
