"""From a cell of the notebook to a module of the package.

    outcome = Exporter(course, engine_dir()).export_cell(source, namespace)
    print(outcome.message)          # ✓ walk → mytorch/engine.py

A module is written as a whole, from all of its cells that are good: what this cell says now, what other cells said
when they last ran well, and what the notebook on disk says of those that never ran. If the package cannot be
imported with it, the module goes back to what it was.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path

from gradlab import in_process
from gradlab.borrowed import is_borrowed, module_file, own_modules
from gradlab.course import Course, Lesson, find_root
from gradlab.errors import GradlabError
from gradlab.export_format import ExportError, assemble, export_of, is_unwritten
from gradlab.exports import Piece, load_exports, pieces_of, save_exports
from gradlab.files import write_atomic
from gradlab.import_errors import describe, missing_names
from gradlab.in_browser import IN_BROWSER
from gradlab.names import defined_names
from gradlab.notebooks import Cell, Notebook, find_notebook, read_notebook
from gradlab.reload import forget_bytecode, put_first, reload_package


def engine_dir() -> Path:
    """The folder that holds the student's package: GRADLAB_ENGINE when that is set, else the root of the course."""
    given = os.environ.get("GRADLAB_ENGINE")
    return Path(given).resolve() if given else find_root()


@dataclass(frozen=True)
class Outcome:
    """What became of a cell. status: "exported", "unwritten" (still a stub) or "failed"."""

    status: str
    name: str
    module: str | None
    message: str
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "exported"


class Exporter:
    """Writes modules of `course.package` into `engine`. `here`: where to look for the notebook first."""

    def __init__(self, course: Course, engine: Path, here: Path | None = None):
        self.course, self.engine, self.here = course, Path(engine), here

    # ---- one cell, from a running notebook ----------------------------------------------------------------------

    def export_cell(self, source: str, namespace: MutableMapping | None = None, error: BaseException | None = None):
        """Export the cell that was just run, with `error` when it raised. Returns an Outcome; never raises for a
        student's mistake. `namespace` is the notebook's: its names are refreshed."""
        try:
            target = export_of(source)
        except ExportError as mistake:
            return Outcome("failed", "", None, f"✗ not exported: {mistake}")
        try:
            lesson = self.course.lesson_of_module(target.module)
        except GradlabError as mistake:
            return Outcome("failed", target.name, None, f"✗ {target.name} was not exported: {mistake}")
        notebook, note = self._notebook(lesson)
        remembered = load_exports(self.engine, target.module)
        kept = self._kept(target.name, remembered)
        outcome = Outcome("failed", target.name, target.module, "", note)
        given = self._is_given(notebook, target.module, target.name)
        try:
            if not given and is_unwritten(source, target.name):
                return replace(outcome, status="unwritten", message=f"○ {target.name} is not written yet. {kept}")
            if error is not None:
                raise ExportError(f"{type(error).__name__}.")
            cells = notebook.exported_to(target.module) if notebook else []
            pieces = pieces_of(cells, remembered, {target.name: source})
            self._load(target.module, lesson, pieces, namespace)
        except GradlabError as mistake:
            return replace(outcome, message=f"✗ {_failed(target.name, mistake)}\n{kept}")
        save_exports(
            self.engine,
            target.module,
            lesson.id,
            {**remembered, target.name: source},
            pieces,
            self._bytes(target.module),
        )
        if namespace is not None:
            missing = self._point_at_package(source, target.module, namespace)
            note = missing or note
        return replace(outcome, status="exported", message=self._done(target.name, target.module), note=note)

    def _kept(self, name: str, remembered: dict) -> str:
        if name in remembered:
            return f"{self.course.package} keeps your last good version."
        return f"{self.course.package} is unchanged."

    def _notebook(self, lesson: Lesson) -> tuple[Notebook | None, str]:
        """The lesson's notebook and "", or None and why not. One beside the kernel goes before the course's own:
        a grader runs a copy elsewhere."""
        beside = self.here and self.here / lesson.notebook.name
        try:
            path = beside if beside and beside.is_file() else find_notebook(self.course, lesson)
            return _read_cached(path, lesson.id), ""
        except GradlabError as mistake:
            return None, f"Without the cells you have not run: {mistake}"

    def notebook_here(self) -> Notebook | None:
        """The notebook of the lesson whose folder `here` is, if it is one."""
        for lesson in self.course.lessons:
            path = self.here and self.here / lesson.notebook.name
            if path and path.is_file():
                return self._notebook(lesson)[0]
        return None

    def _is_given(self, notebook: Notebook | None, module: str, name: str) -> bool:
        cells = notebook.exported_to(module) if notebook else ()
        return any(cell.name == name and cell.role == "given" for cell in cells)

    def _point_at_package(self, source: str, module: str, namespace: MutableMapping) -> str:
        """Let the names that the cell defined stand for the package's; a note on names the package does not have."""
        exported = sys.modules[f"{self.course.package}.{module}"]
        for name in defined_names(source):
            if hasattr(exported, name):
                namespace[name] = getattr(exported, name)
        missing = [name for name in missing_names(source, exported) if name in namespace]
        if not missing:
            return ""
        listed = ", ".join(f"`{name}`" for name in missing)
        return f"It uses {listed} of this notebook, which {exported.__name__} does not have: define it in this cell."

    # ---- a whole lesson, from its file --------------------------------------------------------------------------

    def export_lesson(self, notebook: Notebook, dry_run: bool = False) -> list[Outcome]:
        """Export every written exercise of `notebook` as the file has it, without running a cell.

        A cell that is not Python keeps its last good version, and so does a module with which the package cannot be
        imported. Never raises for a student's mistake.
        """
        lesson = self.course.lesson(notebook.lesson)
        outcomes = []
        for module in lesson.modules:
            outcomes += self._export_module(lesson, module, notebook.exported_to(module), dry_run)
        return outcomes

    def _export_module(self, lesson: Lesson, module: str, cells: list[Cell], dry_run: bool) -> list[Outcome]:
        remembered = load_exports(self.engine, module)
        outcomes = [self._judge(cell, remembered) for cell in cells]
        good = {cell.name: cell.source for cell, outcome in zip(cells, outcomes, strict=True) if outcome.ok}
        if dry_run or not good:
            return outcomes
        pieces = pieces_of(cells, remembered, good)
        before = self._bytes(module)
        try:
            self._write(module, lesson, pieces)
            own = own_modules(self.engine, self.course.package, lesson.id)
            problem = import_problem(self.engine, self.course.package, module, own)
        except GradlabError as mistake:
            problem = str(mistake)
        if problem:
            self._put_back(module, before)
            failed = f"was not exported: {problem} {self.course.package}/{module}.py is unchanged."
            return [replace(o, status="failed", message=f"✗ {o.name} {failed}") if o.ok else o for o in outcomes]
        exercises = {cell.name: cell.source for cell in cells if cell.role != "given" and cell.name in good}
        save_exports(self.engine, module, lesson.id, {**remembered, **exercises}, pieces, self._bytes(module))
        return outcomes

    def _judge(self, cell: Cell, remembered: dict) -> Outcome:
        kept = self._kept(cell.name, remembered)
        try:
            if cell.role == "exercise" and is_unwritten(cell.source, cell.name):
                return Outcome("unwritten", cell.name, cell.module, f"○ {cell.name} is not written yet. {kept}")
            assemble([(cell.name, cell.source)], cell.module, "")
        except ExportError as mistake:
            return Outcome("failed", cell.name, cell.module, f"✗ {_failed(cell.name, mistake)}\n{kept}")
        return Outcome("exported", cell.name, cell.module, self._done(cell.name, cell.module))

    def _done(self, name: str, module: str) -> str:
        aside = " (yours; another one is borrowed)" if is_borrowed(self.engine, module) else ""
        return f"✓ {name} → {self.course.package}/{module}.py{aside}"

    def forget(self, module: str, names: set[str], notebook: Notebook) -> None:
        """Take exercises out of `module`: what was remembered of them, and their code."""
        lesson = self.course.lesson_of_module(module)
        remembered = {n: s for n, s in load_exports(self.engine, module).items() if n not in names}
        cells = [cell for cell in notebook.exported_to(module) if cell.name not in names]
        pieces = pieces_of(cells, remembered, {})
        if any(piece.origin != "given" for piece in pieces):
            self._write(module, lesson, pieces)
        else:  # as before the lesson was begun
            self._put_back(module, None)
        save_exports(self.engine, module, lesson.id, remembered, pieces, self._bytes(module))

    # ---- the module ---------------------------------------------------------------------------------------------

    def file(self, module: str) -> Path:
        """Where the student's version of `module` is written."""
        return module_file(self.engine, self.course.package, module)

    def _write(self, module: str, lesson: Lesson, pieces: list[Piece]) -> str:
        text = assemble([(piece.name, piece.source) for piece in pieces], module, lesson.id)
        write_atomic(self.file(module), text)
        forget_bytecode(self.file(module))
        return text

    def _bytes(self, module: str) -> bytes | None:
        file = self.file(module)
        return file.read_bytes() if file.is_file() else None

    def _put_back(self, module: str, before: bytes | None) -> None:
        if before is None:
            self.file(module).unlink(missing_ok=True)
        else:
            write_atomic(self.file(module), before)
        forget_bytecode(self.file(module))

    def _load(self, module: str, lesson: Lesson, pieces: list[Piece], namespace) -> None:
        """Write the module and import the package with it. When that fails, the old module is back, and it raises.

        Cells that never ran are not to blame the others: without them it is tried once more.
        """
        before = self._bytes(module)
        text = self._write(module, lesson, pieces)
        put_first(self.engine)
        try:
            lessons = [name for lesson in self.course.lessons for name in lesson.modules]
            reload_package(self.course.package, [module], namespace, changing=lessons)
        except (Exception, SystemExit) as error:
            problem = describe(error, self.file(module), text, pieces)
            self._put_back(module, before)
            sure = [piece for piece in pieces if piece.origin != "disk"]
            if len(sure) < len(pieces):
                return self._load(module, lesson, sure, namespace)
            raise ExportError(f"with it, `import {self.course.package}` fails: {problem}") from None
        except BaseException:  # interrupted
            self._put_back(module, before)
            raise


def _failed(name: str, mistake: GradlabError) -> str:
    """`walk was not exported: line 3: …`, without naming the cell twice."""
    return f"{name} was not exported: {str(mistake).removeprefix(f'{name}, ')}"


def import_problem(engine: Path, package: str, module: str, own: Mapping[str, str] | None = None) -> str | None:
    """What a fresh Python says to `import package.module` from `engine`; None when it goes well.

    own: {full name: path} of modules that are aside because others are borrowed.
    """
    if IN_BROWSER:
        return in_process.import_problem(engine, package, module, own or {})
    code = f"import sys; sys.path.insert(0, sys.argv[1]); import {package}.{module}"
    if own:
        here = str(Path(__file__).resolve().parents[1])
        finder = f"sys.path.append({here!r}); from gradlab.borrowed import use_own; use_own(lambda: {dict(own)!r})"
        code = f"import sys; {finder}; {code}"
    command = [sys.executable, "-P", "-X", "utf8", "-c", code, str(engine)]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return f"`import {package}.{module}` takes longer than 30 seconds."
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines() or [f"Python ended with code {done.returncode}"]
    return f"with it, `import {package}.{module}` fails: {said[-1]}."


_cache: dict[Path, tuple[tuple[int, int], Notebook]] = {}


def _read_cached(path: Path, lesson: str) -> Notebook:
    """read_notebook, without reading a file again that has not changed."""
    about = path.stat()
    stamp = (about.st_mtime_ns, about.st_size)
    if path not in _cache or _cache[path][0] != stamp:
        _cache[path] = (stamp, read_notebook(path, lesson))
    return _cache[path][1]
