"""Hidden tests: the decorator `@tests`, and reading a file of them.

    @tests("walk", points=2, says="an input used twice at different depths gets both gradients")
    def reuse_at_unequal_depth(torch, see, rng): ...

The file is read, and its programs run, in the judge's process; nothing of it reaches the sandbox.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from autograder.remote.stand_ins import builtins_there

SECONDS = 5.0


class BrokenTests(Exception):
    """A mistake in a file of hidden tests, with its line as far as that is known."""


class Program(NamedTuple):
    """One hidden test.

    exercise, points, says: what it tests, is worth, and the behaviour that is named when its points are lost.
    run:      function of (torch, see, rng) or (torch, see, rng, nb).
    seconds:  of CPU time, before it is stopped.
    wants_nb: it asks for the names of the lesson's cells that are not exported.
    """

    name: str
    exercise: str
    points: float
    says: str
    run: Callable
    seconds: float = SECONDS
    wants_nb: bool = False


def tests(exercise: str, points: float, says: str, seconds: float = SECONDS) -> Callable[[Callable], Callable]:
    """Make the function below a hidden test of `exercise`.

    says: the behaviour, in the student's words; shown when the points are lost.
    """

    def mark(run: Callable) -> Callable:
        wanted = list(inspect.signature(run).parameters)
        if len(wanted) not in (3, 4):
            raise BrokenTests(f"{run.__name__} should take (torch, see, rng) or (torch, see, rng, nb).")
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < 1000:
            raise BrokenTests(f"{run.__name__}: points={points!r} is no number of points.")
        if not isinstance(says, str) or not says.strip():
            raise BrokenTests(f'{run.__name__} should say which behaviour it tests: says="…".')
        run.program = Program(
            run.__name__, exercise, float(points), says.strip().rstrip("."), run, seconds, len(wanted) == 4
        )
        return run

    return mark


def read_tests(source: str, file: str = "hidden_tests.py") -> dict[str, Program]:
    """The programs in the text of a file, by name, in its order. Raises BrokenTests."""
    tree = _parse(source, file)
    namespace: dict = {"__name__": "hidden_tests", "__file__": file, "__builtins__": builtins_there()}
    try:
        exec(compile(tree, file, "exec", dont_inherit=True), namespace)
    except Exception as error:
        raise BrokenTests(f"{file}:{_line(error, file)}: {type(error).__name__}: {error}") from None
    for value in namespace.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False  # or an engine could write into what the next submission is tested with
    found = [value.program for value in namespace.values() if isinstance(getattr(value, "program", None), Program)]
    return {program.name: program for program in found}


def _parse(source: str, file: str) -> ast.Module:
    try:
        tree = ast.parse(source, file)
    except SyntaxError as error:
        raise BrokenTests(f"{file}:{error.lineno}: {error.msg}") from None
    seen: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and seen.setdefault(node.name, node.lineno) != node.lineno:
            raise BrokenTests(f"{file}:{node.lineno}: there is a {node.name} already, in line {seen[node.name]}.")
    return tree


def _line(error: BaseException, file: str) -> int:
    """The last line of `file` that the error passed through."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
