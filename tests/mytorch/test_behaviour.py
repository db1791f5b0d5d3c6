"""Small programs, each run on both engines: what they see must be the same."""

from __future__ import annotations

import pytest
from compare import same
from programs import programs_in

pytestmark = pytest.mark.torch
PROGRAMS = [
    program
    for module in ("graph", "inplace", "modes", "functions", "functional", "tools", "nn", "optim", "data")
    for program in programs_in(f"behaviour_{module}")
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{program.__module__[10:]}-{program.__name__}")
def test_same(program, mt, pt):
    same(program(mt), program(pt))
