"""One lesson as the grader sees it: its cells with their answers, its checks, its hidden tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from autograder import places
from autograder.programs import BrokenTests, Program, read_tests
from autograder.regions import stub_of
from gradlab.course import Course, Lesson
from gradlab.errors import GradlabError
from gradlab.files import read_text
from gradlab.notebooks import Cell, Notebook, read_notebook


@dataclass(frozen=True)
class Blueprint:
    """notebook: nbgrader's source notebook, answers included. tests: the text of hidden_tests.py; programs: in it."""

    course: Course
    lesson: Lesson
    notebook: Notebook
    tests: str
    programs: tuple[Program, ...]

    @cached_property
    def exercises(self) -> dict[str, Cell]:
        return self.notebook.exercises

    @cached_property
    def stubs(self) -> dict[str, str]:
        """What students are handed for each exercise."""
        return {name: stub_of(cell.source) for name, cell in self.exercises.items()}

    @cached_property
    def answers(self) -> dict[str, str]:
        """The reference's answer to each exercise, with its markers."""
        return {name: cell.source for name, cell in self.exercises.items()}

    @cached_property
    def maximum(self) -> dict[str, float]:
        """The points of each exercise that has any: its checks and its hidden tests."""
        points = dict.fromkeys(self.exercises, 0.0)
        for cell in self.notebook.cells:
            if cell.role in ("check", "hidden"):
                points[cell.name] = points.get(cell.name, 0.0) + cell.points
        return {name: number for name, number in points.items() if number}

    @cached_property
    def wants_threads(self) -> bool:
        """Whether a check or hidden test starts one."""
        return any("threading" in text for text in (self.tests, *(cell.source for cell in self.notebook.checks)))

    def checks_of(self, exercise: str) -> list[Cell]:
        return [cell for cell in self.notebook.checks if cell.name == exercise]

    def programs_of(self, exercise: str) -> list[Program]:
        return [program for program in self.programs if program.exercise == exercise]


def load_blueprint(course: Course, lesson: Lesson) -> Blueprint:
    """Read what was built of `lesson`. Raises GradlabError when it is missing, or its hidden tests do not fit it."""
    path = places.source_notebook(course, lesson)
    if not path.is_file():
        raise GradlabError(f"{path.relative_to(course.root)} is missing. Make it: autograder build {lesson.number}")
    tests, programs = load_hidden_tests(course, lesson)
    blueprint = Blueprint(course, lesson, read_notebook(path, lesson.id), tests, programs)
    _check(blueprint)
    return blueprint


def load_hidden_tests(course: Course, lesson: Lesson) -> tuple[str, tuple[Program, ...]]:
    """The text of the lesson's hidden_tests.py and its programs; nothing when there is no such file."""
    file = places.hidden_tests_file(course, lesson)
    if not file.is_file():
        return "", ()
    text = read_text(file)
    try:
        return text, tuple(read_tests(text, str(file.relative_to(course.root).as_posix())).values())
    except BrokenTests as error:
        raise GradlabError(str(error)) from None


def _check(blueprint: Blueprint) -> None:
    where = places.hidden_tests_file(blueprint.course, blueprint.lesson).relative_to(blueprint.course.root).as_posix()
    for program in blueprint.programs:
        if program.exercise not in blueprint.exercises:
            known = ", ".join(blueprint.exercises)
            raise GradlabError(f"{where}: {program.name} tests `{program.exercise}`, which is no exercise ({known}).")
    for exercise, points in blueprint.notebook.hidden_points.items():
        total = sum(program.points for program in blueprint.programs_of(exercise))
        if abs(total - points) > 1e-9:
            raise GradlabError(
                f"{where}: the programs of `{exercise}` are worth {total:g} points, and its header says {points:g}."
            )
