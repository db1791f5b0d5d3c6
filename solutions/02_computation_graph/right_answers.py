"""Other right answers to the exercises of lesson 2: they are to earn all points."""

from autograder.right import right

# ---- is_leaf ------------------------------------------------------------------------------------------------------


@right("is_leaf", because="It asks for the opposite.")
def is_leaf(tensor):
    made_by_an_op = tensor.edge is not None and not isinstance(tensor.edge, AccumulateGrad)
    return not made_by_an_op


@right("is_leaf", because="It returns early.")
def is_leaf(tensor):
    node = tensor.edge
    if node is None:
        return True
    return isinstance(node, AccumulateGrad)


@right("is_leaf", because="It asks for both types at once.")
def is_leaf(tensor):
    return isinstance(tensor.edge, (AccumulateGrad, type(None)))


@right("is_leaf", because="It asks with issubclass.")
def is_leaf(tensor):
    if tensor.edge is not None and not issubclass(type(tensor.edge), AccumulateGrad):
        return False
    return True


@right("is_leaf", because="It writes the two cases as a match.")
def is_leaf(tensor):
    match tensor.edge:
        case None | AccumulateGrad():
            return True
        case _:
            return False


# ---- topological_order --------------------------------------------------------------------------------------------


@right("topological_order", because="A heap gives the newest node first.")
def topological_order(root):
    import heapq

    order, heap, seen = [], [(-root.number, root)], {root}
    while heap:
        _, node = heapq.heappop(heap)
        order.append(node)
        for earlier in node.next:
            if earlier is not None and earlier not in seen:
                seen.add(earlier)
                heapq.heappush(heap, (-earlier.number, earlier))
    return order


@right("topological_order", because="Depth first with a stack of its own, what is finished last comes first.")
def topological_order(root):
    finished, seen, stack = [], {root}, [(root, iter(root.next))]
    while stack:
        node, inputs = stack[-1]
        for earlier in inputs:
            if earlier is not None and earlier not in seen:
                seen.add(earlier)
                stack.append((earlier, iter(earlier.next)))
                break
        else:
            finished.append(node)
            stack.pop()
    return finished[::-1]


@right("topological_order", because="It counts how many consumers each node still waits for.")
def topological_order(root):
    waiting, found = {root: 0}, [root]
    for node in found:
        for earlier in node.next:
            if earlier is not None:
                if earlier not in waiting:
                    waiting[earlier] = 0
                    found.append(earlier)
                waiting[earlier] += 1
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for earlier in node.next:
            if earlier is not None:
                waiting[earlier] -= 1
                if not waiting[earlier]:
                    ready.append(earlier)
    return order


@right("topological_order", because="It collects into a dict, and sorts by the negative number.")
def topological_order(root):
    found, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node in found:
            continue
        found[node] = node.number
        todo.extend(earlier for earlier in node.next if earlier is not None)
    return sorted(found, key=lambda node: -found[node])


@right("topological_order", because="It goes level by level, with sets, and sorts at the end.")
def topological_order(root):
    everything, level = {root}, {root}
    while level:
        level = {earlier for node in level for earlier in node.next if earlier is not None} - everything
        everything |= level
    return list(reversed(sorted(everything, key=lambda node: node.number)))
