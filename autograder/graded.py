"""What is known of a submission once it is graded, and the file that remembers it.

The file makes a second run skip what has not changed, and tells later how a score came about: the seed of the inputs,
the isolation, every verdict, every repair.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.judge import Verdict
from autograder.rebuild import Repair
from gradlab.files import write_atomic

FORMAT = 1


@dataclass(frozen=True)
class Graded:
    """verdicts: {exercise: its checks' and hidden tests'}. problem: why the whole notebook earns nothing, or "".

    diagnoses: {exercise: what is behind the points it lost, see diagnose/match.py}, where they were asked for.

    digest: of everything that the score depends on. isolation: how the student's code was kept apart.
    """

    student: str
    lesson: str
    verdicts: dict[str, list[Verdict]]
    problem: str = ""
    repairs: list[Repair] = field(default_factory=list)
    seed: int = 0
    isolation: str = ""
    digest: str = ""
    graded_at: str = ""
    diagnoses: dict[str, dict] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(verdict.earned for verdicts in self.verdicts.values() for verdict in verdicts)

    @property
    def maximum(self) -> float:
        return sum(verdict.points for verdicts in self.verdicts.values() for verdict in verdicts)

    def points_of(self, exercise: str) -> tuple[float, float]:
        """What an exercise earned, and what it is worth."""
        verdicts = self.verdicts[exercise]
        return sum(verdict.earned for verdict in verdicts), sum(verdict.points for verdict in verdicts)

    def reasons_of(self, exercise: str) -> list[str]:
        """Why an exercise lost points, each reason once; and what was repaired about it."""
        reasons = [self.problem] if self.problem else said_once(self.verdicts[exercise])
        return reasons + [repair.text for repair in self.repairs if repair.exercise == exercise]


def tidy(graded: Graded) -> Graded:
    """A grade whose texts can be written and shown anywhere: no control character, no half of a surrogate pair."""
    verdicts = {
        name: [replace(each, reason=plain(each.reason)) for each in several]
        for name, several in graded.verdicts.items()
    }
    repairs = [Repair(repair.exercise, plain(repair.text)) for repair in graded.repairs]
    return replace(graded, verdicts=verdicts, problem=plain(graded.problem), repairs=repairs)


def plain(text: str) -> str:
    """`text` without what a terminal, a page or a file would choke on or act upon."""
    if text.isprintable():
        return text
    kept = "".join(c if c.isprintable() or c == "\n" else " " if c == "\t" else "\ufffd" for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8")


def said_once(verdicts: Sequence[Verdict]) -> list[str]:
    """Why points were lost: of an exercise that could not be run its one reason, else each test's own."""
    lost = [verdict for verdict in verdicts if verdict.reason]
    return list(dict.fromkeys(f"{each.says}: {each.reason}" if each.ran else each.reason for each in lost))


def digest_of(*parts: str | bytes | int) -> str:
    """A hash that changes when any of `parts` does."""
    whole = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


# ---- the file ---------------------------------------------------------------------------------------------------


def grades_file(out: Path, student: str, lesson: str) -> Path:
    return out / ".gradlab" / "grades" / student / f"{lesson}.json"


def save(out: Path, graded: Graded) -> None:
    # A line for each field. `indent` and `asdict` would take three quarters of the recorder's time.
    fields = {"format": FORMAT, **vars(graded)}
    lines = [f'"{name}": {json.dumps(value, ensure_ascii=False, default=vars)}' for name, value in fields.items()]
    write_atomic(grades_file(out, graded.student, graded.lesson), "{\n" + ",\n".join(lines) + "\n}\n")


def forget(out: Path, student: str, lesson: str) -> None:
    """Before anything else of this submission is replaced: what is remembered must have been recorded."""
    grades_file(out, student, lesson).unlink(missing_ok=True)


def load(out: Path, student: str, lesson: str) -> Graded | None:
    """What was saved; None when there is nothing, or nothing that can be read."""
    try:
        data = json.loads(grades_file(out, student, lesson).read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            return None
        verdicts = {name: [Verdict(**each) for each in several] for name, several in data.pop("verdicts").items()}
        repairs = [Repair(*each) for each in data.pop("repairs")]
        return Graded(verdicts=verdicts, repairs=repairs, **data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
