"""Telling whether a page of text holds a secret.

Compared by content, line by line, without spaces and comments. Rules of calculus look alike, so a line alone
is evidence only when it is long, and not where authors give code on purpose; most of an answer together always is.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# Characters without spaces. Below the first a line says nothing (`return x`); from the second on it speaks for itself.
_TELLS, _DISTINCTIVE = 12, 28
_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|autograder\.hidden")


class Page(NamedTuple):
    """A name that says where it is, and its text.

    is_lesson: it belongs to a lesson or the engine, and not to the tools. is_given: an author wrote it to be seen.
    """

    name: str
    text: str
    is_lesson: bool = True
    is_given: bool = False


@dataclass(frozen=True)
class Secret:
    """Something to be kept: its lines, normalised. A `watchword` line gives it away alone, wherever it stands.

    given: lines that the course shows on purpose, which are no evidence alone. fewest: of its lines, how many are
    evidence together.
    """

    what: str
    lines: frozenset[str]
    watchwords: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    fewest: int = 2


@dataclass(frozen=True)
class Keeper:
    """Knows many secrets, and looks for all of them in a page at once."""

    secrets: tuple[Secret, ...]

    @cached_property
    def _by_line(self) -> dict[str, list[Secret]]:
        found = defaultdict(list)
        for secret in self.secrets:
            for line in secret.lines | secret.watchwords:
                found[line].append(secret)
        return found

    def problems(self, page: Page) -> Iterator[str]:
        """A sentence for each secret that the page holds."""
        hits: dict[int, tuple[Secret, set[str]]] = {}
        for line in telling(page.text.split("\n")):
            for secret in self._by_line.get(line, ()):
                hits.setdefault(id(secret), (secret, set()))[1].add(line)
        for secret, lines in hits.values():
            if shown := _evidence(secret, lines, page):
                yield f"{page.name} holds {secret.what}, such as: {_readable(shown, page.text)}"


def normal(line: str) -> str:
    """A line as it is compared: no spaces, no comment behind the code, no bullet or quotation mark before it."""
    text = re.sub(r"^[\s#>*\-`]+", "", html.unescape(line) if "&" in line else line)
    text = re.sub(r"\s#[^'\"]*$", "", text)
    return re.sub(r"[\s`]+", "", text)


def telling(lines: Iterable[str]) -> frozenset[str]:
    """The lines that say something, normalised."""
    return frozenset(text for text in map(normal, lines) if len(text) >= _TELLS and not text.startswith(('"""', "'''")))


def markers(page: Page) -> Iterator[str]:
    """A sentence when the page has the words that fence answers and hidden tests."""
    found = _MARKER.search(page.text)
    if found:
        yield f'{page.name} holds the words "{found[0]}".'


def _evidence(secret: Secret, hits: Collection[str], page: Page) -> str:
    """The line that gives the secret away; "" when these hits are what calculus has in common."""
    alone = [line for line in hits if line in secret.watchwords]
    if not page.is_given:
        alone += [line for line in hits if len(line) >= _DISTINCTIVE and line not in secret.given]
    together = len(hits) >= secret.fewest and len(hits) * 3 >= len(secret.lines) * 2
    return max(alone or hits, key=len) if alone or together else ""


def _readable(normalised: str, text: str) -> str:
    """The line of `text` that was found, with its spaces."""
    return next((line.strip() for line in text.split("\n") if normal(line) == normalised), normalised)[:200]
