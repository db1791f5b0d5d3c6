"""One talk with a worker about one engine, from the judge's side: see autograder/worker/session.py for the other.

Every request has a number, and so has every call from there; replies and calls that are out of turn end the session.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from autograder.remote.channel import Ended
from autograder.remote.proxies import Called, RemoteClass, is_remote
from autograder.remote.values import BY_NAME, Values
from autograder.worker import orders
from autograder.worker.terms import Out
from autograder.worker.wire import WireError

DEEPEST = 40  # calls from there inside of requests inside of calls …
_here = threading.local()


class Session:
    """channel: to a process that holds the engine of `package`. Use it in the thread that made it.

    plainly: exceptions from there do not say where they were raised.
    """

    def __init__(self, channel, package: str, plainly: bool = False):
        self.channel, self.name, self.plainly = channel, package, plainly
        self.values = Values(self)
        self.methods: set[tuple] = set()
        self.relatives: dict[tuple, bool] = {}
        self.asked = self.called = self.depth = 0

    # ---- requests ---------------------------------------------------------------------------------------------------

    def ask(self, ask: str, *args: Any) -> Any:
        """What comes of one request (see ASKS in worker/session.py). Raises what it raises there, or Ended."""
        self.asked += 1
        number = self.asked
        try:
            body = self.values.message("q", number, ask, *[Out(arg) for arg in args])
        except WireError as error:  # the program's own doing
            raise TypeError(str(error)) from None
        self.channel.send(body)
        try:
            while True:
                parts, value = self._read()
                if parts[0] == "c":
                    self._serve(parts, value)
                elif parts[:2] == ["r", number] and len(parts) == 3:
                    return self._value(value, parts[2])
                elif parts[:2] == ["x", number] and len(parts) == 3:
                    error = self._value(value, parts[2])
                    break
                else:
                    raise self.channel.break_off()
        finally:
            if not self.depth:
                self.values.offers.raised.clear()
        if not isinstance(error, BaseException):
            raise self.channel.break_off()
        raise error

    def _read(self) -> tuple[list, Any]:
        body = self.channel.receive()
        try:
            return self.values.read(body)
        except (WireError, RecursionError):
            raise self.channel.break_off() from None

    def _value(self, value, term: Any) -> Any:
        try:
            return value(term)
        except (WireError, RecursionError):
            raise self.channel.break_off() from None

    def _serve(self, parts: list, value) -> None:
        """Answer a call from there."""
        self.called += 1
        if len(parts) != 6 or parts[1] != self.called or type(parts[1]) is not int:
            raise self.channel.break_off()
        number = self.called
        args, kwargs = self._value(value, parts[4]), self._value(value, parts[5])
        try:
            function = self.values.offers.called(parts[2], parts[3])
        except WireError:
            raise self.channel.break_off() from None
        if type(args) is not tuple or not isinstance(kwargs, dict) or not all(type(key) is str for key in kwargs):
            raise self.channel.break_off()
        del parts, value
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                raise RecursionError("maximum recursion depth exceeded")
            answer = "a", function(*args, **kwargs)
        except Ended:
            raise
        except BaseException as error:
            answer = "e", error
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        finally:
            self.depth -= 1
        args = kwargs = function = None
        try:
            body = self.values.message(answer[0], number, Out(answer[1]))
        except (WireError, RecursionError) as error:
            body = self.values.message("e", number, Out(TypeError(str(error))))
        answer = None
        self.channel.send(body)

    # ---- what proxies need ----------------------------------------------------------------------------------------

    def attribute(self, owner: Any, name: str) -> Any:
        kind = owner._kind_number_ if type(owner) is RemoteClass else type(owner)._kind_number_
        key = (kind, name) if not self._is_namespace(owner) else (kind, owner._number_, name)
        if key in self.methods:
            return Called(self, owner, name)
        found = self.ask("get", owner, name)
        if found is BY_NAME:
            self.methods.add(key)
            return Called(self, owner, name)
        return found

    def _is_namespace(self, owner: Any) -> bool:
        return is_remote(owner) and type(owner).__name__ == "module"

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        self.methods = {key for key in self.methods if key[-1] != name}
        self.ask("set", owner, name, value)

    def is_subclass(self, kind: type, of: type) -> bool:
        key = kind, of
        if key not in self.relatives:
            self.relatives[key] = self.ask("is subclass", kind, of) is True
        return self.relatives[key]

    def text(self, ask: str, *args: Any) -> str:
        found = self.ask(ask, *args)
        if not isinstance(found, str):
            raise TypeError(f"{ask}() gave no text")
        return found

    # ---- what programs need -----------------------------------------------------------------------------------------

    def package(self) -> Any:
        return self.module(self.name)

    def module(self, name: str) -> Any:
        """A module of the package."""
        return self.ask("module", name)

    def notebook(self, cells: list, wanted: list[str]) -> Mapping[str, Any]:
        """The names of the student's notebook (see autograder/worker/engine.py)."""
        self.tell(cells)
        found = self.ask("notebook", [[f"{role} {name}", must] for role, name, _, _, must in cells], wanted)
        if not isinstance(found, dict):
            raise self.channel.break_off()
        return dict(found)

    def tell(self, cells: list) -> None:
        """Let the process know what is in these cells, for requests about them."""
        self.channel.tell({f"{role} {name}": [role, name, of, source] for role, name, of, source, _ in cells})

    def next(self) -> Session:
        """A session with the same process for the next program, which has nothing to do with the last."""
        self.channel.order(orders.begin(self.plainly))
        return Session(self.channel, self.name, self.plainly)

    def __enter__(self) -> Session:
        self.before, _here.session = getattr(_here, "session", None), self
        return self

    def __exit__(self, *_) -> None:
        _here.session = self.before


def current() -> Session | None:
    """The session whose programs run in this thread."""
    return getattr(_here, "session", None)
