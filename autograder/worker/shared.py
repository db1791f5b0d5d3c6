"""Arrays that both sides of the wire hold, kept equal: a write on one side is seen on the other with the next message.

An array is sent once, with its contents or as a view of another one, and is known by a key from then on; so two names
of one array stay names of one array, and views stay views. Before a message goes out, the arrays that changed since
the last one are added to it.

    ["A", key]                                                    one that is known
    ["A", key, "r", dtype, shape, writeable, foreign]             a new one; its contents are in the next buffer
    ["A", key, "v", term of its base, dtype, shape, strides, offset, writeable, kind]

Keys begin with the side that sent the array first: "j" the judge, "w" the worker. Nothing here trusts what arrives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from sys import getrefcount
from typing import Any

import numpy as np

try:
    from wire import DTYPES, WireError
except ImportError:  # the judge's side, where this folder is a package
    from autograder.worker.wire import DTYPES, WireError

LARGEST = 1 << 20  # bytes of an array whose writes are shared; larger ones are copies
TOTAL = 64 << 20  # bytes that the other side may make this one hold
_NDARRAY = np.ndarray
_HELD = {"": np.zeros(0)}
_UNUSED = getrefcount(_HELD[""])  # references to an array that only a dict holds


class Kind(np.ndarray):
    """Stands in for the other side's own kinds of arrays: NumPy keeps the views between two kinds."""


def can_be_shared(array: np.ndarray) -> bool:
    return array.dtype.str in DTYPES


class Shared:
    """The arrays that one side shares with the other.

    forgets: with each message, forget the arrays that nobody here uses any more, and say so in `dropped`. One side
    does, and the other follows; not before the message, for the last thing that was done to an array may be a write.
    """

    def __init__(self, side: str, forgets: bool):
        self.side, self.forgets = side, forgets
        self.keys: dict[int, str] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self.live: set[str] = set()  # kept equal, themselves or as views
        self.contents: dict[str, bytes] = {}  # of the arrays that are kept equal, as both sides knew them last
        self.dropped: set[str] = set()
        self.held = self.count = 0

    # ---- known arrays ---------------------------------------------------------------------------------------------

    def find(self, key: str) -> np.ndarray:
        found = self.arrays.get(key)
        if found is None:
            raise WireError("an array that nobody knows")
        return found

    def _keep(self, key: str, array: np.ndarray) -> None:
        self.keys[id(array)] = key
        self.arrays[key] = array

    def drop(self, key: str) -> None:
        """Forget an array that the other side does not use any more."""
        array = self.arrays.pop(key, None)
        if array is not None:
            del self.keys[id(array)]
        self.contents.pop(key, None)
        self.live.discard(key)

    def _forget_unused(self) -> None:
        for key in reversed(list(self.arrays)):  # views before what they look into
            if getrefcount(self.arrays[key]) == _UNUSED:
                self.drop(key)
                self.dropped.add(key)

    # ---- out ------------------------------------------------------------------------------------------------------

    def term(self, array: np.ndarray, buffers: list[bytes]) -> list:
        key = self.keys.get(id(array))
        if key is not None:
            return ["A", key]
        self.count += 1
        key = f"{self.side}{self.count}"
        base = array.base
        view = isinstance(base, _NDARRAY) and can_be_shared(base) and base.flags.c_contiguous and array.nbytes < LARGEST
        head = [array.dtype.str, list(array.shape)]
        if view:
            below = self.term(base, buffers)
            view = below[1] in self.live
        self._keep(key, array)
        writeable = array.flags.writeable
        if view:
            start = 0 if not array.size else _address(array) - _address(base)
            kind = type(array) is not _NDARRAY
            self.live.add(key)
            return ["A", key, "v", below, *head, list(array.strides), start, writeable, kind]
        contents = array.tobytes()
        buffers.append(contents)
        if len(contents) <= LARGEST:
            self.contents[key] = contents
            self.live.add(key)
        return ["A", key, "r", *head, writeable, base is not None and not isinstance(base, _NDARRAY)]

    def changes(self, buffers: list[bytes]) -> list:
        """The keys of the arrays that were written to since the last message; their contents go to `buffers`."""
        changed = []
        for key, before in self.contents.items():
            now = self.arrays[key].tobytes()
            if now != before:
                buffers.append(now)
                changed.append([key, now])
        for change in changed:
            self.contents[change[0]] = change[1]
            change[1] = len(change[1])
        if self.forgets and self.arrays:
            self._forget_unused()
        return changed

    # ---- in -------------------------------------------------------------------------------------------------------

    def apply(self, changes: Any, take: Callable[[int], bytes]) -> None:
        """Repeat the other side's writes."""
        if not isinstance(changes, list):
            raise WireError("writes that are no list")
        for change in changes:
            if not (isinstance(change, list) and len(change) == 2 and isinstance(change[0], str)):
                raise WireError("a write into nothing")
            key, size = change
            before = self.contents.get(key)
            if before is None or type(size) is not int or size != len(before):
                raise WireError("a write into an array that is not shared")
            contents = take(size)
            array = self.find(key)
            if array.flags.writeable:  # what is read-only here stays as it is
                array[...] = np.frombuffer(contents, dtype=array.dtype).reshape(array.shape)
            self.contents[key] = contents

    def array(self, term: list, take: Callable[[int], bytes], depth: int = 0) -> np.ndarray:
        """The array of a term that came in."""
        if len(term) < 2 or not isinstance(term[1], str) or depth > 8:
            raise WireError("an array without a key")
        key = term[1]
        if len(term) == 2:
            return self.find(key)
        if key in self.arrays or key[:1] == self.side or len(key) > 20:
            raise WireError("an array of a wrong key")
        if term[2] == "r" and len(term) == 7:
            array = self._root(key, *term[3:], take)
        elif term[2] == "v" and len(term) == 10:
            base = self.array(term[3], take, depth + 1)
            array = _view(base, *term[4:])
            self.live.add(key)
        else:
            raise WireError("an array of an unknown kind")
        self._keep(key, array)
        return array

    def _root(self, key: str, dtype: Any, shape: Any, writeable: Any, foreign: Any, take) -> np.ndarray:
        dtype, shape = _dtype(dtype), _shape(shape)
        size = math.prod(shape) * dtype.itemsize
        self.held += size
        if self.held > TOTAL:
            raise WireError("more arrays than one side may hold")
        contents = take(size)
        try:
            if foreign is True:
                array = _NDARRAY(shape, dtype, buffer=contents if not writeable else bytearray(contents))
            else:
                array = np.frombuffer(contents, dtype=dtype).reshape(shape).copy()
        except (ValueError, TypeError):  # NumPy's own limits; and a foreign array without any bytes
            if size:
                raise WireError("an array of an impossible shape") from None
            array = np.zeros(shape, dtype)
        if size <= LARGEST:
            self.contents[key] = contents
            self.live.add(key)
        if writeable is not True:
            array.flags.writeable = False
        return array


def _dtype(name: Any) -> np.dtype:
    if not isinstance(name, str) or name not in DTYPES:
        raise WireError("an array of an unknown dtype")
    return np.dtype(name)


def _shape(shape: Any) -> list[int]:
    if not isinstance(shape, list) or len(shape) > 32 or not all(type(n) is int and 0 <= n <= TOTAL for n in shape):
        raise WireError("an array of an impossible shape")
    if math.prod(shape) > TOTAL:
        raise WireError("an array of an impossible shape")
    return shape


def _view(base: np.ndarray, dtype: Any, shape: Any, strides: Any, offset: Any, writeable: Any, kind: Any) -> np.ndarray:
    dtype, shape = _dtype(dtype), _shape(shape)
    fits = isinstance(strides, list) and all(type(n) is int and abs(n) <= TOTAL for n in strides)
    if not fits or len(strides) != len(shape) or type(offset) is not int or not 0 <= offset <= TOTAL:
        raise WireError("a view of an impossible shape")
    try:
        if not math.prod(shape):
            array = _NDARRAY.__new__(Kind if kind else _NDARRAY, shape, dtype, buffer=base)
        else:
            array = _NDARRAY.__new__(Kind if kind else _NDARRAY, shape, dtype, base, offset, strides)
    except (ValueError, TypeError, OverflowError, BufferError):
        raise WireError("a view of an impossible shape") from None
    if writeable is not True:
        array.flags.writeable = False
    return array


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]
