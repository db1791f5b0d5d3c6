"""The same jobs on a real dask.distributed cluster, over TLS, with a worker that is killed on the way."""

from __future__ import annotations

import json
import os
import signal

import pytest

from autograder.cluster import Certificates, Cluster
from autograder.grade import Options, grade_class
from gradlab.errors import GradlabError

LESSON = "01_numbers"


def test_a_scheduler_elsewhere_must_have_tls():
    with pytest.raises(GradlabError, match="without TLS anyone could"):
        Cluster("tcp://grader.example.org:8786")
    with pytest.raises(GradlabError, match="is no file"):
        Cluster("tls://grader.example.org:8786", Certificates("a", "b", "c"))


@pytest.mark.full
def test_no_scheduler(monkeypatch):
    pytest.importorskip("distributed", reason="pip install gradlab[dask]")
    monkeypatch.setattr("autograder.cluster.SECONDS", 1)
    with pytest.raises(GradlabError, match="no scheduler answers at"):
        Cluster("tcp://127.0.0.1:9")


@pytest.mark.full
def test_grading_on_a_cluster(built, blueprint, answered, tmp_path):
    distributed = pytest.importorskip("distributed", reason="pip install gradlab[dask]")
    names = [f"student{number}" for number in range(8)]
    for number, name in enumerate(names):
        path = tmp_path / "submitted" / name / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        wrong = {"double": "#| export numbers.double\ndef double(x):\n    return None"} if number % 2 else {}
        path.write_text(json.dumps(answered(**wrong)), encoding="utf-8")
    security = distributed.Security.temporary()
    files = {}
    for name in ("tls_ca_file", "tls_client_cert", "tls_client_key"):
        files[name] = tmp_path / f"{name}.pem"
        text = getattr(security, name)
        files[name].write_text(text)
    with distributed.LocalCluster(2, threads_per_worker=1, security=security, dashboard_address=None) as local:
        with Cluster(local.scheduler_address, Certificates(*map(str, files.values()))) as cluster:
            assert local.scheduler_address.startswith("tls://") and cluster.jobs == 2
            cluster.submit(os.kill, next(iter(local.workers.values())).pid, signal.SIGKILL)
            report = grade_class(
                built, [blueprint.lesson], tmp_path / "submitted", tmp_path, Options(), executor=cluster
            )
    assert not report.failed
    assert {each.student: each.score for each in report.graded} == {n: 5 if i % 2 else 9 for i, n in enumerate(names)}
    assert len(list(tmp_path.glob("feedback/*/*/*.html"))) == 8
