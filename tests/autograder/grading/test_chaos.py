"""Chaos: the grader and its processes are killed at random, again and again. The grades are those of a quiet run.

python -m pytest -m full tests/autograder/grading/test_chaos.py          1,000 submissions, 20 of them hostile
    python -m pytest -m full tests/autograder/grading/test_chaos.py -k little     12 of them, some minutes
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.crowd import hand_in_crowd
from autograder.graded import load

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")]
LESSON = "01_numbers"

HOSTILE = [
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)",
    "import os\nos._exit(0)",
    "import os\nfor _ in range(5): os.fork()",
    "import threading\n[threading.Thread(target=lambda: [0] * 10**9).start() for _ in range(9)]",
    "x = [bytearray(1 << 30) for _ in range(99)]",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "import numpy\nnumpy.allclose = numpy.array_equal = lambda *a, **k: True",
    "import os, sys\nos.write(1, b'\\x00' * 10**6)\nsys.stdout.close()",
    "import shutil\nshutil.rmtree('/', ignore_errors=True)",
    "import ctypes\nctypes.string_at(0)",
]


@pytest.fixture
def a_class(built, blueprint, tmp_path):
    """Hand in a crowd of `number`, some of them hostile; the folder."""

    def make(number: int, hostile: int) -> Path:
        released = (built.root / blueprint.lesson.notebook).read_text(encoding="utf-8")
        hand_in_crowd(blueprint, released, number, tmp_path / "submitted")
        for index in range(hostile):
            path = tmp_path / "submitted" / f"student{index * number // hostile:05d}" / LESSON / f"{LESSON}.ipynb"
            notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
            for cell in notebook["cells"]:
                if cell["metadata"].get("gradlab", {}).get("name") == "double" and cell["id"] == "double":
                    cell["source"] = (
                        f"#| export numbers.double\n{HOSTILE[index % len(HOSTILE)]}\ndef double(x): return 7"
                    )
            path.write_text(json.dumps(notebook), encoding="utf-8")
        return tmp_path / "submitted"

    return make


def grader(built, submitted: Path, out: Path, repo: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "autograder", "grade", "1", "--no-build", "--no-diagnoses", "--jobs", "2"]
    command += ["--submissions", str(submitted), "--out", str(out)]
    env = {**os.environ, "GRADLAB_ROOT": str(built.root), "PYTHONPATH": str(repo)}
    log = (out.parent / f"{out.name}.log").open("ab")
    return subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=built.root, start_new_session=True)


def slots_of(pid: int) -> list[int]:
    """The processes that this one started to grade in. What students' code runs in goes with them."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            is_child = int(stat.read_text().rpartition(")")[2].split()[1]) == pid
            if is_child and b"spawn_main" in stat.with_name("cmdline").read_bytes():
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def kill_now_and_then(process: subprocess.Popen, rng: random.Random, kills: int, seconds: float) -> int:
    """Until it ends: kill one of its processes, or itself. The kills that are left."""
    while process.poll() is None:
        try:
            process.wait(rng.uniform(0.2, seconds))
        except subprocess.TimeoutExpired:
            below = slots_of(process.pid)
            itself = not below or rng.random() < 0.4
            if kills:
                kills -= 1
                try:
                    os.kill(process.pid if itself else rng.choice(below), signal.SIGKILL)
                except ProcessLookupError:
                    pass
    return kills


def grades(out: Path, students: list[str]) -> dict[str, object]:
    """What must be the same: scores in the gradebook, verdicts with reasons, repairs. The pages must be there."""
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        found: dict = {each.student.id: each.score for each in book.assignment_submissions(LESSON)}
    for student in students:
        graded = load(out, student, LESSON)
        found[student] = (found[student], graded.verdicts, graded.repairs, graded.problem, graded.digest)
        assert graded.score == found[student][0]
        page = (out / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
        assert f"(Score: {graded.score:.1f} / {graded.maximum:.1f})" in page
        assert (out / "autograded" / student / LESSON / f"{LESSON}.ipynb").is_file()
    return found


def chaos(built, submitted: Path, repo: Path, kills: int, seconds: float, seed: int = 0) -> None:
    students = sorted(path.name for path in submitted.iterdir())
    quiet, wild = submitted.parent / "quiet", submitted.parent / "wild"
    assert grader(built, submitted, quiet, repo).wait() == 0, (submitted.parent / "quiet.log").read_text()
    rng, left, runs = random.Random(seed), kills, 0
    started = time.monotonic()
    while True:
        process = grader(built, submitted, wild, repo)
        left, runs = kill_now_and_then(process, rng, left, seconds), runs + 1
        if process.returncode == 0:
            break
        assert runs < kills + 5, (submitted.parent / "wild.log").read_text()[-3000:]
    assert left < kills, "nothing was killed"
    print(f"{len(students)} graded in {runs} runs with {kills - left} kills, {time.monotonic() - started:.0f} s")
    expected, found = grades(quiet, students), grades(wild, students)
    assert set(found) == set(students)
    assert found == expected
    assert not list(wild.rglob("*.tmp"))


@pytest.mark.full
def test_a_little_chaos(built, a_class, repo):
    chaos(built, a_class(12, 2), repo, kills=3, seconds=4)


@pytest.mark.full
def test_chaos(built, a_class, repo):
    chaos(built, a_class(1_000, 20), repo, kills=40, seconds=20)
