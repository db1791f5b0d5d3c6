"""One check cell, run as the notebook would run it: what it can see, and what its failure means to a student."""

from __future__ import annotations
import __future__

import importlib
import io
import linecache
import random
import re
import sys
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from gradlab.export_format import ExportError, is_unwritten, plain_code
from gradlab.names import bound_names, used_names
from gradlab.reload import set_aside

LONGEST = 1500  # characters of a message
UNSHOWN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # by Python's own filters


class JobCell(NamedTuple):
    role: str
    name: str
    module: str | None
    source: str

    @property
    def file(self) -> str:
        """What tracebacks call this cell."""
        return f"<{self.role} {self.name}>"


class Failure(Exception):
    """A message that is ready for the student."""


def run_check(cells: list[JobCell], place: int, package: str, heard: list[str] | None = None) -> str | None:
    """Run the check at `place` of `cells`. None when it passes, else what to tell the student. Never raises.

    heard: a list that gets the lines which the check itself wrote to stderr, warnings included.
    """
    import numpy as np

    random.seed(0)
    np.random.seed(0)
    heard = [] if heard is None else heard
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _run(cells, place, package, heard)
    except Failure as failure:
        return str(failure)
    except BaseException as error:
        try:
            return explain(error, cells, place, package)[:LONGEST]
        except BaseException:  # an error whose own message cannot be made
            return f"{type(error).__name__}, and its message could not be shown."
    return None


def _run(cells: list[JobCell], place: int, package: str, heard: list[str]) -> None:
    check = cells[place]
    space = Namespace(package)
    wanted = _names(used_names, check.source)
    own = [cell for cell in cells if cell.role == "exercise" and cell.name == check.name]
    for cell in own:
        wanted |= _names(used_names, cell.source)
    before = cells[:place]
    for cell in before:
        if cell.role in ("given", "setup"):
            space.take(cell)
        elif cell.role == "exercise" and cell not in own and (cell.module or wanted & _names(bound_names, cell.source)):
            try:
                space.take(cell)
            except BaseException:  # the check of that exercise tells
                pass
        elif cell in own and cell.module:
            space.take(cell)
    for cell in own:  # what lives in the notebook only; and what was moved below its check
        if not cell.module or cell not in before:
            space.take(cell)
    with _listening(heard):
        space.run(check)


@contextmanager
def _listening(heard: list[str]):
    """Collect what is written to stderr meanwhile, and the warnings that a notebook would show there."""
    with warnings.catch_warnings(record=True) as caught, redirect_stderr(io.StringIO()) as stderr:
        warnings.simplefilter("default")
        try:
            yield
        finally:
            shown = [warning for warning in caught if not issubclass(warning.category, UNSHOWN)]
            heard += [f"{warning.category.__name__}: {warning.message}" for warning in shown]
            heard += stderr.getvalue().splitlines()


class Namespace:
    """What a check can see. Starts with the package, freshly imported, and NumPy."""

    def __init__(self, package: str):
        set_aside(package)
        importlib.invalidate_caches()
        self.package = package
        self.flags = 0
        try:
            imported = importlib.import_module(package)
        except BaseException as error:
            raise Failure(f"`import {package}` fails. {_short(error)}{_line_in_package(error)}") from None
        self.names = {"__name__": "__main__", package: imported, "np": sys.modules["numpy"]}

    def take(self, cell: JobCell) -> None:
        """Let the names of a cell be there: by running it, or from the package when it is exported."""
        if cell.module:
            self._take_exported(cell)
        else:
            self.run(cell)

    def _take_exported(self, cell: JobCell) -> None:
        """The package's objects; where it has none, what the cell's stub makes."""
        if re.search(r"^from __future__ import .*\bannotations\b", cell.source, re.MULTILINE):
            self.flags = __future__.annotations.compiler_flag  # as in IPython, it holds for later cells
        module = self._module(cell.module)
        missing = []
        for name in _names(bound_names, cell.source):
            if module is not None and name in vars(module):
                self.names[name] = getattr(module, name)
            else:
                missing.append(name)
        if not missing:
            return
        if cell.role == "given":
            self.run(cell)
        else:
            self._stand_in(cell, missing)

    def _module(self, name: str):
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except ModuleNotFoundError as error:
            if error.name == f"{self.package}.{name}":
                return None
            raise

    def _stand_in(self, cell: JobCell, missing: list[str]) -> None:
        try:
            if is_unwritten(cell.source, cell.name):
                return self.run(cell)
        except ExportError as error:
            reason = str(error)
        except BaseException:
            return None
        else:
            reason = "it is in the notebook, but not in your package. Run its cell, or `gradlab export` the lesson."

        def not_exported(*args, **kwargs):
            raise Failure(f"`{cell.name}` is not exported: {reason}")

        for name in missing:
            self.names.setdefault(name, not_exported)

    def run(self, cell: JobCell) -> None:
        code = plain_code(cell.source) if cell.module else cell.source
        linecache.cache[cell.file] = (len(code), None, code.splitlines(keepends=True), cell.file)
        exec(_compiled(code, cell.file, self.flags), self.names)


def without_magics(source: str) -> str:
    """The cell without IPython's own lines (%matplotlib inline, !ls), which mean nothing to plain Python."""
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
        return source
    except (SyntaxError, ValueError):
        return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


@lru_cache(maxsize=1024)
def _names(of, source: str) -> frozenset[str]:
    """The names `of` finds; none in what is not Python."""
    try:
        return frozenset(of(source))
    except (SyntaxError, ValueError):
        return frozenset()


@lru_cache(maxsize=1024)
def _compiled(code: str, file: str, flags: int) -> CodeType:
    return compile(code, file, "exec", flags, dont_inherit=True)


# ---- what went wrong --------------------------------------------------------------------------------------------


def explain(
    error: BaseException, cells: list[JobCell], place: int, package: str, frames: traceback.StackSummary | None = None
) -> str:
    """What a student needs to know of an `error` that escaped from the check at `place`.

    frames: where it came from, outermost first, when the error's own traceback does not say.
    """
    frames = traceback.extract_tb(error.__traceback__) if frames is None else frames
    by_file = {cell.file: cell for cell in cells}
    if isinstance(error, AssertionError):
        line = next((frame.line for frame in reversed(frames) if frame.filename in by_file), "")
        return str(error) or f"This does not hold: {line}"
    if isinstance(error, NotImplementedError):
        cell = by_file.get(frames[-1].filename)
        if cell is not None and cell.role == "exercise":
            return f"`{cell.name}` is not written yet: {error}" if str(error) else f"`{cell.name}` is not written yet."
        return str(error) or f"{_short(error)}{_where(frames, cells, place, package)}"
    if isinstance(error, SystemExit):
        return f"The code ends Python{_where(frames, cells, place, package)}. Take that call out."
    if isinstance(error, SyntaxError) and error.filename in by_file:
        return f"{_short(error, error.msg)} (`{by_file[error.filename].name}`, line {error.lineno}: {error.text})"
    return f"{_short(error)}{_where(frames, cells, place, package)}"


def _where(frames: traceback.StackSummary, cells: list[JobCell], place: int, package: str) -> str:
    """The student's line nearest to the error: in a module of this lesson or an exercise, else in the check."""
    modules = {cell.module for cell in cells if cell.module}
    exercises = {cell.file: cell for cell in cells if cell.role == "exercise"}
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.parent.name == package and path.stem in modules:
            return f" (in `{frame.name}`, {package}/{path.name}, line {frame.lineno}: {frame.line})"
        if frame.filename in exercises:
            return f" (in `{exercises[frame.filename].name}`, line {frame.lineno}: {frame.line})"
    line = next((frame.line for frame in reversed(frames) if frame.filename == cells[place].file), "")
    return f" (in the check: {line})" if line else ""


def _line_in_package(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name}, line {error.lineno}: {(error.text or '').strip()})"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<frozen")]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno}: {frames[-1].line})" if frames else ""


def _short(error: BaseException, text: str | None = None) -> str:
    text = str(error) if text is None else text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
