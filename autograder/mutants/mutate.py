"""Mechanical mutants: an answer with one small change in it, such as + for −, a condition negated, a line left out.

Only what students write is changed: the lines between the markers of a solution. Texts and what is raised stay as they
are: no test asks for the words of an error.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradlab.export_format import is_marker

_BINARY = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div},
    **{ast.Mod: ast.Mult, ast.Pow: ast.Mult},
}
_COMPARED = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
}
_SIGNS = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"},
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is"},
    **{ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.And: "and", ast.Or: "or"},
}


@dataclass(frozen=True)
class Change:
    """One change. what: in a few words; line: the text of the line it is in; source: the whole cell with it."""

    what: str
    line: str
    source: str


def changes(answer: str) -> list[Change]:
    """Every mechanical change of an answer, its solution markers in it; none that gives the same code as another."""
    code, students_lines = _without_markers(answer)
    tree, rows = ast.parse(code), code.split("\n")
    head = answer.split("\n", 1)[0] + "\n" if answer.lstrip().startswith("#|") else ""
    seen, found = {ast.dump(tree)}, []
    for place in _Places(tree, students_lines):
        for what, change in _edits(place):
            mutant = _changed(tree, place, change)
            looks = ast.dump(mutant)
            if looks not in seen:
                seen.add(looks)
                found.append(Change(what, rows[place.lineno - 1].strip(), head + ast.unparse(mutant)))
    return found


def _without_markers(answer: str) -> tuple[str, set[int]]:
    """The cell's code, and the numbers of its lines that stand in a solution."""
    rows, inside, kept, numbers = plain_rows(answer), False, [], set()
    for row in rows:
        if is_marker(row):
            inside = not inside
            continue
        kept.append(row)
        if inside:
            numbers.add(len(kept))
    return "\n".join(kept), numbers


def plain_rows(answer: str) -> list[str]:
    rows = answer.split("\n")
    while rows and (not rows[0].strip() or rows[0].lstrip().startswith("#|")):
        rows.pop(0)
    return rows


class _Places:
    """The nodes of a tree that may be changed, in the order of the text."""

    def __init__(self, tree: ast.Module, lines: set[int]):
        self.tree, self.lines = tree, lines

    def __iter__(self) -> Iterator[ast.AST]:
        yield from self._in(self.tree)

    def _in(self, node: ast.AST) -> Iterator[ast.AST]:
        if getattr(node, "lineno", 0) in self.lines:
            yield node
        if isinstance(node, ast.Raise | ast.JoinedStr):
            return
        for child in ast.iter_child_nodes(node):
            if not _is_docstring(node, child):
                yield from self._in(child)


def _is_docstring(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(child.value.value, str)


def _changed(tree: ast.Module, place: ast.AST, change: Callable[[ast.AST], ast.AST]) -> ast.Module:
    """A copy of the tree, with `change` made to the copy of `place`."""
    number = next(i for i, node in enumerate(ast.walk(tree)) if node is place)
    whole = copy.deepcopy(tree)
    target = next(node for i, node in enumerate(ast.walk(whole)) if i == number)
    return ast.fix_missing_locations(_Replace(target, change(target)).visit(whole))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)


# ---- what can be changed ----------------------------------------------------------------------------------------


def _edits(node: ast.AST) -> Iterator[tuple[str, Callable]]:
    """(what it does, function from a copy of `node` to what stands in its place)."""
    if isinstance(node, ast.BinOp):
        if type(node.op) in _BINARY:
            new = _BINARY[type(node.op)]
            yield f"{_SIGNS[type(node.op)]} becomes {_SIGNS[new]}", lambda n: _with(n, op=new())
        if isinstance(node.op, ast.MatMult | ast.Sub | ast.Div):
            yield "operands swapped", lambda n: _with(n, left=n.right, right=n.left)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
        new = _COMPARED[type(node.ops[0])]
        yield f"{_SIGNS[type(node.ops[0])]} becomes {_SIGNS[new]}", lambda n: _with(n, ops=[new()])
    elif isinstance(node, ast.BoolOp):
        new = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{_SIGNS[type(node.op)]} becomes {_SIGNS[new]}", lambda n: _with(n, op=new())
        for i in range(len(node.values)):
            yield f"operand {i + 1} dropped", lambda n, i=i: _one_less(n, i)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield ("- dropped" if isinstance(node.op, ast.USub) else "not dropped"), lambda n: n.operand
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.IfExp):
        yield "condition negated", lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test))
    elif isinstance(node, ast.Call):
        if len(node.args) > 1 and getattr(node.func, "id", "") not in ("min", "max"):
            yield "arguments swapped", lambda n: _with(n, args=[n.args[1], n.args[0], *n.args[2:]])
        for i, keyword in enumerate(node.keywords):
            if keyword.arg:
                kept = [k for j, k in enumerate(node.keywords) if j != i]
                yield f"{keyword.arg}= dropped", lambda n, kept=kept: _with(n, keywords=copy.deepcopy(kept))
    elif isinstance(node, ast.stmt):
        yield from _edits_of_statement(node)


def _edits_of_statement(node: ast.stmt) -> Iterator[tuple[str, Callable]]:
    if isinstance(node, ast.If | ast.While):
        yield "condition negated", lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test))
    elif isinstance(node, ast.Return) and node.value:
        yield "returns None", lambda n: ast.Return(ast.Constant(None))
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
            yield (
                "results swapped",
                lambda n: ast.Return(_with(n.value, elts=[*n.value.elts[1::-1], *n.value.elts[2:]])),
            )
    elif isinstance(node, ast.AugAssign):
        sign = _SIGNS.get(type(node.op), "@")
        yield f"{sign}= becomes =", lambda n: ast.Assign([n.target], n.value)
        if type(node.op) in _BINARY:
            new = _BINARY[type(node.op)]
            yield f"{sign}= becomes {_SIGNS[new]}=", lambda n: _with(n, op=new())
        yield "line deleted", lambda n: ast.Pass()
    elif isinstance(node, ast.Assign | ast.Expr | ast.Raise):
        yield "line deleted", lambda n: ast.Pass()
    elif isinstance(node, ast.Break | ast.Continue):
        other = ast.Continue if isinstance(node, ast.Break) else ast.Break
        yield f"{type(node).__name__.lower()} becomes {other.__name__.lower()}", lambda n: other()


def _other_constants(value: object) -> Iterator[tuple[str, Callable]]:
    if isinstance(value, bool):
        yield f"{value} becomes {not value}", lambda n: ast.Constant(not value)
    elif isinstance(value, int | float):
        for new in dict.fromkeys((value + 1, 0 if value else -1)):
            yield f"{value} becomes {new}", lambda n, new=new: _number(new)


def _number(value: float) -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _one_less(node: ast.BoolOp, place: int) -> ast.expr:
    rest = [value for i, value in enumerate(node.values) if i != place]
    return rest[0] if len(rest) == 1 else _with(node, values=rest)


def _with(node: ast.AST, **fields) -> ast.AST:
    """The node itself, a copy already, with these fields."""
    for name, value in fields.items():
        setattr(node, name, value)
    return node
