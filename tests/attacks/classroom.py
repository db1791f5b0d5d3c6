"""A class in which everybody but five attacks the grader: handed in, and graded on one rung of the ladder."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import disturbing  # noqa: F401  the attacks register themselves, in this order
import forging  # noqa: F401
import leaking  # noqa: F401
import persisting  # noqa: F401
import pytest
import reading  # noqa: F401
from attack import ALL, MAXIMUM, WITHOUT, Attack, cell

from autograder import imports, rounds
from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.grade import Options, grade_class
from autograder.pretend import right_answers
from autograder.release import released_texts
from autograder.report import Report, write_csv
from autograder.slots import Here
from autograder.source import read_source
from gradlab.course import Course, load_course

PROJECT = Path(__file__).resolve().parents[2]
LESSON, EXERCISE = "01_tensors", "infer_shape"
CANARY = "canary-" + secrets.token_hex(4)
SECRET = CANARY + "-" + secrets.token_hex(8)  # what no student ever wrote
CLAIM = {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}, "execution_count": 1}
QUIET = 6  # notebooks
WALL = "autograder.remote.trials.wall_seconds"
BESIDE = {
    "numpy.py": "def __getattr__(name): return lambda *a, **k: 1",
    "sitecustomize.py": "import builtins; builtins.gotcha = 1",
    "gradlab.py": "raise SystemExit(0)",
}
#: At the top of the hidden tests: they give up after two seconds, for attacks that last are many here.
IMPATIENT = "import functools\ntests = functools.partial(tests, seconds=2.0)\n"


@dataclass
class Graded:
    """A class that was graded: {student: points}, where all of it was written, and what came in from the sandbox."""

    report: Report
    scores: dict[str, float]
    out: Path
    home: Path
    course: Course
    arrived: bytes
    rung: str
    attacks: list[Attack]


def real_course(root: Path) -> Course:
    """The real course in an empty folder, its first lesson built; solutions and hidden tests hold secrets."""
    for name in ("course.yml", "mytorch", f"solutions/{LESSON}"):
        source, target = PROJECT / name, root / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    solutions = root / "solutions" / LESSON
    tests = (solutions / "hidden_tests.py").read_text(encoding="utf-8")
    head, imported, programs = tests.partition("from autograder.hidden import tests\n")
    tests = head + imported + IMPATIENT + programs + f'\n\nKEPT = "{SECRET} {CANARY[::-1]}"\n'
    (solutions / "hidden_tests.py").write_text(tests, encoding="utf-8")
    (solutions / "notes.txt").write_text(SECRET, encoding="utf-8")
    made = load_course(root)
    lesson = made.lesson("1")
    report = build(made, [lesson])
    assert not report.errors, report.errors
    path = root / lesson.notebook
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(released_texts(made, [read_source(made, lesson)])[LESSON], encoding="utf-8")
    return made


def grade(course: Course, folder: Path, rung: str, feedback: bool, attacks: list[Attack] = ALL) -> Graded:
    out, home = folder / "grades", folder / "home"
    for path in (out, home):
        path.mkdir()
    (home / "secrets.env").write_text(f"TOKEN={SECRET}\n", encoding="utf-8")
    lesson = course.lesson("1")
    with pytest.MonkeyPatch.context() as patch, _listening(out) as (port, arrived):
        _hand_in(course, out, attacks, {"HOME": str(home), "PORT": port, "OUT": str(out)})
        patch.setenv("HOME", str(home))
        patch.setenv("SECRET_TOKEN", SECRET)
        patch.setattr(rounds, "CHECK_SECONDS", 2.0)
        patch.setattr(imports, "IMPORT_SECONDS", 2.0)
        patch.setattr(rounds, "PATIENCE", 1)
        patch.setattr(WALL, lambda cpu: cpu + 1)
        options = Options(seed=5, rung=rung, feedback=feedback)
        report = grade_class(course, [lesson], out / "submitted", out, options, executor=Here())
        write_csv(out / "scores.csv", report.every())
        came = arrived()
    return Graded(report, {each.student: each.score for each in report.every()}, out, home, course, came, rung, attacks)


def _hand_in(course: Course, out: Path, attacks: list[Attack], known: dict[str, str | int]) -> None:
    """Everybody's notebook into submitted/."""
    blueprint = load_blueprint(course, course.lesson("1"))
    released, right = (course.root / blueprint.lesson.notebook).read_text(encoding="utf-8"), right_answers(blueprint)
    known = known | {"ROOT": str(course.root), "GRADER": os.getpid(), "CANARY": CANARY}
    students = {f"honest-{number}": right[EXERCISE] for number in (1, 2)} | {"not-done": blueprint.stubs[EXERCISE]}
    for number, (student, several) in enumerate(notebooks(attacks).items()):
        students[student] = cell(several, right[EXERCISE], known | {"NUMBER": number})
    wrong = right[EXERCISE].partition('"""')[0] + "    return ()\n"
    students |= {"claims": wrong, "beside": wrong}
    for student, source in students.items():
        notebook = json.loads(released)
        own_words = "" if student == "honest-1" else "\nin_my_own_words = True"  # the reference's would not be run
        for each in notebook["cells"]:
            about = each["metadata"].get("gradlab", {})
            if about.get("role") == "exercise":
                each["source"] = source if about["name"] == EXERCISE else right[about["name"]] + own_words
            elif student == "claims" and each["metadata"].get("nbgrader", {}).get("grade"):
                each.update(source="99", outputs=[CLAIM])
                each["metadata"]["nbgrader"]["points"] = 99
        if student == "honest-1":  # what others may not see
            notebook["metadata"]["note"] = SECRET
        place = out / "submitted" / student / LESSON
        place.mkdir(parents=True)
        (place / f"{LESSON}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        if student == "beside":
            for name, text in BESIDE.items():
                (place / name).write_text(text, encoding="utf-8")


def notebooks(attacks: list[Attack]) -> dict[str, list[Attack]]:
    """{student: the attacks in one notebook}. Neighbours in the table are in different ones."""
    quiet = [each for each in attacks if each.quiet]
    made = {f"quiet-{number}": quiet[number::QUIET] for number in range(QUIET) if quiet[number::QUIET]}
    return made | {f"loud-{ALL.index(each):02d}": [each] for each in attacks if not each.quiet}


def student_of(attack: Attack, attacks: list[Attack]) -> str:
    return next(student for student, several in notebooks(attacks).items() if attack in several)


HONEST_SCORES = {"honest-1": MAXIMUM, "honest-2": MAXIMUM, "not-done": WITHOUT, "claims": WITHOUT, "beside": WITHOUT}


@contextlib.contextmanager
def _listening(out: Path) -> Iterator[tuple[int, Callable[[], bytes]]]:
    """Servers that an attack may try to reach: (port of TCP and UDP, what has arrived)."""
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        unix, abstract = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        with contextlib.chdir(out):  # the whole path may be too long for an address
            unix.bind("socket")
        abstract.bind(f"\0gradlab-{tcp.getsockname()[1]}")
        for each in (unix, abstract):
            each.listen()

        def arrived() -> bytes:
            came = b""
            for each in (tcp, udp, unix, abstract):
                each.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    came += each.recv(100) if each is udp else bytes(repr(each.accept()), "utf-8")
            return came

        yield tcp.getsockname()[1], arrived
    (out / "socket").unlink(missing_ok=True)
