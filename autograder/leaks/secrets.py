"""What is to be kept from students: the answers of a lesson, its hidden tests, its other answers, right and wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autograder import places
from autograder.leaks.matching import Secret, telling
from autograder.regions import regions
from autograder.right import load_right_answers
from autograder.source import LessonSource
from autograder.wrong import FILE as WRONG_ANSWERS
from autograder.wrong import load_wrong_answers
from gradlab.course import Course
from gradlab.files import read_text


def answers(source: LessonSource) -> Iterator[Secret]:
    """What stands in the regions of the exercises."""
    given = given_lines(source)
    for cell in source.of_role("exercise"):
        for region in regions(cell.source):
            lines = telling(region.lines)
            if lines:
                yield Secret(f"the answer of {cell.name}", lines, given=given)


def hidden_tests(course: Course, source: LessonSource) -> Iterator[Secret]:
    """The programs that only the grader runs."""
    file = places.hidden_tests_file(course, source.lesson)
    if not file.is_file():
        return
    given = given_lines(source)
    for node, lines in _definitions(read_text(file)):
        # Only hidden tests say `see` and draw from `rng`.
        words = frozenset(line for line in lines if re.search(r"\bsee\b[(.]|\brng\b", line))
        yield Secret(f"the hidden test {node.name}", lines, words, given)


def wrong_answers(course: Course, source: LessonSource, everywhere: frozenset[str] = frozenset()) -> Iterator[Secret]:
    """The known mistakes: their code, where it is not the stub's, and their diagnoses.

    everywhere: lines that students get anyway, in other lessons or the engine: a mistake is made of common idioms.
    """
    own = shown_lines(source)
    for wrong in load_wrong_answers(course, source.lesson):
        said = telling([wrong.because, wrong.ask])
        lines = telling(wrong.source.split("\n")) - own
        yield Secret(f"a wrong answer to {wrong.exercise}", lines, said, own | everywhere, fewest=3)
    for node, lines in _definitions(_text(course, source)):
        # The words of a diagnosis as they stand in the file, where a long one is wrapped.
        words = frozenset(line for line in lines if line.startswith(("because=", "ask=")))
        yield Secret(f"a wrong answer to {node.name}", words, words)


def right_answers(course: Course, source: LessonSource, everywhere: frozenset[str] = frozenset()) -> Iterator[Secret]:
    """What is right and not like the reference. everywhere: as for wrong answers."""
    own = shown_lines(source)
    for right in load_right_answers(course, source.lesson):
        lines = telling(right.source.split("\n")) - own
        yield Secret(f"a right answer to {right.exercise}", lines, telling([right.because]), own | everywhere, fewest=3)


def given_lines(source: LessonSource) -> frozenset[str]:
    """What may be seen anywhere: the code that the lesson gives on purpose."""
    given = _lines(source, "given", "check", "setup")
    # Outside its regions an exercise is open too.
    given += [line for cell in source.of_role("exercise") for line in _outside(cell.source)]
    return telling(given)


def shown_lines(source: LessonSource) -> frozenset[str]:
    """What the lesson shows, given as code or only talked about."""
    return given_lines(source) | telling(_lines(source, "prose", "hints", "demo", "predict"))


def _lines(source: LessonSource, *roles: str) -> list[str]:
    return [line for cell in source.cells if cell.role in roles for line in cell.source.split("\n")]


def _outside(source: str) -> list[str]:
    rows = source.split("\n")
    for region in regions(source):
        rows[region.line : region.line + len(region.lines)] = [""] * len(region.lines)
    return rows


def _text(course: Course, source: LessonSource) -> str:
    file = course.root / "solutions" / source.lesson.id / WRONG_ANSWERS
    return read_text(file) if file.is_file() else ""


def _definitions(text: str) -> Iterator[tuple[ast.stmt, frozenset[str]]]:
    """The decorated functions and classes of a file, with their lines and those of their decorators."""
    rows = text.split("\n")
    for node in ast.parse(text).body:
        if getattr(node, "decorator_list", None):
            start = min(each.lineno for each in node.decorator_list)
            yield node, telling(rows[start - 1 : node.end_lineno])
