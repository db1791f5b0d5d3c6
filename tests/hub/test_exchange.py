"""A class on JupyterHub: an instructor and a student with homes of their own, and nbgrader's exchange between them.

python -m pytest -m full tests/hub
"""

from __future__ import annotations

import csv
import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.distribution.contents import contents
from autograder.distribution.writing import plan, put_in_place, stage
from autograder.notebook import source_notebook
from autograder.source import read_source
from gradlab.course import load_course

pytestmark = pytest.mark.full
ROOT = Path(__file__).resolve().parents[2]
LESSON = "01_tensors"


class Person:
    """Somebody with a home, who types commands in the folder of the course that is in it."""

    def __init__(self, name: str, home: Path, exchange: Path):
        self.name, self.home, self.folder = name, home, home / "course"
        settings = home / ".jupyter"
        settings.mkdir(parents=True)
        lines = [f"c.Exchange.root = {str(exchange)!r}", "c.CourseDirectory.course_id = 'gradlab'"]
        (settings / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *lines]), encoding="utf-8")
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "GRADLAB"))},
            **{"HOME": str(home), "USER": name, "LOGNAME": name, "JUPYTERHUB_USER": name},
            **{"JUPYTER_CONFIG_DIR": str(settings), "PYTHONPATH": str(self.folder)},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def types(self, *words: str, within: str = ".") -> str:
        """The output of `python -m words`. Fails with it when the command does."""
        command = [sys.executable, "-m", *words]
        done = subprocess.run(
            command, cwd=self.folder / within, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(words)}\n{(done.stdout + done.stderr)[-3000:]}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """The instructor has the course; the student has what was released of it."""
    top = tmp_path_factory.mktemp("hub")
    exchange = top / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    instructor, student = Person("ines", top / "ines", exchange), Person("ada", top / "ada", exchange)
    skipped = shutil.ignore_patterns(".git", ".venv", ".build", "__pycache__", "gradebook.db", ".gradlab", "tests")
    shutil.copytree(ROOT, instructor.folder, ignore=skipped)
    course = load_course(instructor.folder)
    put_in_place(stage(plan(student.folder, contents(course, course.lessons[:1]))), student.folder)
    return instructor, student


def test_release_fetch_submit_collect_grade_feedback(people):
    instructor, student = people
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

    instructor.types("nbgrader", "collect", LESSON)
    # Bob's came by mail: no file of the exchange is beside it, and that must keep nobody from their feedback.
    by_mail = instructor.folder / "submitted" / "bob" / LESSON / f"{LESSON}.ipynb"
    by_mail.parent.mkdir(parents=True)
    shutil.copy(file, by_mail)
    said = instructor.types("autograder", "grade", "1", "--csv", "scores.csv")
    assert known_as() in said
    with (instructor.folder / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert sum(float(row["points"]) for row in csv.DictReader(stream) if row["student"] == known_as()) == 40

    instructor.types("nbgrader", "release_feedback", LESSON)
    student.types("nbgrader", "fetch_feedback", LESSON, within="modules")
    (page,) = (student.folder / "modules" / LESSON / "feedback").rglob("*.html")
    assert "unbroadcast" in page.read_text(encoding="utf-8")


def test_nobody_sees_another_ones_work_in_the_exchange(people):
    instructor, _ = people
    inbound = instructor.home.parent / "exchange" / "gradlab" / "inbound"
    assert not inbound.stat().st_mode & 0o044, "others may hand in there, and not look"


def known_as() -> str:
    """nbgrader goes by the system's user, who is one here for both; on a hub everybody is their own."""
    return pwd.getpwuid(os.geteuid()).pw_name


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
