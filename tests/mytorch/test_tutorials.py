"""Scripts written for PyTorch: each is run on both engines, unchanged, and must print the same."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
SCRIPTS = sorted((Path(__file__).parent / "tutorials").glob("*.py"))
PARTS = """
    autograd autograd.function autograd.functional autograd.graph autograd.grad_mode autograd.profiler
    nn nn.functional nn.init nn.utils nn.modules optim optim.lr_scheduler utils utils.checkpoint utils.data
    cuda random
"""


@contextlib.contextmanager
def known_as_torch(package):
    """In this block `import torch` gives `package`, with all its parts."""
    before = {name: module for name, module in sys.modules.items() if name == "torch" or name.startswith("torch.")}
    for name in before:
        del sys.modules[name]
    sys.modules["torch"] = package
    for part in PARTS.split():
        with contextlib.suppress(ModuleNotFoundError):
            sys.modules[f"torch.{part}"] = importlib.import_module(f"{package.__name__}.{part}")
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name == "torch" or name.startswith("torch.")]:
            del sys.modules[name]
        sys.modules.update(before)


def printed(script):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(script.read_text(encoding="utf-8"), script.name, "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_same_output(script, mt, pt):
    with known_as_torch(mt):
        ours = printed(script)
    assert ours == printed(script)


def test_there_are_ten():
    assert len(SCRIPTS) >= 10
