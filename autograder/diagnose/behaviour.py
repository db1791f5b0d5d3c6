"""What an answer does in the checks and hidden tests of its exercise, among the reference's other answers.

Checks are run with asserts that report (gradlab/witness.py), so that all they see is known, not only the first failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from autograder.blueprint import Blueprint
from autograder.judge import difference
from autograder.mutants.trying import Bench
from autograder.run import Trial, trials_of
from gradlab.notebooks import Notebook
from gradlab.witness import Report, read_report, witnessed

SLOW = ("time", "over")


@dataclass(frozen=True)
class Behaviour:
    """reports: {check: what its asserts found; None when it passes, "slow", "died"}. replies: {hidden test: reply}."""

    reports: Mapping[str, Report | str | None]
    replies: Mapping[str, dict]

    def failing(self, wanted: Mapping[str, dict]) -> frozenset[str]:
        """The checks and hidden tests that find something. wanted: the reference's replies."""
        checks = {name for name, report in self.reports.items() if report is not None}
        return frozenset(checks | {name for name, reply in self.replies.items() if _unlike(wanted[name], reply)})


def with_witnesses(blueprint: Blueprint) -> Blueprint:
    """The lesson with checks that report."""
    cells = [replace(c, source=witnessed(c.source)) if c.role == "check" else c for c in blueprint.notebook.cells]
    notebook = blueprint.notebook
    return replace(blueprint, notebook=Notebook(notebook.path, notebook.lesson, tuple(cells)))


def behaviour(bench: Bench, exercise: str, source: str) -> Behaviour | None:
    """What `source` does as the answer to `exercise`; None when it cannot be imported. bench: of with_witnesses(…)."""
    with bench.trying(exercise, source) as (engine, _):
        if engine is None:
            return None
        reports: dict[str, Report | str | None] = {}
        replies: dict[str, dict] = {}
        slow = False
        for trial in trials_of(bench.blueprint, exercise):
            reply = {"end": "time", "events": []} if slow else bench.reply(engine, trial)
            slow = slow or reply["end"] == "time"
            if trial.program:
                replies[trial.name] = reply
            else:
                reports[trial.name] = _report(reply)
        return Behaviour(reports, replies)


def same(one: Behaviour, other: Behaviour, wanted: Mapping[str, dict]) -> bool:
    """Whether two answers do the same in every check and hidden test."""
    if one.reports.keys() != other.reports.keys() or one.replies.keys() != other.replies.keys():
        return False
    if not all(_trace(one.reports[name]) == _trace(other.reports[name]) for name in one.reports):
        return False
    return all(_alike(one.replies[name], other.replies[name], wanted[name]) for name in one.replies)


def _report(reply: dict) -> Report | str | None:
    if reply["end"] in SLOW:
        return "slow"
    events = reply["events"]
    if reply["end"] != "done" or len(events) != 1:
        return "died"
    said = str(events[0].get("check", ""))
    return (read_report(said) or said) if said else None


def _trace(report: Report | str | None) -> str:
    return report.trace if isinstance(report, Report) else report or ""


def _alike(one: dict, other: dict, wanted: dict) -> bool:
    """Both right, both slow, or both wrong in the same way."""
    if one["end"] in SLOW or other["end"] in SLOW:
        return one["end"] in SLOW and other["end"] in SLOW
    if not _unlike(wanted, one) or not _unlike(wanted, other):
        return not _unlike(wanted, one) and not _unlike(wanted, other)
    return not _unlike(other, one)


def _unlike(wanted: dict, got: dict) -> str | None:
    return difference(wanted, got)


__all__ = ["Behaviour", "Trial", "behaviour", "same", "with_witnesses"]
