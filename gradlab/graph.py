"""The graph behind a tensor, as plain values: what was recorded, read through PyTorch's names. Nothing is drawn here.

    graph = trace(loss, names=locals())
    [node.name for node in graph.nodes]      # ["loss", "MulBackward0", "AddBackward0", "AccumulateGrad"]

It reads `grad_fn`, `next_functions`, `name()` and an AccumulateGrad's `variable`, so it traces PyTorch's graphs too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from gradlab.errors import GradlabError
from gradlab.lines import line_of
from gradlab.names_of_tensors import Names

SMALL = 4  # tensors of at most so many numbers are shown with their numbers

#: Ops that fit their inputs to each other entry by entry: an input of another shape than the result was broadcast.
PAIRWISE = {
    *("Add", "Sub", "Rsub", "Mul", "Div", "Pow", "Where", "Maximum", "Minimum", "Atan2", "Remainder"),
    *("MaskedFill", "Lerp", "Addcmul", "Addcdiv", "Expand"),
}

#: PyTorch makes a product in several steps, and an engine that follows it names only the last: UnsafeView, Squeeze, Mv.
PRODUCTS = {"MatMul", "Linear"}


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
    op: what the op is, where `name` says something else (PRODUCTS); "" where it does not.
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
    op: str = ""

    @property
    def called(self) -> str:
        """What a drawing calls an op: `Mul` for MulBackward0."""
        return self.op or short(self.name)


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
    order, inputs = _in_order(root)
    ids = {id(node): place for place, node in enumerate(order, start=1)}
    nodes = [_of_tensor(0, "result", type(tensor).__name__, tensor, named)]
    edges = [GraphEdge(0, 1)]
    for place, node in enumerate(order, start=1):
        nodes.append(_of_node(place, node, inputs[id(node)], named))
        for slot, (target, output) in enumerate(inputs[id(node)]):
            if target is not None:
                edges.append(_edge(place, ids[id(target)], slot, output, nodes[place], target))
    return Graph(tuple(nodes), tuple(edges))


def consumers_first(root) -> list:
    """Every node that can be reached from `root`, each once, and after all nodes that it is an input of.

    Raises GradlabError for a cycle: no engine records one, but nodes can be put together by hand.
    """
    return _in_order(root)[0]


def _in_order(root) -> tuple[list, dict[int, tuple]]:
    """The nodes, and of each, by its id(), its `next_functions`: an engine may make these anew whenever asked."""
    waiting: dict[int, int] = {}  # how many edges into a node have not been walked
    inputs: dict[int, tuple] = {id(root): root.next_functions}
    stack = [root]
    while stack:
        for target, _ in inputs[id(stack.pop())]:
            if target is None:
                continue
            waiting[id(target)] = waiting.get(id(target), 0) + 1
            if id(target) not in inputs:
                inputs[id(target)] = target.next_functions
                stack.append(target)
    order, ready = [], [root] if id(root) not in waiting else []
    while ready:
        node = ready.pop()
        order.append(node)
        # Reversed: the first input's side is walked first.
        for target, _ in reversed(inputs[id(node)]):
            if target is not None:
                waiting[id(target)] -= 1
                if not waiting[id(target)]:
                    ready.append(target)
    if len(order) < len(inputs):
        raise GradlabError("this graph has a cycle: a node leads back to itself, so no order of visits is right.")
    return order, inputs


def node_shape(node) -> tuple[int, ...] | None:
    """The shape of what a node made (or of the leaf it stands for); None when it does not say, or has several."""
    leaf = getattr(node, "variable", None)
    shape = getattr(node, "shape", None) if leaf is None else leaf.shape
    return tuple(shape) if shape is not None and all(isinstance(length, int) for length in shape) else None


@cache
def short(name: str) -> str:
    """`Mul` for MulBackward0."""
    return re.sub(r"Backward\d*$", "", name) or name


def _edge(place: int, target: int, slot: int, output: int, node: GraphNode, target_node) -> GraphEdge:
    before, after = node_shape(target_node), node.shape
    if before is None or after is None:
        return GraphEdge(place, target, slot, output)
    op = node.called
    if op == "MatMul":
        after = _as_factor(before, after)
    if before == after or op not in (*PAIRWISE, "MatMul"):
        return GraphEdge(place, target, slot, output)
    return GraphEdge(place, target, slot, output, True, (before, after))


def _as_factor(factor: tuple[int, ...], product: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that a factor of a (batched) matrix product is broadcast to: the batch of the product before its own.

    A vector beside a batch of matrices is one vector for each.
    """
    if len(factor) == 1:
        return (*product[:-1], *factor)
    if len(product) < len(factor):  # times a vector, which adds no batch
        return factor
    return (*product[:-2], *factor[-2:])


def _of_node(place: int, node, inputs: tuple, named: Names) -> GraphNode:
    name = str(node.name()).rpartition("::")[2]  # PyTorch's own: torch::autograd::AccumulateGrad
    leaf = getattr(node, "variable", None)
    if leaf is not None and not inputs:
        return _of_tensor(place, "leaf", name, leaf, named)
    kept = _kept(node)
    freed = type(kept).__name__ == "Freed"
    own = type(node).__name__
    more = {"saved": _saved(node, kept, named), "arity": len(inputs), "line": line_of(node)}
    more["op"] = own if own in PRODUCTS else ""
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
        dtype = _name_of_dtype(value.dtype)
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
        dtype=_name_of_dtype(tensor.dtype),
        value=_numbers(tensor),
        grad=_numbers(grad) or shape_text(grad.shape) if grad is not None else "",
        requires_grad=bool(tensor.requires_grad),
        freed=freed,
    )


@cache  # NumPy takes long to say it
def _name_of_dtype(dtype) -> str:
    return str(dtype).rpartition(".")[2]


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
