"""Students by number: the same number in every lesson of a class, and no way back without the salt.

The salt is made once, lies in `.gradlab/salt` beside the grades, and is for nobody else. Delete it when the research is
done: then the numbers cannot be traced by anybody.
"""

from __future__ import annotations

import csv
import hmac
import io
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autograder.graded import Graded
from autograder.insight.facts import misconceptions_of, outcome
from autograder.rebuild import Repair
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

KNOWN = (
    "took longer than",
    "before it took too long",
    "importing it takes longer",
    "is not written yet",
    "raised ",
    "Python stopped",
)
COLUMNS = ("student", "lesson", "exercise", "test", "kind", "points", "earned", "outcome", "misconception")


class Names:
    """names("ada") is "s-3f9c01ab77d2"."""

    def __init__(self, salt: bytes):
        self.salt = salt

    def __call__(self, student: str) -> str:
        return "s-" + hmac.new(self.salt, student.encode("utf-8"), "sha256").hexdigest()[:12]


def names_in(out: Path) -> Names:
    """The numbers of the class whose grades are in `out`; makes its salt the first time. Raises GradlabError."""
    file = out / ".gradlab" / "salt"
    if not file.is_file():
        write_atomic(file, secrets.token_hex(32) + "\n")
        os.chmod(file, 0o600)
    try:
        salt = bytes.fromhex(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        salt = b""
    if len(salt) < 16:
        raise GradlabError(f"{file} holds no salt any more. Delete it for a new one; numbers will be others then.")
    return Names(salt)


def without_names(graded: Graded, names: Names) -> Graded:
    """A grade without anything that the student wrote or could be known by: what was said stays out, too."""
    verdicts = {
        exercise: [replace(each, reason=_plain(each.reason)) for each in several]
        for exercise, several in graded.verdicts.items()
    }
    repairs = [Repair(each.exercise, "something was repaired") for each in graded.repairs]
    problem = "its notebook could not be graded" if graded.problem else ""
    known = {exercise: {"because": says} for exercise, says in misconceptions_of(graded).items()}
    return replace(
        graded,
        student=names(graded.student),
        verdicts=verdicts,
        repairs=repairs,
        problem=problem,
        digest="",
        diagnoses=known,
    )


def _plain(reason: str) -> str:
    """Of a reason only what `outcome` goes by: it may quote the student's own words."""
    if "the cell of" in reason and "is missing" in reason:
        return "is not written yet"
    return next((known for known in KNOWN if known in reason), "lost" if reason else "")


def rows(graded: Graded, names: Names) -> Iterator[dict[str, str | float]]:
    """One row for each check and hidden test of one student. Texts are the lesson's, never the student's."""
    known = misconceptions_of(graded)
    for exercise, verdicts in graded.verdicts.items():
        number = 0
        for verdict in verdicts:
            visible = verdict.name.startswith(f"{exercise}-check")
            number += not visible
            values = (
                names(graded.student),
                graded.lesson,
                exercise,
                # How a hidden test is called stays with the grader, too.
                verdict.name if visible else f"{exercise}-hidden-{number}",
                "check" if visible else "hidden test",
                verdict.points,
                verdict.earned,
                outcome(verdict),
                known.get(exercise, ""),
            )
            yield dict(zip(COLUMNS, values, strict=True))


def write_rows(path: Path, table: list[dict]) -> None:
    """To a .csv or a .json file, by student's number: so that not even the order tells. Raises GradlabError."""
    table = sorted(table, key=lambda row: (row["student"], row["lesson"]))
    if path.suffix == ".json":
        write_atomic(path, json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    elif path.suffix == ".csv":
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(table)
        write_atomic(path, text.getvalue())
    else:
        raise GradlabError(f"{path}: rows are written as .csv or .json.")
