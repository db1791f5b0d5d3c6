"""Of several attempts of a student at a lesson, the one that counts, by the course's rule: first, last or best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from autograder.stamps import time_of

if TYPE_CHECKING:
    from autograder.collect import Submission
    from autograder.late_rule import LateRule


class Attempt(NamedTuple):
    """number: which it is, where the files' names say so; 0 for the first."""

    submission: Submission
    number: int = 0


def choose(attempts: Sequence[Attempt], rule: str) -> Submission:
    """The submission that counts. What was handed in before the deadline comes before what was not.

    When nothing says which attempt was first, none counts, and that is its problem. Which is best is not known before
    all are graded, so the others come along.
    """
    if len(attempts) == 1:
        return attempts[0].submission
    ordered = sorted(attempts, key=_when)
    told = f"{len(attempts)} attempts were handed in"
    if rule == "best":
        best, *others = [each.submission for each in ordered]
        return replace(best, note=_joined(best.note, f"{told}; the best counts"), others=tuple(others))
    if len({_when(each) for each in attempts}) < len(attempts):
        names = sorted("/".join(each.submission.file.parts) for each in attempts if each.submission.file)
        same = {each.submission.data() for each in attempts if each.submission.file}
        if len(same) > 1 or not same:
            why = f"{told}, and nothing says which came {rule} ({', '.join(names)}): keep the one that counts"
            return replace(ordered[-1].submission, file=None, note="", problem=why)
    in_time = [each for each in ordered if not _is_late(each)]
    counts = (in_time or ordered)[0 if rule == "first" else -1].submission
    which = f"the {rule} in time counts" if in_time and len(in_time) < len(ordered) else f"the {rule} counts"
    return replace(counts, note=_joined(counts.note, f"{told}; {which}"))


def worth(score: float, submission: Submission, late: LateRule) -> float:
    """What `score` points are worth once the penalty for being late is off: what the best attempt has most of.

    An extension of the deadline that nbgrader's gradebook holds for one student is not known here.
    """
    due = submission.lesson.due
    time = time_of(submission.stamp) if due else None
    seconds = (time - due.replace(tzinfo=None)).total_seconds() if time else 0.0
    return score - (late.penalty(submission.student, score, seconds) or 0.0) if seconds > 0 else score


def _when(attempt: Attempt) -> tuple:
    time = time_of(attempt.submission.stamp)
    return (time.timestamp() if time else 0.0, attempt.number)


def _is_late(attempt: Attempt) -> bool:
    time, due = time_of(attempt.submission.stamp), attempt.submission.lesson.due
    return bool(time and due and time > due.replace(tzinfo=None))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
