"""The engine that a submission is graded on: shell, reference for earlier lessons, the student's cells for this one.

    workshop = Workshop(blueprint, folder)
    engine = workshop.engine(answers)          # answers: {exercise: source}, the written ones only
    engine.texts                               # what a session needs, besides the folder that all engines share

Nothing of later lessons is in it, so what it lacks says so when it is called. Nobody's code runs here: cells are put
together as text.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from autograder import places
from autograder.blueprint import Blueprint
from autograder.cells import cell_code
from autograder.copies import MOST, written_out
from autograder.overlay import overlay
from autograder.programs import Program
from autograder.remote.checks import names_in
from autograder.worker.engine import module_code, place_of
from gradlab.check_namespace import JobCell, without_magics
from gradlab.errors import GradlabError
from gradlab.export_format import ExportError, is_unwritten, joined, not_together, parse_cell, plain_code, syntax_tree
from gradlab.names import bound_names, used_names
from gradlab.notebooks import Cell

LONGEST_CELL = 100_000  # characters
_RUN = ("given", "exercise")


@dataclass(frozen=True)
class Engine:
    """A folder that holds the package, the modules of this lesson, and the answers that these are made of.

    texts: {module: text} of the modules that are not in the folder. modules: the names of those of this lesson.
    """

    folder: Path
    blueprint: Blueprint
    texts: Mapping[str, str]
    answers: Mapping[str, str]

    @property
    def modules(self) -> tuple[str, ...]:
        return tuple(self.texts)

    @cached_property
    def lesson_texts(self) -> Mapping[str, str]:
        """{module: text} of the modules of this lesson, wherever they are."""
        package = self.folder / self.blueprint.course.package
        files = {name: package / f"{name}.py" for name in self.blueprint.lesson.modules if name not in self.texts}
        read = {
            name: file.read_text(encoding="utf-8", errors="replace") for name, file in files.items() if file.is_file()
        }
        return {**read, **self.texts}

    def cells_for(self, check: Cell) -> tuple[list[JobCell], int]:
        """The cells that a visible check may see, and its own place among them."""
        cells = [other for other in self.blueprint.notebook.cells if other.role in _RUN or other is check]
        return [self._sent(each) for each in cells], cells.index(check)

    def notebook_for(self, program: Program) -> tuple[list, list[str]]:
        """What to ask a session for a program's `nb`: the cells, each with whether it must run, and the names."""
        cells = [[*self._sent(cell), cell.name == program.exercise] for cell in self._seen_by(program)]
        return cells, sorted(_names_of_nb(self.blueprint.tests, program))

    def _sent(self, cell: Cell) -> JobCell:
        return JobCell(cell.role, cell.name, cell.module, _plain(self._source(cell)))

    def _source(self, cell: Cell) -> str:
        """The source that counts: of an exercise without an answer, what the student was handed."""
        if cell.role != "exercise":
            return cell.source
        return self.answers.get(cell.name, self.blueprint.stubs[cell.name])

    def _seen_by(self, program: Program) -> list[Cell]:
        """The cells behind a program's `nb`: what is given or exported, its own exercise, and what that one names."""
        cells = [cell for cell in self.blueprint.notebook.cells if cell.role in _RUN]
        wanted: set[str] = set()
        for cell in cells:
            if cell.role == "exercise" and cell.name == program.exercise:
                wanted |= names_in(used_names, self._source(cell))
        return [
            cell
            for cell in cells
            if cell.module
            or cell.role != "exercise"
            or cell.name == program.exercise
            or wanted & names_in(bound_names, self._source(cell))
        ]


class Workshop:
    """Makes engines for one lesson, in `folder`. `base`: what they all share, if another workshop has made it."""

    def __init__(self, blueprint: Blueprint, folder: Path, base: Path | None = None):
        self.blueprint, self.folder = blueprint, Path(folder).resolve()
        self.base = base or self._make_base(self.folder / "base")

    def engine(self, answers: Mapping[str, str]) -> Engine:
        """An engine of the given code and `answers`; exercises without an answer are not built.

        Raises ExportError when cells that are Python one by one make no module together.
        """
        texts = {}
        for module in self.blueprint.lesson.modules:
            cells = [(cell.name, source) for cell, source in self._chosen(answers) if cell.module == module]
            if cells:
                texts[module] = _assembled(
                    tuple(cells), module, self.blueprint.lesson.id, self.blueprint.course.package
                )
        return Engine(self.base, self.blueprint, texts, dict(answers))

    def alone(self, exercise: str, source: str) -> Engine:
        """The engine with one answer of a student's, and the reference's to all other exercises."""
        return self.engine({**self.blueprint.answers, exercise: source})

    @cached_property
    def reference(self) -> Engine:
        """The engine of the reference answers, with nothing of later lessons."""
        return self.engine(self.blueprint.answers)

    def _make_base(self, base: Path) -> Path:
        """The package as it is before this lesson."""
        course = self.blueprint.course
        for earlier in course.before(self.blueprint.lesson):
            for module in earlier.modules:
                built = places.reference_dir(course) / course.package / f"{module}.py"
                if not built.is_file():
                    where = built.relative_to(course.root).as_posix()
                    raise GradlabError(f"{where} is missing. Make it: autograder build {earlier.number}")
        return overlay(course, self.blueprint.lesson, {}, base)

    def _chosen(self, answers: Mapping[str, str]) -> list[tuple[Cell, str]]:
        """The given cells and those with an answer, each with the source that counts, in the order of the notebook."""
        cells = [(cell, cell.source) for cell in self.blueprint.notebook.cells if cell.role == "given"]
        cells += [(cell, answers[name]) for name, cell in self.blueprint.exercises.items() if name in answers]
        return sorted(cells, key=lambda pair: pair[0].index)


# ---- one cell ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def is_written(source: str) -> bool:
    """Whether an exercise's cell has been worked on. What is no Python has."""
    if not plain_code(source):
        return False
    if "NotImplementedError" not in source:
        return True
    try:
        return not is_unwritten(source)
    except ExportError:
        return True


def fault(blueprint: Blueprint, exercise: str, source: str) -> str:
    """Why `source` cannot be the answer to `exercise`, whatever it does; "" when it can. Runs nothing."""
    if len(source) > LONGEST_CELL:  # no answer is, and Python may take long over it
        return f"the cell is longer than {LONGEST_CELL:,} characters"
    if problem := _fault(source):
        return problem
    module = blueprint.exercises[exercise].module
    if module and "__future__" in source:  # it may have to stand above what is given
        given = [(c.name, c.source) for c in blueprint.notebook.cells if c.role == "given" and c.module == module]
        try:
            _assembled((*given, (exercise, source)), module, blueprint.lesson.id, blueprint.course.package)
        except ExportError as error:
            return str(error)
    return ""


@lru_cache(maxsize=512)
def _fault(source: str) -> str:
    try:
        parse_cell(plain_code(source), "the cell")
        if "finally" in source and written_out(syntax_tree(source)) > MOST:
            return "what stands below its `finally` is too much, too many times over, for Python to compile"
        cell_code(source)  # a `return` outside of a function parses
    except ExportError as error:
        return _syntax(source) or str(error)
    except SyntaxError as error:
        return _described(error)
    except RecursionError:
        return "the cell is nested too deeply to be read"
    return ""


def _syntax(source: str) -> str:
    """`SyntaxError in line 3: expected ':'`, with the line as the student counts it in the cell."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return _described(error)
    except (ValueError, RecursionError, MemoryError) as error:
        return f"the cell cannot be read as Python: {error or type(error).__name__}"
    return ""


def _described(error: SyntaxError) -> str:
    return f"{type(error).__name__} in line {error.lineno}: {error.msg}"


# ---- names ------------------------------------------------------------------------------------------------------


def _names_of_nb(tests: str, program: Program) -> frozenset[str]:
    """The names that the programs of a file take from their notebook, as far as they call it as this one does."""
    return _attributes(tests, list(inspect.signature(program.run).parameters)[3])


@lru_cache(maxsize=1024)
def _plain(source: str) -> str:
    """As `without_magics`, which compiles every time."""
    try:
        cell_code(source)
        return source
    except (SyntaxError, ValueError):
        return without_magics(source)


@lru_cache(maxsize=512)
def _assembled(cells: tuple, module: str, lesson: str, package: str) -> str:
    """As `assemble`; compiled as it will be for a session, so that this is done once."""
    text = joined(cells, lesson)
    try:
        module_code(text, place_of(package, module))
    except SyntaxError as error:
        raise not_together(error, module) from None
    return text


@lru_cache(maxsize=64)
def _attributes(tests: str, parameter: str) -> frozenset[str]:
    found = (node for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id == parameter)
