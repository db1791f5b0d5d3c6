"""The finished pages, searched for answers and hidden tests, line by line as `autograder leaks` does it.

In HTML a line of code is in pieces, each in a colour of its own. Here the pieces are put together before looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from autograder.docs.editions import SELF
from autograder.leaks.matching import Keeper, Page, Secret
from autograder.leaks.search import Searcher
from gradlab.files import read_text

ANSWER = "the answer"  # how the secrets that are answers begin to say what they are
_LINE_ENDS = {"br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "pre", "h1", "h2", "h3", "h4", "summary", "section"}


def problems(website: Path, searcher: Searcher, edition: str) -> list[str]:
    """What the website gives away, a sentence for each place; [] is what one hopes for.

    Self-learners may see answers, but hidden tests and wrong answers they may not.
    """
    secrets = searcher.keeper.secrets
    keeper = Keeper(tuple(_without_answers(secrets)) if edition == SELF else secrets)
    found = []
    for file in sorted(website.rglob("*")):
        if file.suffix in (".html", ".txt", ".md", ".ipynb", ".py", ".json"):
            text = text_of(read_text(file)) if file.suffix == ".html" else read_text(file)
            found += keeper.problems(Page(file.relative_to(website).as_posix(), text))
    return list(dict.fromkeys(found))


def _without_answers(secrets: tuple[Secret, ...]) -> Iterator[Secret]:
    """What is left to be kept when answers are shown. A wrong answer has lines of the right one, which tell nothing."""
    shown = frozenset().union(*(secret.lines for secret in secrets if secret.what.startswith(ANSWER)))
    for secret in secrets:
        lines = secret.lines - shown
        if lines and not secret.what.startswith(ANSWER):
            yield replace(secret, lines=lines, watchwords=secret.watchwords - shown)


def tells(text: str, searcher: Searcher) -> bool:
    """Does this text, which a cell has printed, give something away?"""
    return any(searcher.keeper.problems(Page("an output", text)))


def text_of(page: str) -> str:
    """The text of an HTML page: what stands in a line of code stands in a line here."""
    reader = _Text()
    reader.feed(page)
    return unescape("".join(reader.parts))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag in _LINE_ENDS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINE_ENDS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
