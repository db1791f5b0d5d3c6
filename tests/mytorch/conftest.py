"""Two engines for every test: `mt`, the one under test, and `pt`, PyTorch, which says what is right."""

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
