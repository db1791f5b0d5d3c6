"""What stays here and may be used from there: functions, and objects with some special methods.

The worker gets a number. It can ask for nothing but to call what has that number, or one of the special methods that
were named when it was offered.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from autograder.worker.wire import WireError

_SPECIALS = ("__call__", "__enter__", "__exit__", "__iter__", "__next__", "__len__", "__getitem__")


class Offers:
    """The functions and objects that one program has offered."""

    def __init__(self) -> None:
        self.things: dict[int, tuple[Any, frozenset[str]]] = {}
        self.numbers: dict[int, int] = {}
        self.raised: dict[int, BaseException] = {}
        self.count = 0

    def term(self, value: Any, inner: Callable[[Any], Any]) -> list:
        """The term of a function or object. inner: makes terms of an object's attributes."""
        number = self.numbers.get(id(value))
        if number is not None and not isinstance(value, types.SimpleNamespace):
            return ["y", number]
        if number is None:
            self.count += 1
            number = self.numbers[id(value)] = self.count
        if isinstance(value, type | types.FunctionType | types.MethodType | types.BuiltinFunctionType) or (
            callable(value) and not hasattr(value, "__enter__")
        ):
            self.things[number] = value, frozenset([""])
            name = getattr(value, "__name__", type(value).__name__)
            text = getattr(value, "__doc__", None)
            return ["y", number, "f", str(name), text if isinstance(text, str) else None]
        methods = [name for name in _SPECIALS if hasattr(type(value), name)]
        self.things[number] = value, frozenset(methods)
        attributes = getattr(value, "__dict__", {})
        shown = [[name, inner(part)] for name, part in attributes.items() if not name.startswith("_")]
        return ["y", number, "o", type(value).__name__, methods, shown]

    def thing(self, number: Any) -> Any:
        """The thing itself, when it comes back."""
        if type(number) is not int or number not in self.things:
            raise WireError("a thing that was never offered")
        return self.things[number][0]

    def called(self, number: Any, method: Any) -> Callable:
        """What a call of the worker's means."""
        thing = self.thing(number)
        if type(method) is not str or method not in self.things[number][1]:
            raise WireError("a method that was never offered")
        # The name was checked against those that this side wrote down.
        return thing if method == "" else getattr(thing, method)

    def exception(self, error: BaseException) -> int:
        """The number under which an exception of this side's can come back as the same."""
        self.count += 1
        self.raised[self.count] = error
        return self.count
