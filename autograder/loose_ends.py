"""What is still open in a lesson that otherwise builds: an author sees it as a warning, `verify` as a failure."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from autograder import places
from autograder.source import LessonSource
from gradlab.course import Course
from gradlab.errors import did_you_mean
from gradlab.files import read_text


def loose_ends(course: Course, source: LessonSource) -> list[str]:
    """Sentences with file and, where there is one, line."""
    return [*_points(course, source), *_modules(source), *_hidden_tests(course, source)]


def _points(course: Course, source: LessonSource) -> Iterator[str]:
    wanted = source.lesson.points
    if source.points != wanted:
        found = f"checks and hidden tests add up to {source.points:g} points"
        yield f"{_name(source)}: {found}; course.yml says {wanted:g}."


def _modules(source: LessonSource) -> Iterator[str]:
    for module in source.lesson.modules:
        if not any(cell.module == module for cell in source.cells):
            yield f"{_name(source)}: course.yml says it exports {module}, but no cell has #| export {module}.…"


def _hidden_tests(course: Course, source: LessonSource) -> Iterator[str]:
    """The points of an exercise's hidden tests are those of its header."""
    wanted = {cell.name: cell for cell in source.of_role("exercise")}
    file = places.hidden_tests_file(course, source.lesson)
    shown = file.relative_to(course.root).as_posix()
    if not file.is_file():
        if any(cell.points for cell in wanted.values()):
            yield f"{shown} does not exist, but exercises have points for hidden tests."
        return
    found: Counter[str] = Counter()
    try:
        programs = list(_programs(read_text(file)))
    except SyntaxError as error:
        yield f"{shown}:{error.lineno}: {error.msg}."
        return
    for exercise, points, line in programs:
        found[exercise] += points
        if exercise not in wanted:
            hint = did_you_mean(exercise, wanted)
            yield f'{shown}:{line}: hidden test of "{exercise}", but the lesson has no such exercise.{hint}'
    for name, cell in wanted.items():
        if found[name] != cell.points:
            header = f"{_name(source)}:{cell.line}"
            yield f'{header}: exercise "{name}" has points={cell.points:g}; its hidden tests add up to {found[name]:g}.'


def _programs(text: str) -> Iterator[tuple[str, float, int]]:
    """(exercise, points, line) of every `@tests("exercise", points=2)` that is written out."""
    for node in ast.parse(text).body:
        for mark in getattr(node, "decorator_list", ()):
            if not (isinstance(mark, ast.Call) and getattr(mark.func, "id", getattr(mark.func, "attr", "")) == "tests"):
                continue
            values = {key.arg: key.value for key in mark.keywords}
            exercise = mark.args[0] if mark.args else values.get("exercise")
            points = mark.args[1] if len(mark.args) > 1 else values.get("points")
            if isinstance(exercise, ast.Constant) and isinstance(points, ast.Constant):
                yield exercise.value, points.value, mark.lineno


def _name(source: LessonSource) -> str:
    return f"solutions/{source.lesson.id}/{source.file.name}"
