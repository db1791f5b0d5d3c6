"""Are two answers the same but for how they are written: comments, docstrings, types, local names?"""

from __future__ import annotations

import ast

from gradlab.export_format import plain_code


def alike(one: str, other: str) -> bool:
    """Whether two cells are the same program. What computes the same in another way is not alike."""
    return _normal(one) == _normal(other)


def _normal(source: str) -> str:
    tree = ast.parse(plain_code(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.body = [each for each in node.body if not _is_text(each)] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    for node in tree.body:
        _rename(node)
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _rename(node: ast.stmt) -> None:
    """Give what the functions in `node` bind, their parameters left out, names in the order in which they come."""
    bound: dict[str, str] = {}
    inside = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef)]
    for function in inside:
        for each in ast.walk(function):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                bound.setdefault(each.id, f"local {len(bound)}")
    for function in inside:
        for each in ast.walk(function):
            if isinstance(each, ast.Name):
                each.id = bound.get(each.id, each.id)
