"""Processes that work for us: no job is lost when one is killed, and none stays when we are gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import slots as slots_module
from autograder.slots import Here, LostWorker, Slots

pytestmark = pytest.mark.slow


def killed_once(mark: str, value: int) -> int:
    """Kills its own process the first time that it is called with this mark."""
    if not os.path.exists(mark):
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return value * value


def killed_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing() -> None:
    raise ValueError("not me")


def test_jobs_of_killed_processes_are_done_again(tmp_path, monkeypatch):
    monkeypatch.setattr(slots_module, "TRIES", 3)
    with Slots(2) as slots:
        futures = [slots.submit(killed_once, str(tmp_path / str(number % 3)), number) for number in range(9)]
        lost = slots.submit(killed_always)
        failed = slots.submit(failing)
        assert [future.result() for future in futures] == [number * number for number in range(9)]
        with pytest.raises(LostWorker, match="lost 3 times"):
            lost.result()
        with pytest.raises(ValueError, match="not me"):
            failed.result()
    with pytest.raises(RuntimeError):
        slots.submit(failing)


def test_here():
    assert Here().submit(pow, 2, 3).result() == 8
    assert isinstance(Here().submit(failing).exception(), ValueError)


MAIN = """
import os, sys, time
from autograder.slots import Slots
if __name__ == "__main__":
    slots = Slots(2)
    print(*{slots.submit(os.getpid).result() for _ in range(20)}, flush=True)
    slots.submit(time.sleep, 1000)
    time.sleep(1000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_they_end_when_we_are_killed(tmp_path, repo):
    (tmp_path / "main.py").write_text(MAIN)
    with subprocess.Popen(
        [sys.executable, tmp_path / "main.py"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(repo)},
    ) as main:
        pids = [int(pid) for pid in main.stdout.readline().split()]
        assert pids and all(alive(pid) for pid in pids)
        main.kill()
    deadline = time.monotonic() + 30
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        return False
