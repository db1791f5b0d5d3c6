"""Wrong answers: a reply of a session's process with every value in it changed, and its structure kept.

A program that gets them asks the same as before until a request depends on one of the values.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from autograder.worker import wire


def scrambled(body: bytes) -> bytes:
    """The reply with other numbers, texts, dtypes, truth values; where it was an exception, None instead of it."""
    end = 4 + int.from_bytes(body[:4], "big")
    writes, drops, kind, number, term = json.loads(body[4:end])
    buffers = _Buffers(body[end:])
    for change in writes:
        buffers.change(change[1], None)
    if kind == "x":
        kind, term = "r", None
    else:
        term = _term(term, buffers)
    text = json.dumps([writes, drops, kind, number, term], separators=(",", ":")).encode("ascii")
    return b"".join((len(text).to_bytes(4, "big"), text, bytes(buffers.data)))


class _Buffers:
    def __init__(self, data: bytes):
        self.data, self.at = bytearray(data), 0

    def change(self, size: int, dtype: str | None) -> int:
        """Other values of this dtype in the next `size` bytes; None: of whatever they are. The new size."""
        old = bytes(self.data[self.at : self.at + size])
        if dtype == "packed":
            new = _packed(old)
        else:
            new = _values(np.frombuffer(old, np.dtype(dtype or "u1"))).tobytes()
        self.data[self.at : self.at + size] = new
        self.at += len(new)
        return len(new)


def _term(term: Any, buffers: _Buffers) -> Any:
    """In the order in which the term is read: see worker/terms.py."""
    if not isinstance(term, list):
        return _plain(term)
    tag = term[0]
    if tag in ("t", "S", "F", "z"):
        return [tag, *[_term(part, buffers) for part in term[1:]]]
    if tag == "l":
        return [tag, term[1], *[_term(part, buffers) for part in term[2:]]]
    if tag == "d":
        return [tag, term[1], *[[_term(key, buffers), _term(part, buffers)] for key, part in term[2:]]]
    if tag == "A" and len(term) > 2:
        return _array(term, buffers)
    if tag == "n":
        buffers.change(np.dtype(term[1]).itemsize, term[1])
    elif tag == "b":
        return [tag, buffers.change(term[1], "packed")]
    elif tag == "c":
        return [tag, term[1] * 1.5 + 0.25, -term[2] + 0.5]
    elif tag == "r":
        return [tag, term[1] + 1, term[2] + 2, term[3]]
    elif tag == "D":
        return [tag, "<f4" if term[1] != "<f4" else "<f8"]
    elif tag == "T":
        return [tag, "int" if term[1] != "int" else "float"]
    elif tag == "k" and len(term) > 2:
        return [tag, term[1], f"_{term[2]}"[:80], *term[3:]]
    elif tag == "o" and len(term) > 2:
        return [tag, term[1], _term(term[2], buffers)]
    return term


def _array(term: list, buffers: _Buffers) -> list:
    if term[2] == "v":
        return [*term[:3], _term(term[3], buffers), *term[4:]]
    buffers.change(int(np.prod(term[4], dtype=np.int64)) * np.dtype(term[3]).itemsize, term[3])
    return term


def _plain(value: Any) -> Any:
    if value is None:
        return 3.5
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.5 + 0.25 if np.isfinite(value) else 0.75
    return f"{value}~"


def _values(values: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        if values.dtype.kind == "b":
            return ~values
        if values.dtype.kind in "iu":
            return (values + 1).astype(values.dtype)
        return np.where(np.isfinite(values), values * 1.5 + 0.25, 0.75).astype(values.dtype)


def _packed(body: bytes) -> bytes:
    """What was observed (`snapshot`), with other values; other bytes stay what they are."""
    try:
        return wire.pack(_observed(wire.unpack(body)))
    except wire.WireError:
        return body


def _observed(value: Any) -> Any:
    if isinstance(value, wire.Array):
        return value._replace(values=_values(value.values))
    if isinstance(value, wire.Thing):
        return value
    if isinstance(value, dict):
        return {key: _observed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_observed(part) for part in value]
    return _plain(value)
