"""A cluster on which something goes wrong in the middle of a run: everybody gets the grade of a quiet run all the same.

Real schedulers and workers, as `dask scheduler` and `dask worker` start them. A frozen worker is noticed by dask, after
five minutes if nobody says otherwise; here after some seconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder.cluster import Cluster
from autograder.grade import Options, Progress, grade_class
from autograder.graded import load
from autograder.slots import Here
from gradlab.errors import GradlabError

pytestmark = [pytest.mark.full, pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")]
LESSON, NUMBER = "01_numbers", 24


class Started(NamedTuple):
    """A cluster of our own. others: the workers, or, where they have them, their nannies."""

    address: str
    scheduler: subprocess.Popen
    others: list[subprocess.Popen]

    def workers(self) -> list[int]:
        """The processes that dask's nannies have started; it is not asked, for one may be frozen."""
        files = [file for each in self.others for file in Path(f"/proc/{each.pid}/task").glob("*/children")]
        children = [int(pid) for file in files for pid in file.read_text().split()]
        return [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def start(tmp_path, repo):
    """start(workers=2, nanny=True): a scheduler and its workers, ended after the test."""
    pytest.importorskip("distributed", reason="pip install gradlab[dask]")
    processes = []

    def program(*words: str) -> subprocess.Popen:
        env = {**os.environ, "PYTHONPATH": str(repo), "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "8s"}
        log = (tmp_path / f"{words[0]}{len(processes)}.log").open("wb")
        command = [sys.executable, "-m", "dask", *words]
        processes.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=tmp_path, process_group=0))
        return processes[-1]

    def started(workers: int = 2, nanny: bool = True) -> Started:
        file = tmp_path / "scheduler.json"
        common = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
        scheduler = program("scheduler", "--port", "0", *common)
        kind = ["--nthreads", "1", "--nanny" if nanny else "--no-nanny"]
        others = [program("worker", *common, *kind) for _ in range(workers)]
        deadline = time.monotonic() + 60
        while not file.is_file() or not file.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        return Started(address, scheduler, others)

    yield started
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


DOUBLE = "#| export numbers.double\ndef double(x):\n    "
ENDLESS = "student7"


@pytest.fixture(scope="module")
def submitted(answered, tmp_path_factory) -> Path:
    """A crowd: a third is wrong, and one submission never ends."""
    folder = tmp_path_factory.mktemp("submitted")
    for number in range(NUMBER):
        student = f"student{number}"
        wrong = {"double": f"{DOUBLE}return None"} if number % 3 == 0 else {}
        wrong = {"double": f"{DOUBLE}while x: pass"} if student == ENDLESS else wrong
        path = folder / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(answered(**wrong)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def grade(built, submitted):
    """grade(executor, out, trouble): grade all into the folder `out`; `trouble(done)` is called for each."""

    def graded(executor, out: Path, trouble: Callable[[int], object] = lambda done: None):
        done = count(1)
        progress = Progress(advance=lambda: trouble(next(done)))
        return grade_class(built, [built.lesson("1")], submitted, out, Options(seed=5), progress, executor)

    return graded


def verdicts(out: Path) -> dict:
    """{student: score, verdicts and digest} of what is recorded in `out`; and all pages are there."""
    assert len(list(out.glob("feedback/*/*/*.html"))) == NUMBER
    found = {f"student{number}": load(out, f"student{number}", LESSON) for number in range(NUMBER)}
    return {student: (each.score, each.verdicts, each.digest) for student, each in found.items()}


@pytest.fixture(scope="module")
def quiet(grade, tmp_path_factory) -> dict:
    """The verdicts when nothing goes wrong."""
    out = tmp_path_factory.mktemp("quiet")
    assert not grade(Here(), out).failed
    found = verdicts(out)
    assert {score for score, *_ in found.values()} == {5, 9}
    return found


def test_workers_are_killed_and_one_freezes(start, grade, quiet, tmp_path):
    cluster = start(workers=2)

    def trouble(done):
        if done in (3, 7, 11, 15, 19, 23):
            os.kill(cluster.workers()[0], signal.SIGSTOP if done == 11 else signal.SIGKILL)

    with Cluster(cluster.address) as executor:
        assert not grade(executor, tmp_path, trouble).failed
    assert verdicts(tmp_path) == quiet


def test_a_worker_that_is_frozen_when_we_begin(start, grade, quiet, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.cluster.SECONDS", 4)
    cluster = start(workers=2)
    os.kill(cluster.workers()[0], signal.SIGSTOP)
    with Cluster(cluster.address) as executor:
        assert not grade(executor, tmp_path).failed
    assert verdicts(tmp_path) == quiet


@pytest.mark.parametrize(("lost", "told"), [("scheduler", "is gone"), ("workers", "has had no worker")])
def test_when_there_is_nobody_left_it_is_told_and_the_next_run_goes_on(
    start, grade, quiet, tmp_path, monkeypatch, lost, told
):
    monkeypatch.setattr("autograder.cluster.PATIENCE", 5)
    cluster = start(workers=2, nanny=False)

    def trouble(done):
        if done == 8:
            for process in [cluster.scheduler] if lost == "scheduler" else cluster.others:
                process.kill()

    with pytest.raises(GradlabError, match=rf"{told}.* Grade again: what is recorded is not graded twice"):
        with Cluster(cluster.address) as executor:
            grade(executor, tmp_path, trouble)
    report = grade(Here(), tmp_path)
    assert not report.failed and len(report) == NUMBER
    assert verdicts(tmp_path) == quiet


def test_nothing_of_ours_stays_when_workers_are_ended(start, grade):
    cluster = start(workers=1)
    with Cluster(cluster.address) as executor:
        assert executor.submit(os.getpid).result() not in cluster.workers()
        ours = [executor.submit(os.getpid).result(), *cluster.workers()]
    cluster.others[0].send_signal(signal.SIGTERM)
    cluster.others[0].wait(60)
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in ours):
        assert time.monotonic() < deadline
        time.sleep(0.1)
