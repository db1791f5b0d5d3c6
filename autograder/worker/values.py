"""The worker's side of terms: objects of the engine leave as handles, things of the judge arrive as stand-ins.

["o", handle, class] an object
["k", handle, name, builtin base of an exception, special methods] a class; ["k", handle] when it is known
["m"] a method or function that is best called by name   ["x", class, text, frames, number] an exception
["y", number, …] something of the judge's (see outside.py); ["y", number] when it comes or goes again
"""

from __future__ import annotations

import builtins
import types
from functools import lru_cache
from typing import Any

import numpy as np
import outside
from shared import Shared
from terms import Terms
from wire import WireError

LONGEST = 1000  # entries of a list or dict that travels with its contents
_WORDS = """
call getitem setitem delitem contains len bool int float index iter next enter exit array round pow rpow ipow divmod
rdivmod neg pos invert abs eq ne lt le gt ge get
"""
_OPERATORS = """add sub mul truediv floordiv mod matmul and or xor lshift rshift"""
#: The special methods that a proxy has when the object has them.
SPECIALS = [f"__{word}__" for word in _WORDS.split()] + [
    f"__{prefix}{word}__" for word in _OPERATORS.split() for prefix in ("", "r", "i")
]
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


class Method:
    """Says of an attribute that it is a function, which the judge may call by its name from now on."""


METHOD = Method()


class Handles:
    """The objects that the judge holds on to, by number; an object keeps its number as long as it is held."""

    def __init__(self) -> None:
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.count = 0

    def of(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            self.count += 1
            number = self.numbers[id(value)] = self.count
            self.objects[number] = value
        return number

    def drop(self, number: int) -> None:
        if number in self.objects:
            del self.numbers[id(self.objects.pop(number))]


class Values(Terms):
    """call: what a stand-in does when it is called (see session.py). package: whose lines may be told of in errors.

    plainly: exceptions do not say where they were raised.
    """

    def __init__(self, call, package: str, plainly: bool = False):
        super().__init__(Shared("w", forgets=False))
        self.handles = Handles()
        self.known_classes: set[int] = set()
        self.package, self.plainly = package, plainly
        self.things = outside.Things(call)

    # ---- out ------------------------------------------------------------------------------------------------------

    def thing(self, value: Any, buffers: list[bytes], depth: int) -> Any:
        kind = type(value)
        if value is METHOD:
            return ["m"]
        if kind is list or kind is dict:
            number = self.handles.of(value)
            if len(value) <= LONGEST:
                return self.items("l" if kind is list else "d", number, value, buffers, depth)
            return ["o", number, self._class(kind)]
        number = self.things.number_of(value)
        if number is not None:
            return ["y", number]
        if isinstance(value, BaseException):
            return self.error(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, tuple) and not hasattr(value, "_fields"):  # a shape, which prints in its own way
            return ["t", *self.parts(tuple(value), buffers, depth)]
        return ["o", self.handles.of(value), self._class(kind)]

    def _class(self, kind: type) -> list:
        number = self.handles.of(kind)
        if number in self.known_classes:
            return ["k", number]
        self.known_classes.add(number)
        base = ""
        if issubclass(kind, BaseException):
            base = next(each.__name__ for each in kind.__mro__ if getattr(builtins, each.__name__, None) is each)
        specials = _specials if kind.__flags__ & _MAY_CHANGE else _specials_for_good
        return ["k", number, str(kind.__name__)[:80], base, specials(kind)]

    def error(self, error: BaseException) -> list:
        """The term of an exception: its class, its text, the lines of the engine that it passed, the judge's number."""
        try:
            text = str(error)[:4000]
        except BaseException:
            text = ""
        number = getattr(error, "__dict__", {}).get(outside.NUMBER)
        return [
            "x",
            self._class(type(error)),
            text,
            [] if self.plainly else self._frames(error),
            number if type(number) is int else None,
        ]

    def _frames(self, error: BaseException) -> list:
        """[file, line, function] of the student's lines in the traceback, outermost first, at most the last 20."""
        found, trace = [], error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if f"/{self.package}/" in code.co_filename or code.co_filename.startswith("<exercise "):
                found.append([code.co_filename, trace.tb_lineno, code.co_name])
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename:
            found.append([str(error.filename), error.lineno or 0, ""])
        return found[-20:]

    # ---- in -------------------------------------------------------------------------------------------------------

    def drop(self, dropped: list) -> None:
        for each in dropped:
            (self.handles if type(each) is int else self.shared).drop(each)

    def made(self, term: list, reader) -> Any:
        tag = term[0]
        if tag == "o" or tag == "k":
            return self.handles.objects[term[1]]
        if tag == "m":  # a method that the judge has not asked for, but knows
            return getattr(reader.value(term[1]), term[2])
        if tag == "l":
            return reader.values(term[2:])
        if tag == "d":
            return {reader.value(key): reader.value(part) for key, part in term[2:]}
        if tag == "y":
            return self.things.made(term, reader.value)
        if tag == "x":
            return self.things.exception(term)
        if tag == "X":
            return self.things.exception_class(term[1], term[2])
        if tag == "s":
            return staticmethod(reader.value(term[1])) if term[2] else classmethod(reader.value(term[1]))
        raise WireError("a term of an unknown kind")


_MAY_CHANGE = 1 << 9  # of a class that Python code has made, and may give other methods


def _specials(kind: type) -> list[str]:
    return [name for name in SPECIALS if _has(kind, name)]


_specials_for_good = lru_cache(maxsize=None)(_specials)


def _has(kind: type, name: str) -> bool:
    if name == "__get__":
        return kind is types.FunctionType
    found = getattr(kind, name, None)
    return found is not None and found is not getattr(object, name, None)


def is_called_by_name(owner: Any, name: str, value: Any) -> bool:
    """Whether `owner.name` is a function that can as well be looked up when it is called: the judge asks once then."""
    if isinstance(owner, types.ModuleType):
        return type(value) is types.FunctionType
    if isinstance(owner, type):
        return type(value) in _FUNCTIONS
    return type(value) in _FUNCTIONS[1:] and name not in getattr(owner, "__dict__", ()) and not np.isscalar(owner)
