"""The files that a student has, in a folder of their own: lessons, the shell of mytorch, gradlab, course.yml."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.build import exported_modules
from autograder.notebook import source_notebook
from autograder.places import REFERENCE
from autograder.release import released_texts
from autograder.shell import shell_files
from autograder.source import LessonSource, read_source
from autograder.wrong import load_wrong_answers, replaced
from gradlab.course import Course, Lesson, load_course

ROOT = Path(__file__).resolve().parents[2]
NO_COPY = shutil.ignore_patterns("__pycache__", ".*")


@dataclass(frozen=True)
class StudentFolder:
    """`root` is the folder; `answers` has the answer of each exercise of `lesson`, as a student would type it."""

    root: Path
    lesson: Lesson
    answers: dict[str, str]

    @property
    def notebook(self) -> str:
        """The lesson's notebook, relative to the folder, as JupyterLab wants it."""
        return self.lesson.notebook.as_posix()

    def cells(self) -> list[dict]:
        return json.loads((self.root / self.notebook).read_text(encoding="utf-8"))["cells"]

    def place(self, cell_id: str) -> int:
        """Where in the notebook the cell is."""
        return next(place for place, cell in enumerate(self.cells()) if cell["id"] == cell_id)

    def module(self, name: str) -> str:
        """The source of a module of the student's package; "" when it does not exist."""
        file = self.root / "mytorch" / f"{name}.py"
        return file.read_text(encoding="utf-8") if file.is_file() else ""


def student_folder(root: Path, lesson: str, answered: bool = False) -> StudentFolder:
    """Make `root` the folder of a student who has done the lessons before `lesson` and now opens it.

    answered: the notebook has the answers in it, but has not been run.
    """
    course = load_course(ROOT)
    source = read_source(course, course.lesson(lesson))
    _copy_given(course, root)
    for earlier in course.before(source.lesson):
        _put_modules(root, read_source(course, earlier))
    target = root / source.lesson.notebook
    target.parent.mkdir(parents=True)
    text = released_texts(course, [source])[source.lesson.id]  # `autograder verify` proves that modules/ says the same
    answers = _answers(course, source)
    target.write_text(_with_answers(text, answers) if answered else text, encoding="utf-8")
    return StudentFolder(root, source.lesson, answers)


def lesson_answers(course: Course, lesson: Lesson) -> dict[str, str]:
    """{cell id: the answer of an exercise, as a student would type it}."""
    return _answers(course, read_source(course, lesson))


def go_on_after_errors(student: StudentFolder) -> None:
    """Let "run all" of the notebook go on where a stub says that it is not written: tag its cells so."""
    file = student.root / student.notebook
    notebook = json.loads(file.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"]["tags"] = ["raises-exception"]
    file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def answer_wrongly(student: StudentFolder, exercise: str, number: int = 1) -> None:
    """Put the known wrong answer of this number to an exercise, from 1, into the notebook."""
    course = load_course(ROOT)
    mistake = [each for each in load_wrong_answers(course, student.lesson) if each.exercise == exercise][number - 1]
    file = student.root / student.notebook
    notebook = json.loads(file.read_text(encoding="utf-8"))
    cell = next(each for each in notebook["cells"] if each["id"] == exercise)
    cell["source"] = replaced("".join(cell["source"]), mistake)
    file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _copy_given(course: Course, root: Path) -> None:
    for name, data in shell_files(course).items():
        file = root / Path(name).relative_to(REFERENCE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    shutil.copytree(ROOT / "gradlab", root / "gradlab", ignore=NO_COPY)
    shutil.copy(ROOT / "course.yml", root)


def _put_modules(root: Path, source: LessonSource) -> None:
    for module in exported_modules(source):
        (root / "mytorch" / f"{module}.py").write_text(source.module_text(module), encoding="utf-8")


def _answers(course: Course, source: LessonSource) -> dict[str, str]:
    cells = source_notebook(course, source).cells
    exercises = [cell for cell in cells if cell.metadata.gradlab.role == "exercise"]
    return {cell.id: "\n".join(line for line in cell.source.split("\n") if "### " not in line) for cell in exercises}


def _with_answers(text: str, answers: dict[str, str]) -> str:
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    return json.dumps(notebook, ensure_ascii=False, indent=1)
