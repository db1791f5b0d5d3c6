"""Why the package cannot be imported, in the words of the student's cells."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from gradlab.export_format import plain_code
from gradlab.exports import Piece
from gradlab.names import outside_names


def describe(error: BaseException, file: Path, text: str, pieces: Iterable[Piece]) -> str:
    """One sentence for an `error` that came up on importing `file` (with content `text`, made of `pieces`)."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    line = _line_in(error, file)
    if line is None:
        return f"{what}."
    quoted = text.splitlines()[line - 1].strip() if line <= text.count("\n") else ""
    owner = piece_at(line, text, pieces)
    where = f"in `{owner}`" if owner else f"in {file.name}, line {line}"
    return f"{what} ({where}: {quoted})."


def missing_names(source: str, module: ModuleType) -> list[str]:
    """The global names that a cell needs and `module` does not have. They fail only when the code is called."""
    return [name for name in outside_names(source) if not hasattr(module, name)]


def piece_at(line: int, text: str, pieces: Iterable[Piece]) -> str | None:
    """The name of the cell that line `line` of the module `text` comes from."""
    start = 0
    for piece in pieces:
        code = plain_code(piece.source)
        found = text.find(code, start) if code else -1
        if found < 0:
            continue
        first = text.count("\n", 0, found) + 1
        if first <= line <= first + code.count("\n"):
            return piece.name
        start = found + len(code)
    return None


def _line_in(error: BaseException, file: Path) -> int | None:
    """The line of `file` that the error came from: the innermost one."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename) == file:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == file]
    return lines[-1] if lines else None
