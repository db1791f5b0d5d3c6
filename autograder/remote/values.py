"""The judge's side of terms: what lives in the worker becomes proxies, what lives here is offered. Trusts nothing."""

from __future__ import annotations

import re
import types
import weakref
from typing import Any

from autograder.remote import errors
from autograder.remote.offers import Offers
from autograder.remote.proxies import METHODS, Called, RemoteClass, RemoteDict, RemoteList, is_remote, new_proxy
from autograder.worker.shared import Shared
from autograder.worker.terms import Terms
from autograder.worker.wire import WireError

MOST = 500_000  # handles of one session
_NAME = re.compile(r"[A-Za-z_]\w{0,79}")
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


class ByName:
    """The worker's word for an attribute that is best called by its name."""


BY_NAME = ByName()


class _Kept(weakref.ref):
    """Knows the handle of the proxy that it refers to."""

    __slots__ = ("number",)


class Values(Terms):
    def __init__(self, session):
        super().__init__(Shared("j", forgets=True))
        self.session = session
        self.offers = Offers()
        self.proxies: dict[int, _Kept] = {}
        self.classes: dict[int, type] = {}
        self.dropped: set[int] = set()

    def drops(self) -> list:
        """The numbers and keys of what is not used here any more, once."""
        dropped = [*self.dropped, *self.shared.dropped]
        self.dropped.clear()
        self.shared.dropped.clear()
        return dropped

    # ---- out ------------------------------------------------------------------------------------------------------

    def thing(self, value: Any, buffers: list[bytes], depth: int) -> Any:
        kind = type(value)
        if type(kind) is RemoteClass or kind is RemoteList or kind is RemoteDict:
            self._own(value._session_)
            return ["o", value._number_]
        if kind is RemoteClass:
            self._own(value._kind_session_)
            return ["k", value._kind_number_]
        if kind is Called:
            return ["m", self.term(value._owner_, buffers, depth + 1), value._name_]
        if isinstance(value, (list, *_VIEWS)):
            return self.items("l", 0, list(value), buffers, depth)
        if isinstance(value, dict):
            return self.items("d", 0, value, buffers, depth)
        if isinstance(value, tuple):
            return ["t", *self.parts(value, buffers, depth)]
        if isinstance(value, staticmethod | classmethod):
            return ["s", self.term(value.__func__, buffers, depth + 1), isinstance(value, staticmethod)]
        if isinstance(value, BaseException):
            return self.error(value)
        if isinstance(value, type) and issubclass(value, BaseException):
            return ["X", value.__name__, errors.builtin_base(value)]
        if isinstance(value, types.TracebackType):
            return None
        return self.offers.term(value, lambda part: self.term(part, buffers, depth + 1))

    def _own(self, session) -> None:
        if session is not self.session:
            raise RuntimeError("an object of another session")

    def error(self, error: BaseException) -> list:
        """The term of an exception that a program or check raised while the worker called it."""
        kind = type(error)
        return ["x", self.offers.exception(error), kind.__name__, errors.builtin_base(kind), str(error)[:4000]]

    # ---- in -------------------------------------------------------------------------------------------------------

    def made(self, term: list, reader) -> Any:
        tag = term[0]
        if tag == "o" and len(term) == 3:
            return self._proxy(term[1], reader.value(term[2]))
        if tag == "k" and len(term) in (2, 5):
            return self._class(*term[1:])
        if tag == "l" and len(term) >= 2:
            return self._held(RemoteList, term[1], reader.values(term[2:]))
        if tag == "d" and len(term) >= 2:
            return self._held(RemoteDict, term[1], self._pairs(term[2:], reader.value))
        if tag == "y" and len(term) == 2:
            return self.offers.thing(term[1])
        if tag == "m" and len(term) == 1:
            return BY_NAME
        if tag == "x" and len(term) == 5:
            return self._exception(reader.value(term[1]), *term[2:])
        raise WireError("a term of an unknown kind")

    def _pairs(self, pairs: list, value) -> dict:
        found = {}
        for pair in pairs:
            if not (isinstance(pair, list) and len(pair) == 2):
                raise WireError("a dict that is none")
            try:
                found[value(pair[0])] = value(pair[1])
            except TypeError:
                raise WireError("a dict with impossible keys") from None
        return found

    def _number(self, number: Any) -> int:
        if type(number) is not int or not 0 < number <= MOST:
            raise WireError("a wrong handle")
        self.dropped.discard(number)
        return number

    def _keep(self, number: int, proxy: Any) -> None:
        kept = self.proxies[number] = _Kept(proxy, self._gone)
        kept.number = number

    def _gone(self, kept: _Kept) -> None:
        if self.proxies.get(kept.number) is kept:
            del self.proxies[kept.number]
            self.dropped.add(kept.number)

    def _known(self, number: int) -> Any:
        kept = self.proxies.get(number)
        return None if kept is None else kept()

    def _proxy(self, number: Any, kind: Any) -> Any:
        number = self._number(number)
        found = self._known(number)
        if found is not None:
            if not is_remote(found):
                raise WireError("a handle of another kind")
            return found
        if type(kind) is not RemoteClass:
            raise WireError("an object without a class")
        proxy = new_proxy(kind, self.session, number)
        self._keep(number, proxy)
        return proxy

    def _held(self, kind: type, number: Any, contents: Any) -> Any:
        number = self._number(number)
        found = self._known(number)
        if found is None:
            found = kind()
            found._session_, found._number_ = self.session, number
            self._keep(number, found)
        elif type(found) is not kind:
            raise WireError("a handle of another kind")
        if kind is RemoteList:
            list.__setitem__(found, slice(None), contents)
        else:
            dict.clear(found)
            dict.update(found, contents)
        return found

    def _class(self, number: Any, name: Any = None, base: Any = None, specials: Any = ()) -> type:
        number = self._number(number)
        if number in self.classes:
            return self.classes[number]
        if not (isinstance(name, str) and isinstance(base, str) and isinstance(specials, list)):
            raise WireError("a class that nobody knows")
        name = name if _NAME.fullmatch(name) else "Unnamed"
        if base:
            found = errors.exception_class(name, base)
        else:
            chosen = {special for special in specials if isinstance(special, str)} & METHODS.keys()
            found = RemoteClass.made(self.session, number, name, chosen)
        self.classes[number] = found
        return found

    def _exception(self, kind: Any, text: Any, frames: Any, number: Any) -> BaseException:
        if type(number) is int and number in self.offers.raised:
            return self.offers.raised[number]
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise WireError("an exception that is none")
        return errors.exception(kind, text, frames)
