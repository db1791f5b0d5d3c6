"""Orders: frames that are no part of the talk about one program, from the judge to a session's process.

    BEGIN      a new program: forget handles, arrays and all else that was counted
    PLAINLY    the same; and do not say from here on where exceptions were raised
    ANEW       forget the package: what asks for it next imports it anew
    CELLS      cells of the notebook, {key: [role, name, module, source]}, for the request "notebook"
    TOGETHER   several requests, answered in one frame, in order

order = four bytes that no message begins with + the kind + contents
"""

from __future__ import annotations

import json
from collections.abc import Sequence

encode = json.JSONEncoder(separators=(",", ":")).encode
MARK = b"\xff\xff\xff\xff"
BEGIN, PLAINLY, ANEW, CELLS, TOGETHER = b"B", b"P", b"N", b"C", b"T"


def is_order(body: bytes) -> bool:
    return body[:4] == MARK


def kind_of(body: bytes) -> bytes:
    return body[4:5]


def begin(plainly: bool = False) -> bytes:
    return MARK + (PLAINLY if plainly else BEGIN)


def anew() -> bytes:
    return MARK + ANEW


def tell(cells: dict[str, list]) -> bytes:
    return MARK + CELLS + json.dumps(cells).encode("ascii")


def cells(body: bytes) -> dict[str, list]:
    return json.loads(body[5:])


def together(messages: Sequence[bytes]) -> bytes:
    """Several messages as one: requests, or the replies to them."""
    trees, buffers = zip(*(_parts(each) for each in messages), strict=True)
    return joined(trees, buffers)


def joined(trees: Sequence[list], buffers: Sequence[bytes]) -> bytes:
    text = encode(trees).encode("ascii")
    return b"".join((MARK, TOGETHER, len(text).to_bytes(4, "big"), text, *buffers))


def trees(body: bytes) -> tuple[list[list], memoryview]:
    """The trees of the messages in an order, and all their buffers."""
    end = 9 + int.from_bytes(body[5:9], "big")
    return json.loads(body[9:end]), memoryview(body)[end:]


def _parts(message: bytes) -> tuple[list, bytes]:
    end = 4 + int.from_bytes(message[:4], "big")
    return json.loads(message[4:end]), message[end:]
