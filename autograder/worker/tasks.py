"""The three things a worker is asked to do with an engine: import it, run a visible check, run a hidden test.

A request and its reply are dicts of plain data. A reply says how it ended and what was observed:

    end     "done" | "raised" (then its `type` and `text`) | "over" (a budget of `seconds`)
    events  what `see` wrote down before the end
"""

from __future__ import annotations

import importlib
import sys
import types
import zlib
from collections.abc import Callable

import numpy as np
import registry
from see import OverBudget, See


def run(request: dict) -> dict:
    """Do what `request["do"]` says with the engine in the folder `request["engine"]`. Never raises."""
    see = See()
    sys.path.insert(0, request["engine"])
    importlib.invalidate_caches()
    try:
        TASKS[request["do"]](request, see)
        end = {"end": "done"}
    except OverBudget as over:
        end = {"end": "over", "seconds": float(over.args[0]) if over.args else 0.0}
    except BaseException as error:
        end = {"end": "raised", "type": type(error).__name__, "text": _text(error)}
    return end | {"events": see.events}


def import_all(request: dict, see: See) -> None:
    """Import the package and the modules of the lesson, one after the other."""
    importlib.import_module(request["package"])
    for module in request["modules"]:
        importlib.import_module(f"{request['package']}.{module}")


def check(request: dict, see: See) -> None:
    """Run the visible check at `place` of the notebook's cells, as `gradlab check` does; observe what it says."""
    from gradlab.check_namespace import run_check

    see.events.append({"check": run_check(_cells(request), request["place"], request["package"]) or ""})


def program(request: dict, see: See) -> None:
    """Run one hidden test. Its random numbers depend on the seed and on its own name, not on the tests before it."""
    test = registry.read_tests(request["tests"])[request["program"]]
    given = [see, np.random.default_rng([request["seed"], zlib.crc32(test.name.encode())])]
    if test.wants_nb:
        given.append(types.SimpleNamespace(**_notebook(request, test.exercise)))
    test.run(importlib.import_module(request["package"]), *given)


TASKS: dict[str, Callable[[dict, See], None]] = {"import": import_all, "check": check, "program": program}


def _notebook(request: dict, exercise: str) -> dict:
    """The names that the notebook has after its cells ran; a cell of another exercise that fails is passed over."""
    from gradlab.check_namespace import Namespace

    space = Namespace(request["package"])
    for cell in _cells(request):
        try:
            space.take(cell)
        except BaseException:
            if cell.name == exercise:
                raise
    return space.names


def _cells(request: dict) -> list:
    from gradlab.check_namespace import JobCell, without_magics

    return [JobCell(role, name, module, without_magics(source)) for role, name, module, source in request["cells"]]


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except BaseException:
        return ""
