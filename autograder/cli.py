"""The command `autograder`: what an author or instructor can do. Each verb lives in autograder/commands/."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gradlab.command_line import Command, Group

COMMAND = Command(
    name="autograder",
    about="Write, release and grade the lessons of the course.",
    package="autograder",
    groups=(
        Group("write lessons", ("build", "verify", "mutants", "docs")),
        Group("run a class", ("release", "leaks", "grade", "report", "sandbox", "demo")),
    ),
    examples="""
autograder build && autograder verify
autograder release 1 2
autograder grade 1 --submissions handed_in/ --csv scores.csv
""",
)


def main(argv: Sequence[str] | None = None) -> int:
    return COMMAND.run(argv)


if __name__ == "__main__":
    sys.exit(main())
