"""Two engines for every test: `mt`, the one under test, and `pt`, PyTorch, which says what is right.

`make test ORACLE=1` runs the quick part; `make conformance` checks the numeric gradients of every op too. Both print
how much was compared.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

# The modules beside this file: tables of ops and mistakes, and what compares the two engines.
sys.path.append(str(Path(__file__).parent))

import twin_engine


@pytest.fixture(scope="session")
def mt(tmp_path_factory):
    return twin_engine.load(twin_engine.place(tmp_path_factory.mktemp("engine")))


@pytest.fixture(scope="session")
def pt():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


@pytest.fixture(autouse=True)
def quiet():
    """Warnings of both engines are looked at by the tests that expect them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def both(mt, pt):
    """Run a program on both engines: `both(program)` is a pair of results."""
    return lambda program: (program(mt), program(pt))


def pytest_terminal_summary(terminalreporter):
    """How much was compared, in one line."""
    reports = [r for r in terminalreporter.stats.get("passed", []) if "tests/mytorch/" in r.nodeid.replace("\\", "/")]
    kinds = {"test_op[": "ops and shapes", "test_without": "on ints and bools", "test_same[": "behaviours"}
    kinds |= {"test_mistake[": "mistakes", "test_same_output[": "tutorials", "test_numeric": "numeric gradients"}
    counts = [f"{sum(kind in r.nodeid for r in reports)} {name}" for kind, name in kinds.items()]
    if reports:
        terminalreporter.write_line(f"mytorch against PyTorch: {', '.join(counts)} agree")
