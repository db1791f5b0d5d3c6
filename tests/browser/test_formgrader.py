"""nbgrader's formgrader, opened in a browser on a class that `autograder grade` graded; and nbgrader's own commands."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
TOY = REPO / "tests" / "autograder" / "toy"
LESSON = "01_numbers"
SCORES = {"ada": 9, "ben": 0}


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """The folder of a course with two students, graded."""
    from autograder.blueprint import load_blueprint
    from autograder.build import build
    from autograder.grade import Options, grade_class
    from autograder.pretend import pretend_class, right_answers
    from autograder.release import apply, plan_release
    from autograder.slots import Here
    from gradlab.course import load_course
    from gradlab.files import write_atomic

    root = tmp_path_factory.mktemp("formgrader") / "course"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("ruff.toml", "__pycache__", ".*"))
    shutil.copy(REPO / "nbgrader_config.py", root)
    course = load_course(root)
    lesson = course.lesson("1")
    build(course)
    apply(course, plan_release(course, [lesson], record=True))
    blueprint = load_blueprint(course, lesson)
    released = (root / lesson.notebook).read_text(encoding="utf-8")
    for student in pretend_class(blueprint):
        if student.name in SCORES:
            text = student.notebook(released, right_answers(blueprint))
            write_atomic(root / "submitted" / student.name / LESSON / f"{LESSON}.ipynb", text)
    report = grade_class(course, [lesson], root / "submitted", root, Options(), executor=Here())
    assert {each.student: each.score for each in report.graded} == SCORES
    return root


def test_formgrader_shows_the_grades(graded, tmp_path_factory):
    from lab_server import LabServer
    from lesson_page import browser

    with LabServer(graded, tmp_path_factory.mktemp("lab")) as lab, browser(tmp_path_factory.mktemp("profile")) as tabs:
        page = tabs.new_page()
        address = f"http://127.0.0.1:{lab.port}/formgrader"
        page.goto(f"{address}?token={lab.token}")
        page.wait_for_load_state("networkidle")
        page.goto(f"{address}/gradebook/{LESSON}")
        page.wait_for_selector("text=4.5 / 9", timeout=60_000)
        page.goto(f"{address}/gradebook/{LESSON}/{LESSON}")
        page.wait_for_selector("text=Submission #2", timeout=60_000)
        body = page.inner_text("body")
        assert "9 / 9" in body and "0 / 9" in body
        page.click("text=Submission #1")
        page.wait_for_selector("text=From the grader", timeout=60_000)
        shown = page.content()
        assert f"{LESSON}" in shown and "of 9 points" in shown


def test_nbgraders_own_commands_on_the_result(graded):
    """export and generate_feedback find what they expect."""
    env = {
        **os.environ,
        "PYTHONPATH": str(REPO),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    for words in (["export", "--to=grades.csv"], ["generate_feedback", LESSON, "--force"]):
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(command, cwd=graded, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr[-3000:]
    with (graded / "grades.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["student_id"]: float(row["score"]) for row in rows} == SCORES
    page = (graded / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "(Score: 9.0 / 9.0)" in page and "BEGIN HIDDEN" not in page
