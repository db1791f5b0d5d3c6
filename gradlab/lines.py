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
    """A result without history. leaves: the nodes of the leaves that it came from. origin: where that was lost first.

    how: "detach", "data", "no_grad", "rule" (an op without a gradient) or "after" (its inputs had lost theirs before).
    """

    how: str
    place: Place | None
    leaves: weakref.WeakSet = field(default_factory=weakref.WeakSet)
    origin: Cut | None = None


#: Node -> the line that recorded it. Weak: what was noted lives as long as the graph.
_lines: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
#: id(tensor) -> (weak reference, Cut), of tensors that have lost their history.
_cuts: dict[int, tuple] = {}
#: Every cut of the last `record_lines()` block in order, also of tensors that are gone.
_log: list[Cut] = []
#: Node -> the cuts of inputs that it was given without their history.
_used: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
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


def cuts_of_leaf(node, order: list | None = None) -> list[Cut]:
    """Where something that was computed from this leaf lost its history, in the last `record_lines()` block.

    order: the nodes of a graph; given, only what this graph uses counts.
    """
    if order is not None:
        used = [cut for each in order for cut in _used.get(each, ()) if node in cut.leaves]
        if used:
            return [cut.origin or cut for cut in used]
    return [cut for cut in _log if node in cut.leaves and cut.origin is None]


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
    _log.clear()
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
            elif code.co_name == "apply" and "cls" in frame.f_locals:
                inputs = [x for x in frame.f_locals.get("inputs", ()) if hasattr(x, "edge")]
                for result in value if isinstance(value, tuple) else (value,):
                    if hasattr(result, "edge") and result.edge is None and inputs:
                        _note_cut(result, "no_grad", inputs)
                    elif getattr(result, "grad_fn", None) is not None:
                        lost = [cut for cut in map(cut_of, inputs) if cut is not None]
                        if lost:
                            _used[result.grad_fn] = lost
        elif event == "call" and code is self.backward:
            _note_backward(frame.f_locals["self"])
        elif event == "call" and code is self.detaching_itself:
            _note_cut(frame.f_locals["self"], "detach", [frame.f_locals["self"]])


def _note_cut(tensor, how: str, parents: list) -> None:
    lost = [cut for cut in map(cut_of, parents) if cut is not None]
    edges = [parent.edge for parent in parents if parent.edge is not None]
    if not hasattr(tensor, "edge") or not (edges or lost):
        return  # nobody wanted a gradient there anyway
    cut = Cut(how, caller())
    if edges:
        if how == "no_grad" and sys.modules["mytorch"].is_grad_enabled():
            cut.how = "rule"
        for node in _reached(edges):
            if getattr(node, "variable", None) is not None:
                cut.leaves.add(node)
    else:
        cut.how = "after"
    for each in lost:
        cut.leaves.update(each.leaves)
        if not edges:
            cut.origin = each.origin or each
    here = id(tensor)
    _cuts[here] = (weakref.ref(tensor, lambda _: _cuts.pop(here, None)), cut)
    _log.append(cut)


def _note_backward(result) -> None:
    """Note this call at every leaf that it reaches."""
    place = caller()
    for node in _reached([result.edge]):
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            calls = _arrivals.setdefault(node, [])
            if leaf.grad is None:
                calls.clear()
            calls.append(place)


def _reached(nodes: list) -> list:
    """The nodes, and all that lie behind them."""
    seen: set[int] = set()
    for node in (order := [node for node in nodes if node is not None]):
        seen.add(id(node))
        for earlier in node.next:
            if earlier is not None and id(earlier) not in seen:
                seen.add(id(earlier))
                order.append(earlier)
    return order
