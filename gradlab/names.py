"""Which names a piece of code defines, and which it needs from outside. By reading it, without running it."""

from __future__ import annotations

import ast
import builtins
import dis
from collections.abc import Iterator
from types import CodeType

from gradlab.export_format import plain_code, syntax_tree


def defined_names(source: str) -> list[str]:
    """The functions, classes and variables that the top level of `source` defines, in order. Imports are not among
    them. Raises SyntaxError."""
    names: dict[str, None] = {}
    for node in _top_level(syntax_tree(plain_code(source)).body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = None
        else:
            targets = [n for n in _own_expressions(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
            names.update((target.id, None) for target in targets)
    return list(names)


def bound_names(source: str) -> list[str]:
    """defined_names, and the names that imports at the top level bind. Raises SyntaxError."""
    names = dict.fromkeys(defined_names(source))
    for node in _top_level(syntax_tree(plain_code(source)).body):
        if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", "") != "__future__":
            names.update((alias.asname or alias.name.partition(".")[0], None) for alias in node.names)
    return list(names)


def used_names(source: str) -> set[str]:
    """Every name that `source` reads, anywhere. Raises SyntaxError."""
    return {node.id for node in ast.walk(syntax_tree(plain_code(source))) if isinstance(node, ast.Name)}


def outside_names(source: str) -> list[str]:
    """The global names that `source` reads and does not define itself, builtins left out. Raises SyntaxError."""
    code = compile(plain_code(source), "<cell>", "exec", dont_inherit=True)
    read, written = {}, set()
    for part in with_inner(code):
        for step in dis.get_instructions(part):
            if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
                read[step.argval] = None
            elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
                written.add(step.argval)
    return [name for name in read if name not in written and not hasattr(builtins, name)]


def _top_level(body):
    """The statements of a module, and those inside its `if`, `for`, `with` and `try`, but of no function or class."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(node, part, []) or [])
            for handler in getattr(node, "handlers", []):
                yield from _top_level(handler.body)


def _own_expressions(statement: ast.stmt):
    """The expressions of a statement, without the statements and functions inside it."""
    queue = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while queue:
        node = queue.pop()
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.stmt):
            continue
        yield node
        queue.extend(ast.iter_child_nodes(node))


def with_inner(code: CodeType) -> Iterator[CodeType]:
    """A compiled program and all that is compiled in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from with_inner(constant)
