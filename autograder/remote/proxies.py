"""Objects and classes that live in the worker, as the judge's programs see them.

A class of the engine becomes a class here, with those special methods that it has there; its instances become
instances of that. So `type(x).__name__`, `isinstance`, `callable`, operators, `with` and subclassing work as in one
process, and each use is a request. What the worker says about itself is taken as what a student's code says; but a
comparison is decided here, on values, so no object can be equal to everything.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograder.worker.wire import Array, unpack

_NOT_THERE = ("__array", "__buffer", "__dlpack", "__cuda", "__set_name__", "__objclass__", "__mro_entries__")


class RemoteClass(type):
    """The class of the classes that live in the worker."""

    def __new__(mcls, name, bases, body, **options):
        """A subclass, written in a program: the worker makes it, and its methods stay here."""
        session = next(base._kind_session_ for base in bases if type(base) is RemoteClass)
        body = {
            key: value
            for key, value in body.items()
            if key not in ("__module__", "__qualname__", "__firstlineno__", "__static_attributes__")
        }
        return session.ask("subclass", name, bases, body)

    def __init__(cls, name, bases, body, **options):
        pass

    @staticmethod
    def made(session, number: int, name: str, specials: set[str]) -> RemoteClass:
        """The class here for the worker's class of this number."""
        body = {special: METHODS[special] for special in specials}
        body |= {"__slots__": (), "__doc__": vars(_Base)["__doc__"], "_kind_session_": session, "_kind_number_": number}
        if "__eq__" in body:
            body["__hash__"] = Remote.__hash__
        return type.__new__(RemoteClass, name, (Remote,), body)

    def __call__(cls, *args, **kwargs):
        return cls._kind_session_.ask("call", cls, args, kwargs)

    def __getattr__(cls, name):
        if name.startswith(_NOT_THERE):
            raise AttributeError(name)
        return cls._kind_session_.attribute(cls, name)

    def __setattr__(cls, name, value):
        cls._kind_session_.set_attribute(cls, name, value)

    def __instancecheck__(cls, value):
        kind = type(value)
        return kind is cls or (type(kind) is RemoteClass and cls._kind_session_.is_subclass(kind, cls))

    def __subclasscheck__(cls, kind):
        return kind is cls or (type(kind) is RemoteClass and cls._kind_session_.is_subclass(kind, cls))

    def __repr__(cls):
        return f"<class '{cls.__name__}'>"


class _Base:
    # What every proxy has, whatever its class. (A docstring would be that of all proxies.)

    __slots__ = ("__weakref__", "_compared_", "_number_", "_session_")

    def __getattr__(self, name):
        if name.startswith(_NOT_THERE):
            raise AttributeError(name)
        return self._session_.attribute(self, name)

    def __setattr__(self, name, value):
        self._session_.set_attribute(self, name, value)

    def __delattr__(self, name):
        self._session_.ask("del", self, name)

    def __hash__(self):
        return hash(self._number_)

    def __repr__(self):
        return self._session_.text("repr", self)

    def __str__(self):
        return self._session_.text("str", self)

    def __format__(self, how):
        return self._session_.text("format", self, how)

    def __dir__(self):
        return [name for name in self._session_.ask("dir", self) if isinstance(name, str)]

    def __reduce_ex__(self, protocol):
        raise TypeError("an object of another process")

    __doc__ = property(lambda self: self._session_.ask("value", self, "__doc__"))

    #: NumPy hands `array * proxy` to the proxy.
    __array_ufunc__ = None


Remote = type.__new__(RemoteClass, "Remote", (_Base,), {"__slots__": ()})


def is_remote(value: Any) -> bool:
    return type(type(value)) is RemoteClass


def new_proxy(kind: RemoteClass, session, number: int) -> Any:
    proxy = object.__new__(kind)
    for name, value in (("_session_", session), ("_number_", number), ("_compared_", None)):
        object.__setattr__(proxy, name, value)
    return proxy


class Called:
    """A function or method of the worker's that is looked up when it is called: half the requests."""

    __slots__ = ("_name_", "_owner_", "_session_")

    def __init__(self, session, owner, name: str):
        for key, value in (("_session_", session), ("_owner_", owner), ("_name_", name)):
            object.__setattr__(self, key, value)

    def __call__(self, *args, **kwargs):
        return self._session_.ask("method", self._owner_, self._name_, args, kwargs)

    def found(self) -> Any:
        return self._session_.ask("value", self._owner_, self._name_)

    def __getattr__(self, name):
        return getattr(self.found(), name)

    def __setattr__(self, name, value):
        setattr(self.found(), name, value)

    def __eq__(self, other):
        return type(other) is Called and other._owner_ is self._owner_ and other._name_ == self._name_

    def __hash__(self):
        return hash(self._name_)

    def __repr__(self):
        return repr(self.found())


class RemoteList(list):
    """A list of the worker's: read here, as it was when it came; written there."""

    __slots__ = ("__weakref__", "_number_", "_session_")
    __hash__ = None


class RemoteDict(dict):
    """A dict of the worker's: read here, as it was when it came; written there."""

    __slots__ = ("__weakref__", "_number_", "_session_")


def _written_there(kind: type, name: str):
    here = getattr(kind, name)

    def write(self, *args, **kwargs):
        result = self._session_.ask("method", self, name, args, kwargs)
        getattr_here = here(self, *args, **kwargs)
        return self if name in ("__iadd__", "__ior__") else result if getattr_here is None else getattr_here

    write.__name__ = name
    return write


_LIST = ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse")
_DICT = ("update", "setdefault", "pop", "popitem", "clear")
_ITEMS = ("__setitem__", "__delitem__")
for _kind, _names in ((RemoteList, (*_LIST, *_ITEMS, "__iadd__")), (RemoteDict, (*_DICT, *_ITEMS, "__ior__"))):
    for _name in _names:
        setattr(_kind, _name, _written_there(_kind, _name))


# ---- special methods ------------------------------------------------------------------------------------------------

_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul", "and", "or", "xor", "lshift", "rshift")


def _binary(name: str):
    function = {"and": "and_", "or": "or_"}.get(name, name)
    return (
        lambda self, other: self._session_.ask("op", function, self, other),
        lambda self, other: self._session_.ask("op", function, other, self),
        lambda self, other: self._session_.ask("op", f"i{name}", self, other),
    )


def _unary(name: str):
    return lambda self: self._session_.ask("op", name, self)


_SIGN = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _comparison(name: str):
    """Tensors compare entry by entry, over there; that two things are one, and no more, is decided here."""

    def compare(self, other):
        result = self._session_.ask("op", name, self, other)
        if is_remote(result):
            object.__setattr__(result, "_compared_", (name, self, other))
            return result
        if name in ("eq", "ne"):
            same = self is other or (result is (name == "eq") and type(other) is type(self))
            return same is (name == "eq")
        kinds = f"'{type(self).__name__}' and '{type(other).__name__}'"
        raise TypeError(f"'{_SIGN[name]}' not supported between instances of {kinds}")

    return compare


def _truth(self):
    if self._compared_ is None:
        return self._session_.ask("bool", self) is True
    name, *sides = self._compared_
    values = [_value_of(side) for side in sides]
    return bool(getattr(operator, name)(*values))


def _value_of(side: Any) -> Any:
    """The numbers in a proxy, or None where it holds none."""
    if not is_remote(side):
        return side
    found = unpack(side._session_.ask("snapshot", side))
    return found.values if isinstance(found, Array) else found


def _number(ask: str, kind: type):
    def convert(self):
        result = self._session_.ask(ask, self)
        if not isinstance(result, kind):
            raise TypeError(f"{ask}() gave no {ask}")
        return result

    return convert


def _array(self, dtype=None, copy=None):
    found = self._session_.ask("array", self)
    if not isinstance(found, np.ndarray):
        raise TypeError("no array")
    return np.array(found, dtype=dtype) if copy or (dtype and dtype != found.dtype) else found


def _special(name: str):
    return lambda self, *args: self._session_.ask("special", self, name, args)


def _bound(self, instance, owner=None):
    """A function of the worker's that a class here holds: a method."""
    return self if instance is None else lambda *args, **kwargs: self(instance, *args, **kwargs)


METHODS = {
    "__call__": lambda self, *args, **kwargs: self._session_.ask("call", self, args, kwargs),
    "__getitem__": lambda self, key: self._session_.ask("item", self, key),
    "__setitem__": lambda self, key, value: self._session_.ask("set item", self, key, value),
    "__delitem__": lambda self, key: self._session_.ask("del item", self, key),
    "__contains__": lambda self, value: self._session_.ask("in", self, value) is True,
    "__len__": _number("len", int),
    "__bool__": _truth,
    "__int__": _number("int", int),
    "__float__": _number("float", float),
    "__index__": _number("index", int),
    "__iter__": lambda self: self._session_.ask("iter", self),
    "__next__": lambda self: self._session_.ask("next", self),
    "__enter__": _special("__enter__"),
    "__exit__": _special("__exit__"),
    "__array__": _array,
    "__round__": lambda self, *digits: self._session_.ask("round", self, *digits),
    "__pow__": lambda self, *others: self._session_.ask("pow", self, *others),
    "__rpow__": lambda self, other: self._session_.ask("pow", other, self),
    "__ipow__": lambda self, other: self._session_.ask("op", "ipow", self, other),
    "__divmod__": lambda self, other: self._session_.ask("divmod", self, other),
    "__rdivmod__": lambda self, other: self._session_.ask("divmod", other, self),
    "__neg__": _unary("neg"),
    "__pos__": _unary("pos"),
    "__invert__": _unary("invert"),
    "__abs__": _unary("abs"),
    "__get__": _bound,
}
METHODS |= {f"__{name}__": _comparison(name) for name in _SIGN}
for _name in _BINARY:
    for _prefix, _method in zip(("", "r", "i"), _binary(_name), strict=True):
        METHODS[f"__{_prefix}{_name}__"] = _method
