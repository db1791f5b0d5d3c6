"""What an answer does in the checks and hidden tests of its exercise, among the reference's other answers.

Checks are run with asserts that report (gradlab/witness.py), so that all they see is known, not only the first failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from autograder.blueprint import Blueprint
from autograder.judge import difference
from autograder.mutants.trying import Bench
from autograder.trial import trials_of
from autograder.worker.wire import Array
from gradlab.notebooks import Notebook
from gradlab.witness import TOLD, Failed, Report, read_report, witnessed

SLOW = ("time", "over")


@dataclass(frozen=True)
class Behaviour:
    """reports: {check: what its asserts found; None when it passes, "slow", "died"}. replies: {hidden test: reply}."""

    reports: Mapping[str, Report | str | None]
    replies: Mapping[str, dict]

    @property
    def is_sure(self) -> bool:
        """Whether nothing in it took too long or died, which may have been the machine."""
        ends = {reply["end"] for reply in self.replies.values()}
        return ends <= {"done", "raised"} and not {"slow", "died"} & {
            r for r in self.reports.values() if type(r) is str
        }

    def failing(self, wanted: Mapping[str, dict]) -> frozenset[str]:
        """The checks and hidden tests that find something. wanted: the reference's replies."""
        checks = {name for name, report in self.reports.items() if report is not None}
        return frozenset(checks | {name for name, reply in self.replies.items() if _unlike(wanted[name], reply)})


def with_witnesses(blueprint: Blueprint) -> Blueprint:
    """The lesson with checks that report."""
    cells = [replace(c, source=witnessed(c.source)) if c.role == "check" else c for c in blueprint.notebook.cells]
    notebook = blueprint.notebook
    return replace(blueprint, notebook=Notebook(notebook.path, notebook.lesson, tuple(cells)))


def behaviour(bench: Bench, exercise: str, source: str, hidden: bool = True) -> Behaviour | None:
    """What `source` does as the answer to `exercise`; None when it cannot be imported. bench: of with_witnesses(…)."""
    with bench.trying(exercise, source) as (engine, _):
        if engine is None:
            return None
        reports: dict[str, Report | str | None] = {}
        replies: dict[str, dict] = {}
        slow = False
        for trial in trials_of(bench.blueprint, exercise):
            if trial.program and not hidden:
                continue
            reply = {"end": "time", "events": [], "message": ""} if slow else bench.reply(engine, trial)
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
    if not all(events_of(one.reports[name]) == events_of(other.reports[name]) for name in one.reports):
        return False
    return all(_alike(one.replies[name], other.replies[name], wanted[name]) for name in one.replies)


def _report(reply: dict) -> Report | str | None:
    if reply["end"] in SLOW:
        return "slow"
    if reply["end"] != "done":
        return "died"
    said = reply["message"]
    return (read_report(said) or said) if said else None


class Likeness(NamedTuple):
    """How much of what a mistake does wrong another answer does as well.

    matched: the findings of checks and the failing hidden tests that both have, of `total` of the mistake's.
    numbers: those among them that show numbers, on which two answers do not agree by chance.
    seen: whether the checks find the same, and nothing else. fails: failing hidden tests that fail for both.
    beyond: whether an assert that finds the mistake finds something else besides, as in another round of its loop: then
    what is wrong is more general than the mistake.
    """

    matched: int
    total: int
    numbers: int
    seen: bool
    fails: float
    beyond: bool

    @property
    def share(self) -> float:
        return self.matched / self.total if self.total else 0.0


def likeness(mistake: Behaviour, does: Behaviour, wanted: Mapping[str, dict]) -> Likeness:
    """How much `does` is like `mistake`. It may do more that is wrong: another mistake beside it."""
    events = {(name, each) for name, report in mistake.reports.items() for each in events_of(report)}
    others = {(name, each) for name, report in does.reports.items() for each in events_of(report)}
    both = events & others
    failing = [name for name, reply in mistake.replies.items() if _unlike(wanted[name], reply)]
    found = [first_difference(wanted[name], mistake.replies[name], does.replies[name]) for name in failing]
    alike = [each for each in found if each is not None]
    numbers = sum(each.endswith("+") for _, each in both) + sum(alike)
    fails = sum(bool(_unlike(wanted[name], does.replies[name])) for name in failing)
    found = len(both) + len(alike)
    share = fails / (len(failing) or 1)
    return Likeness(found, len(events) + len(failing), numbers, events == others, share, _beyond(mistake, does))


def _beyond(mistake: Behaviour, does: Behaviour) -> bool:
    for name, report in mistake.reports.items():
        other = does.reports.get(name)
        if isinstance(report, Report) and isinstance(other, Report):
            known, asserts = set(map(finding, report.failed)), {failed.number for failed in report.failed}
            more = {finding(each) for each in other.failed if each.number in asserts} - known
            if more and len(report.failed) < TOLD:  # of more than these a report tells nothing
                return True
    return False


def finding(failed: Failed) -> tuple[int, str, str]:
    """An assert that fails, its words, and what came: with numbers that are the same but for rounding."""
    return failed.number, rounded(failed.message), rounded(failed.got)


def rounded(text: str) -> str:
    return re.sub(r"\d+\.\d{4,}", lambda number: f"{float(number[0]):.4g}", text)


def first_difference(wanted: dict, mistake: dict, got: dict) -> int | None:
    """None when `got` does otherwise at the place where `mistake` first goes wrong; else 1 if numbers say so, or 0."""
    for place, theirs in enumerate(wanted["events"]):
        if place >= len(mistake["events"]):
            break
        if _only(theirs, mistake["events"][place]):
            if place >= len(got["events"]) or _only(mistake["events"][place], got["events"][place]):
                return None
            return int(_telling(mistake["events"][place].get("saw")))
    return 0 if _alike(mistake, got, wanted) else None


def _only(theirs: dict, ours: dict) -> str | None:
    """How one observation is unlike another."""
    end = {"end": "done", "type": "", "text": ""}
    return difference({**end, "events": [theirs]}, {**end, "events": [ours]})


def _telling(seen: Any) -> bool:
    """Whether there are numbers in what is seen: by chance two answers do not agree on these."""
    if isinstance(seen, dict):
        return any(_telling(each) for each in seen.values())
    if isinstance(seen, list):
        return any(_telling(each) for each in seen)
    values = seen.values if isinstance(seen, Array) else seen
    if isinstance(values, float):
        return values not in (0.0, 1.0)
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and bool(np.any(values * (values - 1)))


def events_of(report: Report | str | None) -> frozenset[str]:
    """The digests of what a check has found; of one that was stopped, how."""
    if isinstance(report, Report):
        return frozenset(report.events)
    return frozenset({report} if report else ())


def _alike(one: dict, other: dict, wanted: dict) -> bool:
    """Both right, both slow, or both wrong in the same way."""
    if one["end"] in SLOW or other["end"] in SLOW:
        return one["end"] in SLOW and other["end"] in SLOW
    if not _unlike(wanted, one) or not _unlike(wanted, other):
        return not _unlike(wanted, one) and not _unlike(wanted, other)
    return not _unlike(other, one)


def _unlike(wanted: dict, got: dict) -> str | None:
    return difference(wanted, got)
