"""A folder, a wheel, a repository, searched for everything that the course keeps from its students.

problems = search(load_course(), Path("dist/gradlab-0.1.0-py3-none-any.whl"))
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.leaks import bytecode, repositories, secrets
from autograder.leaks.matching import Keeper, Page, markers, telling
from autograder.leaks.reading import Unreadable, pages
from autograder.places import hidden_tests_file
from autograder.shell import shell_files
from autograder.source import LessonSource, read_source
from gradlab.course import Course
from gradlab.errors import GradlabError
from gradlab.export_format import plain_code
from gradlab.files import read_text


@dataclass(frozen=True)
class Searcher:
    """Knows the secrets of all lessons of a course: read once, looked for many times.

    lent: whole files that students may have, byte for byte; the modules that a release lends on purpose.
    """

    course: Course
    sources: tuple[LessonSource, ...]
    lent: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, course: Course, lent: Iterable[bytes] = ()) -> Searcher:
        """Raises SourceError when a lesson cannot be read: then nobody knows its secrets."""
        return cls(course, tuple(read_source(course, lesson) for lesson in course.lessons), frozenset(lent))

    @cached_property
    def keeper(self) -> Keeper:
        kept = []
        for source in self.sources:
            kept += secrets.answers(source)
            kept += secrets.hidden_tests(self.course, source)
            kept += secrets.wrong_answers(self.course, source, self.open_lines)
            kept += secrets.right_answers(self.course, source, self.open_lines)
        if not kept:
            raise GradlabError("this course has no answers to look for: run it where solutions/ is.")
        return Keeper(tuple(kept))

    @cached_property
    def open_lines(self) -> frozenset[str]:
        """What every student has: what any lesson shows, and the shell of the engine."""
        shell = shell_files(self.course).values()
        lines = [line for data in shell for line in data.decode("utf-8", "replace").split("\n")]
        return telling(lines).union(*map(secrets.shown_lines, self.sources))

    @cached_property
    def compiled(self) -> dict[tuple, str]:
        """{what a secret function compiles to: whose it is}."""
        found: dict[tuple, str] = {}
        for source in self.sources:
            for cell in source.of_role("exercise"):
                found |= dict.fromkeys(bytecode.prints(plain_code(cell.source)), f"the answer of {cell.name}")
            for file in self._python_files(source):
                what = f"{file.parent.name}/{file.name}"
                found |= dict.fromkeys(bytecode.prints(read_text(file)), f"a function of {what}")
            for cell in source.of_role("given"):
                for open_function in bytecode.prints(plain_code(cell.source)):
                    found.pop(open_function, None)
        return found

    def _python_files(self, source: LessonSource) -> list[Path]:
        tests = hidden_tests_file(self.course, source.lesson)
        return [
            file
            for file in (tests, tests.with_name("wrong_answers.py"), tests.with_name("right_answers.py"))
            if file.is_file()
        ]

    # ---- looking ------------------------------------------------------------------------------------------------

    def problems(self, target: Path) -> list[str]:
        """What is found in a file or folder, one sentence for each place and secret; [] is what one hopes for."""
        if not target.exists():
            raise GradlabError(f"{target} does not exist. Name a folder, a wheel, a zip or a repository.")
        seen = set(self.lent)
        found: list[str] = []
        for name, data in everything(target):
            if data not in seen:
                seen.add(data)
                found += self._in_bytes(name, data)
        return list(dict.fromkeys(found))

    def _in_bytes(self, name: str, data: bytes) -> Iterator[str]:
        try:
            for page in pages(data, name):
                yield from self._in_page(page)
        except Unreadable as problem:
            yield f"{problem} Take it out."
        if bytecode.is_bytecode(data):
            yield from self._in_bytecode(name, data)

    def _in_page(self, page: Page) -> Iterator[str]:
        yield from self.keeper.problems(page)
        if page.name.startswith("modules/") or ".ipynb" in page.name:
            yield from markers(page)

    def _in_bytecode(self, name: str, data: bytes) -> Iterator[str]:
        code = bytecode.code_of(data)
        if code is None:
            yield f"{name} was compiled by another Python, so nobody can look into it. Take it out."
            return
        yield from self._in_page(Page(f"{name}, its strings", "\n".join(bytecode.texts(code))))
        for function in bytecode.functions(code):
            what = self.compiled.get(bytecode.print_of(function))
            if what:
                yield f"{name} holds {what}, compiled: {function.co_name}"


def everything(target: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of a file, or of all files in a folder, hidden ones included, and of all git objects."""
    if not target.is_dir():
        yield target.name, target.read_bytes()
        return
    store: Path | None = None
    for folder, inner, names in os.walk(target):
        here = Path(folder)
        inner.sort()
        if repositories.is_store(here):
            store = here
            for name, content in repositories.objects(here):
                yield f"{_relative(here, target)}, {name}", content
        for name in sorted(names):
            file = here / name
            inside = store is not None and file.is_relative_to(store)
            if file.is_file() and not (inside and repositories.is_object(_relative(file, store))):
                yield _relative(file, target), file.read_bytes()


def _relative(path: Path, top: Path) -> str:
    return path.relative_to(top).as_posix()
