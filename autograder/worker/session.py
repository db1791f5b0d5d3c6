"""One talk with the judge: it asks, about one engine; the engine answers, and may call the judge back meanwhile.

    judge → worker   ["q", number, ask, …]    a request (see ASKS)
    worker → judge   ["r", number, value]  or  ["x", number, exception]
    worker → judge   ["c", number, thing, method, args, kwargs]    a call of something that the judge has offered
    judge → worker   ["a", number, value]  or  ["e", number, exception]

In front of each: the writes to shared arrays, and what the other side need not keep any more (see terms.py).

The judge's orders (see orders.py) are not answered, but for requests that come together: their replies do, too.

Requests and calls nest like function calls: the last one asked is the first one answered.
"""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Mapping
from typing import Any, BinaryIO

import engine
import numpy as np
import orders
from terms import Out
from values import METHOD, Values, is_called_by_name
from wire import pack, read_frame, snapshot, write_frame

LONGEST_MESSAGE = 256 << 20


class End(BaseException):
    """The judge has hung up."""


class Session:
    """ready: the package's modules that are compiled, of engine.py's `compiled_modules`; the others arrive first."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, package: str, ready: Mapping[str, tuple]):
        self.reader, self.writer, self.package, self.ready = reader, writer, package, ready
        self.cells: dict[str, list] = {}
        self.begin(plainly=False)

    def begin(self, plainly: bool) -> None:
        """Nothing that was said before counts any more."""
        self.values = Values(self.call_back, self.package, plainly)
        self.calls = 0

    def run(self) -> None:
        engine.make_importable(self.package, self.ready, read_frame(self.reader, LONGEST_MESSAGE) or b"")
        try:
            self._serve(None)
        except End:
            pass

    def _serve(self, awaited: int | None) -> Any:
        """Do what the judge asks until the call `awaited` is answered (None: until the judge hangs up)."""
        while True:
            body = read_frame(self.reader, LONGEST_MESSAGE)
            if body is None:
                raise End
            if orders.is_order(body):
                self._obey(body)
                continue
            parts, value = self.values.read(body)
            kind, number = parts[:2]
            if kind == "q":
                write_frame(self.writer, self._answer(number, parts[2], [value(part) for part in parts[3:]]))
            elif number == awaited:
                answer = value(parts[2])
                if kind == "e":
                    raise answer
                return answer
            parts = value = None  # nothing of a message outlives it

    def _obey(self, body: bytes) -> None:
        kind = orders.kind_of(body)
        if kind in (orders.BEGIN, orders.PLAINLY):
            self.begin(kind == orders.PLAINLY)
        elif kind == orders.ANEW:
            engine.forget(self.package)
        elif kind == orders.CELLS:
            self.cells |= orders.cells(body)
        else:
            write_frame(self.writer, self._together(*orders.trees(body)))

    def _together(self, requests: list[list], data: memoryview) -> bytes:
        """The replies to several requests, in one order."""
        values, replies, buffers = self.values, [], []
        reader = values.reader(data)
        for tree in requests:
            reply, mine = self._reply(tree, reader)
            replies.append(reply)
            buffers += mine
        return orders.joined(replies, buffers)

    def _reply(self, tree: list, reader) -> tuple[list, list[bytes]]:
        """One of several replies, and its buffers. What is asked about may not be there: then that is the reply."""
        number, values = tree[3], self.values
        try:
            values.take(tree, reader)
            result = ASKS[tree[4]](self, *[reader.value(part) for part in tree[5:]])
            return values.tree(["r", number, Out(result)])
        except End:
            raise
        except BaseException as error:
            return values.tree(["x", number, values.error(error)])

    def _answer(self, number: int, ask: str, args: list) -> bytes:
        try:
            reply = ["r", number, Out(ASKS[ask](self, *args))]
        except End:
            raise
        except BaseException as error:
            reply = ["x", number, self.values.error(error)]
            del error
        args = None
        try:
            body = self.values.message(*reply)
        except BaseException as error:
            body = self.values.message("x", number, self.values.error(error))
        return body

    def call_back(self, thing: int, method: str, args: tuple, kwargs: dict) -> Any:
        """Let the judge call something of its own, and return or raise what comes of it."""
        self.calls += 1
        number = self.calls
        write_frame(self.writer, self.values.message("c", number, thing, method, Out(args), Out(kwargs)))
        args = kwargs = None
        return self._serve(number)


def _get(session: Session, owner: Any, name: str) -> Any:
    try:
        found = getattr(owner, name)
    except AttributeError:
        if isinstance(owner, types.ModuleType) and owner.__name__.split(".")[0] == session.package:
            try:
                return engine.module(f"{owner.__name__}.{name}")
            except ModuleNotFoundError:
                pass
        raise
    return METHOD if is_called_by_name(owner, name, found) else found


def _delete_item(session: Session, owner: Any, key: Any) -> None:
    del owner[key]


def _subclass(session: Session, name: str, bases: tuple, body: dict) -> type:
    return types.new_class(name, bases, {}, lambda space: space.update(body))


def _snapshot(session: Session, value: Any) -> bytes:
    return pack(snapshot(value))


def _repeat(session: Session, value: Any, times: int, steps: tuple) -> Any:
    """`value` after each of `steps`, (method, *arguments), has been called in turn, `times` times."""
    for _ in range(times):
        for name, *args in steps:
            value = getattr(value, name)(*args)
    return value


def _special(session: Session, owner: Any, name: str, args: tuple) -> Any:
    """Call a special method as Python's own statements do: found on the class."""
    method = getattr(type(owner), name, None)
    if method is None:
        raise TypeError(f"'{type(owner).__name__}' object has no {name}")
    return method(owner, *args)


def _array(session: Session, value: Any) -> Any:
    return value if isinstance(value, np.ndarray) else np.asarray(value)


#: What the judge may ask. The first argument is the session.
ASKS = {
    "get": _get,
    "value": lambda session, owner, name: getattr(owner, name),
    "set": lambda session, owner, name, value: setattr(owner, name, value),
    "del": lambda session, owner, name: delattr(owner, name),
    "call": lambda session, function, args, kwargs: function(*args, **kwargs),
    "method": lambda session, owner, name, args, kwargs: getattr(owner, name)(*args, **kwargs),
    "op": lambda session, name, *args: getattr(operator, name)(*args),
    "special": _special,
    "item": lambda session, owner, key: owner[key],
    "set item": lambda session, owner, key, value: operator.setitem(owner, key, value),
    "del item": _delete_item,
    "in": lambda session, owner, value: value in owner,
    "pow": lambda session, *args: pow(*args),
    "divmod": lambda session, *args: divmod(*args),
    "round": lambda session, *args: round(*args),
    "len": lambda session, value: len(value),
    "bool": lambda session, value: bool(value),
    "int": lambda session, value: int(value),
    "float": lambda session, value: float(value),
    "index": lambda session, value: operator.index(value),
    "str": lambda session, value: str(value),
    "repr": lambda session, value: repr(value),
    "format": lambda session, value, how: format(value, how),
    "dir": lambda session, value: dir(value),
    "iter": lambda session, value: iter(value),
    "next": lambda session, value: next(value),
    "is a": lambda session, value, kind: isinstance(value, kind),
    "is subclass": lambda session, kind, of: issubclass(kind, of),
    "subclass": _subclass,
    "array": _array,
    "snapshot": _snapshot,
    "module": lambda session, name: engine.module(name),
    "tool": lambda session, name: engine.TOOLS[name],
    "repeat": _repeat,
    "each": lambda session, values, name: _snapshot(session, [getattr(value, name) for value in values]),
    "notebook": lambda session, cells, wanted: engine.notebook(
        session.package, [[*session.cells[key], must] for key, must in cells], wanted
    ),
    "recursion": lambda session, limit: sys.setrecursionlimit(limit),
}
