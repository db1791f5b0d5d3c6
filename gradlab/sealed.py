"""Sentences that only the mistake which they are about can open.

    entry = seal(events, {"because": …, "ask": …})     # the author's side; events: what the mistake makes checks find
    open_one([entry, …], found)                        # found: what the checks find of a student's package

What a file of entries holds of a mistake is a hash of each finding, and text that is encrypted with all of them. Who
has not made the mistake reads nothing out of it, neither the mistake nor the words about it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping


def seal(events: Collection[str], words: Mapping[str, str]) -> dict:
    """An entry, as plain data."""
    text = json.dumps(dict(words), ensure_ascii=False).encode("utf-8")
    sealed = _crossed(_check(text) + text, _key(events))
    return {"events": sorted(_seen(each) for each in events), "sealed": base64.b64encode(sealed).decode("ascii")}


def open_one(entries: Iterable[Mapping], found: Collection[str]) -> dict[str, str] | None:
    """The words of the one mistake that makes checks find this; None when there is none, or more than one.

    First the mistakes that make them find exactly this; then those that explain part of it by numbers, the most.
    """
    seen = {_seen(each): each for each in found}
    likely: dict[int, list[tuple[Mapping, list[str]]]] = {}
    for entry in entries:
        events = [seen[each] for each in entry["events"] if each in seen]
        if len(events) != len(entry["events"]) or not events:
            continue
        numbers = any(each.endswith("+") for each in events)
        exact = len(events) == len(seen)
        if (exact and (numbers or len(events) > 1)) or (numbers and len(events) > 1):
            likely.setdefault(len(events), []).append((entry, events))
    best = likely[max(likely)] if likely else []
    return _opened(*best[0]) if len(best) == 1 else None


def _opened(entry: Mapping, events: list[str]) -> dict[str, str] | None:
    try:
        plain = _crossed(base64.b64decode(entry["sealed"]), _key(events))
        return json.loads(plain[4:]) if plain[:4] == _check(plain[4:]) else None
    except (ValueError, KeyError, binascii.Error):
        return None


def _seen(event: str) -> str:
    return hashlib.sha256(b"seen " + event.encode()).hexdigest()[:12] + ("+" if event.endswith("+") else "")


def _key(events: Collection[str]) -> bytes:
    return hashlib.sha256("\n".join(["opens", *sorted(events)]).encode()).digest()


def _check(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()[:4]


def _crossed(text: bytes, key: bytes) -> bytes:
    """XOR with a stream of hashes of the key: once is sealed, twice is open."""
    blocks = range((len(text) + 31) // 32)
    stream = b"".join(hashlib.sha256(key + number.to_bytes(4, "big")).digest() for number in blocks)
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))
