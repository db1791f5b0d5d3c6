"""Stand-ins for what the judge offers: functions, objects and exceptions that stay outside and are called from here.

["y", number, "f", name, docstring]               a function; it becomes a real one, so decorators work on it
["y", number, "o", name, methods, attributes]     an object: its special methods, and its attributes as they are now
["x", number, name, builtin base, text]           an exception
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

NUMBER = "_number_outside_"


class Thing:
    """Base of the stand-ins for objects."""


class Things:
    """What the judge has offered so far, by its numbers. call(number, method, args, kwargs) asks the judge."""

    def __init__(self, call: Callable[[int, str, tuple, dict], Any]):
        self.call = call
        self.made_of: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.classes: dict[tuple, type] = {}

    def number_of(self, value: Any) -> int | None:
        return self.numbers.get(id(value))

    def made(self, term: list, value: Callable[[Any], Any]) -> Any:
        number = term[1]
        thing = self.made_of.get(number)
        if len(term) == 2:
            return thing
        if term[2] == "f":
            thing = self._function(number, *term[3:])
        else:
            if thing is None:
                thing = self._object(number, term[3], tuple(term[4]))
            for name, part in term[5]:
                object.__setattr__(thing, name, value(part))
        self.made_of[number] = thing
        self.numbers[id(thing)] = number
        return thing

    def _function(self, number: int, name: str, text: str | None) -> Callable:
        call = self.call

        def outside(*args, **kwargs):
            return call(number, "", args, kwargs)

        outside.__name__ = outside.__qualname__ = name
        outside.__doc__ = text
        return outside

    def _object(self, number: int, name: str, methods: tuple[str, ...]) -> Thing:
        kind = self.classes.get((name, methods))
        if kind is None:
            kind = self.classes[name, methods] = type(name, (Thing,), {each: self._method(each) for each in methods})
        thing = object.__new__(kind)
        thing.__dict__[NUMBER] = number
        return thing

    def _method(self, name: str) -> Callable:
        def method(self_, *args):
            return self.call(self_.__dict__[NUMBER], name, args, {})

        method.__name__ = name
        return method

    def exception(self, term: list) -> BaseException:
        """The exception that the judge's code raised, of a class of the same name."""
        _, number, name, base, text = term
        error = self.exception_class(name, base)(text)
        error.__dict__[NUMBER] = number
        return error

    def exception_class(self, name: str, base: str) -> type[BaseException]:
        kind = getattr(builtins, base)
        if name != base:
            kind = self.classes.setdefault(("error", name, base), type(name, (kind,), {}))
        return kind
