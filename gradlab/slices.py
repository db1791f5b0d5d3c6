"""The smallest program: the lines of a check that one of its asserts depends on, and no others."""

from __future__ import annotations

import ast

from gradlab.names import used_names


def program_of(source: str, number: int) -> str:
    """What leads to assert `number`, from 0, of the check `source`; without other asserts. Raises SyntaxError."""
    before, kept, versions, wanted = _parts(source, number)
    return _text([each for each, used in before if versions.together(used, wanted)], kept)


def wider_programs(source: str, number: int) -> list[str]:
    """The assert with all statements before it: the last one, the last two, four, … for what hangs together by no name.

    A mode that is left on, a file, the clock: an assert may depend on what it does not mention.
    """
    before, kept, *_ = _parts(source, number)
    statements = [each for each, _ in before]
    counts = [1 << power for power in range(len(statements).bit_length())]
    return [
        _text(statements[-count:], kept) for count in [*(n for n in counts if n < len(statements)), len(statements)]
    ]


def _text(before: list[ast.stmt], kept: list[ast.stmt]) -> str:
    return "\n".join(ast.unparse(each) for each in [*before, *kept]) if kept else ""


def _parts(source: str, number: int) -> tuple[list[tuple[ast.stmt, set]], list[ast.stmt], _Versions, set]:
    """The statements before an assert, each with the values that it names; its own statement; what belongs together;
    the values that it names itself."""
    counter, versions = _Counter(), _Versions()
    before: list[tuple[ast.stmt, set]] = []
    for statement in ast.parse(source).body:
        first = counter.count
        counter.visit(statement)
        used = versions.of(statement)
        if first <= number < counter.count:
            return before, _upto(statement, number - first), versions, used
        if not isinstance(statement, ast.Assert):
            before.append((_without_asserts(statement), used))
    return before, [], versions, set()


class _Counter(ast.NodeVisitor):
    def __init__(self) -> None:
        self.count = 0

    def visit_Assert(self, node: ast.Assert) -> None:
        self.count += 1


class _Versions:
    """Which values belong together. A name that is bound anew is another value; a statement joins what it names."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.parent: list[int] = []
        self.later: dict[str, list[int]] = {}  # names that a function reads, and nobody has bound yet

    def of(self, statement: ast.stmt) -> set[int]:
        """The values that a statement names; binding is done afterwards."""
        reads, writes = _names(statement)
        used = {self.now[name] for name in reads if name in self.now}
        if not isinstance(statement, ast.Assert):
            for name in writes:
                if name in reads and name in self.now:
                    continue  # x = x + 1, x += 1: still about the same
                self.now[name] = len(self.parent)
                self.parent.append(self.now[name])
                used |= {self.now[name], *self.later.pop(name, ())}
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                for name in reads - self.now.keys():
                    self.later.setdefault(name, []).append(self.now[statement.name])
            for each in used:
                self.parent[self._root(each)] = self._root(next(iter(used)))
        return used

    def together(self, one: set[int], other: set[int]) -> bool:
        return bool({self._root(each) for each in one} & {self._root(each) for each in other})

    def _root(self, each: int) -> int:
        while self.parent[each] != each:
            each = self.parent[each]
        return each


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    if isinstance(statement, ast.Assert):
        return used_names(ast.unparse(statement.test)), set()
    writes = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        writes = {statement.name}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            writes |= {alias.asname or alias.name for alias in node.names}
    reads = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return reads, writes


def _without_asserts(statement: ast.stmt) -> ast.stmt:
    for node in ast.walk(statement):
        for part in ("body", "orelse", "finalbody"):
            inner = getattr(node, part, None)
            if isinstance(inner, list) and inner:
                kept = [each for each in inner if not isinstance(each, ast.Assert)]
                setattr(node, part, kept or [ast.Pass()])
    return statement


def _upto(statement: ast.stmt, number: int) -> list[ast.stmt]:
    """The statement with only the assert `number` of those in it, as what it looks at; nothing after it."""
    counter = _Counter()
    for node in ast.walk(statement):
        for part in ("body", "orelse", "finalbody"):
            inner = getattr(node, part, None)
            if not isinstance(inner, list):
                continue
            kept: list[ast.stmt] = []
            for each in inner:
                if isinstance(each, ast.Assert):
                    if counter.count == number:
                        kept.append(each)
                    counter.count += 1
                else:
                    kept.append(each)
            setattr(node, part, kept or ([ast.Pass()] if part == "body" else []))
    for node in ast.walk(statement):
        if isinstance(node, ast.Assert):
            node.msg = None
    return [statement]
