"""What a user can do wrong, as one tree of exceptions.

    GradlabError        the base: `gradlab` and `autograder` print it as one `error: …` on stderr and exit with 2
    └── CourseError     course.yml is missing, cannot be read or says something that cannot be; names file and line

A message says what was wrong, where, and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class GradlabError(Exception):
    """A mistake of the user, told in a sentence that the user can act on."""


class CourseError(GradlabError):
    """A mistake in course.yml. `file` and `line` (from 1) say where, as far as that is known."""

    def __init__(self, message: str, file: Path | None = None, line: int | None = None):
        self.file, self.line = file, line
        where = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(where + message)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean "graph"?` for the known word nearest to `word`, or nothing when none is near."""
    known = list(known)
    lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f' Did you mean "{lower[near[0]]}"?' if near else ""
