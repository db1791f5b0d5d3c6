"""The pages of the docs that show what both engines do: each is what its generator writes today."""

from __future__ import annotations

import re
import runpy
from importlib import import_module

import pytest
from differences import DIFFERENCES
from mistakes import MISTAKES

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("generator", "data", "page"),
    [("mistakes", MISTAKES, "mistakes.md"), ("differences", DIFFERENCES, "parts/differences.md")],
)
def test_is_up_to_date(generator, data, page, mt, pt, repo):
    """To write it anew: autograder build && python site/generate/GENERATOR.py."""
    made = runpy.run_path(str(repo / "site" / "generate" / f"{generator}.py"))["page"](data, pt, mt)
    assert (repo / "site" / page).read_text(encoding="utf-8") == made


def test_the_names_of_the_comparison_exist(mt, repo):
    """Each `mytorch.…` in the table of names is there."""
    text = (repo / "site" / "your_engine_and_pytorch.md").read_text(encoding="utf-8")
    named = re.findall(r"`(mytorch\.[\w.]+)`", text)
    assert len(named) > 20
    for name in named:
        value, *rest = name.split(".")
        value = mt
        for depth, part in enumerate(rest, 2):
            if not hasattr(value, part):
                import_module(".".join(name.split(".")[:depth]))
            value = getattr(value, part)
