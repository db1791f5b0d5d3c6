"""The regions of an exercise that students do not get to see, and the stub that takes their place.

### BEGIN SOLUTION add what has arrived so far        the words become the stub's message
total = total + grad
### END SOLUTION
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from gradlab.export_format import BEGIN_SOLUTION, END_SOLUTION

# nbgrader acts on these words wherever they stand in a line, so we look for them in the same way.
_SOLUTION = re.compile(r"(BEGIN|END) SOLUTION", re.IGNORECASE)
_RESERVED = re.compile(r"(BEGIN|END) (HIDDEN TESTS|MARK SCHEME)|### (HASHED )?AUTOTEST")


class RegionError(ValueError):
    """Markers that do not pair up. `line` counts from 1 in the cell's source."""

    def __init__(self, message: str, line: int):
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Region:
    """One solution: the line of its BEGIN marker in the cell (from 1), what its stub says, and its lines."""

    line: int
    says: str
    lines: tuple[str, ...]


def regions(source: str) -> tuple[Region, ...]:
    """The solutions of a cell, in order. Raises RegionError when the markers do not pair up."""
    found: list[Region] = []
    start, says, lines = 0, "", []
    for number, line in enumerate(source.split("\n"), 1):
        kind = _marker(line, number)
        if kind == "BEGIN":
            if start:
                raise RegionError(
                    f"{BEGIN_SOLUTION} again, before the one on line {start} of the cell has ended", number
                )
            start, says, lines = number, line.strip()[len(BEGIN_SOLUTION) :].strip(), []
        elif kind == "END":
            if not start:
                raise RegionError(f"{END_SOLUTION} without a {BEGIN_SOLUTION} above it", number)
            found.append(Region(start, says, tuple(lines)))
            start = 0
        elif start:
            lines.append(line)
    if start:
        raise RegionError(f"{BEGIN_SOLUTION} without an {END_SOLUTION} below it", start)
    return tuple(found)


def stub_of(source: str) -> str:
    """What a student gets: each solution replaced by one `raise NotImplementedError("its words")`."""
    stubbed, hidden = [], False
    for number, line in enumerate(source.split("\n"), 1):
        kind = _marker(line, number)
        if kind == "BEGIN":
            says = line.strip()[len(BEGIN_SOLUTION) :].strip()
            indent = line[: len(line) - len(line.lstrip())]
            stubbed.append(f"{indent}raise NotImplementedError({json.dumps(says, ensure_ascii=False)})")
        if kind is None and not hidden:
            stubbed.append(line)
        hidden = kind == "BEGIN" or (hidden and kind != "END")
    return "\n".join(stubbed)


def reserved_words(source: str) -> tuple[str, int] | None:
    """Words of nbgrader's that no author writes (the builder does), and their line; None when there are none."""
    for number, line in enumerate(source.split("\n"), 1):
        found = _RESERVED.search(line)
        if found:
            return found[0], number
    return None


def has_marker(source: str) -> bool:
    """True when nbgrader would see a solution's marker somewhere in the text."""
    return _SOLUTION.search(source) is not None


def _marker(line: str, number: int) -> str | None:
    found = _SOLUTION.search(line)
    if not found:
        return None
    kind = found[1].upper()
    marker = BEGIN_SOLUTION if kind == "BEGIN" else END_SOLUTION
    text = line.strip()
    after = text[len(marker) :]
    if not text.startswith(marker) or (after and (not after[0].isspace() or kind == "END")):
        raise RegionError(f'"{text}" is no marker: write "{marker}" on a line of its own', number)
    return kind
