"""The smallest visible program that fails, with what came and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradlab.slices import program_of
from gradlab.witness import Report


@dataclass(frozen=True)
class Shown:
    """message: the check's words. got, wanted: "" where nothing is compared. check: the id of its cell."""

    program: str
    message: str = ""
    got: str = ""
    wanted: str = ""
    check: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Lines, characters."""
        return len(self.program.split("\n")), len(self.program)

    def lines(self) -> list[str]:
        """For a student to read."""
        found = ["The smallest program that shows it:", *(f"    {row}" for row in self.program.split("\n"))]
        if self.wanted:
            return [*found, f"It got {self.got}, and {self.wanted} is expected."]
        return [*found, self.message] if self.message else found


def failing_programs(checks: Mapping[str, str], reports: Mapping[str, Report]) -> list[Shown]:
    """The smallest failing programs of some checks, the smallest first: one for each assert that fails and compares;
    of a check where none compares, for each that fails. checks: {id: source}."""
    found = []
    for name, report in reports.items():
        failed = [each for each in report.failed if each.wanted] or report.failed
        programs = [Shown(program_of(checks[name], f.number), f.message, f.got, f.wanted, name) for f in failed]
        first = {each.program: each for each in reversed(programs) if each.program}  # of a loop: its first failure
        found += sorted(first.values(), key=lambda each: each.size)
    return sorted(found, key=lambda each: each.size[0])
