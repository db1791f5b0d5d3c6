"""Hidden tests of lesson 2. Leaves are made by hand where `Function` is not needed: each exercise stands alone."""

import gc
import sys
import weakref

import numpy as np

from autograder.hidden import tests


def leaf(torch, data):
    tensor = torch.tensor(data)
    tensor.edge = torch.graph.AccumulateGrad(tensor)
    return tensor


def hand_made(torch, *targets, number=0):
    """A node of the base class, as if an op had left it."""
    node = torch.graph.Node()
    node.next, node.number, node.shape = list(targets), number, ()
    node.saved_tensors = node.pending = node.hooks = None
    return node


def names_of(node):
    """The node, and the names of what its inputs lead to."""
    return node.name(), [None if target is None else target.name() for target, _ in node.next_functions]


def reachable(root):
    found, stack = {id(root): root}, [root]
    while stack:
        for target, _ in stack.pop().next_functions:
            if target is not None and id(target) not in found:
                found[id(target)] = target
                stack.append(target)
    return found


def keeps_promise(order, root):
    """Whether `order` lists all that `root` depends on, each once, and each before what it depends on."""
    place = {id(node): i for i, node in enumerate(order)}
    if len(place) != len(order) or place.keys() != reachable(root).keys():
        return False
    return all(
        place[id(node)] < place[id(target)] for node in order for target, _ in node.next_functions if target is not None
    )


def random_graph(torch, rng, size):
    """A result that some of `size` sums and products lead to, with inputs that are drawn from all that came before."""
    made = [torch.tensor(rng.normal(), requires_grad=True) for _ in range(3)]
    for _ in range(size):
        a, b = (made[i] for i in rng.integers(len(made), size=2))
        made.append(a + b if rng.random() < 0.5 else (a * b).tanh())
    return sum(made[-5:], made[0])


# ---- AccumulateGrad --------------------------------------------------------------------------------------------------


@tests("AccumulateGrad", points=1, says="the node of a leaf has the leaf's shape, be it a scalar, empty or a matrix")
def shape_of_the_end(torch, see, rng):
    for shape in [(), (0,), (2, 0, 3), tuple(rng.integers(1, 5, size=3))]:
        x = torch.tensor(rng.normal(size=shape))
        node = torch.graph.AccumulateGrad(x)
        see(tuple(node.shape), "shape")
        see(node.next, "next")
        see(node.array is x.array, "array")
        see(node.variable is x, "variable")


@tests("AccumulateGrad", points=1, says="each node is newer than the one made before it")
def numbers_of_ends(torch, see, rng):
    leaves = [torch.tensor(rng.normal(size=2)) for _ in range(4)]
    numbers = [torch.graph.AccumulateGrad(x).number for x in leaves]
    see(numbers == sorted(set(numbers)), "the order of the numbers")
    see(torch.base.tick() > numbers[-1], "the clock after that")


@tests("AccumulateGrad", points=1, says="a leaf and its node do not keep each other alive")
def no_circle(torch, see, rng):
    gc.disable()
    x = leaf(torch, rng.normal(size=3))
    node, array, watch = x.edge, x.array, weakref.ref(x)
    del x
    see(watch() is None, "whether the leaf is gone")
    see(node.array is array, "array of a leaf that is gone")
    see(node.variable.tolist(), "variable of a leaf that is gone")
    watch = weakref.ref(node)
    del node
    see(watch() is None, "whether the node is gone")


# ---- is_leaf ---------------------------------------------------------------------------------------------------------


@tests("is_leaf", points=1, says="data and weights are leaves, whatever their dtype and shape")
def what_users_make(torch, see, rng):
    data = [rng.normal(size=(2, 3)), rng.integers(9, size=4), np.zeros((0, 2)), True, 3]
    see([torch.graph.is_leaf(torch.tensor(each)) for each in data], "data")
    see([torch.graph.is_leaf(leaf(torch, rng.normal(size=shape))) for shape in [(), (3,), (0,)]], "weights")


@tests("is_leaf", points=1, says="what an op's node made is no leaf, whatever it was computed from")
def what_ops_make(torch, see, rng):
    x = leaf(torch, rng.normal())
    for targets in ([x.edge], [None, x.edge], [x.edge, hand_made(torch, x.edge)]):
        y = torch.Tensor(np.asarray(rng.normal()), hand_made(torch, *targets))
        see(torch.graph.is_leaf(y), "is_leaf of a computed tensor")
    see(torch.graph.is_leaf(x), "is_leaf of a leaf that was used")


# ---- record ----------------------------------------------------------------------------------------------------------


@tests("record", points=1, says="the result holds the op's array and its node, whatever its shape and dtype")
def result_of_recording(torch, see, rng):
    for shape, dtype in [((), "float32"), ((0, 3), "float64"), ((2, 3), "float32")]:
        x = leaf(torch, rng.normal(size=shape).astype(dtype))
        ctx, out = hand_made(torch, x.edge), np.array(rng.normal(size=shape), dtype=dtype)
        y = torch.graph.record(ctx, [x.array], out)
        see(y, "the result")
        see((y.array is out, y.edge is ctx, y.requires_grad), "array, edge and requires_grad")
        see(tuple(ctx.shape), "shape of the node")
        see((ctx.pending, ctx.hooks), "pending and hooks")


@tests("record", points=1, says="a node is newer than the nodes of its inputs and than those recorded before it")
def numbers_of_results(torch, see, rng):
    x = leaf(torch, rng.normal())
    node, numbers = x.edge, [x.edge.number]
    for _ in range(int(rng.integers(4, 8))):
        y = torch.graph.record(hand_made(torch, node, None), [x.array, 1], np.asarray(rng.normal()))
        node = y.edge
        numbers.append(node.number)
    see(numbers == sorted(set(numbers)), "the order of the numbers")
    see(numbers[-1] < torch.base.tick(), "the clock after that")


@tests(
    "record", points=1, says="the node keeps its edges and what it saved, and watchers hear of it when it is complete"
)
def what_recording_leaves_alone(torch, see, rng):
    heard, watchers = [], torch.results.watchers
    x, factor = leaf(torch, rng.normal(size=2)), rng.normal(size=2)
    ctx = hand_made(torch, x.edge, None)
    ctx.saved_tensors = None
    watchers.append(lambda node: heard.append((node is ctx, tuple(node.shape), node.number > x.edge.number)))
    try:
        y = torch.graph.record(ctx, [x.array, factor], x.array * factor)
    finally:
        watchers.clear()
    see(heard, "what a watcher saw")
    see(ctx.next == [x.edge, None], "next")
    see(y.tolist(), "the result")


# ---- Function --------------------------------------------------------------------------------------------------------


@tests(
    "Function", points=1, says="the edges lead to the nodes of the inputs, in their order, and to None for constants"
)
def edges_of_an_expression(torch, see, rng):
    a, b = (torch.tensor(rng.normal(size=3), requires_grad=True) for _ in range(2))
    data = torch.tensor(rng.normal(size=3))
    for y in (a * b, b * a, 2.0 - a, a / data, data / a, a * a, (a + 1) * (b - data), (a * b).tanh() + 1):
        see(names_of(y.grad_fn), "node and edges")
        see([target is a.edge for target, _ in y.grad_fn.next_functions], "which edges lead to the first leaf")
        see([target is b.edge for target, _ in y.grad_fn.next_functions], "which edges lead to the second leaf")


@tests("Function", points=1, says="nothing is recorded where no input requires grad, or while recording is off")
def nothing_wanted(torch, see, rng):
    a, b = torch.tensor(rng.normal(size=(2, 2))), torch.tensor(rng.normal(size=2))
    for y in (a @ b, a * 2, (a + b).exp().sum(), a > b, a[0], -a):
        see((y.requires_grad, y.is_leaf, y.grad_fn, y.edge), "requires_grad, is_leaf, grad_fn, edge")
    late = a * b
    b.requires_grad_()
    see((late.requires_grad, (a * b).requires_grad), "computed before and after the flag was set")
    torch.graph.mode.enabled = False
    off = [a * b, b.exp()]
    torch.graph.mode.enabled = True
    see([(y.requires_grad, y.is_leaf, y.grad_fn) for y in off], "computed while recording was off")
    see((b * a).requires_grad, "computed after it was on again")


@tests(
    "Function",
    points=1,
    says="values, shapes and dtypes are right for scalars, empty and transposed tensors, and int operands",
)
def results_of_odd_inputs(torch, see, rng):
    for shape in [(), (0,), (3, 0), (2, 3)]:
        x = torch.tensor(rng.normal(size=shape).astype("float32"), requires_grad=True)
        for y in (x * 2, 1 - x, x * x + x, x.exp()):
            see(y, "the result")
            see(tuple(y.grad_fn.shape), "the shape that its node notes")
    x = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    counts = torch.tensor(rng.integers(1, 5, size=3))
    y = (x.T * counts).T + x[0]
    see(y, "a result of views, ints and broadcasting")
    see(tuple(y.grad_fn.next[0].shape), "the shape of the sum's first input")
    see(
        [None if node is None else tuple(node.shape) for node in (x * counts.sum()).grad_fn.next], "edges beside an int"
    )


@tests(
    "Function", points=1, says="a ctx of one's own is the node: filled in when forward runs, holding what forward saved"
)
def op_of_ones_own(torch, see, rng):
    seen = []

    class Blend(torch.graph.Function):
        @staticmethod
        def forward(ctx, x, y, share, note):
            seen.append((type(x).__name__, type(y).__name__, share, note, ctx.needs_input_grad))
            ctx.save_for_backward(x, y)
            ctx.note = note
            return share * x + (1 - share) * y

    x, y = torch.tensor(rng.normal(size=2), requires_grad=True), torch.tensor(rng.normal(size=2))
    for pair in ((x, y), (y, x), (x, x)):
        z = Blend.apply(*pair, 0.25, "hello")
        see(z, "the result")
        see(names_of(z.grad_fn), "node and edges")
        see(z.grad_fn.note, "what forward left on its ctx")
        see([saved is each.array for saved, each in zip(z.grad_fn.saved_tensors, pair, strict=True)], "what is saved")
    see(Blend.apply(y, y, 0.5, "").grad_fn, "grad_fn without an input that requires grad")
    see(seen, "what forward was given")


@tests(
    "Function",
    points=1,
    says="each result has a node of its own, newer than those before, and no graph outlives its result",
)
def one_node_each(torch, see, rng):
    gc.disable()
    x = torch.tensor(rng.normal(), requires_grad=True)
    results = [x]
    for _ in range(5):
        results.append(results[-1] * x)
    nodes = [y.edge for y in results]
    see(len({id(node) for node in nodes}), "how many nodes")
    see([node.number for node in nodes] == sorted(node.number for node in nodes), "the order of the numbers")
    watch = weakref.ref(nodes[2])
    del nodes, results
    see(watch() is None, "whether the graph is gone")


# ---- count_paths -----------------------------------------------------------------------------------------------------


@tests("count_paths", points=1, says="paths multiply where inputs are used again, and constants add none")
def paths_of_several_graphs(torch, see, rng, nb):
    x, w = (torch.tensor(rng.normal(), requires_grad=True) for _ in range(2))
    see(nb.count_paths(x.edge), "paths from an end")
    y = x
    for _ in range(int(rng.integers(3, 7))):
        y = y * y + y
    see(nb.count_paths(y.grad_fn), "paths of y * y + y, again and again")
    see(nb.count_paths(((x + w) * (x - w) * 2).grad_fn), "paths to two leaves")
    y = x * 1
    for _ in range(int(rng.integers(3, 9))):
        y = (y + 1).exp()
    see(nb.count_paths(y.grad_fn), "paths of a chain")


# ---- topological_order -----------------------------------------------------------------------------------------------


@tests("topological_order", points=1, says="a node that is used near the result and far from it comes after both users")
def reuse_at_unequal_depth(torch, see, rng):
    x = torch.tensor(rng.normal(), requires_grad=True)
    long = x
    for _ in range(int(rng.integers(2, 6))):
        long = long.exp()
    for y in (x * (x + 1), (x + 1) * x, x * long, long * x, (long + x) * (x * long)):
        see(keeps_promise(torch.graph.topological_order(y.grad_fn), y.grad_fn), "whether the order is right")


@tests("topological_order", points=1, says="25 diamonds in a row cost no more than their 26 nodes")
def diamonds_in_no_time(torch, see, rng):
    y = torch.tensor(rng.normal(), requires_grad=True)
    for _ in range(25):
        y = y + y
    with see.budget(seconds=1):
        order = torch.graph.topological_order(y.grad_fn)
    see(len(order), "the number of nodes")


@tests(
    "topological_order", points=1, says="a chain of 40,000 ops is listed quickly, at Python's default recursion limit"
)
def a_deep_chain(torch, see, rng):
    sys.setrecursionlimit(1000)
    x = torch.tensor(rng.normal(), requires_grad=True)
    y = see.repeat(x, 40_000 + int(rng.integers(1_000)), ("__add__", 1))
    with see.budget(seconds=2):
        order = torch.graph.topological_order(y.grad_fn)
    see(len(order), "the number of nodes")
    see((order[0] is y.grad_fn, order[-1].name()), "first and last")
    numbers = see.each(order, "number")
    see(numbers == sorted(set(numbers), reverse=True), "whether each node stands before the older one that it uses")


@tests(
    "topological_order",
    points=1,
    says="every node of a large, tangled graph comes once, and before those in its `next`",
)
def tangled_graphs(torch, see, rng):
    for size in (10, 40, 160):
        y = random_graph(torch, rng, size)
        with see.budget(seconds=2):
            order = torch.graph.topological_order(y.grad_fn)
        see(keeps_promise(order, y.grad_fn), "whether the order is right")
        see(len(order), "the number of nodes")


@tests("topological_order", points=1, says="only what the node depends on is listed, and a leaf's node stands alone")
def parts_of_a_graph(torch, see, rng):
    x, w = (torch.tensor(rng.normal(), requires_grad=True) for _ in range(2))
    y = x * w
    z = (y + w).exp()
    see([node.name() for node in torch.graph.topological_order(x.edge)], "the order from a leaf's node")
    see(sorted(node.name() for node in torch.graph.topological_order(y.grad_fn)), "the nodes of an earlier result")
    edges = [list(node.next) for node in (z.grad_fn, y.grad_fn)]
    first, second = (torch.graph.topological_order(z.grad_fn) for _ in range(2))
    see((isinstance(first, list), len(first), len(second)), "a list, as long the second time")
    see([list(node.next) for node in (z.grad_fn, y.grad_fn)] == edges, "the edges after that")


# ---- horner ----------------------------------------------------------------------------------------------------------


@tests("horner", points=1, says="the value is that of the polynomial, at a number and entry by entry")
def values_of_polynomials(torch, see, rng, nb):
    coefficients = [float(c) for c in rng.integers(-3, 4, size=6)]
    coefficients[2:4] = 0.0, 1.0
    for shape in [(), (4,), (2, 3)]:
        see(nb.horner(coefficients, torch.tensor(rng.normal(size=shape), requires_grad=True)), "the polynomial")
    see(nb.horner([2.5, -1.0], torch.tensor(rng.normal(), requires_grad=True)), "a straight line")


@tests(
    "horner",
    points=1,
    says="the graph has a product for each coefficient after the first, a sum where one is not 0, no more",
)
def nodes_of_polynomials(torch, see, rng, nb):
    x = torch.tensor(rng.normal(), requires_grad=True)
    for zeros, end in ((0, []), (1, [0.0]), (3, [0.0])):
        first, *rest = [*rng.uniform(1, 2, size=5), *[0.0] * zeros]
        rng.shuffle(rest)
        y = nb.horner([float(c) for c in (first, *rest, *end)], x)
        names = sorted(node.name() for node in reachable(y.grad_fn).values())
        see({name: names.count(name) for name in names}, "how many nodes of each kind")


# ---- order_is_right --------------------------------------------------------------------------------------------------


def right(root):
    """Those that wait for nobody come first."""
    waiting, nodes = {}, reachable(root)
    for node in nodes.values():
        for target, _ in node.next_functions:
            waiting[id(target)] = waiting.get(id(target), 0) + 1
    order, ready = [], [root]
    while ready:
        order.append(ready.pop())
        for target, _ in order[-1].next_functions:
            waiting[id(target)] -= 1
            if target is not None and not waiting[id(target)]:
                ready.append(target)
    return order


def visit_once(root, pick):
    """Each node once, in the order of a visit that takes the next from its list by `pick`."""
    order, todo, seen = [], [root], {id(root)}
    while todo:
        order.append(todo.pop(pick))
        for target, _ in order[-1].next_functions:
            if target is not None and id(target) not in seen:
                seen.add(id(target))
                todo.append(target)
    return order


def path_by_path(root):
    """Shared nodes come as often as paths lead to them."""
    order, todo = [], [root]
    while todo:
        order.append(todo.pop(0))
        todo += [target for target, _ in order[-1].next_functions if target is not None]
    return order


@tests("order_is_right", points=1, says="right orders are accepted, and breadth first is found out")
def finds_breadth_first(torch, see, rng, nb):
    see(nb.order_is_right(right), "the verdict on a right order")
    see(nb.order_is_right(torch.graph.topological_order), "the verdict on the package's own order")
    see(nb.order_is_right(lambda root: visit_once(root, 0)), "the verdict on breadth first")
    see(nb.order_is_right(lambda root: right(root)[::-1]), "the verdict on a right order turned round")


@tests(
    "order_is_right",
    points=1,
    says="right orders are accepted, and one that dives along the last input first is found out",
)
def finds_depth_first(torch, see, rng, nb):
    see(nb.order_is_right(right), "the verdict on a right order")
    see(nb.order_is_right(lambda root: visit_once(root, -1)), "the verdict on depth first")


@tests(
    "order_is_right",
    points=1,
    says="right orders are accepted, and lists with nodes twice, or with some left out, are found out",
)
def finds_wrong_lists(torch, see, rng, nb):
    see(nb.order_is_right(right), "the verdict on a right order")
    see(nb.order_is_right(path_by_path), "the verdict on a list with a node for every path")
    see(nb.order_is_right(lambda root: right(root)[:-1]), "the verdict on a list without the leaf")
    see(nb.order_is_right(lambda root: right(root)[1:]), "the verdict on a list without the result")
    see(nb.order_is_right(lambda root: right(root)[:1] + right(root)[2:]), "the verdict on a list without its second")


# ---- check your understanding ----------------------------------------------------------------------------------------


@tests("count_nodes", points=1, says="the number of nodes of the two-layer network")
def nodes_of_the_network(torch, see, rng, nb):
    see(nb.answer_mlp_nodes, "answer_mlp_nodes")


@tests("count_nodes", points=1, says="the number of nodes of the polynomial with six coefficients")
def nodes_of_the_polynomial(torch, see, rng, nb):
    see(nb.answer_horner_nodes, "answer_horner_nodes")


@tests("how_many_paths", points=1, says="the number of paths after 20 rounds")
def paths_after_twenty_rounds(torch, see, rng, nb):
    see(nb.answer_paths, "answer_paths")


@tests("kept_memory", points=1, says="the memory of one step, and of 500 steps that are all kept")
def memory_that_is_kept(torch, see, rng, nb):
    see(nb.answer_activation_mib, "answer_activation_mib")
    see(nb.answer_history_mib, "answer_history_mib")
