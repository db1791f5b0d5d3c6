"""A failing program, changed so that it says what it records and what goes back through its graphs.

    watched("z = x * x\\nz.backward()\\nassert x.grad == 6")

Run as a check, it "fails" with a record, in one line of JSON (record.py). Asserts are left out: what they look at is
known to be wrong.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_OPERATORS |= {ast.MatMult: "matmul", ast.USub: "neg"}
_WATCH, _ERROR = "__watch", "__error"


def watched(program: str) -> str:
    """The source to run in the place of the check that `program` is a part of. Raises SyntaxError."""
    tree = ast.parse(program)
    names = sorted(_bound(tree))
    body = ast.unparse(ast.fix_missing_locations(_Calls().visit(tree))) or "pass"
    inner = "\n".join(f"    {line}" for line in body.split("\n"))
    return (
        f"from gradlab.guilty.watch import Watch as {_WATCH}\n{_WATCH} = {_WATCH}({names!r})\ntry:\n{inner}\n"
        f"except Exception as {_ERROR}:\n    {_WATCH}.failed({_ERROR})\n{_WATCH}.tell()\n"
    )


def digest_of(program: str) -> str:
    """What a program's record is found by: the same for programs that differ in their asserts alone.

    Of its nodes, not of its text, which ast.unparse writes in other ways in other versions of Python.
    """
    tree = ast.fix_missing_locations(_Calls().visit(ast.parse(program)))
    found = [(type(node).__name__, *_words(node)) for node in ast.walk(tree)]
    return hashlib.sha256(repr(found).encode("utf-8")).hexdigest()[:12]


def _words(node: ast.AST) -> list:
    """The names and constants that stand in a node itself."""
    if isinstance(node, ast.Constant):
        return [node.value]
    return [value for _, value in ast.iter_fields(node) if isinstance(value, str)]


def may_record(program: str) -> bool:
    """Whether it can record anything: somewhere a tensor must be told that it requires grad."""
    return "requires_grad" in program


def spells_out(program: str, ops: Iterable[str]) -> bool:
    """Whether the program itself writes down these ops ("Mul", "Exp", …), each as often. A graph that a function has
    made which it only calls may look in other ways, too, and its ops may be the answer to an exercise."""
    return not Counter(map(_bare, ops)) - Counter(_written_ops(ast.parse(program)))


def _written_ops(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.UnaryOp):
            yield _OPERATORS.get(type(node.op), "")
        elif isinstance(node, ast.Subscript):
            yield from ("index", "select", "slice")
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "apply":
                called = called.value
            yield _bare(getattr(called, "attr", getattr(called, "id", "")))


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def _bound(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


class _Calls(ast.NodeTransformer):
    """z.backward(g)          →  __watch.backward("z", z, g)
    z.grad_fn.visit(g)        →  __watch.visit("z", z, g)
    expect_graph(z, words)    →  __watch.expect("z", z, words)
    """

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Name) and called.id == "expect_graph" and node.args:
            return _watching("expect", node.args[0], node.args[1:], node.keywords)
        if isinstance(called, ast.Attribute) and called.attr == "backward":
            return _watching("backward", called.value, node.args, node.keywords)
        if isinstance(called, ast.Attribute) and called.attr == "visit":
            owner = called.value
            if isinstance(owner, ast.Attribute) and owner.attr == "grad_fn":
                return _watching("visit", owner.value, node.args, node.keywords)
        return node


def _watching(how: str, tensor: ast.expr, args: list, keywords: list) -> ast.Call:
    method = ast.Attribute(ast.Name(_WATCH, ast.Load()), how, ast.Load())
    return ast.Call(method, [ast.Constant(ast.unparse(tensor)), tensor, *args], keywords)
