"""`%gradlab check 1` in a cell does what `gradlab check 1` does in a terminal, which a browser does not have."""

from __future__ import annotations

import shlex


def install(shell) -> None:
    """Give `shell` the magic. Twice is as good as once."""
    shell.register_magic_function(run, magic_kind="line", magic_name="gradlab")


def run(line: str) -> None:
    """The command `gradlab` with the words of `line`."""
    from gradlab.cli import main

    main(shlex.split(line))
