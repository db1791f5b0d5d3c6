"""Every command that a text tells people to type exists."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

TEXTS = [
    "README.md",
    "tests/README.md",
    "solutions/README.md",
    *(f"site/{name}.md" for name in ("index", "instructor", "author")),
]
TYPED = re.compile(r"(?<![\w/-])(gradlab|autograder|make) ([a-z][a-z-]*)")


@pytest.mark.parametrize("name", TEXTS)
def test_commands_exist(name, repo):
    text = (repo / name).read_text(encoding="utf-8")
    # What is typed stands in code: between backticks, or in a block.
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", text, re.DOTALL | re.MULTILINE))
    typed = TYPED.findall(code)
    assert typed, name
    targets = re.findall(r"^([a-z-]+):", (repo / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for command, verb in typed:
        known = targets if command == "make" else import_module(f"{command}.cli").COMMAND.verbs
        assert verb in known, f"{name}: `{command} {verb}` does not exist"
