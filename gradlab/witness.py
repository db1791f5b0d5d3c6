"""What a check sees, all of it: asserts that write down what they found, and go on.

A check stops at the first assert that fails. To tell one mistake from another, more has to be known: which asserts
fail, and what they got. `witnessed(source)` is the check with its asserts replaced; run as any check, it "fails" with a
report, in one line of JSON:

    {"events": ["9f2c60d1+", …], "failed": [[2, "x.grad is 4, not 7 …", "4.0", "7"], …]}

events: a digest of each thing that was found; two engines with the same mistake give the same. Those with a + tell
numbers, which two mistakes hardly have in common. failed: number of the assert, its message, what came and what was
expected, as far as it compares.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import linecache
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_COMPARING = {"allclose", "array_equal", "isclose"}
TOLD = 4  # failures told in full
_DIGITS, _ENTRIES = 3, 64  # digits that count; entries of an array that do
_MOST = 50  # events
LONGEST = 1400  # characters; what runs checks cuts messages not far above
_WITNESS, _ERROR = "__witness", "__error"


class Failed(NamedTuple):
    """One assert that does not hold. number: which one of the check; got, wanted: "" where it does not compare."""

    number: int
    message: str
    got: str
    wanted: str


class Report(NamedTuple):
    """What a witnessed check has found."""

    events: tuple[str, ...]
    failed: tuple[Failed, ...] = ()


def read_report(message: str) -> Report | None:
    """The report in the message of a witnessed check; None when it is none. It may come from a student's process."""
    try:
        data = json.loads(message)
        failed = tuple(Failed(int(n), str(said), str(got), str(want)) for n, said, got, want in data["failed"])
        return Report(tuple(str(event) for event in data["events"]), failed[:TOLD])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


# ---- the source -------------------------------------------------------------------------------------------------


def witnessed(source: str) -> str:
    """The check `source` with asserts that report. Raises SyntaxError."""
    tree = _Asserts().visit(ast.parse(source))
    body = ast.unparse(ast.fix_missing_locations(tree)) or "pass"
    inner = "\n".join(f"    {line}" for line in body.split("\n"))
    return (
        f"from gradlab.witness import Witness as {_WITNESS}\n{_WITNESS} = {_WITNESS}()\ntry:\n{inner}\n"
        f"except Exception as {_ERROR}:\n    {_WITNESS}.ended({_ERROR})\n{_WITNESS}.tell()\n"
    )


class _Asserts(ast.NodeTransformer):
    """assert a == b, m  →  __witness.holds(0, lambda: (__witness.got(a)) == (__witness.wanted(b)), lambda: m)"""

    def __init__(self) -> None:
        self.number = -1

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.number += 1
        test = _watched(copy.deepcopy(node.test))
        message = node.msg or ast.Constant("")
        call = ast.Call(
            ast.Attribute(ast.Name(_WITNESS, ast.Load()), "holds", ast.Load()),
            [ast.Constant(self.number), _lazy(test), _lazy(message)],
            [],
        )
        return ast.copy_location(ast.Expr(call), node)


def _lazy(body: ast.expr) -> ast.Lambda:
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(empty, body)


def _watched(test: ast.expr, got: str = "got", wanted: str = "wanted") -> ast.expr:
    """The test, with the values that it looks at shown to the witness. got, wanted: what the two sides are."""
    if isinstance(test, ast.BoolOp):
        test.values = [_watched(value, got, wanted) for value in test.values]
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test.operand = _watched(test.operand, "met", "met")
    elif isinstance(test, ast.Compare):
        if not isinstance(test.ops[0], ast.Eq):
            got = wanted = "met"  # `!= 4` names a mistake, not what is expected
        test.left = _seen(test.left, got)
        test.comparators = [_seen(each, wanted) for each in test.comparators]
    elif isinstance(test, ast.Call) and getattr(test.func, "attr", getattr(test.func, "id", "")) in _COMPARING:
        test.args = [_seen(each, kind) for each, kind in zip(test.args, (got, wanted), strict=False)] + test.args[2:]
    elif isinstance(test, ast.Call) and getattr(test.func, "id", "") == "isinstance" and test.args:
        test.args[0] = _seen(test.args[0], "met")
    elif not isinstance(test, ast.Constant):
        return _seen(test, "met")
    return test


def _seen(value: ast.expr, kind: str) -> ast.expr:
    if isinstance(value, ast.Starred):
        return value
    return ast.Call(ast.Attribute(ast.Name(_WITNESS, ast.Load()), kind, ast.Load()), [value], [])


# ---- while it runs ----------------------------------------------------------------------------------------------


class Witness:
    """Writes down what the asserts of one check find."""

    def __init__(self) -> None:
        self.events: dict[str, None] = {}
        self.failed: list[list] = []
        self.last = -1
        self.values: list = []
        self.pair: dict[str, str] = {}

    def got(self, value: Any) -> Any:
        return self._note(value, "got")

    def wanted(self, value: Any) -> Any:
        return self._note(value, "wanted")

    def met(self, value: Any) -> Any:
        return self._note(value, "")

    def _note(self, value: Any, kind: str) -> Any:
        self.values.append(plain(value))
        if kind and kind not in self.pair:
            self.pair[kind] = _text(value)
        return value

    def holds(self, number: int, test: Callable[[], Any], message: Callable[[], Any]) -> None:
        """One assert. What fails is written down with its values; what raises, with the type of the error."""
        self.values, self.pair, self.last = [], {}, number
        try:
            if test():
                return
        except Exception as error:
            self._event(number, "raised", *_worded(error))
            self.failed.append([number, _cut(f"{type(error).__name__}: {error}", 150), "", ""])
            return
        self._event(number, *self.values)
        try:
            said = str(message())
        except Exception as error:
            said = type(error).__name__
        compared = {"got", "wanted"} <= self.pair.keys()
        self.failed.append(
            [number, _cut(said, 150), *((self.pair["got"], self.pair["wanted"]) if compared else ("", ""))]
        )

    def ended(self, error: BaseException) -> None:
        """The check itself came to an end, on the way to its next assert."""
        self._event(self.last + 1, "ended", *_worded(error))
        self.failed.append([self._next(error), _cut(f"{type(error).__name__}: {error}", 150), "", ""])

    def _next(self, error: BaseException) -> int:
        """The assert that stands next below the line which raised: the check was on the way to it."""
        trace = error.__traceback__
        lines = linecache.getlines(trace.tb_frame.f_code.co_filename)[trace.tb_lineno - 1 :]
        found = re.search(rf"{_WITNESS}\.holds\((\d+),", "".join(lines))
        return int(found[1]) if found else self.last + 1

    def _event(self, number: int, *values: Any) -> None:
        text = json.dumps([number, *values])
        mark = "+" if _numbers(values) else ""
        self.events[hashlib.sha256(text.encode()).hexdigest()[:10] + mark] = None

    def tell(self) -> None:
        """Raise the report, unless there is nothing to tell."""
        if self.events:
            events, told = list(self.events)[:_MOST], self.failed[:TOLD]
            while len(text := json.dumps({"events": events, "failed": told}, ensure_ascii=False)) > LONGEST:
                told.pop()
            raise AssertionError(text)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _worded(error: BaseException) -> tuple[str, str]:
    """The type of an error, and the beginning of its text without what differs from run to run."""
    return type(error).__name__, re.sub(r"[-+\d.]+", "#", str(error))[:60]


def _numbers(values: Any) -> int:
    """How many of the values are numbers that do not come by themselves: not 0, 1 or 2, no True or None."""
    if isinstance(values, list | tuple):
        return sum(_numbers(each) for each in values)
    return isinstance(values, int | float) and not isinstance(values, bool) and values not in (0, 1, 2)


def plain(value: Any, depth: int = 0) -> Any:
    """A value as data that is the same for two engines that agree: few digits, no addresses."""
    if isinstance(value, BaseException | type):
        return f"<{(value if isinstance(value, type) else type(value)).__name__}>"
    if value is None or isinstance(value, bool | np.bool_ | str):
        return bool(value) if isinstance(value, np.bool_) else value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _rounded(float(value))
    if isinstance(value, list | tuple) and depth < 4:
        return [plain(each, depth + 1) for each in value[:_ENTRIES]]
    if isinstance(value, np.dtype):
        return str(value)
    if isinstance(value, np.ndarray):
        return [list(value.shape), plain(value.ravel()[:_ENTRIES].tolist(), depth + 1)]
    if depth < 4 and hasattr(value, "tolist") and hasattr(value, "shape"):
        try:
            return plain(np.asarray(value.tolist()), depth + 1)
        except Exception:
            return "<object>"
    return "<object>"


def _rounded(number: float) -> float | str:
    if not math.isfinite(number):
        return repr(number)
    return 0.0 if abs(number) < 1e-9 else float(f"{number:.{_DIGITS}g}")


def _text(value: Any) -> str:
    try:
        if hasattr(value, "tolist"):
            value = value.tolist()
        return " ".join((f"{value:.6g}" if isinstance(value, float) else repr(value)).split())[:90]
    except Exception:
        return "…"
