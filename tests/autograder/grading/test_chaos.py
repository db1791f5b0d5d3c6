"""Chaos: the grader and all its processes are killed at random, again and again. The grades are those of a quiet run.

    python -m pytest -s -m full tests/autograder/grading/test_chaos.py                    1,000 submissions, 20 hostile
    python -m pytest -s -m full tests/autograder/grading/test_chaos.py --number 100       as many as you have time for
    python -m pytest -s -m full tests/autograder/grading/test_chaos.py --real --number 50    to lesson 1 of the course
    python -m pytest -m full tests/autograder/grading/test_chaos.py -k little             12 of them, some minutes

Killed are the main process, the slots, and whatever runs below them: sandboxes, fork servers, workers, and the
processes that run students' code.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from nbgrader.api import Gradebook

from autograder.blueprint import Blueprint, load_blueprint
from autograder.build import build
from autograder.crowd import hand_in_crowd
from autograder.graded import load
from autograder.seeds import KEY
from gradlab.course import Course, load_course

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")]

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


class Place(NamedTuple):
    """A course that is built, its first lesson, and the exercise whose cell is the hostile ones' to fill."""

    course: Course
    blueprint: Blueprint
    exercise: str

    def hostile(self, code: str) -> str:
        head = self.blueprint.answers[self.exercise].partition("def ")[0]
        return f"{head}\n{code}\ndef {self.exercise}(*args): return 7"


@pytest.fixture
def toy_place(built, blueprint) -> Place:
    return Place(built, blueprint, "double")


@pytest.fixture
def place(request, toy_place, repo, tmp_path) -> Place:
    """The toy course; with --real, what it takes of the real one to grade its first lesson."""
    if not request.config.getoption("--real"):
        return toy_place
    root, lesson = tmp_path / "course", "01_tensors"
    for name in ("mytorch", f"solutions/{lesson}", "modules"):
        shutil.copytree(repo / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(repo / "course.yml", root / "course.yml")
    course = load_course(root)
    assert not build(course, [course.lesson("1")]).errors
    return Place(course, load_blueprint(course, course.lesson("1")), "infer_shape")


def a_class(place: Place, folder: Path, number: int, hostile: int) -> Path:
    """Hand in a crowd of `number`, some of them hostile; the folder."""
    lesson = place.blueprint.lesson
    hand_in_crowd(place.blueprint, (place.course.root / lesson.notebook).read_text(encoding="utf-8"), number, folder)
    for index, student in enumerate(hostile_ones(number, hostile)):
        path = folder / student / lesson.id / lesson.notebook.name
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
        for cell in notebook["cells"]:
            if cell["metadata"].get("gradlab", {}).get("name") == place.exercise and cell["id"] == place.exercise:
                cell["source"] = place.hostile(HOSTILE[index % len(HOSTILE)])
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def hostile_ones(number: int, hostile: int) -> list[str]:
    return [f"student{index * number // hostile:05d}" for index in range(hostile)]


def grader(place: Place, submitted: Path, out: Path, repo: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "autograder", "grade", "1", "--no-build", "--no-diagnoses", "--jobs", "2"]
    command += ["--submissions", str(submitted), "--out", str(out)]
    env = {**os.environ, "GRADLAB_ROOT": str(place.course.root), "PYTHONPATH": str(repo)}
    log = (out.parent / f"{out.name}.log").open("ab")
    return subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=place.course.root, start_new_session=True)


def below(pid: int) -> dict[str, list[int]]:
    """{kind: the processes of this kind that the grader has started}, itself not included."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:
            continue
    found: dict[str, list[int]] = {"slot": [], "sandbox": []}
    todo = [(child, "") for child in children.get(pid, ())]
    while todo:
        process, kind = todo.pop()
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            continue
        kind = kind or ("slot" if b"spawn_main" in command else "")
        if kind:  # else it is multiprocessing's own helper
            found[kind].append(process)
        todo += [(child, "sandbox" if kind else "") for child in children.get(process, ())]
    return found


def kill_now_and_then(
    process: subprocess.Popen, rng: random.Random, killed: Counter, most: int, seconds: float
) -> None:
    """Until it ends: kill itself, one of its slots, or one of what runs below them, and count them in `killed`."""
    while process.poll() is None:
        try:
            process.wait(rng.uniform(0.2, seconds))
        except subprocess.TimeoutExpired:
            there = below(process.pid) | {"main process": [process.pid]}
            kind = rng.choice([kind for kind in ("main process", "slot", "sandbox", "sandbox") if there[kind]])
            if killed.total() < most:
                try:
                    os.kill(rng.choice(there[kind]), signal.SIGKILL)
                    killed[kind] += 1
                except ProcessLookupError:
                    pass


def grades(lesson: str, out: Path, students: list[str]) -> dict[str, object]:
    """What must be the same: scores in the gradebook, verdicts with reasons, repairs. The pages must be there."""
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        found: dict = {each.student.id: each.score for each in book.assignment_submissions(lesson)}
    for student in students:
        graded = load(out, student, lesson)
        found[student] = (found[student], graded.verdicts, graded.repairs, graded.problem, graded.seed, graded.digest)
        assert graded.score == found[student][0]
        page = (out / "feedback" / student / lesson / f"{lesson}.html").read_text(encoding="utf-8")
        assert f"(Score: {graded.score:.1f} / {graded.maximum:.1f})" in page
        assert (out / "autograded" / student / lesson / f"{lesson}.ipynb").is_file()
    return found


def chaos(place: Place, folder: Path, number: int, hostile: int, repo: Path, kills: int, seed: int = 0) -> None:
    submitted = a_class(place, folder / "submitted", number, hostile)
    students = sorted(path.name for path in submitted.iterdir())
    quiet, wild = submitted.parent / "quiet", submitted.parent / "wild"
    started = time.monotonic()
    assert grader(place, submitted, quiet, repo).wait() == 0, (submitted.parent / "quiet.log").read_text()
    took = time.monotonic() - started
    print(f"\n{len(students)} graded in a quiet run, {took:.0f} s")
    (wild / KEY).parent.mkdir(parents=True)
    shutil.copyfile(quiet / KEY, wild / KEY)  # so that both draw the same inputs
    rng, killed, runs, started = random.Random(seed), Counter(), 0, time.monotonic()
    while True:
        process = grader(place, submitted, wild, repo)
        # Some in each run, however fast it is; and mostly not twice in one submission, which would be its own doing.
        kill_now_and_then(process, rng, killed, kills, seconds=min(12.0, took / 3))
        runs += 1
        if process.returncode == 0:
            break
        assert runs < kills + 5, (submitted.parent / "wild.log").read_text()[-3000:]
    assert killed, "nothing was killed"
    told = ", ".join(f"{number} of the {kind}" for kind, number in killed.items())
    print(f"the same in {runs} runs with {killed.total()} kills ({told}), {time.monotonic() - started:.0f} s")
    lesson = place.blueprint.lesson.id
    expected, found = grades(lesson, quiet, students), grades(lesson, wild, students)
    assert set(found) == set(students)
    for who in hostile_ones(number, hostile):  # whether too much memory, or time, comes first depends on the moment
        found[who], expected[who] = found[who][0], expected[who][0]
    assert {who: (found[who], expected[who]) for who in students if found[who] != expected[who]} == {}
    assert not list(wild.rglob("*.tmp"))


@pytest.mark.full
def test_a_little_chaos(toy_place, tmp_path, repo):
    chaos(toy_place, tmp_path, 12, 2, repo, kills=4)


@pytest.mark.full
def test_chaos(place, request, tmp_path, repo):
    """A kill for 20 submissions or so, as long as it takes; 2 in 100 are hostile."""
    number = request.config.getoption("--number")
    hostile = max(2, number // 50)
    chaos(place, tmp_path, number, hostile, repo, kills=max(5, number // 20))
