"""The benchmark compares like with like: every engine solves every problem, and gets what NumPy by hand gets."""

from __future__ import annotations

import sys

import pytest

from benchmarks.run import GOALS, ratios, table
from gradlab.benchmark import engines, problems
from gradlab.benchmark.one import check

INSTALLED = [name for name in engines.installed() if name != "mytorch"]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(engines, "CHAIN", 20)
    monkeypatch.setattr(engines, "DIAMONDS", 20)
    monkeypatch.setattr(problems, "CHAIN", 20)
    monkeypatch.setattr(problems, "DIAMONDS", 20)
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)  # micrograd needs a high one


@pytest.mark.parametrize("engine", INSTALLED)
def test_each_engine_computes_what_numpy_computes_by_hand(engine):
    for workload, build in engines.ENGINES[engine]().items():
        check(build()(), problems.BY_HAND[workload]()())


def test_a_wrong_gradient_is_found():
    right = problems.by_hand_chain()()
    with pytest.raises(ValueError, match="wrong result"):
        check((right[0], right[1] * 2, right[2]), right)


def test_ratios_are_taken_against_the_best_peer():
    seconds = {name: dict.fromkeys(problems.BY_HAND, 4.0) for name in ("HIPS autograd", "PyTorch")}
    seconds |= {"NumPy by hand": dict.fromkeys(problems.BY_HAND, 1.0), "mytorch": dict.fromkeys(problems.BY_HAND, 3.0)}
    seconds["MyGrad"] = {"chain": 2.0}
    assert ratios(seconds, "chain") == (3.0, 0.75, 1.5)
    assert ratios(seconds, "diamonds") == (3.0, 0.75, 0.75)
    assert "missed" in table(seconds) and set(GOALS) == set(problems.BY_HAND)
