"""What the grader runs for lesson 5. Programs: the reference engine says what must be seen."""

import importlib
import threading
import weakref

import numpy as np

from autograder.hidden import tests


def _module(torch, name):
    """A module of the engine; not all of them are imported with it."""
    return importlib.import_module(f"{torch.__name__}.{name}")


def _leaf(torch, rng, *shape):
    return torch.tensor(rng.normal(size=shape), requires_grad=True)


def _modes(torch):
    return [torch.is_grad_enabled(), torch.is_inference_mode_enabled()]


# ---- no_grad ----------------------------------------------------------------------------------------------------


@tests("no_grad", points=0.5, says="results of a no_grad block are constants in later computations")
def results_are_constants(torch, see, rng):
    x = _leaf(torch, rng, 3)
    with torch.no_grad():
        y = x * x
        see([y.requires_grad, y.is_leaf, y.grad_fn is None], "what kind of tensor a result inside is")
    z = (x * y).sum()
    z.backward()
    see(x.grad, "x.grad")
    see([y, z.requires_grad], "the result, and whether a later one requires grad")


@tests("no_grad", points=0.5, says="grad mode is back after an exception in the block, and the exception goes on")
def after_an_exception(torch, see, rng):
    class Private(BaseException):
        pass

    for kind in (ValueError, KeyboardInterrupt, Private, StopIteration):
        ended = "the block went on"
        try:
            with torch.no_grad():
                raise kind("on purpose")
        except kind:
            ended = "the exception arrived"
        see([ended, torch.is_grad_enabled()], f"after {kind.__name__}")
    x = _leaf(torch, rng, 2)
    with torch.enable_grad():
        try:
            with torch.no_grad():
                x @ torch.ones(3)
        except (RuntimeError, ValueError):
            pass
        see((x * 2).requires_grad, "whether ops are recorded after an op has failed inside")


@tests("no_grad", points=0.5, says="nested blocks put back what they have found, in every order")
def nested(torch, see, rng):
    seen = []
    look = lambda: seen.append(torch.is_grad_enabled())  # noqa: E731
    with torch.no_grad():
        look()
        with torch.no_grad():
            look()
            with torch.no_grad():
                look()
            look()
        look()
        with torch.set_grad_enabled(True):
            look()
            with torch.no_grad():
                look()
            look()
        look()
    look()
    see(seen, "grad mode, from block to block")
    with torch.no_grad():
        with torch.no_grad():
            pass
    see(torch.is_grad_enabled(), "grad mode after two blocks")


def _in_another_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


@tests("no_grad", points=0.5, says="each thread has a grad mode of its own")
def threads(torch, see, rng):
    seen = {}

    def other():
        seen["a new thread starts with"] = torch.is_grad_enabled()
        with torch.no_grad():
            seen["the other thread, in its block"] = torch.is_grad_enabled()
            _in_another_thread(third)
        seen["the other thread, after it"] = torch.is_grad_enabled()
        torch.no_grad().__enter__()

    def third():
        seen["a third thread, while the other is in its block"] = torch.is_grad_enabled()

    with torch.no_grad():
        _in_another_thread(other)
        seen["this thread, in its block, after the other"] = torch.is_grad_enabled()
    seen["this thread, after another that never left its last block"] = torch.is_grad_enabled()
    see(seen, "grad mode in three threads")


@tests("no_grad", points=0.5, says="a result of a no_grad block holds on to nothing")
def holds_on_to_nothing(torch, see, rng):
    x = _leaf(torch, rng, 4)
    with torch.no_grad():
        y = x
        arrays = []
        for _ in range(5):
            y = y.exp() * 0.1
            arrays.append(weakref.ref(y.array))
    see([array() is not None for array in arrays], "which of five results are still alive")
    see(y, "the last result")


@tests("no_grad", points=0.5, says="leaving a block early, by return or break, puts the mode back")
def leaving_early(torch, see, rng):
    x = _leaf(torch, rng, 3)

    def returns():
        with torch.no_grad():
            return x * 2

    see([returns().requires_grad, torch.is_grad_enabled()], "after return")
    for _ in range(3):
        with torch.no_grad():
            break
    see(torch.is_grad_enabled(), "after break")
    block = torch.no_grad()
    for _ in range(2):
        with block:
            see(torch.is_grad_enabled(), "inside a block object that is used again")
        see(torch.is_grad_enabled(), "after it")


# ---- around_calls -----------------------------------------------------------------------------------------------


@tests("around_calls", points=0.5, says="a decorated function takes and returns what it did, and keeps its name")
def like_the_function(torch, see, rng):
    x = _leaf(torch, rng, 3)

    @torch.no_grad()
    def combine(a, *rest, factor=2.0, **options):
        """Some docstring."""
        return a * factor, len(rest), sorted(options)

    product, count, names = combine(x, 1, 2, factor=3.0, depth=1, width=2)
    see([product, product.requires_grad, count, names], "what the decorated function returns")
    see([combine.__name__, combine.__doc__], "name and docstring")
    see(torch.is_grad_enabled(), "grad mode afterwards")


@tests("around_calls", points=0.5, says="@no_grad and @no_grad() mean the same, on functions and on methods")
def with_and_without_brackets(torch, see, rng):
    x = _leaf(torch, rng, 3)

    @torch.no_grad
    def without(t):
        return t * 2

    @torch.no_grad()
    def with_them(t):
        return t * 2

    class Model:
        @torch.no_grad()
        def predict(self, t):
            return t * 2

        @torch.no_grad
        def guess(self, t):
            return t * 3

    model = Model()
    for result in (without(x), with_them(x), model.predict(x), model.guess(x)):
        see([result, result.requires_grad], "a result of a decorated function")
    see((x * 2).requires_grad, "whether ops are recorded afterwards")


@tests("around_calls", points=0.5, says="a decorated function may call itself, and may fail")
def calls_itself_and_fails(torch, see, rng):
    @torch.no_grad()
    def down(n):
        here = [torch.is_grad_enabled()]
        return [*here, *down(n - 1), torch.is_grad_enabled()] if n else here

    see(down(4), "grad mode on the way down and up")
    see(torch.is_grad_enabled(), "grad mode afterwards")

    @torch.no_grad()
    def fails(n):
        if n:
            fails(n - 1)
        raise ValueError("on purpose")

    see.error(lambda: fails(3), "a decorated function that raises")
    see(torch.is_grad_enabled(), "grad mode after it")


@tests("around_calls", points=0.5, says="two threads may be inside one decorated function at once")
def two_threads_in_one_function(torch, see, rng):
    seen = {}

    @torch.no_grad()
    def work(name, meanwhile):
        meanwhile()
        seen[f"{name}, inside"] = torch.is_grad_enabled()

    def other():
        with torch.no_grad():
            work("the other thread", lambda: None)
            seen["the other thread, in its own block"] = torch.is_grad_enabled()
        work("the other thread, once more", lambda: None)
        seen["the other thread, afterwards"] = torch.is_grad_enabled()

    work("this thread", lambda: _in_another_thread(other))
    seen["this thread, afterwards"] = torch.is_grad_enabled()
    with torch.no_grad():
        work("this thread, in a block", lambda: _in_another_thread(other))
        seen["this thread, in its block"] = torch.is_grad_enabled()
    see(seen, "grad mode in two threads")


# ---- enable_grad ------------------------------------------------------------------------------------------------


@tests("enable_grad", points=0.5, says="what is computed inside is recorded, also within no_grad")
def records_within_no_grad(torch, see, rng):
    x = _leaf(torch, rng, 3)
    with torch.no_grad():
        with torch.enable_grad():
            y = (x * x * x).sum()
        outside = x * 2
    y.backward()
    see(x.grad, "x.grad")
    see([outside.requires_grad, torch.is_grad_enabled()], "after the blocks")


@tests("enable_grad", points=0.5, says="after the block, and after an exception in it, the earlier mode is back")
def enable_puts_back(torch, see, rng):
    seen = []
    for outer in (True, False):
        with torch.set_grad_enabled(outer):
            with torch.enable_grad():
                with torch.no_grad():
                    pass
                seen.append(torch.is_grad_enabled())
            seen.append(torch.is_grad_enabled())
            try:
                with torch.enable_grad():
                    raise KeyError("on purpose")
            except KeyError:
                seen.append(torch.is_grad_enabled())

            @torch.enable_grad()
            def inside():
                return torch.is_grad_enabled()

            seen += [inside(), torch.is_grad_enabled()]
    block = torch.enable_grad()
    with torch.no_grad():
        with block:
            seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
    see(seen, "grad mode, step by step")


# ---- set_grad_enabled -------------------------------------------------------------------------------------------


@tests("set_grad_enabled", points=0.5, says="as a plain call it acts at once, and stays")
def acts_at_once(torch, see, rng):
    x = _leaf(torch, rng, 2)
    seen = []
    for enabled in (False, True, False, False, True):
        torch.set_grad_enabled(enabled)
        seen += [torch.is_grad_enabled(), (x * 2).requires_grad]
    see(seen, "grad mode after each call")


@tests("set_grad_enabled", points=0.5, says="as a block it is undone at the end, nested and after an exception")
def undone_at_the_end(torch, see, rng):
    seen = []
    for flag in (True, False):
        with torch.set_grad_enabled(flag):
            seen.append(torch.is_grad_enabled())
            with torch.set_grad_enabled(not flag):
                seen.append(torch.is_grad_enabled())
            seen.append(torch.is_grad_enabled())
            try:
                with torch.set_grad_enabled(not flag):
                    raise ValueError("on purpose")
            except ValueError:
                seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
    see(seen, "grad mode, step by step")


@tests("set_grad_enabled", points=0.5, says="an object that is entered later sets its mode then")
def entered_later(torch, see, rng):
    seen = []
    block = torch.set_grad_enabled(False)
    torch.set_grad_enabled(True)
    with block:
        seen.append(torch.is_grad_enabled())
    seen.append(torch.is_grad_enabled())
    with torch.no_grad():
        block = torch.set_grad_enabled(True)
        with block:
            seen.append(torch.is_grad_enabled())
        seen.append(torch.is_grad_enabled())
    seen.append(torch.is_grad_enabled())
    see(seen, "grad mode, step by step")


@tests("set_grad_enabled", points=0.5, says="as a decorator it acts on the calls alone; truth values will do for flags")
def on_calls_alone(torch, see, rng):
    @torch.set_grad_enabled(False)
    def quiet(n):
        return [torch.is_grad_enabled()] + (quiet(n - 1) if n else [])

    see([torch.is_grad_enabled(), quiet(2), torch.is_grad_enabled()], "before, in and after the calls")
    with torch.no_grad():

        @torch.set_grad_enabled(True)
        def loud():
            return torch.is_grad_enabled()

        see([torch.is_grad_enabled(), loud(), torch.is_grad_enabled()], "the same within no_grad")
    for flag in (0, 1):
        with torch.set_grad_enabled(flag):
            see(torch.is_grad_enabled(), f"inside set_grad_enabled({flag})")


# ---- evaluate ---------------------------------------------------------------------------------------------------


def _pairs(torch, rng, count):
    return [(torch.tensor(rng.normal(size=(4, 3))), torch.tensor(rng.normal(size=4))) for _ in range(count)]


@tests("evaluate", points=0.5, says="the mean loss over the batches, as a float, also from a generator")
def mean_loss(torch, see, rng, nb):
    w = _leaf(torch, rng, 3)
    pairs = _pairs(torch, rng, 7)
    loss_of = lambda x, y: ((x @ w - y) ** 2).mean()  # noqa: E731
    for given in (pairs, (pair for pair in pairs), pairs[:1]):
        mean = nb.evaluate(loss_of, given)
        see([type(mean) is float, float(mean)], "the mean loss")
    see([w.grad, torch.is_grad_enabled()], "w.grad and grad mode afterwards")


@tests("evaluate", points=0.5, says="nothing is recorded while batches are evaluated")
def records_nothing(torch, see, rng, nb):
    w = _leaf(torch, rng, 3)
    seen = []

    def loss_of(x, y):
        loss = ((x @ w - y) ** 2).mean()
        seen.append([torch.is_grad_enabled(), loss.requires_grad])
        return loss

    nb.evaluate(loss_of, iter(_pairs(torch, rng, 4)))
    see(seen, "grad mode, and whether the loss requires grad, at each batch")


@tests("evaluate", points=0.5, says="no loss outlives its batch, and no batch is kept")
def keeps_no_tensor(torch, see, rng, nb):
    w = _leaf(torch, rng, 3)
    losses, inputs, most = [], [], [0, 0]

    def batches():
        for _ in range(12):
            x = torch.tensor(rng.normal(size=(4, 3)))
            inputs.append(weakref.ref(x))
            yield x, torch.tensor(rng.normal(size=4))

    def loss_of(x, y):
        loss = ((x @ w - y) ** 2).mean()
        most[0] = max(most[0], sum(ref() is not None for ref in losses))
        most[1] = max(most[1], sum(ref() is not None for ref in inputs))
        losses.append(weakref.ref(loss))
        return loss

    nb.evaluate(loss_of, batches())
    see([most[0] <= 2, most[1] <= 3], "whether few losses and few batches are alive at any time")


@tests("evaluate", points=0.5, says="the caller's grad mode is back at the end, also after an error")
def gives_the_mode_back(torch, see, rng, nb):
    w = _leaf(torch, rng, 3)
    pairs = _pairs(torch, rng, 3)

    def fails(x, y):
        raise ValueError("on purpose")

    for enabled in (True, False):
        with torch.set_grad_enabled(enabled):
            nb.evaluate(lambda x, y: (x @ w - y).mean(), pairs)
            see(torch.is_grad_enabled(), "grad mode after an evaluation")
            see.error(lambda: nb.evaluate(fails, pairs), "an evaluation in which loss_of raises")
            see(torch.is_grad_enabled(), "grad mode after that")


# ---- inference_mode ---------------------------------------------------------------------------------------------


@tests("inference_mode", points=0.5, says="results made inside are inference tensors, and those made outside are not")
def marks_its_results(torch, see, rng):
    x = _leaf(torch, rng, 3)
    with torch.inference_mode():
        see(_modes(torch), "the two modes inside")
        y = x * 2
    see(_modes(torch), "the two modes afterwards")
    z = x * 2
    see([y.is_inference(), y.requires_grad, z.is_inference(), z.requires_grad, x.is_inference()], "kinds of tensors")
    see([y, z], "the numbers")


@tests(
    "inference_mode",
    points=0.5,
    says="an inference tensor is refused where a graph would save it, and its clone is not",
)
def refused_in_a_graph(torch, see, rng):
    x = _leaf(torch, rng, 3)
    with torch.inference_mode():
        made = torch.tensor(rng.normal(size=3)) * 2
        made.mul_(3)
    see.error(lambda: x * made, "a recorded product")
    see.error(lambda: made.add_(1), "a write outside of inference mode")
    see.error(made.requires_grad_, "making it require grad")
    see.error(lambda: x + made, "a recorded sum")
    (x * made.clone()).sum().backward()
    see(x.grad, "x.grad, by way of a clone")


@tests("inference_mode", points=0.5, says="both modes are back after nested blocks and after an exception")
def inference_puts_back(torch, see, rng):
    seen = []
    with torch.no_grad():
        with torch.inference_mode():
            with torch.inference_mode():
                seen.append(_modes(torch))
            seen.append(_modes(torch))
        seen.append(_modes(torch))
        try:
            with torch.inference_mode():
                raise KeyError("on purpose")
        except KeyError:
            seen.append(_modes(torch))
    seen.append(_modes(torch))
    see(seen, "the two modes, step by step")


@tests("inference_mode", points=0.5, says="enabled=False records, wherever it stands; it works as a decorator")
def switched_off_and_decorating(torch, see, rng):
    x = _leaf(torch, rng, 3)
    seen = []
    with torch.inference_mode(False):
        seen.append(_modes(torch))
    for outer in (torch.no_grad(), torch.inference_mode()):
        with outer:
            with torch.inference_mode(enabled=False):
                seen += [_modes(torch), (x * 2).requires_grad]
            seen.append(_modes(torch))

    @torch.inference_mode()
    def with_brackets(t):
        return t * 2

    @torch.inference_mode
    def without(t):
        return t * 2

    @torch.inference_mode(False)
    def recorded(t):
        return t * 2

    seen += [f(x).is_inference() for f in (with_brackets, without, recorded)]
    see([*seen, recorded(x).requires_grad, _modes(torch)], "modes and kinds of tensors, step by step")


# ---- detach -----------------------------------------------------------------------------------------------------


@tests("detach", points=0.5, says="a detached factor is a constant: no gradient goes through it")
def a_constant(torch, see, rng):
    x = _leaf(torch, rng, 4)
    y = x.exp()
    (y * y.detach() + (x - y).detach() * x).sum().backward()
    see(x.grad, "x.grad")
    again = torch.tensor(x.tolist(), requires_grad=True)
    see.error(lambda: again.exp().detach().sum().backward(), "backward of what is detached")
    see(again.grad, "the gradient after that")


@tests("detach", points=0.5, says="a detached tensor shares the memory of the original")
def shares_memory(torch, see, rng):
    x = _leaf(torch, rng, 2, 3)
    y = x * 2
    cut = y.detach()
    see([cut.data_ptr() == y.data_ptr(), cut is y], "whether memory, and tensor, are the same")
    cut[0, 1] = 100.0
    see([cut, y.tolist()], "both, after a write into the detached one")
    with torch.no_grad():
        y.mul_(2)
    see(cut, "the detached one, after a write into the original")


@tests("detach", points=0.5, says="the original keeps its history, its hooks and its gradient")
def leaves_the_original(torch, see, rng):
    x = _leaf(torch, rng, 3)
    x.grad = torch.tensor(rng.normal(size=3))
    cut = x.detach()
    see([x.requires_grad, cut.requires_grad, cut.is_leaf, cut.grad, cut.grad_fn is None], "the leaf and the detached")
    y = x * x
    y.detach()
    y.sum().backward()
    see([x.grad, y.requires_grad, y.is_leaf], "the gradient, and the original")
    cut.requires_grad_()
    (cut * 5).sum().backward()
    see([cut.grad, x.grad], "the gradients, once the detached one wants one of its own")


@tests("detach", points=0.5, says="views, 0-d, empty and integer tensors can be detached")
def any_tensor(torch, see, rng):
    x = _leaf(torch, rng, 3, 4)
    for t in (x.T, x[1:, ::2], x.sum(), x[:0], torch.tensor([1, 2, 3]), x.detach().detach()):
        cut = t.detach()
        see([cut, cut.requires_grad, cut.data_ptr() == t.data_ptr()], "a detached tensor")


# ---- memory_of --------------------------------------------------------------------------------------------------


@tests("memory_of", points=0.5, says="a view, and a view of a view, leads to the array that owns the memory")
def down_to_the_owner(torch, see, rng):
    memory_of = _module(torch, "versions").memory_of
    a = rng.normal(size=(4, 6))
    views = [a, a[1], a.T, a[1:, ::2], a.reshape(-1)[3:], a.reshape(2, 12).T[1], np.broadcast_to(a, (2, 4, 6)), a[:0]]
    see([memory_of(view) is a for view in views], "whether each leads to the array at the bottom")


@tests("memory_of", points=0.5, says="copies and results of arithmetic have memories of their own")
def copies_own_theirs(torch, see, rng):
    memory_of = _module(torch, "versions").memory_of
    a = rng.normal(size=(4, 6))
    others = [a.copy(), a[1].copy(), a + 1, a[[0, 1]], a[a > 0], np.array(a)]
    see([memory_of(other) is other for other in others], "whether each owns its memory")
    see([memory_of(other) is a for other in others], "whether one leads to the array it was made from")


@tests("memory_of", points=0.5, says="kinds of arrays that keep their views in between are followed to the end")
def chains_of_bases(torch, see, rng):
    memory_of = _module(torch, "versions").memory_of

    class Kind(np.ndarray):
        pass

    class Other(np.ndarray):
        pass

    a = rng.normal(size=(4, 6))
    chain = a.view(Kind)[1:].view(Other)[1:].view(Kind)[0]
    see([memory_of(chain) is a, type(memory_of(chain)) is np.ndarray], "whether a chain of views leads to its owner")


@tests("memory_of", points=0.5, says="memory that NumPy does not own ends at the last array")
def memory_from_outside(torch, see, rng):
    memory_of = _module(torch, "versions").memory_of
    outside = np.frombuffer(rng.bytes(32), dtype=np.float64)
    wrapped = np.asarray(memoryview(bytearray(16)))
    see([memory_of(outside) is outside, memory_of(outside[1:]) is outside], "an array over bytes, and a view of it")
    see(isinstance(memory_of(wrapped[2:]), np.ndarray), "whether an array comes out for a memoryview")


# ---- record_write -----------------------------------------------------------------------------------------------


@tests("record_write", points=0.5, says="the version counts every write in place, and nothing else")
def counts_writes(torch, see, rng):
    t = torch.tensor(rng.normal(size=4))
    seen = [t._version]
    for change in (
        lambda: t.add_(1),
        lambda: t.__setitem__(0, 5.0),
        lambda: t.__imul__(2),
        lambda: t.zero_(),
        lambda: t * 3,
        lambda: t.exp(),
        lambda: t.clone().add_(1),
        lambda: t.tolist(),
        lambda: t.copy_(torch.ones(4)),
    ):
        change()
        seen.append(t._version)
    see(seen, "the version, after each step")


@tests("record_write", points=0.5, says="views and detached tensors share a version, copies do not")
def shares_versions(torch, see, rng):
    t = torch.tensor(rng.normal(size=(2, 3)))
    view, cut, copy = t.reshape(6), t.detach(), t.clone()
    t[0].mul_(2)
    view[3:].add_(1)
    cut.zero_()
    copy.add_(1)
    see([t._version, view._version, cut._version, t.T[1]._version, copy._version], "versions")
    see((t * 2)._version, "the version of a result")


@tests("record_write", points=0.5, says="write times come from the engine's clock, and latest_write has the last")
def times_of_writes(torch, see, rng):
    versions = _module(torch, "versions")
    a, b = torch.zeros(2), torch.zeros(3)
    before = _module(torch, "base").tick()
    versions.record_write(a)
    between = _module(torch, "base").tick()
    versions.record_write(b)
    after = _module(torch, "base").tick()
    first, second = versions.version_of(a.array), versions.version_of(b.array)
    see([before < first.tick < between < second.tick < after, between - before], "the order of ticks, and how many")
    see(versions.latest_write.tick == second.tick, "whether latest_write has the last")
    see([first.count, second.count], "the counts")
    versions.record_write(a)
    see(
        [versions.latest_write.tick == first.tick, first.tick > after, first.count],
        "after another write into the first",
    )


@tests("record_write", points=0.5, says="writes of optimizers and into gradients count; what is gone is forgotten")
def writes_of_training(torch, see, rng):
    versions = _module(torch, "versions")
    w = _leaf(torch, rng, 3)
    seen = []
    for _ in range(3):
        (w * w).sum().backward()
        _module(torch, "training").sgd_step([w], lr=0.1)
        seen.append([w._version, w.grad._version])
    see(seen, "the versions of a weight and of its gradient, step by step")
    known = len(versions.versions)
    for _ in range(50):
        torch.zeros(3).add_(1)
    see(len(versions.versions) - known, "how many versions are kept for tensors that are gone")


# ---- check_unwritten --------------------------------------------------------------------------------------------


def _refused(see, backward, name):
    """Observe the type of error and, if PyTorch's sentence is in it, that."""
    said = "no error"
    try:
        backward()
    except RuntimeError as error:
        said = "modified by an inplace operation" in str(error)
    see(said, name)


@tests("check_unwritten", points=0.5, says="a saved tensor that was changed in place stops the walk")
def changed_directly(torch, see, rng):
    for change in (lambda y: y.add_(1), lambda y: y.__setitem__(0, 0.0), lambda y: y.mul_(1), lambda y: y.zero_()):
        x = _leaf(torch, rng, 3)
        y = x * 2
        z = (y * y).sum()
        change(y)
        _refused(see, z.backward, "backward after a write into what was saved")
        see(x.grad, "x.grad")


@tests("check_unwritten", points=0.5, says="a change through a view is a change")
def changed_through_a_view(torch, see, rng):
    for change in (
        lambda y: y[0].mul_(2),
        lambda y: y.reshape(6).__setitem__(2, 0.0),
        lambda y: y.T[1:].add_(1),
        lambda y: y[:, 0].reshape(2, 1).zero_(),
    ):
        x = _leaf(torch, rng, 2, 3)
        y = x * 2
        z = (y * y).sum()
        change(y)
        _refused(see, z.backward, "backward after a write into a view of what was saved")
    rows = torch.tensor(rng.normal(size=(4, 3)))
    w = _leaf(torch, rng, 3)
    z = (rows[1:3] @ w).sum()
    rows[2, 0] = 0.0
    _refused(see, z.backward, "backward after a write into the tensor of which a view was saved")


@tests("check_unwritten", points=0.5, says="a change through detach is a change, and one of a clone is none")
def changed_through_detach(torch, see, rng):
    x = _leaf(torch, rng, 3)
    y = x * 2
    z = (y * y).sum()
    y.detach().clone().zero_()
    z.backward(retain_graph=True)
    see(x.grad, "x.grad after a write into a clone")
    y.detach().zero_()
    _refused(see, z.backward, "backward after a write into the detached tensor")
    see(x.grad, "x.grad after that")


@tests("check_unwritten", points=0.5, says="results that were saved, and second inputs, are watched too")
def all_that_was_saved(torch, see, rng):
    for op in (lambda t: t.exp(), lambda t: t.tanh(), lambda t: t.sigmoid(), lambda t: t.relu()):
        x = _leaf(torch, rng, 3)
        y = op(x)
        y.add_(1)
        _refused(see, y.sum().backward, "backward after a write into the result")
    x, factor = _leaf(torch, rng, 3), torch.tensor(rng.normal(size=3))
    z = (x * factor).sum()
    factor.mul_(2)
    _refused(see, z.backward, "backward after a write into the second factor")
    number, scale = _leaf(torch, rng), torch.tensor(float(rng.normal()), dtype=torch.float64)
    z = number * scale
    scale.add_(1)
    _refused(see, z.backward, "backward after a write into a 0-d tensor")


@tests("check_unwritten", points=0.5, says="a write before the op, or into what nobody saved, is harmless")
def harmless_writes(torch, see, rng):
    x, unrelated = _leaf(torch, rng, 3), torch.tensor(rng.normal(size=3))
    y = x * 2
    y.add_(1)
    z = y * y
    w = y + 1
    unrelated.zero_()
    z.sum().backward()
    see(x.grad, "x.grad: written, then used")
    y = x * 2
    w = (y + 1).sum()
    y.mul_(3)
    (w + y.sum()).backward()
    see(x.grad, "x.grad: an addition, then a write")
    y = x * 1
    for _ in range(4):
        y *= x
        y += 1
    y.sum().backward()
    see(x.grad, "x.grad: a chain of recorded writes")
    y = x * 2
    z = (y * y).sum()
    y.add_(1)
    _refused(see, z.backward, "backward after a write that is not harmless")


@tests("check_unwritten", points=0.5, says="a step between forward and backward stops the walk; after it all is well")
def a_step_too_early(torch, see, rng):
    w = _leaf(torch, rng, 3)
    x = torch.tensor(rng.normal(size=(5, 3)))
    w.grad = torch.tensor(rng.normal(size=3))
    loss = ((x @ w) * w.sum()).sum()
    _module(torch, "training").sgd_step([w], lr=0.1)
    _refused(see, loss.backward, "backward after sgd_step")
    w.grad = None
    loss = (w * w).sum()
    with torch.no_grad():
        w.add_(1)
    _refused(see, loss.backward, "backward after a write inside no_grad")
    see.error(lambda: torch.autograd.grad(loss, [w]), "autograd.grad of the same loss")
    w.grad = None
    (w * w).sum().backward()
    see([w.grad, w], "the gradient of a new loss")


# ---- check_writable ---------------------------------------------------------------------------------------------


@tests("check_writable", points=0.5, says="a leaf that requires grad cannot be written to, and is left as it was")
def leaves_are_refused(torch, see, rng):
    w = _leaf(torch, rng, 3)
    before = w.tolist()
    for change in (
        lambda: w.add_(1),
        lambda: w.__setitem__(0, 5.0),
        lambda: w.__imul__(2),
        lambda: w.zero_(),
        lambda: w.copy_(torch.zeros(3)),
    ):
        see.error(change, "a write into the leaf")
    see([w.tolist() == before, w._version, w.is_leaf, w.grad_fn is None], "the leaf afterwards")


@tests("check_writable", points=0.5, says="with grad mode off a leaf may be written to, and stays a leaf")
def allowed_without_grad_mode(torch, see, rng):
    w = _leaf(torch, rng, 3)
    for block in (torch.no_grad(), torch.set_grad_enabled(False)):
        with block:
            w.mul_(2)
            w[0] = 1.5
    see([w, w.is_leaf, w.requires_grad, w._version], "the leaf afterwards")
    with torch.no_grad():
        with torch.enable_grad():
            see.error(lambda: w.add_(1), "a write within enable_grad within no_grad")
    for _ in range(3):
        w.grad = None
        ((w - 3) ** 2).sum().backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
    see(w, "the leaf after three steps")


@tests("check_writable", points=0.5, says="results, and leaves that do not require grad, may be written to")
def allowed_tensors(torch, see, rng):
    x, plain = _leaf(torch, rng, 3), torch.tensor(rng.normal(size=3))
    check = _module(torch, "versions").check_writable
    see.error(lambda: check(plain), "a leaf that does not require grad")
    see.error(lambda: check(x * 2), "a result")
    see.error(lambda: check(x.detach()), "a detached leaf")
    y = x * 2
    y[1] = 0.0
    y += x
    plain += y
    plain.sum().backward()
    see([x.grad, plain.requires_grad], "x.grad, through recorded writes")


@tests("check_writable", points=0.5, says="an inference tensor may be written to in inference mode only")
def inference_tensors(torch, see, rng):
    check = _module(torch, "versions").check_writable
    with torch.inference_mode():
        made = torch.tensor(rng.normal(size=3)) * 2
        made.add_(1)
        see.error(lambda: check(made), "inside inference mode")
    see.error(lambda: made.add_(1), "outside")
    with torch.no_grad():
        see.error(lambda: made.mul_(2), "inside no_grad")
    with torch.inference_mode(False):
        see.error(lambda: made.mul_(2), "inside inference_mode(False)")
    made.clone().add_(1)
    with torch.inference_mode():
        made.add_(1)
    see(made.tolist(), "the numbers in the end")


# ---- check your understanding -----------------------------------------------------------------------------------


@tests("activation-memory", points=0.5, says="how many MiB of results the graph of five layers keeps alive")
def with_graph(torch, see, rng, nb):
    see(float(nb.mib_with_graph), "mib_with_graph")


@tests("activation-memory", points=0.5, says="how many MiB fewer are alive inside no_grad")
def saved(torch, see, rng, nb):
    see(float(nb.mib_saved), "mib_saved")


@tests("backward-cost", points=0.5, says="how many products the backward pass of five layers computes")
def products(torch, see, rng, nb):
    see(float(nb.products_backward), "products_backward")


@tests("backward-cost", points=0.5, says="how many times the cost of forward that is")
def ratio(torch, see, rng, nb):
    see(round(float(nb.backward_over_forward), 2), "backward_over_forward")


# ---- is_right ---------------------------------------------------------------------------------------------------


def _switch(torch):
    """A right switch, written in another way, to derive wrong ones from."""
    mode = _module(torch, "grad_mode").mode

    class Right:
        def __enter__(self):
            self.found = mode.enabled
            mode.enabled = False
            return self

        def __exit__(self, *error):
            mode.enabled = self.found
            return False

    return Right, mode


def _verdict(see, nb, mode, switch, name):
    mode.enabled = True
    verdict = nb.is_right(switch)
    see([bool(verdict), mode.enabled], f"is_right of {name}, and grad mode afterwards")
    mode.enabled = True


@tests("is_right", points=0.5, says="correct switches pass, however they are written")
def accepts_what_is_right(torch, see, rng, nb):
    right, mode = _switch(torch)
    _verdict(see, nb, mode, right, "a switch of another make")
    _verdict(see, nb, mode, torch.no_grad, "no_grad")
    _verdict(see, nb, mode, lambda: torch.set_grad_enabled(False), "set_grad_enabled(False)")


@tests("is_right", points=0.5, says="a switch that does not switch off, or not in a nested block, is found out")
def finds_switches_that_stay_on(torch, see, rng, nb):
    right, mode = _switch(torch)

    class Nothing(right):
        def __enter__(self):
            self.found = mode.enabled

    class Toggles(right):
        def __enter__(self):
            self.found = mode.enabled
            mode.enabled = not mode.enabled

    class Late(right):
        """The outermost block does nothing until a block within it has ended."""

        depth = 0

        def __enter__(self):
            self.found, Late.depth = mode.enabled, Late.depth + 1
            mode.enabled = Late.depth == 1

        def __exit__(self, *error):
            Late.depth -= 1
            mode.enabled = self.found and Late.depth == 0

    _verdict(see, nb, mode, right, "a right switch")
    _verdict(see, nb, mode, Late, "a switch that is late")
    _verdict(see, nb, mode, Nothing, "a switch that does nothing")
    _verdict(see, nb, mode, Toggles, "a switch that toggles")
    _verdict(see, nb, mode, torch.enable_grad, "enable_grad")


@tests("is_right", points=0.5, says="a switch that forgets what was before, or stays off, is found out")
def finds_switches_that_forget(torch, see, rng, nb):
    right, mode = _switch(torch)

    class On(right):
        def __exit__(self, *error):
            mode.enabled = True

    class Off(right):
        def __exit__(self, *error):
            mode.enabled = False

    class Shared(right):
        """Remembers on the class: the inner block overwrites what the outer has found."""

        def __enter__(self):
            Shared.found = mode.enabled
            mode.enabled = False

        def __exit__(self, *error):
            mode.enabled = Shared.found

    class Recovers(right):
        def __exit__(self, *error):
            mode.enabled = error[0] is not None

    for switch in (right, On, Off, Shared, Recovers):
        _verdict(see, nb, mode, switch, f"a switch of the kind {switch.__name__}")


@tests("is_right", points=0.5, says="a switch that an error upsets, or that swallows it, is found out")
def finds_trouble_with_errors(torch, see, rng, nb):
    right, mode = _switch(torch)

    class Upset(right):
        def __exit__(self, *error):
            if error[0] is None:
                mode.enabled = self.found

    class Swallows(right):
        def __exit__(self, *error):
            mode.enabled = self.found
            return True

    class Fails(right):
        def __enter__(self):
            raise OSError("out of order")

    for switch in (right, Upset, Swallows, Fails):
        _verdict(see, nb, mode, switch, f"a switch of the kind {switch.__name__}")
