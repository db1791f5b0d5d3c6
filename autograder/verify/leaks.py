"""Nothing that a student gets holds an answer, a hidden test, or a marker of either.

Compared by content, line by line, without spaces and comments. Rules of calculus look alike, so a line alone
is evidence only when it is long, and not where authors give code on purpose; most of an answer together always is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder import places
from autograder.regions import regions
from autograder.verify.job import Job
from autograder.verify.pages import Page, course_pages, notebook_pages
from gradlab.files import read_text

# Characters without spaces. Below the first a line says nothing (`return x`); from the second on it speaks for itself.
_TELLS, _DISTINCTIVE = 12, 28
_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|autograder\.hidden")


@dataclass(frozen=True)
class Secret:
    """Something to be kept: its lines, normalised. A `watchword` line gives it away alone, wherever it stands."""

    what: str
    lines: frozenset[str]
    watchwords: frozenset[str] = frozenset()


def problems(job: Job) -> list[str]:
    """What the lesson's secrets are found in: the notebook to be released, and everything else a student gets."""
    pages = [*notebook_pages(job.released, job.lesson.notebook.as_posix()), *course_pages(job.course)]
    given = _given_lines(job)
    secrets = [*_answers(job), *_hidden_tests(job)]
    found = [said for page in pages for secret in secrets for said in _found(secret, page, given)]
    found += [said for page in pages if page.is_lesson for said in _markers(page)]
    return list(dict.fromkeys(found))


def normal(line: str) -> str:
    """A line as it is compared: no spaces, no comment behind the code, no bullet or quotation mark before it."""
    text = re.sub(r"^[\s#>*\-`]+", "", line.replace("&lt;", "<").replace("&gt;", ">"))
    text = re.sub(r"\s#[^'\"]*$", "", text)
    return re.sub(r"[\s`]+", "", text)


def telling(lines: Iterable[str]) -> frozenset[str]:
    """The lines that say something, normalised."""
    return frozenset(text for text in map(normal, lines) if len(text) >= _TELLS and not text.startswith(('"""', "'''")))


# ---- secrets ---------------------------------------------------------------------------------------------------


def _answers(job: Job) -> Iterator[Secret]:
    for cell in job.source.of_role("exercise"):
        for region in regions(cell.source):
            lines = telling(region.lines)
            if lines:
                yield Secret(f"the answer of {cell.name}", lines)


def _hidden_tests(job: Job) -> Iterator[Secret]:
    file = places.hidden_tests_file(job.course, job.lesson)
    if not file.is_file():
        return
    text = read_text(file)
    rows = text.split("\n")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            lines = telling(rows[node.lineno - 1 : node.end_lineno])
            # Only hidden tests say `see` and draw from `rng`.
            words = frozenset(line for line in lines if re.search(r"\bsee\b[(.]|\brng\b", line))
            yield Secret(f"the hidden test {node.name}", lines, words)


def _given_lines(job: Job) -> frozenset[str]:
    """What may be seen anywhere: the code that the lesson gives on purpose."""
    given = [cell.source for cell in job.source.cells if cell.role in ("given", "check", "setup")]
    # Outside its regions an exercise is open too.
    given += [_outside(cell.source) for cell in job.source.of_role("exercise")]
    return telling(line for text in given for line in text.split("\n"))


def _outside(source: str) -> str:
    rows = source.split("\n")
    for region in regions(source):
        rows[region.line : region.line + len(region.lines)] = [""] * len(region.lines)
    return "\n".join(rows)


# ---- finding them ----------------------------------------------------------------------------------------------


def _found(secret: Secret, page: Page, given: frozenset[str]) -> Iterator[str]:
    hits = secret.lines & telling(page.text.split("\n"))
    if not hits:
        return
    alone = [line for line in hits if line in secret.watchwords]
    alone += [line for line in hits - given if len(line) >= _DISTINCTIVE and not page.is_given]
    together = len(hits) >= 2 and len(hits) * 3 >= len(secret.lines) * 2
    if alone or together:
        shown = max(alone or hits, key=len)
        yield f"{page.name} holds {secret.what}, such as: {_readable(shown, page.text)}"


def _readable(normalised: str, text: str) -> str:
    """The line of `text` that was found, with its spaces."""
    return next((line.strip() for line in text.split("\n") if normal(line) == normalised), normalised)


def _markers(page: Page) -> Iterator[str]:
    found = _MARKER.search(page.text)
    if found:
        yield f'{page.name} holds the words "{found[0]}".'
