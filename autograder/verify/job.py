"""What a proof is about: one lesson, as source, as released, and as engines."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder import places
from autograder.build import exported_modules
from autograder.overlay import overlay
from autograder.source import LessonSource
from gradlab.course import Course, Lesson
from gradlab.files import write_atomic


@dataclass(frozen=True)
class Job:
    """One lesson to verify. `released`: the notebook a release of it now gives. `scratch`: a folder of its own."""

    course: Course
    source: LessonSource
    released: str
    scratch: Path

    @property
    def lesson(self) -> Lesson:
        return self.source.lesson

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        return tuple(cell.name for cell in self.source.of_role("exercise"))

    def engine(self, without: Collection[str] = (), modules: Collection[str] | None = None) -> Path:
        """An engine for this lesson in which the answers of the exercises `without` are missing.

        modules: those of the lesson's modules that exist; None means all.
        """
        there = [name for name in exported_modules(self.source) if modules is None or name in modules]
        texts = {name: self.source.module_text(name, without) for name in there}
        return overlay(self.course, self.lesson, texts, self.folder("engine"))

    def folder(self, name: str) -> Path:
        """A new folder: proofs run side by side."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch))

    @property
    def reference(self) -> Path:
        return places.reference_dir(self.course)

    @cached_property
    def notebook_with_answers(self) -> Path:
        return places.source_notebook(self.course, self.lesson)

    @cached_property
    def notebook_with_stubs(self) -> Path:
        path = self.folder("released") / self.lesson.notebook.name
        write_atomic(path, self.released)
        return path
