"""What takes seconds to find out about a lesson, and is the same for all submissions, kept on disk.

.build/inputs/<lesson>/<digest>-<seed>.pickle     what the reference does in the hidden tests with this seed
.build/inputs/<lesson>/<digest>-known.pickle      what the known wrong answers do; both as secret as the reference

A shelf that cannot be written or read is empty; it saves time and nothing else.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import places
from autograder.desk import Inputs
from gradlab.course import Course, Lesson
from gradlab.files import write_atomic

if TYPE_CHECKING:
    from autograder.diagnose.library import Known


class Shelf:
    """digest: of all that the replies depend on (Kit.reference). With another one, what was kept goes."""

    def __init__(self, course: Course, lesson: Lesson, digest: str):
        self.folder, self.digest = course.root / places.BUILD / "inputs" / lesson.id, digest[:20]

    def inputs(self, seed: int) -> Inputs | None:
        """What was put here with this seed, or None."""
        found = self._read(str(seed))
        return found if isinstance(found, Inputs) and found.seed == seed else None

    def known(self) -> Known | None:
        """What was put here about wrong answers, or None."""
        return self._read("known")

    def put(self, what: Inputs | Known) -> None:
        name = str(what.seed) if isinstance(what, Inputs) else "known"
        try:
            write_atomic(self._file(name), pickle.dumps(what))
            for path in self.folder.glob("*.pickle"):
                if not path.name.startswith(self.digest):
                    path.unlink(missing_ok=True)
        except OSError:
            pass

    def _read(self, name: str) -> Inputs | Known | None:
        try:
            return pickle.loads(self._file(name).read_bytes())
        except Exception:  # absent, cut off, of another version: whatever pickle makes of that
            return None

    def _file(self, name: str) -> Path:
        return self.folder / f"{self.digest}-{name}.pickle"
