"""What loops in the grader itself, because of what a student's engine gave back, comes to an end and costs its points.

Here its parts; tests/attacks/test_loops.py grades such submissions.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from autograder import watchdog
from autograder.watchdog import Logbook, limited

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timers")
LESSON = "01_numbers"

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
