"""How much Python's compiler makes of a cell: it writes a `finally` out again for each way that leads there.

One inside the other, twenty lines become a million, and the grader compiles what students wrote.
"""

from __future__ import annotations

import ast

MOST = 300_000  # nodes of the syntax tree, each as often as it is written out


def written_out(tree: ast.AST) -> int:
    """The nodes of `tree`, each as often as the compiler writes it out, or somewhat more."""
    sizes: dict[int, int] = {}
    exits: dict[int, int] = {}  # the ways out of a function or a loop, through every `finally` around them
    for node in reversed(list(ast.walk(tree))):  # what is inside comes first
        last = getattr(node, "finalbody", ())
        at_last = {id(child) for child in last}
        before = [child for child in ast.iter_child_nodes(node) if id(child) not in at_last]
        size = 1 + sum(sizes[id(child)] for child in before)
        ways = isinstance(node, (ast.Return, ast.Break, ast.Continue)) + sum(exits[id(child)] for child in before)
        copies = 2 + ways  # for when all went well, for an error, and for each way out
        sizes[id(node)] = size + copies * sum(sizes[id(child)] for child in last)
        ways += copies * sum(exits[id(child)] for child in last)
        exits[id(node)] = 0 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) else ways
    return sizes[id(tree)]
