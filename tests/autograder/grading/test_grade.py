"""A class in which everything goes wrong that can: each gets a score and a reason, and the others their due.

One run of the grader, with nbgrader's real gradebook; then one test a student.
"""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from nbgrader.api import Gradebook

from autograder import imports, rounds
from autograder.grade import Options, grade_class
from autograder.graded import load
from autograder.remote import trials
from autograder.report import write_csv
from autograder.sandbox import isolation
from autograder.slots import Here
from gradlab.errors import GradlabError

ALL = 9
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


@dataclass
class Case:
    """score: of 9. reason: words that the reason of some exercise holds, or a repair.

    instead: the sources of exercises that are not right. change: of the notebook; data: of its text.
    """

    score: float
    reason: str = ""
    instead: dict = field(default_factory=dict)
    change: Callable | None = None
    data: Callable | None = None
    file: str = "01_numbers.ipynb"


def answer(name, *lines):
    module = {"double": "numbers", "triple": "numbers", "negate": "signs"}[name]
    return {name: "\n".join([f"#| export {module}.{name}", *lines])}


def function(name, *body):
    """An answer with this body."""
    return answer(name, f"def {name}(x):", *(f"    {line}" for line in body))


def on_top(*lines):
    """The right answer to `double`, and more at the top level of its cell."""
    return answer("double", "def double(x):", "    return 2.0 * x", *lines)


def without(*names):
    def change(notebook):
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in names]

    return change


def twice(name):
    def change(notebook):
        notebook["cells"] += [copy.deepcopy(cell) for cell in notebook["cells"] if cell["id"] == name]

    return change


def forged(notebook):
    """Every graded cell claims 99 points, in its source and in its output."""
    output = {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}, "execution_count": 1}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell.update(source="99", outputs=[output])


STUB = "STUB"
CASES = {
    "perfect": Case(ALL),
    "half blank": Case(4, "`triple` is not written yet", {"triple": STUB, "negate": STUB, "quiz_price": STUB}),
    # files
    "truncated": Case(0, "the notebook is cut off in line", data=lambda text: text[: len(text) // 2]),
    "no json": Case(0, "in line 1 it is not JSON", data=lambda text: "print('hello')"),
    "empty": Case(0, "the file is empty", data=lambda text: ""),
    "binary": Case(0, "a zip file", data=lambda text: b"PK\x03\x04\xff\xff"),
    "other lesson": Case(0, "this is the notebook of 02_sums", data=lambda text: text.replace("01_numbers", "02_sums")),
    "new format": Case(0, "format 5 is not known", data=lambda text: text.replace('"nbformat": 4', '"nbformat": 5')),
    "no notebook": Case(0, "there is no notebook in the folder, only answers.docx", file="answers.docx"),
    "renamed": Case(ALL, "the notebook was called final (2).ipynb", file="final (2).ipynb"),
    "bom": Case(ALL, "byte-order mark", data=lambda text: b"\xef\xbb\xbf" + text.encode()),
    "crlf": Case(ALL, "line ends", data=lambda text: text.replace("\n", "\r\n").encode()),
    # cells
    "no exercise": Case(5, "the cell of `double` is missing", change=without("double")),
    "no checks": Case(ALL, "the cell double-check was missing", change=without("double-check", "double-hidden")),
    "copied": Case(ALL, "always the same", change=twice("double")),
    "reordered": Case(ALL, "out of order", change=lambda notebook: notebook["cells"].reverse()),
    "forged": Case(5, "double", function("double", "return None"), forged),
    # sources that are no Python
    "syntax": Case(5, "SyntaxError in line 2: expected ':'", answer("double", "def double(x)", "    return 2 * x")),
    "indented": Case(5, "IndentationError in line 3", answer("double", "def double(x):", "return 2 * x")),
    "null": Case(5, "null bytes", on_top("# \0")),
    "nested": Case(5, "too many nested", answer("double", f"double = {'(' * 3000}1{')' * 3000}")),
    "endless": Case(5, "longer than 100,000 characters", on_top("#" + "x" * 200_000)),
    "return outside": Case(5, "'return' outside function", on_top("return 3")),
    # code that runs at import
    "exits": Case(5, "importing it ends Python", on_top("exit()")),
    "kills": Case(5, "importing it ends Python", on_top("import os", "os.kill(os.getpid(), 9)")),
    "raises": Case(5, "importing it raises ValueError: on top", on_top("raise ValueError('on top')")),
    "no such name": Case(5, "name 'npp' is not defined", answer("double", "double = npp.array")),
    "both exit": Case(3, "ends Python", on_top("exit()") | answer("triple", "quit()", "triple = 3")),
    "loops on top": Case(5, "importing it takes longer", on_top("while True: pass")),
    # code that runs when it is called
    "exits inside": Case(5, "SystemExit", function("double", "exit()")),
    "gone inside": Case(5, "Python stopped", function("double", "import os", "os._exit(0)")),
    "loops inside": Case(8, "took longer than 1 s", function("negate", "while True: pass")),
    "sleeps inside": Case(8, "took longer than 1 s", function("negate", "import time", "time.sleep(99)")),
    "talks": Case(ALL, "", function("double", "print('x' * 10**7)", "return 2.0 * x")),
    "complains": Case(ALL, "", function("double", "import sys", "print(1, file=sys.stderr)", "return 2.0 * x")),
    "wrong": Case(8, "a number that is drawn is tripled: a value differs", function("triple", "return 6")),
    "wrong quiz": Case(7, "two at 7 cost 14", {"quiz_price": "answer = 13"}),
    # one exercise and another: `triple` uses np, which the answer to `double` deletes from the module of both
    "hides a name": Case(7, "three is six", on_top("del np", "def double(x): return 0")),
    "needs another": Case(5, "", {"double": STUB, **function("negate", "import mytorch", "return -x")}),
    "name [x] 'y' \"z\" & ümläut 🙂 שלום": Case(ALL),
}


@pytest.fixture(scope="module")
def graded(built, blueprint, answered, tmp_path_factory):
    """(report, out) of one run over all cases."""
    out = tmp_path_factory.mktemp("class")
    for name, case in CASES.items():
        stubs = {name: blueprint.stubs[name.replace("_", "-")] for name, what in case.instead.items() if what == STUB}
        notebook = answered(**(case.instead | stubs))
        if case.change:
            case.change(notebook)
        text = json.dumps(notebook, indent=1)
        data = case.data(text) if case.data else text
        place = out / "submitted" / name / "01_numbers"
        place.mkdir(parents=True)
        (place / case.file).write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "CHECK_SECONDS", 1.0)
        patch.setattr(imports, "IMPORT_SECONDS", 2.0)
        patch.setattr(trials, "wall_seconds", lambda cpu: cpu + 1)
        report = grade_class(built, [blueprint.lesson], out / "submitted", out, Options(seed=5), executor=Here())
    return report, out


@pytest.fixture(scope="module")
def by_student(graded):
    return {each.student: each for each in graded[0].all}


@pytest.mark.parametrize("name", CASES)
def test_score_and_reason(by_student, name):
    each, case = by_student[name], CASES[name]
    reasons = [text for exercise in each.verdicts for text in each.reasons_of(exercise)]
    reasons += [repair.text for repair in each.repairs]
    assert each.score == case.score, reasons
    assert each.maximum == ALL
    assert any(case.reason in reason for reason in reasons) or not case.reason, reasons


def test_nobody_is_lost(graded):
    report, _ = graded
    assert not report.failed and {each.student for each in report.graded} == set(CASES)


def test_the_gradebook_says_the_same(graded, by_student):
    with Gradebook(f"sqlite:///{graded[1] / 'gradebook.db'}") as gradebook:
        recorded = {each.student.id: each.score for each in gradebook.assignment_submissions("01_numbers")}
        wrong = gradebook.find_submission_notebook("01_numbers", "01_numbers", "wrong")
        cells = {grade.name: grade.auto_score for grade in wrong.grades}
        assert not any(grade.needs_manual_grade for grade in wrong.grades)
    assert recorded == {name: each.score for name, each in by_student.items()}
    assert cells["triple-hidden"] == 0 and cells["triple-check"] == 1 and cells["double-hidden"] == 2


def test_a_verdict_says_how_it_came_about(graded, by_student):
    _, out = graded
    saved = load(out, "wrong", "01_numbers")
    assert saved == by_student["wrong"]
    assert saved.seed == 5 and saved.isolation == isolation().name and saved.graded_at.endswith("+00:00")


SECRETS = ("BEGIN HIDDEN", "autograder.hidden", "doubles_a_drawn", "rng.normal", "autograder-", "Traceback (most")


@pytest.mark.parametrize("name", CASES)
def test_feedback_tells_the_reason_and_no_secret(graded, by_student, name):
    _, out = graded
    page = (out / "feedback" / name / "01_numbers" / "01_numbers.html").read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in page]
    assert f"(Score: {by_student[name].score:.1f} / 9.0)" in page
    notebook = json.loads((out / "autograded" / name / "01_numbers" / "01_numbers.ipynb").read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in notebook["cells"] if cell["id"] != "from-the-grader"]
    assert len(ids) == len(set(ids)) and "double-hidden" in ids


def test_the_rebuilt_notebook_is_the_release_with_the_students_cells(graded, answered):
    _, out = graded
    path = out / "autograded" / "no checks" / "01_numbers" / "01_numbers.ipynb"
    rebuilt = json.loads(path.read_text(encoding="utf-8"))
    sources = {cell["id"]: "".join(cell["source"]) for cell in rebuilt["cells"]}
    for cell in answered()["cells"]:
        if not cell["id"].endswith("-hidden"):
            assert sources[cell["id"]] == "".join(cell["source"])
    assert "the cell double-check was missing; it was put back" in sources["from-the-grader"]


def test_csv(graded, tmp_path):
    write_csv(tmp_path / "scores.csv", graded[0].all)
    with (tmp_path / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["student", "lesson", "exercise", "points", "max", "reason"]
    assert len(rows) == 4 * len(CASES)
    wrong = [row for row in rows if row["student"] == "wrong" and row["exercise"] == "triple"]
    assert wrong[0]["points"] == "1" and wrong[0]["max"] == "2"
    assert wrong[0]["reason"] == "a number that is drawn is tripled: a value differs"


def test_what_has_not_changed_is_skipped(built, blueprint, answered, tmp_path):
    submitted = tmp_path / "submitted"

    def hand_in(student, **instead):
        path = submitted / student / "01_numbers" / "01_numbers.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answered(**instead)), encoding="utf-8")

    def grade(**more):
        report = grade_class(
            built, [blueprint.lesson], submitted, tmp_path, Options(feedback=False, **more), executor=Here()
        )
        return sorted(each.student for each in report.graded), sorted(each.student for each in report.unchanged)

    hand_in("ann")
    hand_in("bob")
    assert grade() == (["ann", "bob"], [])
    assert grade() == ([], ["ann", "bob"])
    hand_in("bob", **function("double", "return 0"))
    assert grade() == (["bob"], ["ann"])
    assert grade(only=["ann"], force=True) == (["ann"], [])
    assert grade(seed=77) == (["ann", "bob"], [])
    assert grade(record=False) == (["ann", "bob"], [])
    (tmp_path / "gradebook.db").unlink()
    assert grade(seed=77) == (["ann", "bob"], [])


def test_a_regrade_replaces_the_score(built, blueprint, answered, tmp_path):
    path = tmp_path / "submitted" / "ann" / "01_numbers" / "01_numbers.ipynb"
    path.parent.mkdir(parents=True)
    scores = []
    for instead in ({}, function("double", "return None"), {}):
        path.write_text(json.dumps(answered(**instead)), encoding="utf-8")
        grade_class(
            built, [blueprint.lesson], tmp_path / "submitted", tmp_path, Options(feedback=False), executor=Here()
        )
        with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
            scores.append(gradebook.find_submission("01_numbers", "ann").score)
    assert scores == [9, 5, 9]


def test_a_gradebook_that_cannot_be_written_is_an_error(built, blueprint, answered, tmp_path):
    path = tmp_path / "submitted" / "ann" / "01_numbers" / "01_numbers.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(answered()), encoding="utf-8")
    (tmp_path / "gradebook.db").mkdir()
    with pytest.raises(GradlabError):
        grade_class(built, [blueprint.lesson], tmp_path / "submitted", tmp_path)
