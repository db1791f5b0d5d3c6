"""From the notebook that was handed in to the answers in it, whatever happened to its cells.

    rebuilt = rebuild(data, blueprint)
    rebuilt.sources["walk"], rebuilt.repairs, rebuilt.problem

A cell is known by what stands in it (`#| export engine.walk`, as in the student's own notebook), else by nbgrader's
id, the format's id or gradlab's name. Everything but the exercises comes from the release. What had to be put right is
told; what cannot be matched counts as missing, and that is told too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from autograder.blueprint import Blueprint
from autograder.engines import is_written
from autograder.submitted import Handed, read_submitted
from gradlab.export_format import plain_code, syntax_tree
from gradlab.names import defined_names


class Repair(NamedTuple):
    """Something that was put right. exercise: which it concerns; "" for the whole notebook."""

    exercise: str
    text: str


@dataclass
class Rebuilt:
    """What a student wrote. sources: {exercise: source}, without those that are missing. guesses: {id: source}, their
    answers to ungraded questions. problem: why nothing can be graded, or ""."""

    sources: dict[str, str] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    problem: str = ""


def rebuild(data: bytes, blueprint: Blueprint) -> Rebuilt:
    """The answers in the notebook `data`. Never raises."""
    submitted = read_submitted(data)
    result = Rebuilt(problem=submitted.problem, repairs=[Repair("", note) for note in submitted.notes])
    lesson = blueprint.lesson.id
    if not result.problem and submitted.lesson and submitted.lesson != lesson:
        result.problem = f"this is the notebook of {_short(submitted.lesson)}, not of {lesson}"
    if result.problem:
        return result
    matcher = _Matcher(blueprint, submitted.cells)
    if not matcher.found and not submitted.lesson:
        result.problem = f"no cell of {lesson} is in it"
        return result
    for name in blueprint.exercises:
        matcher.take(name, result)
    result.repairs += matcher.locked_repairs()
    result.guesses = {cell.id: cell.source for cell in submitted.cells if cell.role == "predict" and cell.id}
    return result


class _Matcher:
    """Knows which handed-in cell is which cell of the lesson. found: {id: the cells that are it}."""

    def __init__(self, blueprint: Blueprint, cells: list[Handed]):
        self.blueprint, self.cells = blueprint, cells
        self.known = {cell.id: cell for cell in blueprint.notebook.cells if cell.id}
        self.by_name = {name: cell.id for name, cell in blueprint.exercises.items()}
        self.by_export = {(cell.module, cell.name): cell.id for cell in self.known.values() if cell.module}
        self.found: dict[str, list[Handed]] = {}
        for cell in cells:
            identity = self._identity(cell)
            if identity:
                self.found.setdefault(identity, []).append(cell)

    def _identity(self, cell: Handed) -> str:
        """The id of the cell of the lesson that this one is; "" when it is none."""
        export = cell.export
        if export and (export.module, export.name) in self.by_export:
            return self.by_export[export.module, export.name]
        for identity in (cell.grade_id, cell.id):
            if identity in self.known:
                return identity
        return self.by_name.get(cell.name, "") if cell.role == "exercise" else ""

    # ---- exercises ----------------------------------------------------------------------------------------------

    def take(self, name: str, result: Rebuilt) -> None:
        """Put the source of one exercise into `result`, and say what was done to find it."""
        cells = self.found.get(self.by_name[name], [])
        source, note = self._choose(name, cells) if cells else self._look_elsewhere(name)
        if source is not None:
            result.sources[name] = source
        if note:
            result.repairs.append(Repair(name, note))
        if len(cells) == 1 and cells[0].kind not in ("code", ""):
            result.repairs.append(Repair(name, f"the cell was of type {_short(cells[0].kind)}; it was taken as code"))

    def _choose(self, name: str, cells: list[Handed]) -> tuple[str, str]:
        """Of several cells that are the same exercise, the source that counts, and why."""
        if len(cells) == 1:
            return cells[0].source, ""
        whole = [cell for cell in cells if self._is_whole(name, cell.source)]
        rest_parses = all(_parses(cell.source) for cell in cells)
        if len({plain_code(cell.source) for cell in cells}) == 1:
            return cells[-1].source, f"the cell was there {len(cells)} times, always the same"
        joined = "\n".join(cell.source if i == 0 else plain_code(cell.source) for i, cell in enumerate(cells))
        if not (whole and rest_parses) and _adjacent(cells) and self._is_whole(name, joined):
            return joined, f"the cell was split into {len(cells)}; they were joined"
        if len(whole) == 1:
            return whole[0].source, f"the cell was there {len(cells)} times; the one that is written was graded"
        which = "the last that is written" if whole else "the last"
        return (whole or cells)[-1].source, f"the cell was there {len(cells)} times; {which} was graded"

    def _look_elsewhere(self, name: str) -> tuple[str | None, str]:
        """The one cell of the student's own that defines what a missing exercise should."""
        given = {cell.source for cell in self.blueprint.notebook.cells}
        own = [cell for cell in self.cells if cell.kind == "code" and not cell.role and cell.source not in given]
        like = [cell for cell in own if not self._identity(cell) and self._is_whole(name, cell.source)]
        if len(like) == 1:
            return like[0].source, "the exercise's cell was missing; another cell that defines it was graded"
        return None, "the exercise's cell was missing"

    def _is_whole(self, name: str, source: str) -> bool:
        """Whether a source is an answer by its looks: written, Python, and defining what the exercise is to define."""
        wanted = _defined(self.blueprint.stubs[name])
        return bool(wanted) and is_written(source) and _parses(source) and wanted <= _defined(source)

    # ---- everything else ----------------------------------------------------------------------------------------

    def locked_repairs(self) -> Iterable[Repair]:
        """What happened to the cells that students should leave alone, and to the order of all."""
        for identity, cell in self.known.items():
            if cell.role not in ("check", "given", "setup", "hidden"):
                continue
            owner = cell.name if cell.role in ("check", "hidden") else ""
            handed = self.found.get(identity, [])
            if not handed:
                yield Repair(owner, f"the cell {identity} was missing; it was put back")
            elif cell.role != "hidden" and handed[0].source.strip() != cell.source.strip():
                yield Repair(owner, f"the cell {identity} was changed; the original was used")
            elif len(handed) > 1:
                yield Repair(owner, f"the cell {identity} was there {len(handed)} times; it was run once")
        places = [self.found[identity][0].index for identity in self.known if identity in self.found]
        if places != sorted(places):
            yield Repair("", "its cells were out of order; they were put back")


def _adjacent(cells: list[Handed]) -> bool:
    return all(b.index == a.index + 1 for a, b in pairwise(cells))


def _parses(source: str) -> bool:
    try:
        syntax_tree(plain_code(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _defined(source: str) -> set[str]:
    try:
        return set(defined_names(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
