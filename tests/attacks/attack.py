"""What an attack is, and what its author knows: everything but the secrets.

Each attack is a function in the file of its kind. Its text goes into a notebook of lesson 1 in which every answer is
right, but for one exercise, `infer_shape`, which is worth 2 of the 40 points; that one calls it, when its module is
imported or when the exercise is called. Attacks that should come to nothing share a notebook. What an attack returns it
has found out: it is raised, so that it costs points and can be searched for in all that the grader writes.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import NamedTuple

MAXIMUM, WITHOUT = 40, 38
ALL: list[Attack] = []

# Known to the attacker, and set in the cell: the course's folder, where grades go, the home folder, what every secret
# begins with (in the hidden tests it stands backwards too, as this is in memory), the grader's process, an open port,
# and a number of its own.
ROOT = OUT = HOME = CANARY = ""
GRADER = PORT = NUMBER = 0
KNOWN = ("ROOT", "OUT", "HOME", "CANARY", "GRADER", "PORT", "NUMBER")


def infer_shape(shape, size):
    """The exercise, which attacks may replace in their own module."""


class Attack(NamedTuple):
    """points: what an honest grader gives. wrong: the exercise's answer is (). at: "import" or "call"."""

    group: str
    name: str
    code: str
    wrong: bool
    at: str
    points: int

    @property
    def quiet(self) -> bool:
        """It costs nothing and breaks nothing, so several fit into one notebook."""
        return self.points == MAXIMUM

    @property
    def function(self) -> str:
        return self.code.partition("(")[0].removeprefix("def ")


def cell(attacks: list[Attack], right: str, known: dict[str, str | int]) -> str:
    """The source of the exercise's cell with these attacks, all of one sort. right: its right answer.

    known: a value for each of KNOWN.
    """
    head, _, body = right.partition("def infer_shape(shape, size):\n")
    parts = [head.strip(), *(f"{name} = {known[name]!r}" for name in KNOWN)]
    parts += [inspect.getsource(each) for each in (look, write)] + [each.code for each in attacks]
    first = attacks[0]
    parts.append(TRY.format(names="".join(f"{each.function}, " for each in attacks), often=20 if first.quiet else 1000))
    call = "    try_it()\n" if first.at == "call" else ""
    parts.append(f"def infer_shape(shape, size):\n{call}{'    return ()' if first.wrong else body}")
    return "\n".join(parts) + ("\ntry_it()" if first.at == "import" else "")


TRY = """
TIMES = []

def try_it():
    TIMES.append(1)
    if len(TIMES) > {often}:
        return
    found = []
    for each in ({names}):
        try:
            what = each()
        except Exception:
            continue
        if what:
            found.append((each.__name__, what))
    if found:
        raise RuntimeError(f"found {{found}}")
"""


def attack(name: str, *, wrong: bool = False, loses: bool = False, at: tuple[str, ...] = ("call",)) -> Callable:
    """Add the function below to the table, once for each time in `at`.

    The honest score is that of the exercise's answer, right or wrong: trying costs nothing. loses: but this attack
    keeps the exercise from answering, so it loses its own points, and no others.
    """

    def add(function: Callable) -> Callable:
        code = inspect.getsource(function)
        code = textwrap.dedent(code[code.index("def ") :])
        for when in at:
            full = name if len(at) == 1 else f"{name}, at {when}"
            points = WITHOUT if wrong or loses else MAXIMUM
            ALL.append(Attack(function.__module__.rpartition(".")[2], full, code, wrong, when, points))
        return function

    return add


# ---- what several of them use ------------------------------------------------------------------------------------


def look(*paths):
    """The first of these files that can be read and holds a secret."""
    for path in paths:
        try:
            with open(path, "rb") as file:
                data = file.read(1 << 20)
        except OSError:
            continue
        if CANARY.encode() in data:
            return path


def write(*paths):
    """Those of these files that could be written."""
    import os

    done = []
    for path in paths:
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a") as file:
                file.write("import builtins; builtins.gotcha = 1  # gotcha\n")
            done.append(path)
        except OSError:
            pass
    return done
