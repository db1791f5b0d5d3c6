"""The whole cycle on the toy course: the commands as they are typed, and what they catch."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.demo import wrong_scores
from autograder.graded import Graded
from autograder.judge import Verdict
from autograder.pretend import Student

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
REPO = Path(__file__).parents[3]


@pytest.fixture
def autograder(toy, monkeypatch, capsys):
    monkeypatch.setenv("GRADLAB_ROOT", str(toy.root))

    def run(*argv):
        code = cli.main([str(each) for each in argv])
        return code, *capsys.readouterr()

    return run


def test_demo_then_grade_by_hand(autograder, tmp_path):
    class_ = tmp_path / "class"
    code, out, err = autograder("demo", 1, "--keep", class_)
    assert (code, err) == (0, "") and "every score is the one that a person would give" in out
    with (class_ / "scores.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    points = {}
    for row in rows:
        points[row["student"]] = points.get(row["student"], 0) + float(row["points"])
    assert points == {"ada": 9, "ben": 0, "cleo": 6, "dan": 5, "eve": 6, "finn": 9, "gita": 5, "hugo": 8}
    code, out, err = autograder("demo", 1, "--keep", class_)
    assert code == 2 and "is not empty" in err

    # the same submissions, graded by the command
    graded = tmp_path / "graded"
    csv_file = tmp_path / "scores.csv"
    code, out, err = autograder("grade", 1, "--submissions", class_ / "submitted", "--out", graded, "--csv", csv_file)
    assert code == 0 and "8 graded, 67% of all points" in out and "gradebook.db" in out, out
    assert csv_file.read_bytes() == (class_ / "scores.csv").read_bytes()
    code, out, err = autograder("grade", "--submissions", class_ / "submitted", "--out", graded, "--no-build")
    assert code == 0 and "0 graded, 8 unchanged" in out

    # and the page about them
    code, out, err = autograder("report", 1, "--grades", graded, "--rows", tmp_path / "rows.csv")
    assert code == 0 and "01_numbers: 8 submissions" in out, err
    page = (graded / "report-01_numbers.html").read_text(encoding="utf-8")
    assert "feedback/cleo/01_numbers/01_numbers.html" in page and "autograded/ada/01_numbers/01_numbers.ipynb" in page
    assert all(f">{name} " in page for name in points) and "def " not in page
    code, out, err = autograder("report", 1, "--grades", graded, "--anonymous")
    page = (graded / "report-01_numbers-anonymous.html").read_text(encoding="utf-8")
    research = (tmp_path / "rows.csv").read_text(encoding="utf-8")
    assert code == 0 and not any(re.search(rf"\b{name}\b", page + research) for name in points)
    assert "href" not in page


def test_grade_tells_what_is_wrong(autograder, tmp_path):
    code, _, err = autograder("grade", 1)
    assert code == 2 and "submitted is no folder" in err
    (tmp_path / "nobody").mkdir()
    code, out, _ = autograder("grade", 1, "--submissions", tmp_path / "nobody")
    assert code == 0 and "Nobody has handed anything in." in out
    assert "--jobs 0" in autograder("grade", 1, "--jobs", 0)[2]


def test_a_score_that_nobody_would_give_is_noticed():
    verdicts = {"a": [Verdict("a-check", "the check", 2, 2)], "b": [Verdict("b-check", "the check", 3, 1, "why")]}
    graded = Graded("ann", "01_numbers", verdicts)

    def wrong(**by_hand):
        return [line.split(": ", 1)[1] for line in wrong_scores(graded, Student("ann", "", by_hand=by_hand))]

    assert wrong(b="part") == []
    assert wrong() == ["b got 1, and 3 belongs. the check: why"]
    assert wrong(a="zero", b="zero") == ["a got 2, and 0 belongs.", "b got 1, and 0 belongs. the check: why"]
    assert wrong(a="part", b="part") == ["a got 2, and less than 2 belongs."]


def test_stock_nbgrader_grades_the_same_notebooks(toy, autograder):
    """`nbgrader autograde` and `generate_feedback`, with this repository's nbgrader_config.py and a real kernel."""
    from autograder.demo import hand_in

    (toy.root / "nbgrader_config.py").write_bytes((REPO / "nbgrader_config.py").read_bytes())
    assert autograder("release", 1)[0] == 0
    hand_in(toy, [toy.lesson("1")])
    for student in ("ada", "ben", "cleo", "eve", "finn"):
        shutil.rmtree(toy.root / "submitted" / student)
    env = {**os.environ, "PYTHONPATH": str(REPO), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    for verb in ("autograde", "generate_feedback"):
        command = [sys.executable, "-m", "nbgrader", verb, "01_numbers"]
        done = subprocess.run(command, cwd=toy.root, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr[-3000:]
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{toy.root / 'gradebook.db'}") as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions("01_numbers")}
    # hugo's `exit()` ends the kernel: of the checks those above it count, and one more if the kernel gets to it first;
    # hidden tests run outside, and count all.
    assert scores in ({"dan": 5, "gita": 5, "hugo": hugo} for hugo in (7, 8))
    for student in scores:
        page = (toy.root / "feedback" / student / "01_numbers" / "01_numbers.html").read_text(encoding="utf-8")
        assert not [word for word in ("BEGIN HIDDEN", "autograder.hidden", "doubles_a_drawn") if word in page]
    dan = json.loads((toy.root / "autograded" / "dan" / "01_numbers" / "01_numbers.ipynb").read_text(encoding="utf-8"))
    said = [o.get("text") for c in dan["cells"] if c["id"] == "double-hidden" for o in c["outputs"]]
    assert "zero stays zero: a value is None" in "".join(said[0])
