"""What visible programs record when all is right: gradlab/expected_graphs/<lesson>.json, for the student's side.

Every assert of every check is a program that may fail (gradlab/slices.py). Of its graphs only those are written down
that the program spells out itself: no graph of an answer, and nothing of hidden tests.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable
from pathlib import Path

from autograder import places
from autograder.build import build
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import read_text, write_atomic
from gradlab.guilty.notebook import seen_in
from gradlab.guilty.parting import comparable
from gradlab.guilty.program import digest_of, may_record
from gradlab.guilty.record import Seen, as_data
from gradlab.notebooks import read_notebook
from gradlab.slices import program_of

FOLDER = Path("gradlab", "expected_graphs")


def expected_text(course: Course, lesson: Lesson) -> str:
    """The file of a lesson, as JSON: {exercise: {digest of a program: graphs}}.

    Raises GradlabError when this lesson, or one before it, is not built.
    """
    for module in absent(course, lesson):
        raise GradlabError(f"{module} is missing. Make it: autograder build")
    notebook = read_notebook(places.source_notebook(course, lesson), lesson.id)
    exercises = {check.id: check.name for check in notebook.checks}
    asked = [(check.id, program) for check in notebook.checks for program in programs_of(check.source)]
    known: dict[str, dict] = {}
    for (check, program), seen in seen_in(notebook, places.reference_dir(course), asked, course.package).items():
        if data := _told(comparable(seen, program)):
            known.setdefault(exercises[check], {})[digest_of(program)] = data
    parts = [f"{json.dumps(exercise)}: {{\n{_rows(several)}\n}}" for exercise, several in sorted(known.items())]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(several: dict[str, list]) -> str:
    return ",\n".join(f"{json.dumps(digest)}: {json.dumps(data)}" for digest, data in sorted(several.items()))


def write_graphs(course: Course, lessons: Iterable[Lesson]) -> list[Path]:
    """Write the files of these lessons; those that changed. A course without a gradlab of its own has none."""
    changed = []
    for lesson in lessons if (course.root / FOLDER.parent).is_dir() else ():
        if absent(course, lesson) and (errors := build(course, [*course.before(lesson), lesson]).errors):
            raise GradlabError("\n".join(errors))
        if text := stale(course, lesson):
            write_atomic(course.root / FOLDER / f"{lesson.id}.json", text)
            changed.append(FOLDER / f"{lesson.id}.json")
    return changed


def absent(course: Course, lesson: Lesson) -> list[str]:
    """The modules of this lesson and of those before it that are not built."""
    package = places.reference_dir(course) / course.package
    modules = [module for each in (*course.before(lesson), lesson) for module in each.modules]
    return [f"{course.package}/{module}.py" for module in modules if not (package / f"{module}.py").is_file()]


def stale(course: Course, lesson: Lesson) -> str:
    """The text of the lesson's file, where it is not what lies there; else ""."""
    path = course.root / FOLDER / f"{lesson.id}.json"
    text = expected_text(course, lesson)
    return "" if path.is_file() and _alike(json.loads(read_text(path)), json.loads(text)) else text


def _alike(one: object, other: object) -> bool:
    """The same but for rounding, which differs from machine to machine."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-5) or (one != one and other != other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(each, other[key]) for key, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return one == other


def programs_of(check: str) -> list[str]:
    """The programs that lead to the asserts of a check, as far as they can record anything; of those that differ in
    their asserts alone, one."""
    asserts = sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(check)))
    programs = (program_of(check, number) for number in range(asserts))
    return list({digest_of(program): program for program in programs if may_record(program)}.values())


def _told(graphs: list[Seen | None]) -> list:
    """For JSON; nothing where nothing can be compared."""
    if not any(each is not None and len(each.graph.nodes) > 1 for each in graphs):
        return []
    return [each and as_data(each) for each in graphs]
