"""An instructor and a student, with homes of their own on one machine; and the way of a lesson between them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.distribution.contents import contents
from autograder.distribution.writing import plan, put_in_place, stage
from autograder.notebook import source_notebook
from autograder.source import read_source
from gradlab.course import load_course

ROOT = Path(__file__).resolve().parents[2]
LESSON, POINTS = "01_tensors", 40
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".build", "__pycache__", "gradebook.db", ".gradlab", "tests")


class Person:
    """Somebody with a home, who types commands in the folder of the course that is in it.

    settings: lines of nbgrader_config.py, where `c` is the configuration. environment: what their server sets besides.
    """

    def __init__(self, name: str, home: Path, settings: list[str], environment: dict[str, str]):
        self.name, self.home, self.folder = name, home, home / "course"
        (home / ".jupyter").mkdir(parents=True)
        lines = ["c = get_config()", "c.CourseDirectory.course_id = 'gradlab'", *settings]
        (home / ".jupyter" / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
        paths = [str(self.folder), *filter(None, [environment.get("PYTHONPATH")])]
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "GRADLAB"))},
            **{"HOME": str(home), "USER": name, "LOGNAME": name, "JUPYTERHUB_USER": name},
            **environment,
            **{"JUPYTER_CONFIG_DIR": str(home / ".jupyter"), "PYTHONPATH": os.pathsep.join(paths)},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def types(self, *words: str, within: str = ".") -> str:
        """The output of `python -m words`. Fails with it when the command does."""
        command = [sys.executable, "-m", *words]
        self.folder.mkdir(exist_ok=True)
        done = subprocess.run(
            command, cwd=self.folder / within, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(words)}\n{(done.stdout + done.stderr)[-3000:]}"
        return done.stdout + done.stderr


def give_out(instructor: Person, student: Person) -> None:
    """The instructor has the course; the student has what was released of it."""
    shutil.copytree(ROOT, instructor.folder, ignore=NOT_COPIED)
    course = load_course(instructor.folder)
    put_in_place(stage(plan(student.folder, contents(course, course.lessons[:1]))), student.folder)


def release_and_hand_in(instructor: Person, student: Person) -> Path:
    """The lesson goes out, is solved, and is handed in: the notebook that was."""
    instructor.types("autograder", "build", "1")
    instructor.types("autograder", "release", "1", "--force")
    instructor.types("nbgrader", "release_assignment", LESSON)

    shutil.rmtree(student.folder / "modules" / LESSON)
    student.types("nbgrader", "fetch_assignment", LESSON, within="modules")
    file = student.folder / "modules" / LESSON / f"{LESSON}.ipynb"
    file.write_text(answered(file, instructor.folder), encoding="utf-8")
    student.types("gradlab", "export", "1")
    assert "Next: gradlab submit 1" in student.types("gradlab", "check", "1")
    student.types("nbgrader", "submit", LESSON, within="modules")
    return file


def grade_and_hand_back(instructor: Person, student: Person, known_as: str) -> None:
    """What was collected is graded, and the student reads what is said about it."""
    said = instructor.types("autograder", "grade", "1", "--csv", "scores.csv")
    assert known_as in said
    with (instructor.folder / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        points = [float(row["points"]) for row in csv.DictReader(stream) if row["student"] == known_as]
    assert sum(points) == POINTS

    instructor.types("nbgrader", "release_feedback", LESSON)
    student.types("nbgrader", "fetch_feedback", LESSON, within="modules")
    (page,) = (student.folder / "modules" / LESSON / "feedback").rglob("*.html")
    assert "unbroadcast" in page.read_text(encoding="utf-8")


def answered(file: Path, root: Path) -> str:
    """The student's notebook with the answers of the exercises in it."""
    course = load_course(root)
    source = source_notebook(course, read_source(course, course.lesson("1")))
    answers = {cell.id: cell.source for cell in source.cells if cell.metadata.gradlab.role == "exercise"}
    notebook = json.loads(file.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            lines = answers[cell["id"]].split("\n")
            cell["source"] = "\n".join(line for line in lines if "### " not in line)
    return json.dumps(notebook)
