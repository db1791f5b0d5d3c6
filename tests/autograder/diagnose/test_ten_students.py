"""The honest test: notebooks written without a look at the library get the diagnosis that a teacher would sign.

The instructor's side (checks and hidden tests) and the student's (visible checks alone, sealed sentences). On neither
may a diagnosis be false: silence is allowed, and where there is none, it is asked for.
"""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import places
from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.diagnose.library import Library
from autograder.diagnose.match import diagnose
from autograder.engines import Workshop
from autograder.overlay import overlay
from gradlab import diagnosis
from gradlab.course import load_course
from gradlab.export_format import export_of
from gradlab.notebooks import Notebook

_FILE = runpy.run_path(str(Path(__file__).with_name("ten_students.py")))
STUDENTS = [*_FILE["STUDENTS"], *_FILE["HELD_OUT"]]
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def course():
    course = load_course()
    if not places.reference_dir(course).is_dir():
        assert not build(course, course.lessons).errors
    return course


def _cell(answer, code):
    export = export_of(answer)
    return (f"#| export {export.module}.{export.name}\n" if export else "") + code


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.name)
def test_the_instructor_is_told_what_a_teacher_would_say(course, student):
    blueprint = load_blueprint(course, course.lesson(student.lesson))
    with Library(blueprint) as library:
        for exercise, code in student.mistakes.items():
            found = diagnose(library, exercise, _cell(blueprint.answers[exercise], code))
            wanted = student.signed.get(exercise, "")
            assert found.because.startswith(wanted) if wanted else not found.because, found.because
            assert found.shown and found.shown.program


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.name)
def test_the_student_is_told_the_same_or_nothing(course, student, tmp_path):
    blueprint = load_blueprint(course, course.lesson(student.lesson))
    own = {name: _cell(blueprint.answers[name], code) for name, code in student.mistakes.items()}
    engine = Workshop(blueprint, tmp_path / "base").engine({**blueprint.answers, **own})
    folder = overlay(course, blueprint.lesson, engine.texts, tmp_path / "own")
    cells = [replace(c, source=own[c.name]) if c.role == "exercise" and c.name in own else c
             for c in blueprint.notebook.cells]  # fmt: skip
    notebook = Notebook(blueprint.notebook.path, blueprint.notebook.lesson, tuple(cells))
    found = diagnosis.diagnose(notebook, folder, list(own))
    assert found.keys() == own.keys()
    for exercise, told in found.items():
        assert told.shown and told.because.startswith(student.signed.get(exercise, "-") if told.because else "")
