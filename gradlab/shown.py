"""The smallest visible program that fails, with what came and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gradlab.slices import program_of, wider_programs
from gradlab.witness import Report, read_report


@dataclass(frozen=True)
class Shown:
    """message: the check's words. got, wanted: "" where nothing is compared. check: the id of its cell. number:
    which of its asserts.
    """

    program: str
    message: str = ""
    got: str = ""
    wanted: str = ""
    check: str = ""
    number: int = 0

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
        programs = [
            Shown(program_of(checks[name], f.number), f.message, f.got, f.wanted, name, f.number) for f in failed
        ]
        first = {each.program: each for each in reversed(programs) if each.program}  # of a loop: its first failure
        found += sorted(first.values(), key=lambda each: each.size)
    return sorted(found, key=lambda each: each.size[0])


def widened(shown: Shown, check: str) -> list[Shown]:
    """Larger programs for one that does not fail on its own. check: the source that it is a part of."""
    return [replace(shown, program=text) for text in wider_programs(check, shown.number)]


def fails(shown: Shown, message: str) -> bool:
    """Whether a program, witnessed, has failed by itself, by what it said; not since a line is missing in it."""
    report = read_report(message)
    if report is None or any(failed.message.startswith("NotImplementedError") for failed in report.failed):
        return False
    return shown.message.startswith("NameError") or not any(f.message.startswith("NameError") for f in report.failed)
