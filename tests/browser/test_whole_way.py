"""The whole way of a class: released, installed into an empty environment, solved in JupyterLab, handed in, graded.

python -m pytest -m full tests/browser/test_whole_way.py      # needs PyPI, or a mirror of it
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """An instructor's copy of the course, and what a student has cloned of its release."""
    from student_folder import ROOT

    scratch = tmp_path_factory.mktemp("class")
    course, shared, student = scratch / "course", scratch / "shared", scratch / "student" / "course"
    skipped = shutil.ignore_patterns(".git", ".venv", ".build", "__pycache__", "gradebook.db", ".gradlab")
    shutil.copytree(ROOT, course, ignore=skipped)
    autograder(course, "build")
    autograder(course, "release", "--to", str(shared), "--git", "main")
    student.parent.mkdir()
    run(["git", "clone", "--quiet", str(shared), str(student)], scratch)
    return course, student


@pytest.fixture(scope="module")
def lab(places, tmp_path_factory):
    """`make lab` in the student's copy, which installs everything into an environment of its own first."""
    from lab_server import LabServer

    class MadeLab(LabServer):
        def command(self, options):
            own = " ".join(each for each in options if "root_dir" not in each)  # which the Makefile gives
            return ["setsid", "make", "lab", f"PYTHON={sys.executable}", f"LAB={own}"]

        def __exit__(self, *_):
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()

    _, student = places
    run(["make", ".venv/.ready", f"PYTHON={sys.executable}"], student)  # the long part
    with MadeLab(student, tmp_path_factory.mktemp("lab")) as server:
        yield server


def test_what_was_installed_gives_nothing_away(places, tmp_path):
    course, student = places
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), "."], student)
    shutil.rmtree(student / "build", ignore_errors=True)
    autograder(course, "leaks", str(student), *map(str, tmp_path.glob("*.whl")))


def test_six_lessons(places, lab, tmp_path_factory):
    from lesson_page import LessonPage, browser
    from student_folder import lesson_answers

    from gradlab.course import load_course

    course, student = places
    whole = load_course(course)
    gradlab = str(student / ".venv" / "bin" / "gradlab")
    with browser(tmp_path_factory.mktemp("profile")) as tabs:
        for lesson in whole.lessons:
            page = LessonPage.open(tabs.new_page(), lab, lesson.notebook.as_posix())
            solve(page, lesson_answers(whole, lesson))
            page.page.close()
            run([gradlab, "check", str(lesson.number)], student)
            run([gradlab, "submit", str(lesson.number), "--student", "ada", "--folder"], student)
    for lesson in whole.lessons:
        scores = course / f"{lesson.id}.csv"
        submitted = str(student / "submissions")
        autograder(course, "grade", str(lesson.number), "--submissions", submitted, "--csv", str(scores))
        with scores.open(encoding="utf-8-sig", newline="") as stream:
            points = {
                row["exercise"]: float(row["points"]) for row in csv.DictReader(stream) if row["student"] == "ada"
            }
        assert sum(points.values()) == lesson.points, points


def solve(page, answers: dict[str, str]) -> None:
    """Type the answers, run everything, see every check pass, save."""
    notebook = "window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
    for place, cell in enumerate(page.page.evaluate(f"() => {notebook}")):
        if cell["id"] in answers:
            page.write(place, answers[cell["id"]])
    page.run_all(600)
    for cell in page.page.evaluate(f"() => {notebook}"):
        if cell["metadata"].get("gradlab", {}).get("role") == "check":
            assert "✓ check of" in str(cell["outputs"]), (cell["id"], cell["outputs"])
    page.save()


def autograder(folder: Path, *arguments: str) -> None:
    run([sys.executable, "-m", "autograder", *arguments], folder)


def run(command: list[str], folder: Path) -> None:
    """Raises AssertionError with what it said when it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GRADLAB", "VIRTUAL_ENV"))}
    # `-m autograder` finds the package of the folder; the installed one may be another.
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}"
