"""The engine that a submission is graded on: shell, reference for earlier lessons, the student's cells for this one.

    workshop = Workshop(blueprint, folder)
    engine = workshop.engine("whole", answers)          # answers: {exercise: source}, the written ones only
    engine.check(cell), engine.program(program, seed)   # what to ask a worker

Nothing of later lessons is in it, so what it lacks says so when it is called. Nobody's code runs here: cells are put
together as text.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import marshal
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder import places
from autograder.blueprint import Blueprint
from autograder.overlay import overlay
from autograder.worker.registry import Program
from gradlab.errors import GradlabError
from gradlab.export_format import ExportError, assemble, is_unwritten, parse_cell, plain_code
from gradlab.names import bound_names, used_names
from gradlab.notebooks import Cell

LONGEST_CELL = 100_000  # characters
_RUN = ("setup", "given", "exercise")


@dataclass(frozen=True)
class Engine:
    """A folder that holds the package, the modules of this lesson in it, and the answers that it is made of."""

    folder: Path
    blueprint: Blueprint
    modules: tuple[str, ...]
    answers: Mapping[str, str]

    def imports(self) -> dict:
        """The request to import the package and the modules of this lesson."""
        return self._request("import") | {"modules": list(self.modules)}

    def check(self, cell: Cell) -> dict:
        """The request to run a visible check."""
        cells = [other for other in self.blueprint.notebook.cells if other.role in _RUN or other is cell]
        return self._request("check") | {"cells": [self._sent(each) for each in cells], "place": cells.index(cell)}

    def program(self, program: Program, seed: int) -> dict:
        """The request to run a hidden test."""
        request = self._request("program") | {"tests": self.blueprint.tests, "program": program.name, "seed": seed}
        if program.wants_nb:
            request["cells"] = [self._sent(cell) for cell in self._seen_by(program)]
        return request

    def _request(self, task: str) -> dict:
        return {"do": task, "engine": str(self.folder), "package": self.blueprint.course.package}

    def _sent(self, cell: Cell) -> list:
        return [cell.role, cell.name, cell.module, self._source(cell)]

    def _source(self, cell: Cell) -> str:
        """The source that counts: of an exercise without an answer, what the student was handed."""
        if cell.role != "exercise":
            return cell.source
        return self.answers.get(cell.name, self.blueprint.stubs[cell.name])

    def _seen_by(self, program: Program) -> list[Cell]:
        """The cells behind a program's `nb`: what is given or exported, its own exercise, and what these two name."""
        cells = [cell for cell in self.blueprint.notebook.cells if cell.role in _RUN]
        wanted = _names_of_nb(self.blueprint.tests, program)
        for cell in cells:
            if cell.role == "exercise" and cell.name == program.exercise:
                wanted |= _names(used_names, self._source(cell))
        return [
            cell
            for cell in cells
            if cell.module
            or cell.role != "exercise"
            or cell.name == program.exercise
            or wanted & _names(bound_names, self._source(cell))
        ]


class Workshop:
    """Makes engines for one lesson, in `folder`. `base`: what they all share, if another workshop has made it."""

    def __init__(self, blueprint: Blueprint, folder: Path, base: Path | None = None):
        self.blueprint, self.folder = blueprint, Path(folder).resolve()
        self.base = base or self._make_base(self.folder / "base")

    def engine(self, name: str, answers: Mapping[str, str]) -> Engine:
        """An engine of the given code and `answers`; exercises without an answer are not built.

        Raises ExportError when cells that are Python one by one make no module together.
        """
        course, lesson = self.blueprint.course, self.blueprint.lesson
        texts = {}
        for module in lesson.modules:
            cells = [(cell.name, source) for cell, source in self._chosen(answers) if cell.module == module]
            if cells:
                texts[module] = assemble(cells, module, lesson.id)
        folder = self.folder / name
        shutil.copytree(self.base, folder)
        for module, text in texts.items():
            (folder / course.package / f"{module}.py").write_text(text, encoding="utf-8")
            write_bytecode(folder / course.package / f"{module}.py")
        return Engine(folder, self.blueprint, tuple(texts), dict(answers))

    @cached_property
    def reference(self) -> Engine:
        """The engine of the reference answers, with nothing of later lessons."""
        return self.engine("reference", self.blueprint.answers)

    def _make_base(self, base: Path) -> Path:
        """The package as it is before this lesson, with its bytecode."""
        course = self.blueprint.course
        for earlier in course.before(self.blueprint.lesson):
            for module in earlier.modules:
                built = places.reference_dir(course) / course.package / f"{module}.py"
                if not built.is_file():
                    where = built.relative_to(course.root).as_posix()
                    raise GradlabError(f"{where} is missing. Make it: autograder build {earlier.number}")
        overlay(course, self.blueprint.lesson, {}, base)
        for file in sorted((base / course.package).rglob("*.py")):
            write_bytecode(file)
        return base

    def _chosen(self, answers: Mapping[str, str]) -> list[tuple[Cell, str]]:
        """The given cells and those with an answer, each with the source that counts, in the order of the notebook."""
        cells = [(cell, cell.source) for cell in self.blueprint.notebook.cells if cell.role == "given"]
        cells += [(cell, answers[name]) for name, cell in self.blueprint.exercises.items() if name in answers]
        return sorted(cells, key=lambda pair: pair[0].index)


# ---- one cell ---------------------------------------------------------------------------------------------------


def is_written(source: str) -> bool:
    """Whether an exercise's cell has been worked on. What is no Python has."""
    if not plain_code(source):
        return False
    try:
        return not is_unwritten(source)
    except ExportError:
        return True


def fault(blueprint: Blueprint, exercise: str, source: str) -> str:
    """Why `source` cannot be the answer to `exercise`, whatever it does; "" when it can. Runs nothing."""
    if len(source) > LONGEST_CELL:  # no answer is, and Python may take long over it
        return f"the cell is longer than {LONGEST_CELL:,} characters"
    cell = blueprint.exercises[exercise]
    given = [(c.name, c.source) for c in blueprint.notebook.cells if c.role == "given" and c.module == cell.module]
    try:
        parse_cell(plain_code(source), "the cell")
        assemble([*(given if cell.module else ()), (exercise, source)], cell.module or "cell", blueprint.lesson.id)
    except ExportError as error:
        return _syntax(source) or str(error)
    except RecursionError:
        return "the cell is nested too deeply to be read"
    return ""


def _syntax(source: str) -> str:
    """`SyntaxError in line 3: expected ':'`, with the line as the student counts it in the cell."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"{type(error).__name__} in line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"the cell cannot be read as Python: {error or type(error).__name__}"
    return ""


def write_bytecode(path: Path) -> None:
    """Write the bytecode of a module beside it: the sandbox is read-only, and every test imports the package anew."""
    data = path.read_bytes()
    code = compile(data, str(path), "exec", dont_inherit=True)
    cached = Path(importlib.util.cache_from_source(str(path)))
    cached.parent.mkdir(exist_ok=True)
    # PEP 552, flags 0b01: known by its source's hash, which is not compared; so a copy is as good.
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(data)
    cached.write_bytes(head + marshal.dumps(code))


# ---- names ------------------------------------------------------------------------------------------------------


def _names_of_nb(tests: str, program: Program) -> set[str]:
    """The names that a program takes from its notebook: `nb.answer` takes answer."""
    parameter = list(inspect.signature(program.run).parameters)[3]
    for node in ast.parse(tests).body:
        if isinstance(node, ast.FunctionDef) and node.name == program.name:
            found = (n for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name))
            return {n.attr for n in found if n.value.id == parameter}
    return set()


def _names(of: Callable, source: str) -> set[str]:
    """The names that `of` finds; none in what is not Python."""
    try:
        return set(of(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
