"""What is still open in a lesson that otherwise builds: an author sees it as a warning, `verify` as a failure."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from autograder import places
from autograder.blueprint import load_hidden_tests
from autograder.source import LessonSource
from gradlab.course import Course
from gradlab.errors import GradlabError, did_you_mean


def loose_ends(course: Course, source: LessonSource) -> list[str]:
    """Sentences with file and, where there is one, line."""
    return [
        *_points(course, source),
        *_modules(source),
        *_asserts(source),
        *_hidden_tests(course, source),
        *_skills(source),
    ]


def _points(course: Course, source: LessonSource) -> Iterator[str]:
    wanted = source.lesson.points
    if source.points != wanted:
        found = f"checks and hidden tests add up to {source.points:g} points"
        yield f"{_name(source)}: {found}; course.yml says {wanted:g}."


def _modules(source: LessonSource) -> Iterator[str]:
    for module in source.lesson.modules:
        if not any(cell.module == module for cell in source.cells):
            yield f"{_name(source)}: course.yml says it exports {module}, but no cell has #| export {module}.…"


def _asserts(source: LessonSource) -> Iterator[str]:
    """A check that fails says what was expected."""
    for cell in source.of_role("check"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield f"{_name(source)}:{cell.line + node.lineno}: an assert without a message: what would it mean?"


def _hidden_tests(course: Course, source: LessonSource) -> Iterator[str]:
    """The points of an exercise's hidden tests are those of its header."""
    wanted = {cell.name: cell for cell in source.of_role("exercise")}
    file = places.hidden_tests_file(course, source.lesson)
    shown = file.relative_to(course.root).as_posix()
    if not file.is_file():
        if any(cell.points for cell in wanted.values()):
            yield f"{shown} does not exist, but exercises have points for hidden tests."
        return
    try:
        _, programs = load_hidden_tests(course, source.lesson)
    except GradlabError as error:
        yield str(error)
        return
    found: Counter[str] = Counter()
    for program in programs:
        found[program.exercise] += program.points
        if program.exercise not in wanted:
            where = f"{shown}:{program.run.__code__.co_firstlineno}"
            hint = did_you_mean(program.exercise, wanted)
            yield f'{where}: hidden test of "{program.exercise}", but the lesson has no such exercise.{hint}'
    for name, cell in wanted.items():
        if found[name] != cell.points:
            header = f"{_name(source)}:{cell.line}"
            yield f'{header}: exercise "{name}" has points={cell.points:g}; its hidden tests add up to {found[name]:g}.'


def _skills(source: LessonSource) -> Iterator[str]:
    """A skill is earned with exercises that there are."""
    known = {cell.name for cell in source.of_role("exercise")}
    for skill in source.lesson.skills:
        for name in skill.exercises:
            if name not in known:
                hint = did_you_mean(name, known)
                missing = f"{source.lesson.id} has no such exercise.{hint}"
                yield f'course.yml: the skill "{skill.name}" is earned with "{name}", but {missing}'


def _name(source: LessonSource) -> str:
    return f"solutions/{source.lesson.id}/{source.file.name}"
