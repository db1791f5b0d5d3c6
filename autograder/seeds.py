"""Which inputs a submission's hidden tests draw: one of a few seeds a lesson, and the student cannot know which.

    seeds = Seeds.in_folder(out, lesson.id)
    seeds.of("ada")          # the same for as long as the folder keeps its key

There are `POOL` seeds, and not one a student, because the reference has to be asked with every seed, and because the
answers of solutions/ are proved with all of them (tests/autograder/grading/test_every_seed.py). A keyed hash of lesson
and student picks one; the key is the instructor's, beside the gradebook, made when grading first begins there. The seed
is kept with the grade, and a regrade uses it again.
"""

from __future__ import annotations

import hmac
import os
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path

from autograder.claim import no_place
from gradlab.errors import GradlabError
from gradlab.files import write_atomic

POOL = 8
KEY = Path(".gradlab", "seed.key")


def seed_of(lesson_id: str) -> int:
    """The first seed of a lesson: for proofs, for stock nbgrader, and wherever there is no student."""
    return zlib.crc32(lesson_id.encode("utf-8")) % 1_000_000


def pool(lesson_id: str) -> tuple[int, ...]:
    """The seeds of a lesson."""
    return tuple(seed_of(lesson_id) + number * 1_000_003 for number in range(POOL))


@dataclass(frozen=True)
class Seeds:
    """Draws a lesson's seeds. key: b"" when there is none: then all get the first."""

    lesson: str
    key: bytes

    @classmethod
    def in_folder(cls, out: Path, lesson: str, make: bool = True) -> Seeds:
        """With the key in `out`. make: one when there is none; the caller holds the folder (claim.py)."""
        path = Path(out) / KEY
        try:
            if not path.exists():
                return cls(lesson, _made(path) if make else b"")
            key = bytes.fromhex(path.read_text(encoding="ascii"))
        except OSError as error:
            raise no_place(path, error) from None
        except ValueError:
            key = b""
        if len(key) < 16:
            raise GradlabError(
                f"{path} is damaged: it holds the key that draws the inputs of hidden tests. Take it from a backup, or "
                "remove it: who is graded already keeps their inputs, others will draw with a new key."
            )
        return cls(lesson, key)

    def of(self, student: str) -> int:
        seeds = pool(self.lesson)
        if not self.key:
            return seeds[0]
        drawn = hmac.digest(self.key, f"{self.lesson}\0{student}".encode("utf-8", "replace"), "sha256")
        return seeds[int.from_bytes(drawn[:8], "big") % len(seeds)]


def _made(path: Path) -> bytes:
    """A new key in a file that its owner alone may read."""
    key = secrets.token_bytes(32)
    before = os.umask(0o077)
    try:
        write_atomic(path, key.hex() + "\n")
    finally:
        os.umask(before)
    return key
