"""The command `gradlab`: what a student can do. Each verb lives in gradlab/commands/."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gradlab.command_line import Command, Group

COMMAND = Command(
    name="gradlab",
    about="Build your own autograd, lesson by lesson.",
    package="gradlab",
    groups=(
        Group("work on a lesson", ("status", "check", "draw", "bench")),
        Group("move your work", ("export", "reset", "update", "submit")),
        Group("get unstuck", ("hint", "doctor", "catchup")),
    ),
    examples="""
gradlab status
gradlab check 1
gradlab submit 1
""",
)


def main(argv: Sequence[str] | None = None) -> int:
    return COMMAND.run(argv)


if __name__ == "__main__":
    sys.exit(main())
