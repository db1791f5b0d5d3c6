"""What loops in the grader itself, because of what a student's engine gave back, comes to an end and costs its points.

The default run takes the watchdog apart; `full` grades such submissions in real slots, where processes are killed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from autograder import run, watchdog
from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.grade import Options, grade_class
from autograder.graded import load
from autograder.pretend import right_answers
from autograder.release import released_texts
from autograder.slots import Here, Slots
from autograder.source import read_source
from autograder.watchdog import Logbook, limited

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timers")
LESSON = "01_numbers"

TESTS = """
from autograder.hidden import tests


@tests("double", points=1, says="what comes back is counted up to", seconds=1)
def counts(torch, see, rng):
    total = 0
    for number in range(int(torch.double(3))):
        total += number
    see(total)


@tests("double", points=1, says="as much memory as that", seconds=1)
def makes(torch, see, rng):
    see(len([0] * int(torch.double(3))))


@tests("triple", points=1, says="what comes back is added up to", seconds=1)
def adds(torch, see, rng):
    see(sum(range(int(torch.triple(3)))))


@tests("quiz-price", points=1, says="the price of two")
def the_price_of_two(torch, see, rng, nb):
    see(nb.answer)
"""
LONG = "10 ** 11"
DIES = f"""
import sys
from pathlib import Path
from autograder import watchdog
watchdog.MORE = 0.2
watchdog.make_mortal()
with watchdog.Logbook(Path(sys.argv[1])) as logbook:
    for step in ("one", "two", "three"):
        if logbook.begins(step):
            with watchdog.watched(0.2):
                print(step, flush=True)
                if step == "two":
                    sum(range({LONG}))
"""


def test_a_loop_in_python_is_interrupted():
    def loop():
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    started = time.process_time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watchdog, "SLACK", 0.1)
        assert limited(0.1, loop)["end"] == "time"
        assert limited(0.1, lambda: {"end": "done"}) == {"end": "done"}
    assert time.process_time() - started < 30
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_what_the_exception_does_not_reach_kills_a_mortal_process_and_is_left_out_by_the_next(repo, tmp_path):
    def started():
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(tmp_path / "job")],
            env={"PYTHONPATH": str(repo)},
            capture_output=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout.split()

    assert started() == (-signal.SIGPROF, ["one", "two"])
    assert started() == (0, ["one", "three"])
    assert not list(tmp_path.iterdir())


def test_what_was_killed_from_outside_is_tried_again(tmp_path, monkeypatch):
    """A kill -9 leaves a step behind, and no bite."""
    monkeypatch.setattr(watchdog, "_mortal", True)
    (tmp_path / "job.steps").write_text("0 one\n0 two\n")
    with Logbook(tmp_path / "job") as logbook:
        assert not logbook.hung and logbook.begins("two")
        logbook.attempt = 1
        assert logbook.begins("two")


def answer(name, module, value):
    return {name: f"#| export {module}.{name}\ndef {name}(x):\n    return {value}"}


@pytest.fixture
def course(toy):
    """The toy course, with hidden tests that loop over what comes back."""
    (toy.root / "solutions" / LESSON / "hidden_tests.py").write_text(TESTS, encoding="utf-8")
    assert not build(toy).errors
    for lesson in toy.lessons:
        path = toy.root / lesson.notebook
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(released_texts(toy, [read_source(toy, lesson)])[lesson.id], encoding="utf-8")
    return toy


def graded(course, out, students, executor):
    blueprint = load_blueprint(course, course.lesson("1"))
    right = right_answers(blueprint)
    for student, answers in students.items():
        notebook = json.loads((course.root / blueprint.lesson.notebook).read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                cell["source"] = (right | answers)[cell["metadata"]["gradlab"]["name"]]
        path = out / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    report = grade_class(course, [blueprint.lesson], out / "submitted", out, Options(feedback=False), executor=executor)
    assert not report.failed
    return {student: load(out, student, LESSON) for student in students}


def said(grade):
    return " ".join(reason for exercise in grade.verdicts for reason in grade.reasons_of(exercise))


def test_a_test_that_loops_because_of_an_answer(course, tmp_path, monkeypatch):
    monkeypatch.setattr(watchdog, "SLACK", 0.2)
    monkeypatch.setattr(run, "wall_seconds", lambda seconds: 0.2)
    found = graded(course, tmp_path, {"counts": answer("double", "numbers", LONG)}, Here())
    assert found["counts"].score == 5
    assert "what comes back is counted up to: took longer than 1 s" in said(found["counts"])


@pytest.mark.full
def test_slots_lose_nobody(course, tmp_path):
    """Real budgets: half a minute of CPU for each bite."""
    counts, adds = answer("double", "numbers", LONG), answer("triple", "numbers", LONG)
    students = {"honest": {}, "counts": counts, "adds": adds, "both": counts | adds, "another": {}}
    with Slots(2) as slots:
        found = graded(course, tmp_path, students, slots)
    scores = {"honest": 9, "counts": 5, "adds": 7, "both": 3, "another": 9}
    assert {student: each.score for student, each in found.items()} == scores
    assert "what comes back is added up to: took longer than 1 s" in said(found["adds"])
    assert "as much memory as that: raised MemoryError" in said(found["counts"])
