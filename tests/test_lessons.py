"""Everything that must hold for the real lessons, as `autograder verify --notebooks` proves it."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_every_lesson_holds(repo):
    command = [sys.executable, "-m", "autograder", "verify", "--notebooks"]
    done = subprocess.run(command, cwd=repo, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
