"""Hidden tests, run against an engine: on the student's side for what happens, on the reference's for what should.

The reference's replies are computed once for each lesson and seed, and kept in memory. Each program runs twice there
with a lesson's first seed: one that does not repeat itself, or that the reference fails, is a mistake of its author and
is told as such.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from autograder import places
from autograder.blueprint import Blueprint
from autograder.engines import Engine
from autograder.judge import difference
from autograder.programs import Program
from autograder.remote import trials
from autograder.remote.channel import Ended
from autograder.remote.session import Session
from autograder.sandbox import THREADS, Worker, scratch
from gradlab.errors import GradlabError

#: Errors that no program means to provoke: where the reference raises one, the program is wrong.
MISTAKES = {
    *("AssertionError", "AttributeError", "ImportError", "KeyboardInterrupt", "ModuleNotFoundError", "NameError"),
    *("NotBuilt", "NotImplementedError", "SyntaxError", "SystemExit", "UnboundLocalError"),
}

_expected: dict[tuple, dict] = {}


def observe(worker: Worker, engine: Engine, program: Program, seed: int) -> dict:
    """What one program sees of an engine, in a process of its own."""
    return observed(worker, engine, lambda session: trials.program(session, engine, program, seed))


def observed(worker: Worker, engine: Engine, trial: Callable[[Session], dict]) -> dict:
    """What `trial` (of remote/trials.py) sees in a new session on `engine`."""
    try:
        session = open_session(worker, engine)
    except Ended as end:
        return trials.whole({"end": end.end})
    return trial(session)


def open_session(worker: Worker, engine: Engine) -> Session:
    """A session with a new process that holds `engine`."""
    package = engine.blueprint.course.package
    threads = THREADS if engine.blueprint.wants_threads else 0
    return Session(worker.open(engine.folder, package, engine.texts, threads=threads), package)


def expected(reference: Engine, programs: Iterable[Program], seed: int, twice: bool = True) -> dict[str, dict]:
    """{program: the reference's reply}. Raises GradlabError when a program is no test.

    twice: run each once more, to see whether it repeats itself.
    """
    blueprint = reference.blueprint
    about = hashlib.sha256(blueprint.tests.encode("utf-8")).hexdigest()
    keys = {program.name: (str(reference.folder), about, program.name, seed) for program in programs}
    missing = [program for program in programs if keys[program.name] not in _expected]
    if missing:
        for program, reply in _trusted(reference, missing, seed) if twice else _taken(reference, missing, seed):
            _expected[keys[program.name]] = reply
    return {name: _expected[key] for name, key in keys.items()}


def _trusted(reference: Engine, programs: list[Program], seed: int) -> Iterator[tuple[Program, dict]]:
    """Each program's reply: once in a process of its own, and once after all the others in one, which must agree.

    Two workers, for each Python orders its sets in its own way.
    """
    with (
        tempfile.TemporaryDirectory(dir=scratch()) as room,
        tempfile.TemporaryDirectory(dir=scratch()) as another,
        Worker(Path(room)) as one,
        Worker(Path(another)) as other,
    ):
        together = open_session(other, reference)
        for program in programs:
            first = observe(one, reference, program, seed)
            if first["end"] == "died":  # perhaps killed by the system
                first = observe(one, reference, program, seed)
            problem = _problem(first, program)
            if not problem:
                again = trials.program(together, reference, program, seed)
                if again["end"] == "died":
                    together = open_session(other, reference)
                    again = trials.program(together, reference, program, seed)
                found = difference(first, again, limit=program.seconds)
                problem = f"it behaves differently from run to run: {found}" if found else ""
            if problem:
                raise _no_test(reference, program, problem, seed)
            yield program, first


def _taken(reference: Engine, programs: list[Program], seed: int) -> Iterator[tuple[Program, dict]]:
    """Each program's reply, all of them in one process."""
    with tempfile.TemporaryDirectory(dir=scratch()) as room, Worker(Path(room)) as worker:
        session = open_session(worker, reference)
        for program in programs:
            reply = trials.program(session, reference, program, seed)
            if reply["end"] == "died":
                session = open_session(worker, reference)
                reply = trials.program(session, reference, program, seed)
            if problem := _problem(reply, program):
                raise _no_test(reference, program, problem, seed)
            yield program, reply


def _no_test(reference: Engine, program: Program, problem: str, seed: int) -> GradlabError:
    where = _where(reference.blueprint)
    return GradlabError(f"{where}: {program.name} is no test, on the reference {problem} (seed {seed}).")


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
