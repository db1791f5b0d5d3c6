"""Attacks on the judge's own loops: what an engine gives back makes a hidden test count, walk, add or copy without end.

Each is a student of the toy course whose `double` is right but for one number, at which one hidden test asks; that test
is lost, and nothing else. What an exception can interrupt is tried in this process, the first of it in the default run;
in real slots processes are killed for the others, half a minute of CPU for each.
"""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder import rounds, watchdog
from autograder.blueprint import load_blueprint
from autograder.build import build
from autograder.cluster import Cluster
from autograder.grade import Options, grade_class
from autograder.graded import load
from autograder.pretend import right_answers
from autograder.release import released_texts
from autograder.slots import Here, Slots
from autograder.source import read_source
from gradlab.course import load_course

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
TOY = Path(__file__).parents[1] / "autograder" / "toy"
LESSON, FIRST, ALL = "01_numbers", 100, 9

# name: (what the hidden test does with `value`, what the student gives back instead of a number)
LOOPS = {
    "counting up to a giant number": ("see(sum(1 for _ in range(int(value))))", "10 ** 17"),
    "a range that is given back": ("see(sum(1 for _ in (value if hasattr(value, 'stop') else [])))", "range(10 ** 17)"),
    "a graph that leads back to itself": (
        "steps = 0\n    while hasattr(value, 'next'):\n        value, steps = value.next, steps + 1\n    see(steps)",
        "Endless()",
    ),
    "every pair in a long text": (
        "found = value if isinstance(value, str) else ''\n    see(sum(a == b for a in found for b in found))",
        "'x' * 1_000_000",
    ),
    "a length that is a lie": (
        "see([value[i] for i in range(len(value) if hasattr(value, '__len__') else 0)])",
        "Endless()",
    ),
    "an iterator without end": ("see([entry for entry in value] if hasattr(value, '__iter__') else [])", "Endless()"),
    "a text that a pattern despairs of": (
        "import re\n    see(bool(re.match('(x+)+$', value if isinstance(value, str) else '')))",
        "'x' * 60 + '!'",
    ),
    "as much memory as a giant number": ("see(len([0] * int(value)))", "10 ** 17"),
    "a comparison that never answers": ("see(bool(value == 1))", "Endless()"),
}
KILLED = {
    "adding up to a giant number": ("see(sum(range(int(value))))", "10 ** 17"),
    "as much memory as there is": ("see(len(list(range(int(value)))))", "10 ** 11"),
}
ENDLESS = """
class Endless:
    @property
    def next(self):
        return self

    def __len__(self):
        return 2 ** 62

    def __getitem__(self, key):
        return 0

    def __iter__(self):
        return self

    def __next__(self):
        return 0

    def __eq__(self, other):
        while True:
            pass

"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The toy course with these hidden tests, each worth the same."""
    root = tmp_path_factory.mktemp("loops") / "toy"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("ruff.toml", "__pycache__", ".*"))
    every = LOOPS | KILLED
    programs = ["from autograder.hidden import tests\n"]
    for number, (body, _) in enumerate(every.values()):
        points = 2 / len(every)  # all that `double` has for hidden tests
        head = (
            f'@tests("double", points={points!r}, says="test {number}", seconds=1)\ndef test_{number}(torch, see, rng):'
        )
        programs.append(f"{head}\n    value = torch.double({FIRST + number})\n    {body}\n")
    others = (root / "solutions" / LESSON / "hidden_tests.py").read_text(encoding="utf-8")
    programs.append(others[others.index('@tests("triple"') :])
    (root / "solutions" / LESSON / "hidden_tests.py").write_text("\n\n".join(programs), encoding="utf-8")
    made = load_course(root)
    assert not build(made).errors
    lesson = made.lesson("1")
    (root / lesson.notebook).parent.mkdir(parents=True)
    (root / lesson.notebook).write_text(released_texts(made, [read_source(made, lesson)])[LESSON], encoding="utf-8")
    return made


def graded(course, out, names, executor):
    """{student: its grade}: one student for each of these attacks, and one who is honest."""
    blueprint, every = load_blueprint(course, course.lesson("1")), [*(LOOPS | KILLED).items()]
    right = right_answers(blueprint)
    sources = {"honest": right["double"]}
    for number, (name, (_, value)) in enumerate(every):
        if name in names:
            body = f"def double(x):\n    return {value} if x == {FIRST + number} else 2.0 * x"
            sources[f"student-{number}"] = f"#| export numbers.double\n{ENDLESS}\n{body}"
    for student, source in sources.items():
        notebook = json.loads((course.root / blueprint.lesson.notebook).read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["metadata"].get("gradlab", {}).get("role") == "exercise":
                name = cell["metadata"]["gradlab"]["name"]
                cell["source"] = source if name == "double" else right[name]
        path = out / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    options = Options(feedback=False, seed=5)
    report = grade_class(course, [blueprint.lesson], out / "submitted", out, options, executor=executor)
    assert not report.failed
    return {student: load(out, student, LESSON) for student in sources}


def lost(grades):
    """{student: the hidden tests and checks that it lost}, and the points are those of the others."""
    found = {}
    for student, grade in grades.items():
        verdicts = [each for several in grade.verdicts.values() for each in several]
        found[student] = [each.name for each in verdicts if each.reason]
        assert grade.score == pytest.approx(ALL - sum(each.points for each in verdicts if each.reason))
    return found


def only_its_own(students):
    return {who: [] if who == "honest" else [f"test_{who.removeprefix('student-')}"] for who in students}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timers")
@pytest.mark.parametrize("names", [list(LOOPS)[:1], pytest.param(list(LOOPS)[1:], marks=pytest.mark.full)])
def test_a_loop_costs_its_own_points_and_no_others(course, tmp_path, monkeypatch, names):
    monkeypatch.setattr(watchdog, "SLACK", 0.3)
    monkeypatch.setattr(rounds, "wall_seconds", lambda seconds: 0.3)
    found = graded(course, tmp_path, names, Here())
    assert len(found) == len(names) + 1 and lost(found) == only_its_own(found)


@contextmanager
def two_workers():
    """Of a cluster."""
    distributed = pytest.importorskip("distributed", reason="pip install gradlab[dask]")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as local:
        with Cluster(local.scheduler_address) as cluster:
            yield cluster


@pytest.mark.full
@pytest.mark.parametrize("executor", [lambda: Slots(2), two_workers], ids=["slots", "cluster"])
def test_what_cannot_be_interrupted_is_killed_and_left_out(course, tmp_path, executor):
    with executor() as slots:
        found = graded(course, tmp_path, [*KILLED, "counting up to a giant number"], slots)
    assert len(found) == len(KILLED) + 2 and lost(found) == only_its_own(found)
