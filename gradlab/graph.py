"""The graph behind a tensor, as plain values: what was recorded, read through PyTorch's names. Nothing is drawn here.

    graph = trace(loss, names=locals())
    [node.name for node in graph.nodes]      # ["loss", "MulBackward0", "AddBackward0", "AccumulateGrad"]

It reads `grad_fn`, `next_functions`, `name()` and an AccumulateGrad's `variable`, so it traces PyTorch's graphs too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gradlab.errors import GradlabError
from gradlab.lines import line_of
from gradlab.names_of_tensors import Names

SMALL = 4  # tensors of at most so many numbers are shown with their numbers

#: Ops that fit their inputs to each other entry by entry: an input of another shape than the result was broadcast.
PAIRWISE = {
    *("Add", "Sub", "Rsub", "Mul", "Div", "Pow", "Where", "Maximum", "Minimum", "Atan2", "Remainder"),
    *("MaskedFill", "Lerp", "Addcmul", "Addcdiv", "Expand"),
}


@dataclass(frozen=True)
class Saved:
    """An array that an op keeps for its rule. what: "input 0", "result", or "" for something made on the way.

    label: the caller's name of it. slot: which input of the op it is, None for anything else.
    """

    what: str
    label: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    value: str = ""
    slot: int | None = None


@dataclass(frozen=True)
class GraphNode:
    """kind: "result" (the tensor that was asked about), "op" (a recorded op), "leaf" (where gradients arrive) or
    "fold" (stands for repeated blocks; made by `gradlab.folding`).

    name:  what the engine calls it ("MulBackward0", "AccumulateGrad"); for the result its class.
    label: the caller's name of the tensor it made or holds ("loss"), "" when unknown.
    shape, dtype: of that tensor; None when unknown. value, grad: as text, when the tensor is small; "" when not.
    freed: True for an op whose saved tensors a backward has dropped. saved: what it keeps until then.
    arity: how many inputs an op was given, those without a gradient too. line: the caller's line, when recorded.
    """

    id: int
    kind: str
    name: str
    label: str = ""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    value: str = ""
    grad: str = ""
    requires_grad: bool = True
    freed: bool = False
    saved: tuple[Saved, ...] = ()
    arity: int = 0
    line: str = ""


@dataclass(frozen=True)
class GraphEdge:
    """The gradient goes from node `source` to node `target`: the road back from a result to an input.

    slot:   which input of `source` it belongs to. output: which result of `target` that input was.
    stretched: the input was broadcast, so the gradient is summed on its way back. shapes: of `target`, of `source`.
    """

    source: int
    target: int
    slot: int = 0
    output: int = 0
    stretched: bool = False
    shapes: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Graph:
    """nodes: the result first, then every node before those that it was computed from; ids are places in it."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    def of_kind(self, kind: str) -> tuple[GraphNode, ...]:
        return tuple(node for node in self.nodes if node.kind == kind)

    @property
    def leaves(self) -> tuple[GraphNode, ...]:
        return self.of_kind("leaf")

    @property
    def ops(self) -> tuple[GraphNode, ...]:
        return self.of_kind("op")


def trace(tensor, names: Mapping[str, object] | None = None) -> Graph:
    """The graph that `tensor` hangs from. A tensor without one is a graph of a single node.

    names: variables by name, such as locals(); tensors found in them get their name. Names that begin with an
    underscore are left out. Raises GradlabError for what is not a tensor. Iterative: any depth will do.
    """
    for attribute in ("grad_fn", "requires_grad", "shape"):
        if not hasattr(tensor, attribute):
            raise GradlabError(f"a graph hangs from a tensor, not from {_kind_of(tensor)}.")
    named = Names(names)
    root = tensor.grad_fn
    if root is None:
        kind = "leaf" if tensor.requires_grad else "result"
        return Graph((_of_tensor(0, kind, type(tensor).__name__, tensor, named),), ())
    order = consumers_first(root)
    ids = {id(node): place for place, node in enumerate(order, start=1)}
    nodes = [_of_tensor(0, "result", type(tensor).__name__, tensor, named)]
    edges = [GraphEdge(0, 1)]
    for place, node in enumerate(order, start=1):
        nodes.append(_of_node(place, node, named))
        for slot, (target, output) in enumerate(node.next_functions):
            if target is not None:
                edges.append(_edge(place, ids[id(target)], slot, output, nodes[place], target))
    return Graph(tuple(nodes), tuple(edges))


def consumers_first(root) -> list:
    """Every node that can be reached from `root`, each once, and after all nodes that it is an input of."""
    waiting: dict[int, int] = {}  # how many edges into a node have not been walked
    reached, stack = {id(root): root}, [root]
    while stack:
        for target in _inputs(stack.pop()):
            waiting[id(target)] = waiting.get(id(target), 0) + 1
            if id(target) not in reached:
                reached[id(target)] = target
                stack.append(target)
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        # Reversed: the first input's side is walked first.
        for target in reversed(_inputs(node)):
            waiting[id(target)] -= 1
            if not waiting[id(target)]:
                ready.append(target)
    return order


def node_shape(node) -> tuple[int, ...] | None:
    """The shape of what a node made (or of the leaf it stands for); None when it does not say, or has several."""
    leaf = getattr(node, "variable", None)
    shape = getattr(node, "shape", None) if leaf is None else leaf.shape
    return tuple(shape) if shape is not None and all(isinstance(length, int) for length in shape) else None


def short(name: str) -> str:
    """`Mul` for MulBackward0."""
    return re.sub(r"Backward\d*$", "", name) or name


def _edge(place: int, target: int, slot: int, output: int, node: GraphNode, target_node) -> GraphEdge:
    before, after = node_shape(target_node), node.shape
    if before is None or after is None or before == after or short(node.name) not in PAIRWISE:
        return GraphEdge(place, target, slot, output)
    return GraphEdge(place, target, slot, output, True, (before, after))


def _inputs(node) -> list:
    return [target for target, _ in node.next_functions if target is not None]


def _of_node(place: int, node, named: Names) -> GraphNode:
    name = str(node.name()).rpartition("::")[2]  # PyTorch's own: torch::autograd::AccumulateGrad
    leaf = getattr(node, "variable", None)
    if leaf is not None and not node.next_functions:
        return _of_tensor(place, "leaf", name, leaf, named)
    kept = _kept(node)
    freed = type(kept).__name__ == "Freed"
    more = {"saved": _saved(node, kept, named), "arity": len(node.next_functions), "line": line_of(node)}
    made = named.result_of(node)
    if made is not None:
        return replace(_of_tensor(place, "op", name, made, named, freed), **more)
    return GraphNode(place, "op", name, shape=node_shape(node), freed=freed, **more)


def _kept(node):
    try:
        return getattr(node, "saved_tensors", None)
    except RuntimeError:  # PyTorch, of a node that was freed
        return None


def _saved(node, kept, named: Names) -> tuple[Saved, ...]:
    """What `node` keeps. Values that a hook has packed are left packed: unpacking may cost anything."""
    if type(kept) is not tuple:
        return ()
    sources = getattr(node, "sources", None) or range(len(kept))
    found = []
    for value, source in zip(kept, sources, strict=False):
        if not hasattr(value, "shape") or not hasattr(value, "tolist"):
            continue
        slot = source if source is not None and source >= 0 else None
        what = "result" if source == -1 else "" if slot is None else f"input {slot}"
        dtype = str(value.dtype).rpartition(".")[2]
        found.append(Saved(what, named.of_array(value), tuple(value.shape), dtype, _numbers(value), slot))
    return tuple(found)


def _of_tensor(place: int, kind: str, name: str, tensor, named: Names, freed: bool = False) -> GraphNode:
    # PyTorch warns when one asks a tensor for a gradient that it does not keep.
    keeps = tensor.grad_fn is None or getattr(tensor, "retains_grad", False)
    grad = tensor.grad if keeps else None
    return GraphNode(
        place,
        kind,
        name,
        label=named.of(tensor),
        shape=tuple(tensor.shape),
        dtype=str(tensor.dtype).rpartition(".")[2],
        value=_numbers(tensor),
        grad=_numbers(grad) or shape_text(grad.shape) if grad is not None else "",
        requires_grad=bool(tensor.requires_grad),
        freed=freed,
    )


def _numbers(tensor) -> str:
    """The numbers of a small tensor, `7` or `[1, 2.5]`; "" for a large one."""
    size = 1
    for length in tensor.shape if tensor is not None else ():
        size *= length
    return _text(tensor.tolist()) if tensor is not None and size <= SMALL else ""


def _text(value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def shape_text(shape) -> str:
    """A shape as Python and the lessons write it: `(2,)`, `(3, 4)`, `()`."""
    return str(tuple(map(int, shape)))


def _kind_of(value) -> str:
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__}: draw its tensors one by one"
    return "None" if value is None else f"the {type(value).__name__} {str(value)[:40]!r}"
