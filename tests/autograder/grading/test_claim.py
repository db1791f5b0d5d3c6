"""Two runs in one folder: the second is refused and told by whom; what a killed one left behind blocks nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from autograder.claim import FILE, claimed
from autograder.commands import grade as command
from autograder.grade import Options, grade_class
from gradlab.errors import GradlabError

HOLD = """
import subprocess, sys
from pathlib import Path
from autograder.claim import claimed
with claimed(Path(sys.argv[1])):
    below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(below.pid, flush=True)
    input()
"""


@pytest.fixture
def holder(tmp_path, repo):
    """Another process that holds the folder, and has started one of its own as the grader starts its slots."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(repo)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    below = int(process.stdout.readline())
    yield process
    process.kill()
    os.kill(below, signal.SIGKILL)
    process.communicate()


def test_the_second_is_refused_and_told_what_to_do(tmp_path, holder, built, blueprint):
    told = rf"is being graded already, by .*\(process {holder.pid} on .*, since 20.*\+00:00\)[^$]*kill {holder.pid} "
    with pytest.raises(GradlabError, match=told):
        grade_class(built, [blueprint.lesson], [], tmp_path)
    assert not (tmp_path / "gradebook.db").exists()
    grade_class(built, [blueprint.lesson], [], tmp_path, Options(record=False))  # writes nothing, so it may
    grade_class(built, [blueprint.lesson], [], tmp_path / "elsewhere")


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_what_a_killed_one_left_behind_blocks_nobody(tmp_path, holder):
    """Although what it had started lives on."""
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert str(holder.pid) in (tmp_path / FILE).read_text()
    with claimed(tmp_path):
        assert str(os.getpid()) in (tmp_path / FILE).read_text()


def test_one_after_the_other(tmp_path):
    for _ in range(2):
        with claimed(tmp_path):
            with pytest.raises(GradlabError, match="being graded already"), claimed(tmp_path):
                pass


def test_a_holder_that_has_not_said_who_it_is(tmp_path):
    with claimed(tmp_path):
        (tmp_path / FILE).write_text("{")
        with pytest.raises(GradlabError, match=r"by another autograder.*\nWait for it to end, or"), claimed(tmp_path):
            pass


def test_the_command_refuses_before_it_builds(built, tmp_path, monkeypatch, holder):
    import argparse

    monkeypatch.setenv("GRADLAB_ROOT", str(built.root))
    monkeypatch.setattr(command, "_build", lambda *_: pytest.fail("built first"))
    (tmp_path / "submitted").mkdir()
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(GradlabError, match="being graded already"):
        command.run(parser.parse_args(["1", "--out", str(tmp_path)]))
