"""Bytes that are written as text: base64 (both alphabets, wrapped or not), base85 and hexadecimal."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

# Long runs, also when they are wrapped into lines or a list of strings.
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{16,}[\s\"',]*)+[A-Za-z0-9+/_-]*={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{16,}[\s\"',]*)+[0-9a-fA-F]*")
_BASE85 = re.compile(r"(?<![^\s\"'])[!-~]{60,}(?![^\s\"'])")
SHORTEST = 40  # characters; less than that says nothing


def decoded(text: str) -> Iterator[tuple[str, bytes]]:
    """(kind, bytes) of everything in `text` that may be such. Most of what comes out is noise."""
    for found in _BASE64.finditer(text):
        run = re.sub(r"[^A-Za-z0-9+/_-]", "", found[0]).replace("-", "+").replace("_", "/")
        if len(run) < SHORTEST:
            continue
        for start in range(4):  # letters before it shift it
            piece = run[start:]
            piece = piece[: len(piece) - (len(piece) % 4 == 1)]
            yield "base64", binascii.a2b_base64(piece + "=" * (-len(piece) % 4))
    for found in _HEX.finditer(text):
        run = re.sub(r"[^0-9a-fA-F]", "", found[0])
        if len(run) >= SHORTEST:
            yield "hexadecimal", bytes.fromhex(run[: len(run) // 2 * 2])
    for found in _BASE85.finditer(text):
        for decode in (base64.b85decode, base64.a85decode):
            try:
                yield "base85", decode(found[0])
            except ValueError:
                pass
