"""Any bytes as pages of text: notebooks, archives in archives, compressed and encoded blobs, compiled Python.

What is found inside something is read in the same way, until nothing is left or it is nested too deep to be innocent.
"""

from __future__ import annotations

import ast
import bz2
import json
import lzma
import re
import warnings
import zlib
from collections.abc import Iterator

from autograder.leaks.archives import members, skin
from autograder.leaks.encoded import decoded
from autograder.leaks.matching import Page

DEEPEST = 6  # a zip in base64 in a notebook in a zip is four
LARGEST = 64 << 20  # bytes that one compressed stream may become
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|\xfd7zXZ\x00|BZh[1-9]1AY")


class Unreadable(Exception):
    """Something that nobody can look into, so that nobody can say what it holds."""


def pages(data: bytes, name: str, depth: int = 0) -> Iterator[Page]:
    """What `data` says, whatever it is. Raises Unreadable."""
    if depth > DEEPEST:
        raise Unreadable(f"{name} is nested more than {DEEPEST} deep.")
    text = _text(data)
    if text is not None:
        yield from text_pages(text, name, depth)
        return
    yield Page(name, _printable(data))
    for inner, content in members(data, name, Unreadable):
        yield from pages(content, f"{name}, in it {inner}", depth + 1)
    for place, content in _streams(data):
        yield from pages(content, f"{name}, unpacked at byte {place}", depth + 1)


def text_pages(text: str, name: str, depth: int = 0) -> Iterator[Page]:
    """A text, and what is written in it in other ways: as JSON, in Python's strings, in base64."""
    value = _json(text)
    if isinstance(value, dict) and isinstance(value.get("cells"), list):
        yield from notebook_pages(value, name, depth)
        return
    if value is not None:
        yield from _string_pages(value, name, depth)
        return
    yield Page(name, text)
    yield from _inside(text, name, depth)


def notebook_pages(notebook: dict, name: str, depth: int = 0) -> Iterator[Page]:
    """The cells of a notebook, with whatever is in them: source, outputs, attachments and metadata."""
    for number, cell in enumerate(notebook["cells"], 1):
        about = cell.get("metadata") if isinstance(cell, dict) else None
        about = about.get("gradlab") if isinstance(about, dict) else None
        role = about.get("role") if isinstance(about, dict) else None
        where = f"{name}, cell {cell.get('id', number) if isinstance(cell, dict) else number}"
        is_given = role in ("given", "check", "setup")
        if is_given:  # only its source is what the author gave
            source = "".join(cell.get("source", ""))
            yield Page(where, source, is_given=True)
            yield from _inside(source, where, depth)
            cell = {key: value for key, value in cell.items() if key != "source"}
        yield from _string_pages(cell, where, depth)
    rest = {key: value for key, value in notebook.items() if key != "cells"}
    yield from _string_pages(rest, f"{name}, metadata", depth)


def _string_pages(value, name: str, depth: int) -> Iterator[Page]:
    texts = list(strings(value))
    yield Page(name, "\n".join(texts))
    for text in texts:
        yield from _inside(text, name, depth)


def strings(value) -> Iterator[str]:
    """Every text inside a piece of JSON; the lines of a list of lines joined to one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield "".join(value)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from strings(each)


def _inside(text: str, name: str, depth: int) -> Iterator[Page]:
    """What a text carries that its own lines do not show."""
    for number, constant in enumerate(_constants(text), 1):
        yield from pages(constant, f"{name}, constant {number}", depth + 1)
    if text[:1] in "[{" and (value := _json(text)) is not None and depth < DEEPEST:
        yield from _string_pages(value, f"{name}, JSON in it", depth + 1)
    for kind, data in decoded(text):
        if _text(data) is not None or skin(data) or _STREAM.match(data):
            yield from pages(data, f"{name}, {kind} in it", depth + 1)


def _constants(text: str) -> Iterator[bytes]:
    """The strings of Python code that say more than their place in the code shows: of several lines, or bytes."""
    if "\\" not in text:  # without an escape the lines of the code say all
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes) and len(node.value) > 20:
            yield node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            yield node.value.encode("utf-8", "surrogatepass")


def _json(text: str):
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(data: bytes) -> str | None:
    """`data` as text; None when it is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _printable(data: bytes) -> str:
    """The texts in something binary, of one or of two bytes a character; each on a line of its own."""
    runs = re.findall(rb"[\t\n\r\x20-\x7e\x80-\xff]{12,}", data)
    wide = [run.replace(b"\0", b"") for run in re.findall(rb"(?:[\t\n\r\x20-\x7e]\0){12,}", data)]
    return "\n".join(run.decode("utf-8", "replace") for run in [*runs, *wide])


def _streams(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Compressed streams, wherever they begin. What only looks like one does not unpack."""
    end = 0
    for found in _STREAM.finditer(data):
        if found.start() < end:  # inside the stream before
            continue
        unpacked, used = _unpacked(data[found.start() :])
        if len(unpacked) > 20:
            end = found.start() + used
            yield found.start(), unpacked


def _unpacked(data: bytes) -> tuple[bytes, int]:
    """What the stream at the start of `data` holds, and how many bytes it takes; nothing when it is none."""
    if data[:2] == b"\x1f\x8b":
        unpacker, wrong = zlib.decompressobj(wbits=31), zlib.error
    elif data[:3] == b"BZh":
        unpacker, wrong = bz2.BZ2Decompressor(), OSError
    elif data[:1] == b"\xfd":
        unpacker, wrong = lzma.LZMADecompressor(), lzma.LZMAError
    else:
        unpacker, wrong = zlib.decompressobj(), zlib.error
    try:
        content = unpacker.decompress(data, LARGEST)
    except (wrong, EOFError):
        return b"", 0
    if len(content) >= LARGEST:
        raise Unreadable(f"a compressed stream holds more than {LARGEST >> 20} MB.")
    return content, len(data) - len(unpacker.unused_data)
