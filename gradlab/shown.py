"""The smallest visible program that fails, with what came and what was expected."""

from __future__ import annotations

from dataclasses import dataclass

from gradlab.slices import smallest
from gradlab.witness import Failed, Report


@dataclass(frozen=True)
class Shown:
    """message: the check's words. got, wanted: "" where nothing is compared."""

    program: str
    message: str = ""
    got: str = ""
    wanted: str = ""

    def lines(self) -> list[str]:
        """For a student to read."""
        found = ["The smallest program that shows it:", *(f"    {row}" for row in self.program.split("\n"))]
        if self.wanted:
            return [*found, f"It got {self.got}, and {self.wanted} is expected."]
        return [*found, self.message] if self.message else found


def shown_by(check: str, report: Report) -> Shown | None:
    """The smallest failing program of a check; an assert that compares goes before one that does not."""
    compared = [failed for failed in report.failed if failed.wanted]
    for several in (compared, report.failed):
        found = smallest(check, [failed.number for failed in several])
        if found:
            failed: Failed = next(each for each in several if each.number == found[0])
            return Shown(found[1], failed.message, failed.got, failed.wanted)
    return None


def smallest_of(shown: list[Shown | None]) -> Shown | None:
    """The one with the fewest lines."""
    return min((each for each in shown if each), key=lambda each: len(each.program.split("\n")), default=None)
