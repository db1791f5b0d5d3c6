"""The class of attackers, graded once on each rung."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import classroom


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return classroom.real_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def graded_on(course, tmp_path_factory) -> Callable:
    """graded_on(rung, attacks, feedback): the class, graded there once."""
    done: dict = {}

    def graded(rung: str, attacks: list, feedback: bool):
        key = rung, tuple(attacks)
        if key not in done:
            done[key] = classroom.grade(course, tmp_path_factory.mktemp(rung), rung, feedback, attacks)
        return done[key]

    return graded
