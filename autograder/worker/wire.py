"""Values as bytes and back: JSON for the structure, raw buffers for arrays, lengths in front. Never pickle.

    frame   = length (8 bytes, big endian) + body
    body    = length of the JSON (4 bytes) + JSON + the arrays' buffers, one after the other
    in JSON   an array is {"array": [dtype, shape], "tensor": true?}, a dict {"dict": [[key, value], …]},
              anything else that is no plain value {"object": "name of its type"}

What comes out of `unpack` may have been written by a student: it is only ever numbers, text and arrays, within `Caps`.
"""

from __future__ import annotations

import json
import math
from typing import Any, BinaryIO, NamedTuple

import numpy as np

_KINDS = ("?", "b", "B", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
DTYPES = {np.dtype(kind).str for kind in _KINDS}


class WireError(Exception):
    """What arrived is not what `pack` writes, or is larger than allowed."""


class Caps(NamedTuple):
    """How much one value may hold."""

    bytes: int = 64 << 20
    nodes: int = 100_000
    depth: int = 24
    text: int = 1 << 20


CAPS = Caps()
LONGEST_INT = 8192  # bits; Python reads no decimal number of more than 4300 digits


class Array(NamedTuple):
    """An array that was seen. `tensor`: it was the engine's tensor, not a bare array."""

    values: np.ndarray
    tensor: bool = False


class Thing(NamedTuple):
    """A value of a type that does not travel: only the name of its type does."""

    type: str


def snapshot(value: Any, caps: Caps = CAPS) -> Any:
    """`value` as plain data that later writes to it cannot change: tensors and arrays become copies in `Array`.

    Raises WireError when it is larger than `caps`.
    """
    budget = [caps.nodes, caps.bytes]
    return _snapshot(value, caps, budget, 0)


def _snapshot(value: Any, caps: Caps, budget: list[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth > caps.depth:
        raise WireError("a value with too many parts")
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, np.generic) and value.dtype.kind in "iufc":
        return _array(np.asarray(value), False, budget)
    if type(value) is int or type(value) is float:
        return value if isinstance(value, float) or value.bit_length() < LONGEST_INT else Thing("int")
    if isinstance(value, str):
        return str(value)[: caps.text]
    if isinstance(value, Array | Thing):
        return value
    if isinstance(value, list | tuple):
        return [_snapshot(part, caps, budget, depth + 1) for part in value]
    if isinstance(value, dict):
        return {str(key): _snapshot(part, caps, budget, depth + 1) for key, part in value.items()}
    if isinstance(value, np.dtype):
        return value.name
    held = value if isinstance(value, np.ndarray) else getattr(value, "array", None)  # a tensor holds its `array`
    if isinstance(held, np.ndarray) and held.dtype.kind in "biufc":
        return _array(held, held is not value, budget)
    if isinstance(value, int | float):  # IntEnum and its like
        return _snapshot(float(value) if isinstance(value, float) else int(value), caps, budget, depth)
    return Thing((value if isinstance(value, type) else type(value)).__name__)


def _array(values: np.ndarray, tensor: bool, budget: list[int]) -> Array:
    budget[1] -= values.nbytes
    if budget[1] < 0:
        raise WireError("a value with too many bytes")
    if values.dtype.newbyteorder("<").str not in DTYPES:  # float128: this machine's own
        values = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
    return Array(np.array(values, dtype=values.dtype.newbyteorder("<"), order="C", subok=False), tensor)


# ---- to bytes ---------------------------------------------------------------------------------------------------


def pack(value: Any) -> bytes:
    """The body of a frame. `value` is plain data: what `snapshot` returns, in dicts and lists."""
    buffers: list[bytes] = []
    tree = json.dumps(_to_json(value, buffers), ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return b"".join((len(tree).to_bytes(4, "big"), tree, *buffers))


def _to_json(value: Any, buffers: list[bytes]) -> Any:
    if isinstance(value, Array):
        buffers.append(value.values.tobytes())
        node: dict = {"array": [value.values.dtype.str, list(value.values.shape)]}
        return node | ({"tensor": True} if value.tensor else {})
    if isinstance(value, Thing):
        return {"object": value.type[:80]}
    if isinstance(value, dict):
        return {"dict": [[str(key), _to_json(part, buffers)] for key, part in value.items()]}
    if isinstance(value, list | tuple):
        return [_to_json(part, buffers) for part in value]
    return value


# ---- from bytes -------------------------------------------------------------------------------------------------


def unpack(body: bytes, caps: Caps = CAPS) -> Any:
    """The value that `pack` made `body` of. Raises WireError for anything else."""
    if len(body) < 4 or len(body) > caps.bytes + caps.text * 8:
        raise WireError("a frame of a wrong size")
    end = 4 + int.from_bytes(body[:4], "big")
    if end > len(body):
        raise WireError("a frame that ends too early")
    try:
        tree = json.loads(body[4:end].decode("ascii"))
    except (ValueError, RecursionError):
        raise WireError("a frame that is not JSON") from None
    reader = _Reader(memoryview(body)[end:], caps)
    value = reader.value(tree, 0)
    if reader.at != len(reader.buffer):
        raise WireError("bytes that belong to no array")
    return value


class _Reader:
    """Walks the JSON of one frame and takes its arrays from the buffer, in order."""

    def __init__(self, buffer: memoryview, caps: Caps):
        self.buffer, self.caps, self.at, self.nodes = buffer, caps, 0, 0

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > self.caps.nodes or depth > self.caps.depth * 2:
            raise WireError("a value with too many parts")
        if node is None or isinstance(node, bool | float):
            return node
        if isinstance(node, int):
            if node.bit_length() >= LONGEST_INT:
                raise WireError("a number that is too large")
            return node
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, list):
            return [self.value(part, depth + 1) for part in node]
        if set(node) == {"dict"} and isinstance(node["dict"], list):
            return dict(self.pair(pair, depth) for pair in node["dict"])
        if set(node) == {"object"} and isinstance(node["object"], str):
            return Thing(node["object"][:80])
        if set(node) in ({"array"}, {"array", "tensor"}):
            return Array(self.array(node["array"]), node.get("tensor") is True)
        raise WireError("a node of an unknown kind")

    def text(self, text: str) -> str:
        if len(text) > self.caps.text:
            raise WireError("a text that is too long")
        return text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate could not be written to a file

    def pair(self, pair: Any, depth: int) -> tuple[str, Any]:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise WireError("a dict that is none")
        return self.text(pair[0]), self.value(pair[1], depth + 1)

    def array(self, head: Any) -> np.ndarray:
        if not (isinstance(head, list) and len(head) == 2 and isinstance(head[1], list)):
            raise WireError("an array without a shape")
        if not (isinstance(head[0], str) and head[0] in DTYPES):
            raise WireError("an array of an unknown dtype")
        dtype, shape = np.dtype(head[0]), head[1]
        if len(shape) > 32 or not all(type(n) is int and 0 <= n <= self.caps.bytes for n in shape):
            raise WireError("an array of an impossible shape")
        size = math.prod(shape) * dtype.itemsize
        if self.at + size > len(self.buffer):
            raise WireError("an array that ends too early")
        try:
            values = np.frombuffer(self.buffer[self.at : self.at + size], dtype=dtype).reshape(shape)
        except ValueError:  # NumPy's own limits: (0, 2**26, 2**26, …)
            raise WireError("an array of an impossible shape") from None
        self.at += size
        return values


# ---- frames -----------------------------------------------------------------------------------------------------


def write_frame(stream: BinaryIO, body: bytes) -> None:
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def read_frame(stream: BinaryIO, limit: int) -> bytes | None:
    """The next body; None at the end of the stream. Raises WireError when it is longer than `limit` or cut off."""
    head = stream.read(8)
    if not head:
        return None
    size = int.from_bytes(head, "big")
    if len(head) < 8 or size > limit:
        raise WireError("a frame of a wrong size")
    body = stream.read(size)
    if len(body) < size:
        raise WireError("a frame that ends too early")
    return body
