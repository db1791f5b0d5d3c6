"""What the student's engine let a hidden test observe, held against what the reference engine did.

`difference` is None when both agree, or a phrase that names what is different; never what should have come out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.wording import kind_of, said, seconds
from autograder.worker.wire import Array, Thing

# (rtol, atol). Python's own numbers count as float32: `x.item()` of a float32 tensor is one.
FLOAT16, FLOAT32, FLOAT64 = (1e-2, 1e-3), (1e-4, 1e-6), (1e-7, 1e-9)


@dataclass(frozen=True)
class Verdict:
    """What the grader decided about one check or hidden test. reason: why points were lost; "" when none were.

    name: of the check's cell or of the program; says: the behaviour in the student's words. ran: False when there was
    nothing to run it on; the reason is then the exercise's.
    """

    name: str
    says: str
    points: float
    earned: float
    reason: str = ""
    ran: bool = True

    @property
    def passed(self) -> bool:
        return not self.reason


def verdict(program, expected: dict, got: dict, own: Collection[str] = ()) -> Verdict:
    """The verdict on one program, from the two replies of the workers."""
    found = difference(expected, got, own, program.seconds)
    if found is None:
        return Verdict(program.name, program.says, program.points, program.points)
    return Verdict(program.name, program.says, program.points, 0.0, found)


def difference(expected: dict, got: dict, own: Collection[str] = (), limit: float = 0.0) -> str | None:
    """The first thing that `got` did otherwise than `expected`: values first, in order, then how it ended."""
    events = got["events"] if isinstance(got["events"], list) else []
    for theirs, ours in zip(expected["events"], events, strict=False):
        found = _event(theirs, ours, own)
        if found:
            return found
    return _end(expected, got, own, limit) or (
        None if len(events) == len(expected["events"]) else "it went another way than it should"
    )


def _end(expected: dict, got: dict, own: Collection[str], limit: float) -> str | None:
    end = got["end"]
    if end == "over":
        budget = got["seconds"] if isinstance(got["seconds"], float) and 0 < got["seconds"] < 3600 else limit
        return f"took longer than {seconds(budget)}"
    if end == "time":
        return f"took longer than {seconds(limit)}"
    if end == "died":
        return "Python stopped in the middle of it"
    if end == "size":
        return "gave back more data than the grader takes"
    wanted, raised = (str(reply["type"]) if reply["end"] == "raised" else "" for reply in (expected, got))
    if wanted == raised:
        return None
    if not raised:
        return f"raised no error, where {wanted} belongs"
    belongs = f", where {wanted} belongs" if wanted else ""
    return f"raised {said(raised, str(got['text']), own)}{belongs}"


def _event(theirs: dict, ours: Any, own: Collection[str]) -> str | None:
    """Of two observations at the same place, what is different."""
    if not isinstance(ours, dict):
        return "it cannot be read"
    kinds = [next((kind for kind in ("saw", "error", "budget") if kind in event), "") for event in (theirs, ours)]
    if kinds[0] != kinds[1]:
        return "it went another way than it should"
    where = f" ({theirs['name']})" if theirs.get("name") else ""
    if kinds[0] == "saw":
        found = unlike(theirs["saw"], ours["saw"])
        return f"a value {found}{where}" if found else None
    if kinds[0] == "error" and theirs["error"] != ours["error"]:
        wanted, raised = theirs["error"], str(ours["error"])
        if not raised:
            return f"raised no error, where {wanted} belongs{where}"
        belongs = f"{wanted} belongs" if wanted else "no error belongs"
        return f"raised {kind_of(raised, own)}, where {belongs}{where}"
    return None


# ---- values -----------------------------------------------------------------------------------------------------


def unlike(theirs: Any, ours: Any) -> str | None:
    """How `ours` is unlike `theirs`, as the end of a sentence that begins with "a value"; None when they agree."""
    if _is_number(theirs) and _is_number(ours):
        return _numbers(theirs, ours)
    if isinstance(theirs, Array) and isinstance(ours, Array):
        return _arrays(theirs, ours)
    if type(theirs) is not type(ours):
        return f"is {_kind(ours)}, where {_kind(theirs)} belongs"
    if isinstance(theirs, list):
        if len(theirs) != len(ours):
            return "has the wrong length"
        return next((found for pair in zip(theirs, ours, strict=True) if (found := unlike(*pair))), None)
    if isinstance(theirs, dict):
        if theirs.keys() != ours.keys():
            return "has the wrong keys"
        return next((found for key in theirs if (found := unlike(theirs[key], ours[key]))), None)
    return None if theirs == ours else "is of the wrong type" if isinstance(theirs, Thing) else "differs"


def _is_number(value: Any) -> bool:
    """Python's numbers and NumPy's scalars: what `item()`, a sum in a loop or a quiz may give. Not bool."""
    if isinstance(value, Array):
        return not value.tensor and value.values.ndim == 0
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(theirs: Any, ours: Any) -> str | None:
    ours, theirs = (value.values[()] if isinstance(value, Array) else value for value in (ours, theirs))
    if isinstance(ours, int) and isinstance(theirs, int):  # they may be larger than any float
        return None if ours == theirs else "differs"
    try:
        return _close(np.asarray(theirs), np.asarray(ours), FLOAT32)
    except (OverflowError, TypeError):
        return "differs"


def _arrays(theirs: Array, ours: Array) -> str | None:
    if theirs.tensor != ours.tensor:
        return f"is {_kind(ours)}, where {_kind(theirs)} belongs"
    if theirs.values.shape != ours.values.shape:
        return "has the wrong shape"
    if theirs.values.dtype != ours.values.dtype:
        return "has the wrong dtype"
    tolerance = {2: FLOAT16, 4: FLOAT32}.get(theirs.values.dtype.itemsize, FLOAT64)
    return _close(theirs.values, ours.values, tolerance)


def _close(theirs: np.ndarray, ours: np.ndarray, tolerance: tuple[float, float]) -> str | None:
    if theirs.dtype.kind in "biu" and ours.dtype.kind in "biu":
        return None if np.array_equal(theirs, ours) else "differs"
    rtol, atol = tolerance
    with np.errstate(all="ignore"):
        if np.allclose(ours, theirs, rtol=rtol, atol=atol, equal_nan=True):
            return None
        return "is not a finite number" if np.isfinite(theirs).all() and not np.isfinite(ours).all() else "differs"


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, Array):
        return "a tensor" if value.tensor else "a number" if value.values.ndim == 0 else "an array"
    if isinstance(value, Thing):
        return "something else"
    return {bool: "True or False", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a dict"}[
        type(value)
    ]
