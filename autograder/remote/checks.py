"""A visible check, run here: its asserts are decided in the judge, on what the student's process answers.

It sees what it would see in the notebook. The package and the exercises are proxies; what the lesson gives besides
(helpers for checks) runs here too, but for cells that begin with `# Only builds tensors.`: they run beside the engine,
for a tensor may take thousands of steps.
"""

from __future__ import annotations

import functools
import linecache
import random
import re
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from autograder.remote.session import Session
from autograder.remote.stand_ins import builtins_there
from gradlab.check_namespace import LONGEST, JobCell, explain
from gradlab.export_format import plain_code
from gradlab.names import bound_names, used_names

BUILDS = "# Only builds tensors."
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*|<lambda>|<listcomp>|<genexpr>")


def run_check(session: Session, cells: Sequence[JobCell], place: int, texts: Mapping[str, str]) -> str:
    """What the check at `place` of `cells` has to say; "" when it passes. Raises nothing but Ended.

    texts: {module: text} of the engine's modules of this lesson, for the lines that errors came from.
    """
    check, package = cells[place], session.name
    random.seed(0)
    np.random.seed(0)
    try:
        with np.errstate(all="ignore"):
            _run(session, cells, place)
    except Exception as error:
        return _message(error, cells, place, package, texts)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit) or not hasattr(error, "frames_there"):
            raise
        return _message(error, cells, place, package, texts)
    finally:
        linecache.cache.pop(check.file, None)
    return ""


def _message(error: BaseException, cells: Sequence[JobCell], place: int, package: str, texts) -> str:
    if type(error).__name__ == "Failure" and hasattr(error, "frames_there"):  # words of gradlab.check_namespace
        return str(error)[:LONGEST]
    frames = _frames(error, cells, package, texts)
    if type(error).__name__ == "SystemExit":  # of the student's code; it ends nothing here
        error = SystemExit().with_traceback(error.__traceback__)
    try:
        return explain(error, list(cells), place, package, frames)[:LONGEST]
    except Exception:  # an error whose own message cannot be made
        return f"{type(error).__name__}, and its message could not be shown."


class Needs(NamedTuple):
    """What a check needs of the notebook: the cells to ask the student's process for (see engine.notebook there), the
    names of theirs, and the cells that run here."""

    asked: list[list]
    names: list[str]
    here: list[JobCell]


def needs(cells: Sequence[JobCell], place: int) -> Needs:
    check, before = cells[place], cells[:place]
    own = [cell for cell in cells if cell.role == "exercise" and cell.name == check.name]
    here = [cell for cell in before if cell.role == "given" and not cell.module and not _builds(cell)]
    asked = names_in(used_names, check.source).union(*(names_in(used_names, cell.source) for cell in here))
    used = asked.union(*(names_in(used_names, cell.source) for cell in own))
    others = [cell for cell in before if cell.role in ("given", "exercise") and cell not in here and cell not in own]
    # The notebook's own cells are run there, and may use all that was exported, or given.
    run = [cell for cell in others if not cell.module and (_builds(cell) or _binds(cell, used))]
    is_run = bool(run) or any(not cell.module for cell in own)
    there = [*own, *run, *(here if is_run else ())]
    there += [cell for cell in others if cell.module and (is_run or _binds(cell, asked))]
    there = [cell for cell in before if cell in there and cell not in own] + own
    sent = [[*cell, cell in own or cell.role == "given"] for cell in there]
    bound = set().union(*(names_in(bound_names, cell.source) for cell in there if cell not in here))
    return Needs(sent, sorted(bound & asked), here)


def _binds(cell: JobCell, names: Collection[str]) -> bool:
    return not names_in(bound_names, cell.source).isdisjoint(names)


def _run(session: Session, cells: Sequence[JobCell], place: int) -> None:
    asked, names, here = needs(cells, place)
    space: dict[str, Any] = {"__name__": "__main__", "np": np, session.name: session.package()}
    space |= session.notebook(asked, names)
    space["__builtins__"] = builtins_there()
    for cell in (*here, cells[place]):
        _execute(cell, space)


def _builds(cell: JobCell) -> bool:
    return cell.source.lstrip().startswith(BUILDS)


def _code(cell: JobCell) -> str:
    return plain_code(cell.source) if cell.module else cell.source


def _execute(cell: JobCell, space: dict[str, Any]) -> None:
    code = _code(cell)
    linecache.cache[cell.file] = (len(code), None, code.splitlines(keepends=True), cell.file)
    exec(_compiled(code, cell.file), space)


@functools.lru_cache(maxsize=4096)
def names_in(of: Callable, source: str) -> frozenset[str]:
    """The names that `of` finds; none in what is not Python."""
    try:
        return frozenset(of(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


@functools.lru_cache(maxsize=1024)
def _compiled(code: str, file: str) -> CodeType:
    return compile(code, file, "exec", dont_inherit=True)


# ---- where an error came from ---------------------------------------------------------------------------------------


def _frames(error: BaseException, cells, package: str, texts: Mapping[str, str]) -> traceback.StackSummary:
    """The places here, then those that the worker named, as far as they are lines of this lesson."""
    found = list(traceback.extract_tb(error.__traceback__))
    mine = {cell.file: cell for cell in cells}
    found = [frame for frame in found if frame.filename in mine]
    for file, line, name in getattr(error, "frames_there", []):
        stem = file.rpartition("/")[2].removesuffix(".py")
        text = texts.get(stem) if file not in mine else _code(mine[file])
        lines = (text or "").splitlines()
        if text is not None and 0 < line <= len(lines) and (not name or _PLAIN_NAME.fullmatch(name)):
            shown = file if file.startswith("<") else f"{package}/{stem}.py"
            found.append(traceback.FrameSummary(shown, line, name, line=lines[line - 1].strip()))
    return traceback.StackSummary.from_list(found)
