"""What must hold among the cells of a lesson, one rule a function. A problem is (line, what is wrong)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autograder.regions import RegionError, has_marker, regions, reserved_words, stub_of
from gradlab.course import Course, Lesson
from gradlab.errors import CourseError, did_you_mean
from gradlab.export_format import ExportError, assemble, export_of, is_unwritten, parse_cell, plain_code

if TYPE_CHECKING:
    from autograder.source import Cell

Problem = tuple[int, str]
SETUP = "import gradlab.lesson"


def problems(course: Course, lesson: Lesson, cells: tuple[Cell, ...]) -> list[Problem]:
    """Everything that is wrong, in no particular order."""
    found = [problem for rule in _RULES for problem in rule(cells)]
    found += _owned(course, lesson, cells)
    return found or list(_assembled(lesson, cells))


def export_target(cell: Cell) -> tuple[str, list[Problem]]:
    """The module that a cell's `#| export` line names ("" when it has none), and what is wrong with that line."""
    try:
        export = export_of(cell.source)
    except ExportError as error:
        return "", [(cell.line + 1, str(error))]
    if export is None:
        return "", []
    if export.name != cell.name:
        wanted = f"#| export {export.module}.{cell.name}"
        return export.module, [(cell.line + 1, f'the cell is called "{cell.name}", so write "{wanted}".')]
    return export.module, []


# ---- one rule each ---------------------------------------------------------------------------------------------


def _setup(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    code = [cell for cell in cells if cell.is_code]
    setups = [cell for cell in cells if cell.role == "setup"]
    if not setups or code[0].role != "setup":
        line = code[0].line if code else 1
        yield line, f"the first code cell of a lesson is # %% setup=true with the one line: {SETUP}"
    for cell in setups:
        if cell.source.strip() != SETUP:
            yield cell.line, f"the setup cell holds this line alone: {SETUP}"
    for cell in setups[1:]:
        yield cell.line, "a second setup cell; a lesson has one."


def _names(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    seen: dict[tuple, Cell] = {}
    for cell in cells:
        # Exported names share a module, and ids share a notebook: exercises and given code are one set of names.
        key = ("code" if cell.role in ("given", "exercise") else cell.role, cell.name, cell.part)
        if not cell.name or key not in seen:
            seen[key] = cell
            continue
        hint = " Name its parts: part=2." if cell.role == "check" else ""
        yield cell.line, f'{cell.role} "{cell.name}" is already on line {seen[key].line}.{hint}'


def _belongs(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """Hints and checks name an exercise that stands above them."""
    everywhere = [cell.name for cell in cells if cell.role == "exercise"]
    above: set[str] = set()
    for cell in cells:
        if cell.role == "exercise":
            above.add(cell.name)
        if cell.role not in ("hints", "check") or cell.name in above:
            continue
        if cell.name in everywhere:
            yield cell.line, f'{cell.role}="{cell.name}" stands above its exercise; put it below.'
        else:
            hint = did_you_mean(cell.name, everywhere)
            yield cell.line, f'{cell.role}="{cell.name}", but there is no exercise of that name.{hint}'


def _hints(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    for cell in cells:
        if cell.role != "hints":
            continue
        if not all(cell.hints):
            yield cell.line, f'hints="{cell.name}": a step is empty. Steps are comment lines with "# ---" between them.'


def _markers(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    for cell in cells:
        reserved = reserved_words(cell.source)
        if reserved:
            words, line = reserved
            yield cell.line + line, f'"{words}" means something to nbgrader; hidden tests live in hidden_tests.py.'
        if cell.role == "exercise":
            yield from _exercise_markers(cell)
        elif has_marker(cell.source):
            yield cell.line, f"a solution in a cell that is no exercise (it is {cell.role}): students would see it."


def _exercise_markers(cell: Cell) -> Iterator[Problem]:
    try:
        found = regions(cell.source)
    except RegionError as error:
        yield cell.line + error.line, f'exercise "{cell.name}": {error}.'
        return
    if not found:
        yield cell.line, f'exercise "{cell.name}" has no solution: ### BEGIN SOLUTION what to build … ### END SOLUTION'
        return
    for region in found:
        if not region.says:
            words = "### BEGIN SOLUTION add what has arrived so far"
            yield cell.line + region.line, f"say what to build, for the stub's message: {words}"
        if not any(line.strip() for line in region.lines):
            yield cell.line + region.line, f'exercise "{cell.name}": the solution is empty.'


def _python(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """Every code cell is Python, and so is every stub; a stub counts as unwritten, an answer does not."""
    for cell in cells:
        if not cell.is_code:
            continue
        try:
            parse_cell(cell.source, cell.name or "the cell")
        except ExportError as error:
            yield cell.line + (error.line or 1), str(error)
            continue
        if cell.role != "exercise":
            continue
        try:
            if not is_unwritten(stub_of(cell.source), cell.name):
                yield cell.line, f'exercise "{cell.name}": its stub holds no raise NotImplementedError(…).'
            if is_unwritten(cell.source, cell.name):
                yield (
                    cell.line,
                    f'exercise "{cell.name}": its answer raises NotImplementedError, so it counts as a stub.',
                )
        except ExportError as error:
            yield cell.line, f"without the answer the stub is no Python: {error}"
        except RegionError:
            pass  # _markers tells it


def _future(cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """`python lesson.py` must work, and Python allows `from __future__` at the top of a file only."""
    for cell in cells:
        for number, line in enumerate(cell.source.split("\n"), 1):
            if cell.is_code and line.startswith("from __future__"):
                remedy = 'put annotations that need it in quotes: def walk(root: "Node")'
                yield cell.line + number, f"from __future__ cannot stand in a lesson, which is also a script; {remedy}."


_RULES: tuple[Callable[[tuple[Cell, ...]], Iterator[Problem]], ...] = (
    _setup,
    _names,
    _belongs,
    _hints,
    _markers,
    _python,
    _future,
)


def _owned(course: Course, lesson: Lesson, cells: tuple[Cell, ...]) -> Iterator[Problem]:
    for cell in cells:
        if not cell.module or cell.module in lesson.modules:
            continue
        try:
            owner = f" It belongs to {course.lesson_of_module(cell.module).id}."
        except CourseError:
            owner = did_you_mean(cell.module, lesson.modules)
        yield cell.line + 1, f'{lesson.id} does not own the module "{cell.module}".{owner} (course.yml)'


def _assembled(lesson: Lesson, cells: tuple[Cell, ...]) -> Iterator[Problem]:
    """The cells of a module compile together, with answers and without."""
    for module in lesson.modules:
        own = [cell for cell in cells if cell.module == module]
        given = [cell for cell in own if cell.role == "given"]
        for part, what in ((own, ""), (given, " (its given cells alone)")):
            try:
                assemble([(cell.name, plain_code(cell.source)) for cell in part], module, lesson.id)
            except ExportError as error:
                yield own[0].line, f"the module {module}{what} is no Python: {error}"
                break
