"""Which of your lines recorded which op. Nothing is written down, and nothing is paid, outside of `record_lines()`.

    with record_lines():
        loss = model(x)
    explain_grad(w, loss)        # "... detached in cell 4, line 2: `h = h.detach()`"

Inside, every op that is recorded notes its line (the engine calls its `watchers`). What is *not* recorded has no node
to note it on: a `detach()`, or an op under `no_grad()`. So Python's own profiling hook watches these few functions of
the engine return. It sees them whoever wrote them, and the engine knows nothing of it.
"""

from __future__ import annotations

import linecache
import re
import sys
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OURS = str(Path(__file__).resolve().parent)


@dataclass(frozen=True)
class Place:
    """A line of the caller's. file: as a reader knows it ("cell 4", "train.py"). text: the line itself."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}" + (f": `{self.text}`" if self.text else "")


@dataclass
class Cut:
    """A result without history. parents: the tensors that it came from; they live as long as it does.

    how: "detach", "data", "no_grad", "rule" (an op without a gradient) or "after" (its inputs had lost theirs before).
    """

    how: str
    place: Place | None
    parents: list = field(default_factory=list)


#: Node -> the line that recorded it. Weak: what was noted lives as long as the graph.
_lines: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
#: id(tensor) -> (weak reference, Cut), of tensors that have lost their history.
_cuts: dict[int, tuple] = {}
#: The node of a leaf -> the lines of the backward calls since its gradient was last None.
_arrivals: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def place_of(node) -> Place | None:
    """Where an op was recorded, if lines were recorded then."""
    try:
        return _lines.get(node)
    except TypeError:  # nodes of another engine may not be weakly referenced
        return None


def line_of(node) -> str:
    """`cell 4, line 2: `y = x * w``, or ""."""
    place = place_of(node)
    return "" if place is None else str(place)


def cut_of(tensor) -> Cut | None:
    """How a tensor lost its history, if that was seen."""
    reference, cut = _cuts.get(id(tensor), (None, None))
    return cut if reference is not None and reference() is tensor else None


def arrivals_of(node) -> list[Place | None]:
    """The backward calls that have reached a leaf's node since its gradient was None, as far as they were seen."""
    return list(_arrivals.get(node, ()))


@contextmanager
def record_lines():
    """In this block the line of every op is noted, and of every detach(), every op under no_grad, every backward()."""
    from mytorch.results import watchers

    def note(node):
        _lines[node] = caller()

    watcher = _Watcher()
    before = sys.getprofile()
    watchers.append(note)
    sys.setprofile(watcher)
    try:
        yield
    finally:
        sys.setprofile(before)
        watchers.remove(note)


def caller() -> Place | None:
    """The innermost line that is neither the engine's nor ours."""
    engine = str(Path(sys.modules["mytorch"].__file__).resolve().parent)
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((engine, OURS, "<frozen")) and "contextlib" not in file:
            return Place(_readable(file), frame.f_lineno, linecache.getline(file, frame.f_lineno).strip())
        frame = frame.f_back
    return None


def _readable(file: str) -> str:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    names = getattr(getattr(shell, "compile", None), "_filename_map", None) or {}
    if file in names:
        return f"cell {names[file]}"
    if found := re.search(r"<ipython-input-(\d+)-", file):
        return f"cell {found[1]}"
    return Path(file).name


class _Watcher:
    """Sees the engine's functions come and go."""

    def __init__(self):
        from mytorch.tensor import Tensor

        self.detaching = {Tensor.detach.__code__: "detach", Tensor.data.fget.__code__: "data"}
        self.detaching_itself = Tensor.detach_.__code__
        self.backward = Tensor.backward.__code__

    def __call__(self, frame, event, value):
        code = frame.f_code
        if event == "return":
            if code in self.detaching:
                _note_cut(value, self.detaching[code], [frame.f_locals["self"]])
            elif code is self.detaching_itself and value is not None:
                _note_cut(value, "detach", [])
            elif code.co_name == "apply" and "cls" in frame.f_locals:
                inputs = [x for x in frame.f_locals.get("inputs", ()) if hasattr(x, "edge")]
                for result in value if isinstance(value, tuple) else (value,):
                    if hasattr(result, "edge") and result.edge is None and inputs:
                        _note_cut(result, "no_grad", inputs)
        elif event == "call" and code is self.backward:
            _note_backward(frame.f_locals["self"])


def _note_cut(tensor, how: str, parents: list) -> None:
    if how == "no_grad" and not any(p.edge is not None or cut_of(p) is not None for p in parents):
        return  # nobody wanted a gradient there anyway
    if how == "no_grad" and all(p.edge is None for p in parents):
        how = "after"
    elif how == "no_grad" and sys.modules["mytorch"].is_grad_enabled():
        how = "rule"
    if id(tensor) in _cuts and cut_of(tensor) is not None:
        return
    here = id(tensor)
    reference = weakref.ref(tensor, lambda _: _cuts.pop(here, None))
    _cuts[here] = (reference, Cut(how, caller(), list(parents)))


def _note_backward(result) -> None:
    """Note this call at every leaf that it reaches."""
    place, seen, stack = caller(), set(), [result.edge]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        stack.extend(node.next)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            calls = _arrivals.setdefault(node, [])
            if leaf.grad is None:
                calls.clear()
            calls.append(place)
