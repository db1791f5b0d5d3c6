"""Borrowing a known-good module of an earlier lesson: one's own is kept, goes on being tested, and comes back."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradlab.borrowed import digest, loans
from gradlab.catchup import borrow, give_back, refusal
from gradlab.cli import main
from gradlab.course import load_course
from gradlab.errors import GradlabError

GOOD = {
    "ops": "FACTOR = 1\n\n\ndef square(x):\n    return x * x\n",
    "walk": "def walk(n):\n    return list(range(n))\n",
}
WRONG = "#| export ops.square\ndef square(x):\n    return x + x"


def lend(place, texts=GOOD, policy="always", lesson="01_first"):
    """What the instructor's release brings."""
    folder = place.root / "catchup" / lesson
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8", newline="\n")
    manifest = {"format": 1, "modules": {name: digest(text) for name, text in texts.items()}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    course = place.root / "course.yml"
    course.write_text(course.read_text(encoding="utf-8") + f"policies: {{catchup: {policy}}}\n", encoding="utf-8")


@pytest.fixture
def stuck(place, make, capsys):
    """A student whose `square` is wrong, in a course that lends."""
    place.write(make.first_lesson(square=WRONG))
    main(["export", "1"])
    lend(place)
    capsys.readouterr()
    return place


def value(place) -> str:
    """What a fresh Python finds in the package."""
    code = "import tinytorch.ops; print(tinytorch.ops.square(3))"
    environment = {**os.environ, "PYTHONPATH": str(place.root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_borrow_and_give_back(stuck, capsys):
    own = stuck.module("ops")
    assert value(stuck) == "6"
    assert main(["catchup", "1", "--dry-run"]) == 0 and not loans(stuck.root)
    assert main(["catchup", "1"]) == 0
    said = capsys.readouterr().out
    assert (
        "Borrowed: tinytorch/ops.py, tinytorch/walk.py." in said and "Yours are kept in .gradlab/own/tinytorch" in said
    )
    assert "Next: lesson 2" in said
    assert value(stuck) == "9" and stuck.module("ops").startswith("# Borrowed")
    assert (stuck.root / ".gradlab/own/tinytorch/ops.py").read_text(encoding="utf-8") == own
    main(["catchup", "1"])
    assert "Still borrowed" in capsys.readouterr().out
    assert (stuck.root / ".gradlab/own/tinytorch/ops.py").read_text(encoding="utf-8") == own, "not overwritten"

    assert main(["catchup", "1", "--give-back"]) == 0
    assert stuck.module("ops") == own and value(stuck) == "6" and not loans(stuck.root)
    assert not (stuck.root / ".gradlab/own/tinytorch/ops.py").exists()
    assert main(["catchup", "1", "--give-back"]) == 2


def test_status_tells_what_is_borrowed_and_goes_on(stuck, make, capsys):
    stuck.write(make.notebook([make.exercise("more", "raise NotImplementedError('more')")], "02_second"), "02_second")
    main(["status"])
    assert "Next: `square` in lesson 1" in capsys.readouterr().out
    main(["catchup", "1"])
    main(["status"])
    said = capsys.readouterr().out
    assert f"borrowed since {dt.date.today()}, yours is kept" in said and "Next: `more` in lesson 2" in said
    main(["status", "1"])
    assert "Borrowed since" in capsys.readouterr().out


def test_checks_test_ones_own_and_take_it_back(stuck, make, capsys):
    main(["catchup", "1"])
    assert main(["check", "1"]) == 1
    assert "what was checked is your own" in capsys.readouterr().out
    stuck.write(make.first_lesson(square=make.SQUARE))
    assert main(["export", "1"]) == 0
    assert "(yours; another one is borrowed)" in capsys.readouterr().out
    assert stuck.module("ops").startswith("# Borrowed"), "the package still has the borrowed one"
    assert main(["check", "1"]) == 0
    assert "passes with your own modules: tinytorch uses them again" in capsys.readouterr().out
    assert not loans(stuck.root) and "* FACTOR" in stuck.module("ops") and value(stuck) == "9"
    assert main(["catchup", "1"]) == 2
    assert "no need to borrow" in capsys.readouterr().err
    assert main(["catchup", "1", "--dry-run"]) == 1
    assert "no need to borrow" in capsys.readouterr().out


def test_nothing_was_written_yet(place, make, capsys):
    lend(place)
    main(["catchup", "1"])
    assert value(place) == "9"
    assert main(["check", "1"]) == 1, "the borrowed module does not pass in the place of one's own"
    main(["catchup", "1", "--give-back"])
    assert not place.has("ops")


def test_reset_and_submit_while_borrowed(stuck, make, capsys):
    raw = make.first_lesson(square=WRONG, stubs={"square": make.SQUARE_STUB})
    stuck.write(raw)
    main(["catchup", "1"])
    borrowed = stuck.module("ops")
    assert main(["submit", "1", "--student", "ada"]) == 0
    assert "its modules are borrowed; what is handed in is your own notebook" in capsys.readouterr().out
    assert main(["reset", "1", "square"]) == 0
    own = (stuck.root / ".gradlab/own/tinytorch/ops.py").read_text(encoding="utf-8")
    assert stuck.module("ops") == borrowed and "def square" not in own and "def cube" in own


NOTEBOOK = """
import os, sys
os.chdir({folder!r})
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import gradlab.lesson
def run(source):
    result = shell.run_cell(source, store_history=False)
run({names!r})
run({square!r})
run("import tinytorch.ops, tinytorch.walk; print('value', tinytorch.ops.square(3))")
run({check!r})
run({check_walk!r})
"""


def test_in_the_notebooks(stuck, make):
    """The lesson's own notebook builds and tests one's own; that of the next lesson has the borrowed one."""
    main(["catchup", "1"])

    def run(square, folder):
        walk = "assert tinytorch.walk.walk(2) == [0, 1]"
        code = NOTEBOOK.format(
            folder=str(folder), names=make.IMPORTS, square=square, check=make.SQUARE_CHECK, check_walk=walk
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
        )
        return done.stdout + done.stderr

    second = stuck.root / "modules" / "02_second"
    stuck.write(make.notebook([], "02_second"), "02_second")
    said = run("pass", second)
    assert "borrowed, not yours yet: lesson 1 (ops, walk)" in said and "value 9" in said
    own = stuck.path().parent
    said = run(WRONG, own)
    assert "This notebook builds and tests your own" in said and "value 6" in said and "3 times 3 is 9" in said
    stuck.write(make.first_lesson(square=make.SQUARE))
    said = run(make.SQUARE, own)
    assert "value 9" in said and "check of square passed" in said and "passes with your own modules" in said
    assert not loans(stuck.root) and "* FACTOR" in stuck.module("ops")


# ---- when it is allowed, and what can be wrong ------------------------------------------------------------------


def test_policies(course_root):
    file = course_root / "course.yml"
    text = file.read_text(encoding="utf-8").replace("minutes: 30", "minutes: 30\n    due: 2026-09-14")
    moment = dt.datetime(2026, 9, 14, 12, tzinfo=dt.UTC)

    def why(policy, number, now):
        file.write_text(text + (f"policies: {{catchup: {policy}}}\n" if policy else ""), encoding="utf-8")
        course = load_course(file)
        return refusal(course, course.lesson(number), now)

    assert "does not lend" in why("", "1", moment) and "does not lend" in why("never", "1", moment)
    assert why("always", "1", moment) == "" and why("always", "2", moment) == ""
    assert "after 2026-09-14 23:59 UTC" in why("after_due", "1", moment)
    assert why("after_due", "1", moment + dt.timedelta(days=1)) == ""
    assert "has none" in why("after_due", "2", moment)
    with pytest.raises(GradlabError, match=r"catchup is \"sometimes\"; known: never, after_due, always"):
        why("sometimes", "1", moment)


def test_refused(stuck, capsys):
    before = stuck.module("ops")
    text = (stuck.root / "course.yml").read_text(encoding="utf-8")
    (stuck.root / "course.yml").write_text(text.replace("always", "never"), encoding="utf-8")
    assert main(["catchup", "1"]) == 2 and main(["catchup", "1", "--dry-run"]) == 1
    (stuck.root / "course.yml").write_text(text, encoding="utf-8")
    assert main(["catchup", "2"]) == 2
    assert "no lesson builds on 02_second" in capsys.readouterr().err
    assert main(["catchup", "2", "--dry-run"]) == 1
    assert "no lesson builds on 02_second" in capsys.readouterr().out
    assert stuck.module("ops") == before and not loans(stuck.root)


def test_tampered_or_absent(stuck):
    course, before = stuck.course, stuck.module("ops")
    lesson, folder = course.lesson("1"), stuck.root / "catchup" / "01_first"

    def refused(match):
        with pytest.raises(GradlabError, match=match):
            borrow(course, lesson, stuck.root)
        assert stuck.module("ops") == before and not loans(stuck.root)
        with pytest.raises(GradlabError, match="nothing of 01_first is borrowed"):
            give_back(course, lesson, stuck.root)

    (folder / "ops.py").write_text("def square(x):\n    return 9\n", encoding="utf-8")
    refused(r"ops\.py was changed after the release: nothing is borrowed")
    (folder / "ops.py").unlink()
    refused(r"ops\.py does not exist")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    refused(r"manifest\.json cannot be read")
    (folder / "manifest.json").write_text('{"modules": {"ops": "0"}}', encoding="utf-8")
    refused(r"does not name the modules of 01_first")
    (folder / "manifest.json").unlink()
    refused(r"holds no known-good modules of 01_first. Ask your instructor")


def test_a_module_that_does_not_work_here(stuck):
    before = stuck.module("ops")
    (stuck.root / "catchup").rename(stuck.root / "old")
    lend(stuck, {**GOOD, "ops": "import nowhere_to_be_found\n"}, policy="always")
    text = (stuck.root / "course.yml").read_text(encoding="utf-8")
    (stuck.root / "course.yml").write_text(text.replace("policies: {catchup: always}\n", "", 1), encoding="utf-8")
    with pytest.raises(GradlabError, match=r"yours are back: .*nowhere_to_be_found"):
        borrow(stuck.course, stuck.course.lesson("1"), stuck.root)
    assert stuck.module("ops") == before and not loans(stuck.root)
