"""Cells to module text: what is dropped, what is kept, and that the result passes ruff."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradlab.export_format import Export, ExportError, assemble, export_of, is_unwritten, parse_cell, plain_code

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("#| export engine.walk\ndef walk(): ...", Export("engine", "walk")),
        ("\n\n  #|export engine.walk  \r\ndef walk(): ...", Export("engine", "walk")),
        ("def walk(): ...\n#| export engine.walk", None),
        ("# | export engine.walk", None),
        ("", None),
    ],
)
def test_directive(source, expected):
    assert export_of(source) == expected


@pytest.mark.parametrize("line", ["#| export walk", "#| export", "#| export a.b.c", "#| exprot engine.walk"])
def test_a_mistyped_directive_is_an_error(line):
    with pytest.raises(ExportError, match="export"):
        export_of(line)


def test_plain_code_drops_directive_and_markers_and_keeps_the_rest():
    source = (
        "#| export m.f\r\ndef f():\r\n    ### BEGIN SOLUTION say it\r\n    return 1\r\n    ### END SOLUTION\r\n\r\n"
    )
    assert plain_code(source) == "def f():\n    return 1"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    raise NotImplementedError('write me')", True),
        ("def f():\n    raise NotImplementedError", True),
        ("def f():\n    '''raise NotImplementedError'''  # raise NotImplementedError()", False),
        ("def f():\n    try:\n        g()\n    except NotImplementedError:\n        raise", False),
        ("", False),
    ],
)
def test_is_unwritten(source, expected):
    assert is_unwritten(source) is expected


@pytest.mark.parametrize("source", ["def f(:\n    pass", "%timeit 3", "if 1:\npass", "a = '\0'", "(" * 500])
def test_what_is_not_python_is_told_with_the_cell(source):
    with pytest.raises(ExportError, match="walk") as caught:
        parse_cell(source, "walk")
    assert caught.value.cell == "walk"


def test_a_whole_that_does_not_compile_is_told():
    with pytest.raises(ExportError, match="__future__"):
        assemble([("f", "x = 1"), ("g", "from __future__ import annotations")], "m", "01_x")


CASES = {
    "docstring, imports, function": ['"""Doc."""\n\nimport numpy as np', "def f():\n    return np.sum"],
    "constants below imports": ["import numpy as np", "A = np.pi", "# why\nB = 1", "# why\ndef f(): ...", "C = 2"],
    "docstring alone": ['"""Doc."""', "A = 1"],
    "late imports": [
        '"""Doc."""',
        "import functools\n\nimport numpy as np",
        "@functools.cache\ndef f():\n    return np",
    ],
    "nothing": [],
    "empty cells": ["", "#| export m.f\n\n", "A = 1\n\n"],
}


@pytest.mark.skipif(not shutil.which("ruff", path=Path(sys.executable).parent), reason="ruff is not installed")
@pytest.mark.parametrize("sources", CASES.values(), ids=CASES)
def test_assembled_modules_pass_ruff(sources, tmp_path):
    file = tmp_path / "m.py"
    file.write_text(assemble([("cell", source) for source in sources], "m", "01_x"), encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# Exported from modules/01_x/01_x.ipynb by gradlab.")
    ruff = shutil.which("ruff", path=Path(sys.executable).parent)
    for verb in (["check"], ["format", "--diff"]):
        done = subprocess.run([ruff, *verb, "--config", ROOT / "pyproject.toml", file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
