"""What an exported cell looks like, and how cells become the text of a module. Pure text in, text out.

A cell says where it belongs on its first line:

    #| export engine.walk

The student's exporter and the author's builder both call `assemble`: the same cells give the same bytes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from gradlab.errors import GradlabError, did_you_mean

HEADER = "# Exported from modules/{lesson}/{lesson}.ipynb by gradlab. Edit the notebook, not this file."
BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"

_DIRECTIVE = re.compile(r"#\|\s*(?P<verb>\w*)\s*(?P<target>.*)")
_TARGET = re.compile(r"(?P<module>[A-Za-z_]\w*)\.(?P<name>[A-Za-z_]\w*)")


class ExportError(GradlabError):
    """A cell cannot be exported. `cell` is its name; `line` counts from 1 in its source, as far as that is known."""

    def __init__(self, message: str, cell: str | None = None, line: int | None = None):
        self.cell, self.line = cell, line
        super().__init__(message)


class Export(NamedTuple):
    """Where a cell belongs: `#| export engine.walk` is Export("engine", "walk")."""

    module: str
    name: str


def export_of(source: str) -> Export | None:
    """What the first line that is not blank asks for; None when that is no `#|` line. Raises ExportError for a typo."""
    first = next((line.strip() for line in source.splitlines() if line.strip()), "")
    found = _DIRECTIVE.fullmatch(first)
    if not found:
        return None
    target = _TARGET.fullmatch(found["target"].strip())
    if found["verb"] != "export":
        raise ExportError(f'"{first}" is no line that gradlab knows.{did_you_mean(found["verb"], ["export"])}', line=1)
    if not target:
        raise ExportError(f'"{first}" should name a module and the cell: "#| export engine.walk".', line=1)
    return Export(target["module"], target["name"])


@lru_cache(maxsize=1024)
def plain_code(source: str) -> str:
    """The Python of a cell: without its `#| export` line, solution markers and blank lines at both ends."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line for line in lines if not is_marker(line)]
    while kept and not kept[0].strip():
        kept.pop(0)
    if kept and kept[0].lstrip().startswith("#|"):
        kept.pop(0)
    return "\n".join(kept).strip("\n").rstrip()


def is_marker(line: str) -> bool:
    """True for a line that begins or ends a solution."""
    return line.lstrip().startswith((BEGIN_SOLUTION, END_SOLUTION))


def parse_cell(source: str, name: str = "the cell") -> ast.Module:
    """The syntax tree of a cell's source, not to be changed. Raises ExportError with the line when it is not Python."""
    try:
        return syntax_tree(source)
    except SyntaxError as error:
        line = error.lineno or 1
        shown = (error.text or "").strip()
        quoted = f": {shown}" if shown else ""
        kind = type(error).__name__  # SyntaxError or one of its kinds, IndentationError
        raise ExportError(f"{name}, line {line}: {kind}: {error.msg}{quoted}", name, line) from None
    except (ValueError, RecursionError, MemoryError) as error:  # a null character; brackets nested without end
        raise ExportError(f"{name} cannot be read as Python: {error or type(error).__name__}.", name) from None


@lru_cache(maxsize=512)
def syntax_tree(source: str) -> ast.Module:
    """The tree of a text that is asked about several times in a row. Not to be changed. Raises as ast.parse."""
    return ast.parse(source)


def is_unwritten(source: str, name: str = "the cell") -> bool:
    """True when an exercise still holds a `raise NotImplementedError` statement: nobody has written it yet.

    Ask it of exercises only; given code may raise NotImplementedError and mean it. Raises ExportError as parse_cell.
    """
    return any(_is_stub(node) for node in ast.walk(parse_cell(source, name)))


def assemble(cells: Iterable[tuple[str, str]], module: str, lesson: str) -> str:
    """The text of a module from its cells, (name, source) in the order of the notebook `lesson`.

    Raises ExportError when a cell, or all of them together, is not Python.
    """
    text = joined(cells, lesson)
    try:
        # dont_inherit: the `from __future__` of this file is none of theirs.
        compile(text, f"{module}.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise not_together(error, module) from None
    return text


def joined(cells: Iterable[tuple[str, str]], lesson: str) -> str:
    """The text that `assemble` makes. Raises ExportError when a cell is not Python; all of them are not looked at."""
    text, previous = HEADER.format(lesson=lesson) + "\n", None
    for name, source in cells:
        code = plain_code(source)
        if not code:
            continue
        tree = parse_cell(code, name)
        text += "\n" * _blank_lines(previous, tree) + code + "\n"
        previous = tree
    return text


def not_together(error: SyntaxError, module: str) -> ExportError:
    """For what is wrong only in the whole module: a late `from __future__`, a `return` outside of a function."""
    return ExportError(f"{module}.py, line {error.lineno}: {error.msg}", line=error.lineno)


def _is_stub(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _blank_lines(previous: ast.Module | None, tree: ast.Module) -> int:
    """Two between cells; one below the header, and where ruff wants one: a statement below imports or the docstring."""
    if previous is None or not previous.body or not tree.body:
        return 1 if previous is None else 2
    if isinstance(tree.body[0], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return 2
    last = previous.body[-1]
    is_text = isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant)
    return 1 if is_text or isinstance(last, ast.Import | ast.ImportFrom) else 2
