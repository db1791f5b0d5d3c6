"""Answers that share what is rare in the class.

Of each answer only its shape counts: names that the student chose, comments, texts and layout are left out, and so is
what the stub gave. The shape is cut into overlapping pieces. A piece that many have says nothing, for there is one good
way to write most of these answers; a piece that two or three have may. So this is a lead to read, never a verdict.
"""

from __future__ import annotations

import ast
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from gradlab.export_format import plain_code

PIECE = 6  # nodes of the syntax tree
RARE = 0.1  # the share of a class, at most, that has a piece which counts
FEWEST_STUDENTS = 5  # in a smaller class nothing is rare
FEWEST_PIECES = 12  # rare pieces that a pair has in common, at least
SHOWN = 25


@dataclass(frozen=True)
class Pair:
    """Two students and the exercises in which they share rare pieces. pieces: how many these are. share: of all rare
    pieces that the two have in these exercises. same: exercises whose shape is the same to the last node."""

    one: str
    other: str
    exercises: tuple[str, ...]
    pieces: int
    share: float
    same: tuple[str, ...]


def alike(answers: Mapping[str, Mapping[str, str]], stubs: Mapping[str, str]) -> list[Pair]:
    """The pairs of students who share most, first. answers: {exercise: {student: source}}."""
    weights: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    alone: Counter[tuple[str, str]] = Counter()  # rare pieces that only one of the two has
    where: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    same: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for exercise, by_student in answers.items():
        if len(by_student) < FEWEST_STUDENTS:
            continue
        given = pieces(stubs.get(exercise, ""))
        shapes = {student: pieces(source) - given for student, source in by_student.items()}
        owners: defaultdict[tuple, list[str]] = defaultdict(list)
        for student, shape in shapes.items():
            for piece in shape:
                owners[piece].append(student)
        most = max(2, math.floor(RARE * len(by_student)))
        rare = {piece: sorted(have) for piece, have in owners.items() if len(have) <= most}
        mine: Counter[str] = Counter(student for have in rare.values() for student in have)
        found: Counter[tuple[str, str]] = Counter()
        for have in rare.values():
            for pair in combinations(have, 2):
                found[pair] += 1
                weights[pair] += math.log(len(by_student) / len(have))
        for pair, count in found.items():
            counts[pair] += count
            alone[pair] += mine[pair[0]] + mine[pair[1]] - 2 * count
            where[pair].append(exercise)
            if shapes[pair[0]] == shapes[pair[1]]:
                same[pair].append(exercise)
    pairs = [
        Pair(*pair, tuple(where[pair]), count, count / (count + alone[pair]), tuple(same[pair]))
        for pair, count in counts.items()
        if count >= FEWEST_PIECES
    ]
    return sorted(pairs, key=lambda p: (-weights[p.one, p.other] * p.share, p.one, p.other))[:SHOWN]


@lru_cache(maxsize=4096)  # many answers are the same, letter by letter
def pieces(source: str) -> frozenset[tuple]:
    """The pieces of an answer's shape; none of what is no Python."""
    try:
        tree = ast.parse(plain_code(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    own = _chosen_names(tree)
    nodes = list(_shape(tree, own))
    return frozenset(tuple(nodes[place : place + PIECE]) for place in range(max(0, len(nodes) - PIECE + 1)))


def _chosen_names(tree: ast.AST) -> set[str]:
    """Names that the cell itself gives to something: another student would have chosen others."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def _shape(node: ast.AST, own: set[str]) -> Iterator[str]:
    """The nodes of the tree, parents first, each as a word without what the student is free to choose."""
    yield _word(node, own)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr_context) or _is_text(child):
            continue
        yield from _shape(child, own)


def _is_text(node: ast.AST) -> bool:
    """A docstring, or a text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _word(node: ast.AST, own: set[str]) -> str:
    kind = type(node).__name__
    if isinstance(node, ast.Name):
        return "own" if node.id in own else f"name {node.id}"
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Constant):
        return "text" if isinstance(node.value, str | bytes) else f"{node.value!r}"
    if isinstance(node, ast.keyword):
        return f"{node.arg}="
    return kind
