"""What the reference does in a lesson's hidden tests, kept on disk for each seed: asking it takes seconds.

.build/inputs/<lesson>/<digest>-<seed>.pickle     as secret as the reference itself

A shelf that cannot be written or read is empty; it saves time and nothing else.
"""

from __future__ import annotations

import pickle
from pathlib import Path

from autograder import places
from autograder.desk import Inputs
from gradlab.course import Course, Lesson
from gradlab.files import write_atomic


class Shelf:
    """digest: of all that the replies depend on (Kit.reference). With another one, what was kept goes."""

    def __init__(self, course: Course, lesson: Lesson, digest: str):
        self.folder, self.digest = course.root / places.BUILD / "inputs" / lesson.id, digest[:20]

    def inputs(self, seed: int) -> Inputs | None:
        """What was put here with this seed, or None."""
        try:
            found = pickle.loads(self._file(seed).read_bytes())
        except Exception:  # absent, cut off, of another version: whatever pickle makes of that
            return None
        return found if isinstance(found, Inputs) and found.seed == seed else None

    def put(self, inputs: Inputs) -> None:
        try:
            write_atomic(self._file(inputs.seed), pickle.dumps(inputs))
            for path in self.folder.glob("*.pickle"):
                if not path.name.startswith(self.digest):
                    path.unlink(missing_ok=True)
        except OSError:
            pass

    def _file(self, seed: int) -> Path:
        return self.folder / f"{self.digest}-{seed}.pickle"
