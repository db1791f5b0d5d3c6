"""Stock `nbgrader autograde`: its kernels run in the sandbox, and hidden tests outside of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.pretend import right_answers
from autograder.provisioner import HOUSES
from autograder.sandbox import offered

PROJECT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.skipif(
        all(offered(name).problem for name in HOUSES) and not os.environ.get("CI"), reason="no sandbox for kernels here"
    ),
]
CONFIG = """
from autograder.grading_settings import stock_settings
from autograder.nbgrader_settings import release_settings
from gradlab.course import load_course
c = get_config()
c.CourseDirectory.course_id = "gradlab"
c.CourseDirectory.source_directory = ".build/source"
c.CourseDirectory.release_directory = "modules"
c.merge(release_settings())
c.merge(stock_settings(load_course()))
"""
#: What a student's kernel tries; what it has managed ends up in the notebook that nbgrader keeps.
SPY = """
import os, socket
def tried(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return False
    return True
seen = [path for path in {paths!r} if tried(open, path)]
net = tried(socket.create_connection, ("127.0.0.1", {port}), 1)
written = [path for path in {writes!r} if tried(open, path, "w")]
print("SPY", seen, net, written, [name for name in os.environ if "SECRET" in name])
import autograder.hidden
autograder.hidden.grade = lambda *a: 99.0
"""


@pytest.fixture(scope="module")
def autograded(built, blueprint, tmp_path_factory):
    """(the toy course's folder after `nbgrader autograde`, what the command said)."""
    import socket

    root = tmp_path_factory.mktemp("stock") / "toy"
    shutil.copytree(built.root, root)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    right, released = right_answers(blueprint), json.loads((root / blueprint.lesson.notebook).read_text("utf-8"))
    wrong = "#| export numbers.double\ndef double(x):\n    return 0"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        paths = [
            root / "gradebook.db",
            root / "solutions" / "01_numbers" / "hidden_tests.py",
            root / "nbgrader_config.py",
        ]
        paths += [root / "submitted" / "ann" / "01_numbers" / "01_numbers.ipynb", Path.home() / ".bashrc"]
        writes = [
            root / "gradebook.db",
            root / "x",
            "/tmp/gotcha",
            Path.home() / "gotcha",
            PROJECT / "gradlab" / "gotcha.py",
        ]
        spy = SPY.format(paths=[*map(str, paths)], writes=[*map(str, writes)], port=listener.getsockname()[1])
        for student, double in {"ann": right["double"], "spy": f"{wrong}\n{spy}"}.items():
            notebook = json.loads(json.dumps(released))
            for cell in notebook["cells"]:
                if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                    name = cell["metadata"]["gradlab"]["name"]
                    cell["source"] = double if name == "double" else right[name]
            place = root / "submitted" / student / "01_numbers" / "01_numbers.ipynb"
            place.parent.mkdir(parents=True)
            place.write_text(json.dumps(notebook), encoding="utf-8")
        environment = os.environ | {"SECRET_TOKEN": "x"}
        for command in (["generate_assignment", "01_numbers", "--force"], ["autograde", "01_numbers"]):
            done = subprocess.run(
                [sys.executable, "-m", "nbgrader", *command], cwd=root, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
    return root, done.stderr


def test_scores(autograded):
    """The kernel's claim of 99 points for its hidden tests is not believed."""
    with Gradebook(f"sqlite:///{autograded[0] / 'gradebook.db'}") as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions("01_numbers")}
        cells = gradebook.find_submission_notebook("01_numbers", "01_numbers", "spy").grades
        hidden = {grade.name: grade.auto_score for grade in cells if grade.name.endswith("hidden")}
    assert scores["ann"] == 9 and scores["spy"] < 9
    assert hidden["double-hidden"] == 0 and hidden["triple-hidden"] == 1


def test_a_kernel_sees_nothing_and_reaches_nobody(autograded):
    text = (autograded[0] / "autograded" / "spy" / "01_numbers" / "01_numbers.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    # One print may arrive in several outputs.
    said = ["".join(part for output in cell.get("outputs", ()) for part in output.get("text", ())) for cell in cells]
    assert {line for text in said for line in text.splitlines() if "SPY" in line} == {"SPY [] False [] []"}
    assert not Path("/tmp/gotcha").exists()


def test_no_hidden_test_is_shown(autograded):
    for path in (autograded[0] / "autograded").rglob("*.ipynb"):
        assert "rng.normal" not in path.read_text(encoding="utf-8")
