"""What was found out about mutants before: .build/mutants/<lesson>.json, {hash of everything that matters: outcome}.

An outcome holds as long as the lesson's code and tests, the engine below it and the grader's own code are the same;
words may change.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy

from autograder import places
from autograder.blueprint import Blueprint
from autograder.graded import digest_of
from autograder.mutants.library import Mutant
from autograder.mutants.trying import Outcome
from gradlab.files import write_atomic

HERE = Path(__file__).resolve().parents[1]
_JUDGES = ("worker", "mutants/trying.py", "judge.py", "observe.py", "engines.py", "hidden.py")


class Memory:
    """The outcomes known of one lesson. `edition`: the hash of all that they depend on besides the answer."""

    def __init__(self, blueprint: Blueprint, base: Path):
        self.file = blueprint.course.root / places.BUILD / "mutants" / f"{blueprint.lesson.id}.json"
        self.edition = edition(blueprint, base)
        self.known = self._read()

    def get(self, mutant: Mutant) -> Outcome | None:
        known = self.known.get(self._key(mutant))
        return None if known is None else Outcome(*known)

    def put(self, mutant: Mutant, outcome: Outcome) -> None:
        self.known[self._key(mutant)] = [outcome.by, outcome.test, outcome.reason]

    def save(self) -> None:
        write_atomic(self.file, json.dumps({"edition": self.edition, "outcomes": self.known}, ensure_ascii=False))

    def _key(self, mutant: Mutant) -> str:
        return hashlib.sha256(f"{mutant.exercise}\n{mutant.source}".encode()).hexdigest()[:24]

    def _read(self) -> dict[str, list[str]]:
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            return dict(kept["outcomes"]) if kept["edition"] == self.edition else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def edition(blueprint: Blueprint, base: Path) -> str:
    """A hash of the lesson's code cells and tests, the engine before it, and what runs and judges them."""
    cells = [f"{cell.role}:{cell.name}:{cell.points}\n{cell.source}" for cell in blueprint.notebook.cells if cell.role]
    code = [cell for cell in cells if not cell.startswith(("hints:", "prose:"))]
    ours = [path for name in _JUDGES for path in sorted(_files(HERE / name))]
    parts = [part for file in [*sorted(base.rglob("*.py")), *ours] for part in (file.name, file.read_bytes())]
    versions = (*sys.version_info[:2], numpy.__version__)
    return digest_of(*versions, blueprint.tests, *code, *parts)


def _files(path: Path) -> list[Path]:
    return list(path.rglob("*.py")) if path.is_dir() else [path] * path.is_file()
