"""One hidden test or one visible check, run in a session: what happened, as plain data.

end      "done" | "raised" (then its `type` and `text`) | "over" (a budget of `seconds`) | "died" | "time" | "size"
events   what `see` wrote down before the end
"""

from __future__ import annotations

import types
import zlib

import numpy as np

from autograder.programs import Program
from autograder.remote.channel import Ended
from autograder.remote.checks import run_check
from autograder.remote.see import See
from autograder.remote.session import Session
from autograder.sandbox.limits import wall_seconds


def program(session: Session, engine, test: Program, seed: int) -> dict:
    """What one hidden test saw. Its random numbers depend on the seed and on its own name, not on the tests before it.

    engine: of autograder.engines; it says which of the notebook's cells the test's `nb` is made of.
    """
    session = session.next()
    see = See(session)

    def run() -> dict:
        session.channel.allow(test.seconds, wall_seconds(test.seconds))
        given = [see, np.random.default_rng([seed, zlib.crc32(test.name.encode())])]
        if test.wants_nb:
            given.append(types.SimpleNamespace(**session.notebook(*engine.notebook_for(test))))
        test.run(session.package(), *given)
        return {"end": "done"}

    return whole(_ended(session, run)) | {"events": see.events}


def check(session: Session, engine, cell, seconds: float) -> dict:
    """What a visible check says is in "message"; nothing when it passes."""
    session = session.next()

    def run() -> dict:
        session.channel.allow(seconds, wall_seconds(seconds))
        cells, place = engine.cells_for(cell)
        return {"end": "done", "message": run_check(session, cells, place, engine.lesson_texts)}

    return whole(_ended(session, run))


def imports(session: Session, modules, seconds: float) -> dict:
    """How importing the package and these modules of it, one after the other, ends."""
    session = session.next()

    def run() -> dict:
        session.channel.allow(seconds, wall_seconds(seconds))
        session.package()
        for module in modules:
            session.module(f"{session.name}.{module}")
        return {"end": "done"}

    return whole(_ended(session, run))


def _ended(session: Session, run) -> dict:
    """How `run` ended, whatever it did; only the grader's own interrupt goes through."""
    try:
        with session:
            return run()
    except Ended as end:
        return {"end": end.end, "seconds": end.seconds}
    except (KeyboardInterrupt, SystemExit):
        session.channel.close()
        raise
    except BaseException as error:
        return {"end": "raised", "type": type(error).__name__, "text": _text(error)}


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:
        return ""


def died() -> dict:
    """The reply of a process that there is not."""
    return whole({"end": "died"})


def whole(reply: dict) -> dict:
    return {"type": "", "text": "", "seconds": 0.0, "events": [], "message": ""} | reply
