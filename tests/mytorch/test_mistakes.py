"""Every mistake on both engines: the same type of error, and PyTorch's leading words."""

from __future__ import annotations

import pytest
from mistakes import MISTAKES
from programs import leading

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.title)
def test_mistake(mistake, mt, pt):
    said = []
    for torch in (mt, pt):
        with pytest.raises(Exception) as raised:
            mistake.program(torch)
        said.append((type(raised.value).__name__, leading(str(raised.value), mistake.words)))
    assert said[0] == said[1]


def test_there_are_enough():
    assert len(MISTAKES) >= 30
