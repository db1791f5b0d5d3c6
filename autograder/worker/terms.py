"""Values as terms, and back: what both sides of the wire have in common. Never pickle.

A term is JSON. None, True, numbers and texts are themselves; all else is a list that begins with a tag:

    ["t", …] tuple   ["l", handle, …] list   ["d", handle, [key, value], …] dict   ["S", …] set   ["F", …] frozenset
    ["z", start, stop, step] slice   ["r", start, stop, step] range   ["e"] Ellipsis   ["N"] NotImplemented
    ["c", real, imaginary]   ["b", size] bytes   ["n", dtype] NumPy number   ["D", dtype]   ["T", name] a known type
    ["A", …] array (see shared.py)

Tags of one side only are in values.py (worker) and autograder/remote/values.py (judge). What comes in is checked
against `Caps` here, for it may have been written by a student.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

try:
    from shared import Shared, can_be_shared
    from wire import DTYPES, WireError
except ImportError:  # the judge's side, where this folder is a package
    from autograder.worker.shared import Shared, can_be_shared
    from autograder.worker.wire import DTYPES, WireError

#: The types that travel by their names.
TYPES: dict[str, type] = {kind.__name__: kind for kind in (
    bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, slice, range, object, type, type(None),
)} | {f"np.{name}": getattr(np, name) for name in (
    "ndarray", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "complex64", "complex128",
)}  # fmt: skip
NAMES = {kind: name for name, kind in TYPES.items()}


_encode = json.JSONEncoder(separators=(",", ":")).encode


class Caps(NamedTuple):
    """How much one message may hold."""

    nodes: int = 50_000
    depth: int = 40
    text: int = 1 << 20


CAPS = Caps()


class Terms:
    """Writes and reads messages: lists of terms, and the buffers that they mention in order."""

    def __init__(self, shared: Shared, caps: Caps = CAPS):
        self.shared, self.caps = shared, caps

    # ---- out ------------------------------------------------------------------------------------------------------

    def message(self, *parts: Any) -> bytes:
        """`parts` are JSON, but for the values in `Out`."""
        tree, buffers = self.tree(parts)
        text = _encode(tree).encode("ascii")
        return b"".join((len(text).to_bytes(4, "big"), text, *buffers))

    def tree(self, parts: Sequence) -> tuple[list, list[bytes]]:
        """A message as JSON, and the buffers that come after it."""
        buffers: list[bytes] = []
        writes = self.shared.changes(buffers)  # before the values: arrays that are new have nothing to repeat
        tree = [writes, self.drops()]
        for part in parts:
            tree.append(self.term(part.value, buffers) if type(part) is Out else part)
        return tree, buffers

    def term(self, value: Any, buffers: list[bytes], depth: int = 0) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if depth > self.caps.depth:
            raise RecursionError("a value that is nested too deeply")
        if kind is tuple:
            return ["t", *self.parts(value, buffers, depth)]
        if kind is np.ndarray or (isinstance(value, np.ndarray) and can_be_shared(value)):
            return self.shared.term(value, buffers) if can_be_shared(value) else self.thing(value, buffers, depth)
        known = _OUT.get(kind)
        if known:
            return known(value)
        if kind is set or kind is frozenset:
            return ["S" if kind is set else "F", *(self.term(part, buffers, depth + 1) for part in value)]
        if kind is slice:
            return ["z", *(self.term(part, buffers, depth + 1) for part in (value.start, value.stop, value.step))]
        if kind is bytes:
            buffers.append(value)
            return ["b", len(value)]
        if isinstance(value, np.generic) and value.dtype.str in DTYPES:
            buffers.append(value.tobytes())
            return ["n", value.dtype.str]
        if isinstance(value, np.dtype) and value.str in DTYPES:
            return ["D", value.str]
        if isinstance(value, type) and value in NAMES:
            return ["T", NAMES[value]]
        return self.thing(value, buffers, depth)

    def thing(self, value: Any, buffers: list[bytes], depth: int) -> Any:
        """The term of a value that does not travel itself."""
        raise NotImplementedError

    def parts(self, values: Sequence, buffers: list[bytes], depth: int) -> Iterable:
        """The terms of the parts of a value. Most often they are numbers, which are their own terms."""
        if _PLAIN.issuperset(map(type, values)):
            return values
        return [self.term(part, buffers, depth + 1) for part in values]

    def items(self, tag: str, handle: int, value: list | dict, buffers: list[bytes], depth: int) -> list:
        """The term of a list or dict with its contents."""
        if tag == "l":
            return ["l", handle, *self.parts(value, buffers, depth)]
        pairs = ([self.term(part, buffers, depth + 1) for part in pair] for pair in value.items())
        return ["d", handle, *pairs]

    def drops(self) -> list:
        """What the other side need not keep any more for this one: handles, and keys of arrays."""
        return []

    # ---- in -------------------------------------------------------------------------------------------------------

    def drop(self, dropped: Any) -> None:
        """Let go of what the other side does not use any more."""
        if dropped != []:
            raise WireError("only one side drops")

    def read(self, body: bytes) -> tuple[list, Callable[[Any], Any]]:
        """The parts of a message, with the other side's writes done, and the function that makes values of terms.

        Raises WireError for what `message` does not write.
        """
        if len(body) < 4:
            raise WireError("a message that ends too early")
        end = 4 + int.from_bytes(body[:4], "big")
        if end > len(body):
            raise WireError("a message that ends too early")
        try:
            tree = json.loads(body[4:end].decode("ascii"))
        except (ValueError, RecursionError):
            raise WireError("a message that is not JSON") from None
        if not isinstance(tree, list) or len(tree) < 3:
            raise WireError("a message that is no list")
        reader = self.reader(memoryview(body)[end:])
        self.take(tree, reader)
        return tree[2:], reader.value

    def reader(self, data: memoryview) -> _Reader:
        return _Reader(self, data)

    def take(self, tree: list, reader: _Reader) -> None:
        """Do what comes before the parts of a message: the other side's writes, and what it uses no more."""
        reader.left = self.caps.nodes
        if tree[0] != []:
            self.shared.apply(tree[0], reader.take)
        self.drop(tree[1])

    def made(self, term: list, reader: _Reader) -> Any:
        """The value of a term whose tag is known to one side only; `reader` reads the terms in it."""
        raise WireError("a term of an unknown kind")


class Out(NamedTuple):
    """A value that is to become a term."""

    value: Any


_NUMBERS = frozenset({type(None), bool, int, float})
_PLAIN = _NUMBERS | {str}
_OUT = {
    type(Ellipsis): lambda value: ["e"],
    type(NotImplemented): lambda value: ["N"],
    complex: lambda value: ["c", value.real, value.imag],
    range: lambda value: ["r", value.start, value.stop, value.step],
}


class _Reader:
    """Reads the terms of one message."""

    def __init__(self, terms: Terms, buffer: memoryview):
        self.terms, self.buffer, self.at = terms, buffer, 0
        self.left, self.depth = terms.caps.nodes, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes of the buffers."""
        if type(size) is not int or size < 0 or self.at + size > len(self.buffer):
            raise WireError("a buffer that ends too early")
        self.at += size
        return bytes(self.buffer[self.at - size : self.at])

    def value(self, term: Any) -> Any:
        if type(term) is not list:
            return self._plain(term)
        self.left -= len(term) or 1
        self.depth += 1
        if self.left < 0 or self.depth > self.terms.caps.depth:
            raise WireError("a value with too many parts")
        try:
            return self._tagged(term)
        finally:
            self.depth -= 1

    def _plain(self, term: Any) -> Any:
        if type(term) is str:
            if len(term) > self.terms.caps.text:
                raise WireError("a text that is too long")
            # A lone surrogate could not be written to a file.
            return term if term.isascii() else term.encode("utf-8", "replace").decode("utf-8")
        if type(term) is dict:
            raise WireError("a value of an unknown kind")
        return term

    def _tagged(self, term: list) -> Any:
        tag = term[0] if term else None
        if tag == "t":
            return tuple(self.values(term[1:]))
        if tag == "A":
            return self.terms.shared.array(term, self.take)
        if tag == "n" and len(term) == 2:
            dtype = _known(term[1])
            return np.frombuffer(self.take(dtype.itemsize), dtype=dtype)[0]
        if tag == "D" and len(term) == 2:
            return _known(term[1])
        if tag in ("S", "F"):
            parts = self.values(term[1:])
            try:
                return set(parts) if tag == "S" else frozenset(parts)
            except TypeError:
                raise WireError("a set of what cannot be in one") from None
        if tag == "b" and len(term) == 2:
            return self.take(term[1])
        if tag == "c" and len(term) == 3 and all(type(part) is float for part in term[1:]):
            return complex(*term[1:])
        if tag == "z" and len(term) == 4:
            return slice(*self.values(term[1:]))
        if tag == "r" and len(term) == 4 and all(type(part) is int for part in term[1:]) and term[3]:
            return range(*term[1:])
        if tag == "T" and len(term) == 2 and isinstance(term[1], str) and term[1] in TYPES:
            return TYPES[term[1]]
        if tag in ("e", "N"):
            return Ellipsis if tag == "e" else NotImplemented
        if type(tag) is not str:
            raise WireError("a term without a tag")
        return self.terms.made(term, self)

    def values(self, terms: list) -> list:
        return [part if type(part) in _NUMBERS else self.value(part) for part in terms]


def _known(name: Any) -> np.dtype:
    if not isinstance(name, str) or name not in DTYPES:
        raise WireError("an unknown dtype")
    return np.dtype(name)
