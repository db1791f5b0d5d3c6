"""Hidden tests, run against an engine: on the student's side for what happens, on the reference's for what should.

The reference's replies are computed once for each lesson and seed, and kept in memory. Each program runs twice there:
one that does not repeat itself, or that the reference fails, is a mistake of its author and is told as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from autograder import places
from autograder.blueprint import Blueprint
from autograder.engines import Engine
from autograder.judge import difference
from autograder.sandbox import LIMITS, Worker
from autograder.worker.registry import Program
from gradlab.errors import GradlabError

#: Errors that no program means to provoke: where the reference raises one, the program is wrong.
MISTAKES = {
    *("AssertionError", "AttributeError", "ImportError", "KeyboardInterrupt", "ModuleNotFoundError", "NameError"),
    *("NotBuilt", "NotImplementedError", "SyntaxError", "SystemExit", "UnboundLocalError"),
}

_expected: dict[tuple, dict] = {}


def observe(worker: Worker, engine: Engine, program: Program, seed: int) -> dict:
    """The worker's reply to one program."""
    return worker.ask(engine.program(program, seed), cpu=program.seconds, wall=wall_seconds(program.seconds))


def wall_seconds(cpu: float) -> float:
    """How long what may take `cpu` seconds may last on a busy machine, or asleep."""
    return max(cpu * 3, min(LIMITS["wall"], cpu + 10))


def expected(reference: Engine, programs: Iterable[Program], seed: int) -> dict[str, dict]:
    """{program: the reference's reply}. Raises GradlabError when a program is no test."""
    blueprint = reference.blueprint
    about = hashlib.sha256(blueprint.tests.encode("utf-8")).hexdigest()
    keys = {program.name: (str(reference.folder), about, program.name, seed) for program in programs}
    missing = [program for program in programs if keys[program.name] not in _expected]
    if missing:
        # Two, for each Python orders its sets in its own way.
        with Worker(reference.folder) as one, Worker(reference.folder) as other:
            for program in missing:
                _expected[keys[program.name]] = _trusted((one, other), reference, program, seed)
    return {name: _expected[key] for name, key in keys.items()}


def _trusted(workers: tuple[Worker, Worker], reference: Engine, program: Program, seed: int) -> dict:
    first = observe(workers[0], reference, program, seed)
    problem = _problem(first, program)
    if not problem:
        again = difference(first, observe(workers[1], reference, program, seed), limit=program.seconds)
        problem = f"it behaves differently from run to run: {again}" if again else ""
    if problem:
        raise GradlabError(f"{_where(reference.blueprint)}: {program.name} is no test, on the reference {problem}.")
    return first


def _problem(reply: dict, program: Program) -> str:
    if reply["end"] == "raised" and reply["type"] in MISTAKES:
        return f"it raises {reply['type']}: {reply['text']}"
    if reply["end"] in ("over", "time"):
        return f"it takes longer than {reply['seconds'] or program.seconds:g} s"
    if reply["end"] in ("died", "size"):
        return "Python ends" if reply["end"] == "died" else "it observes more than can be kept"
    if not reply["events"] and reply["end"] == "done":
        return "it observes nothing: call see(…)"
    return ""


def _where(blueprint: Blueprint) -> str:
    return places.hidden_tests_file(blueprint.course, blueprint.lesson).relative_to(blueprint.course.root).as_posix()
