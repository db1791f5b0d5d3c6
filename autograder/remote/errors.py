"""Exceptions that the worker raised, raised again here: of the built-in type where it is one, else of a new class."""

from __future__ import annotations

import builtins
from typing import Any

from autograder.worker.wire import WireError

_NAMES = """
ArithmeticError AssertionError AttributeError BaseException BufferError DeprecationWarning EOFError Exception
FloatingPointError FutureWarning ImportError IndentationError IndexError LookupError MemoryError ModuleNotFoundError
NameError NotImplementedError OSError OverflowError RecursionError ReferenceError RuntimeError RuntimeWarning
StopAsyncIteration StopIteration SyntaxError SystemError TypeError UnboundLocalError UserWarning ValueError Warning
ZeroDivisionError
"""
#: Built-in exceptions that a text alone makes, and that mean here what they mean there.
KNOWN = {name: getattr(builtins, name) for name in _NAMES.split()}
#: Others, and what catches them here as well. Those that end Python there must not end it here.
INSTEAD = {"KeyError": KeyError, "TabError": IndentationError, "BlockingIOError": OSError} | {
    name: ValueError for name in ("UnicodeError", "UnicodeDecodeError", "UnicodeEncodeError")
}


def exception_class(name: str, base: str) -> type[BaseException]:
    """The class here for one of the worker's, whose first built-in base is called `base`."""
    if name == base and name in KNOWN and name not in ("BaseException", "SyntaxError"):
        return KNOWN[name]
    kind = INSTEAD.get(base) or KNOWN.get(base, BaseException if base else Exception)
    return type(name, (kind,), {"__str__": lambda self: str(self.args[0]) if self.args else ""})


def exception(kind: type[BaseException], text: Any, frames: Any) -> BaseException:
    if not isinstance(text, str) or not isinstance(frames, list) or len(frames) > 20:
        raise WireError("an exception that is none")
    places = []
    for frame in frames:
        if not (isinstance(frame, list) and [type(part) for part in frame] == [str, int, str]):
            raise WireError("a place that is none")
        places.append((frame[0][:500], frame[1], frame[2][:100]))
    error = kind.__new__(kind, text)
    error.args = (text,)
    if isinstance(error, SyntaxError):
        error.msg = text
    error.frames_there = places
    return error


def builtin_base(kind: type[BaseException]) -> str:
    """The name of the first built-in class among the bases of an exception class."""
    return next(each.__name__ for each in kind.__mro__ if getattr(builtins, each.__name__, None) is each)
