"""Known-wrong answers for lesson 5: what people really write, and what it tells about their picture of the world."""

from autograder.wrong import wrong

# ---- no_grad ----------------------------------------------------------------------------------------------------


@wrong(
    "no_grad",
    because="At the end recording is switched on, whatever it was before. Inside another no_grad block that is "
    "too early.",
    ask="What should is_grad_enabled() say between the end of the inner block and the end of the outer one?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = True


@wrong(
    "no_grad",
    because="The mode is put back only if the block ended well. After an error recording stays off.",
    ask="Your __exit__ is told of an error in its arguments. Why should the mode depend on them?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled = False

    def __exit__(self, kind, *error):
        if kind is None:
            mode.enabled = self.before


@wrong(
    "no_grad",
    because="__exit__ returns something true, and Python takes that to mean: the error has been dealt with. "
    "Errors in the block vanish.",
    ask="What does Python do with the error when __exit__ returns True?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = self.before
        return True


@wrong(
    "no_grad",
    because="What was before is kept on the class, and all blocks share it. The inner block overwrites what the outer "
    "one has found.",
    ask="How many blocks can be open at once, and how many places do they have to remember in?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        no_grad.before = mode.enabled
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = no_grad.before


@wrong(
    "no_grad",
    because="The mode is switched off first and remembered afterwards, so what is remembered is always off.",
    ask="Which value has mode.enabled in the line in which you remember it?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        mode.enabled = False
        self.before = mode.enabled

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "no_grad",
    because="The mode is toggled. Inside another no_grad block that switches recording on.",
    ask="What does `not mode.enabled` do in a block that stands inside another one?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        mode.enabled = not mode.enabled

    def __exit__(self, *error):
        mode.enabled = not mode.enabled


@wrong(
    "no_grad",
    because="The mode is set on the class Mode. Each thread has values of its own on the object `mode`; what stands "
    "on the class is what all of them start with.",
    ask="Who sees Mode.enabled, and who sees mode.enabled, when there are two threads?",
)
class no_grad(Switch):
    """Record nothing inside the block. Results do not require grad, and can be used anywhere later."""

    def __enter__(self):
        self.before = Mode.enabled
        Mode.enabled = False

    def __exit__(self, *error):
        Mode.enabled = self.before


# ---- around_calls -----------------------------------------------------------------------------------------------


@wrong(
    "around_calls",
    because="Every call enters the same object. When the function calls itself, the object forgets what was before.",
    ask="What is in switch.before after the second __enter__ without an __exit__ in between?",
)
def around_calls(switch, function):
    @functools.wraps(function)
    def switched(*args, **kwargs):
        with switch:
            return function(*args, **kwargs)

    return switched


@wrong(
    "around_calls",
    because="One clone is made when the function is decorated, and all calls share it.",
    ask="How often does the line with clone() run: once, or at each call?",
)
def around_calls(switch, function):
    clone = switch.clone()

    @functools.wraps(function)
    def switched(*args, **kwargs):
        with clone:
            return function(*args, **kwargs)

    return switched


@wrong(
    "around_calls",
    because="The function is called in the block, and what it returns is dropped.",
    ask="What does a Python function return when it has no return statement?",
)
def around_calls(switch, function):
    @functools.wraps(function)
    def switched(*args, **kwargs):
        with switch.clone():
            function(*args, **kwargs)

    return switched


@wrong(
    "around_calls",
    because="The function is decorated inside the block, but it is called later, outside of it.",
    ask="When is `function` called: while it is being decorated, or afterwards?",
)
def around_calls(switch, function):
    with switch.clone():

        @functools.wraps(function)
        def switched(*args, **kwargs):
            return function(*args, **kwargs)

        return switched


@wrong(
    "around_calls",
    because="Arguments that are given by name are not handed on.",
    ask="What are *args and **kwargs in the call predict(x, factor=3.0)?",
)
def around_calls(switch, function):
    @functools.wraps(function)
    def switched(*args):
        with switch.clone():
            return function(*args)

    return switched


@wrong(
    "around_calls",
    because="The new function has lost the name and the docstring of the old one.",
    ask="What does help(predict) show for a decorated function, and what should it show?",
)
def around_calls(switch, function):
    def switched(*args, **kwargs):
        with switch.clone():
            return function(*args, **kwargs)

    return switched


# ---- enable_grad ------------------------------------------------------------------------------------------------


@wrong(
    "enable_grad",
    because="At the end recording is switched off. After a block that stood alone it should be on, as it was before.",
    ask="Is the end of enable_grad the beginning of no_grad?",
)
class enable_grad(Switch):
    """Record again inside the block, even within a `no_grad` block."""

    def __enter__(self):
        mode.enabled = True

    def __exit__(self, *error):
        mode.enabled = False


@wrong(
    "enable_grad",
    because="Nothing is put back. The no_grad block around it is over as soon as enable_grad begins.",
    ask="What should be in force after an enable_grad block inside a no_grad block?",
)
class enable_grad(Switch):
    """Record again inside the block, even within a `no_grad` block."""

    def __enter__(self):
        mode.enabled = True

    def __exit__(self, *error):
        pass


@wrong(
    "enable_grad",
    because="It is a no_grad by another name: recording is switched off.",
    ask="What should is_grad_enabled() say inside the block?",
)
class enable_grad(Switch):
    """Record again inside the block, even within a `no_grad` block."""

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "enable_grad",
    because="The mode is remembered when the object is made. It may be entered much later, when another mode is "
    "in force.",
    ask="Which mode is in force when __enter__ is called, and which when the object was made?",
)
class enable_grad(Switch):
    """Record again inside the block, even within a `no_grad` block."""

    def __init__(self):
        self.before = mode.enabled

    def __enter__(self):
        mode.enabled = True

    def __exit__(self, *error):
        mode.enabled = self.before


# ---- set_grad_enabled -------------------------------------------------------------------------------------------


@wrong(
    "set_grad_enabled",
    because="It acts only as a block. PyTorch's acts at once, as a plain call too.",
    ask="Which of your methods runs in the line `set_grad_enabled(False)`, without a `with`?",
)
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = bool(enabled)
        self.before = mode.enabled

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        mode.enabled = self.enabled

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "set_grad_enabled",
    because="The mode is remembered in __enter__. By then __init__ has changed it already, so the block never ends.",
    ask="In `with set_grad_enabled(False):`, which runs first: __init__ or __enter__?",
)
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = bool(enabled)
        self.before = mode.enabled
        mode.enabled = self.enabled

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled = self.enabled

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "set_grad_enabled",
    because="__enter__ does nothing. An object that was made earlier does not set its mode when the block begins.",
    ask="What may have happened between the line that makes the object and the line that enters it?",
)
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = bool(enabled)
        self.before = mode.enabled
        mode.enabled = self.enabled

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        pass

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "set_grad_enabled",
    because="At the end of a block the opposite of `enabled` is set, not what was in force before.",
    ask="Two blocks with the same flag, one inside the other: what is in force after the inner one?",
)
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = bool(enabled)
        self.before = not self.enabled
        mode.enabled = self.enabled

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        mode.enabled = self.enabled

    def __exit__(self, *error):
        mode.enabled = not self.enabled


@wrong(
    "set_grad_enabled",
    because="Recording is switched off for both flags: the value of `enabled` is not looked at.",
    ask="What should set_grad_enabled(True) do inside a no_grad block?",
)
class set_grad_enabled(Switch):
    def __new__(cls, enabled):
        return object.__new__(cls)

    def __init__(self, enabled):
        self.enabled = enabled
        self.before = mode.enabled
        mode.enabled = False

    def clone(self):
        return type(self)(self.enabled)

    def __call__(self, function):
        mode.enabled = self.before
        return super().__call__(function)

    def __enter__(self):
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = self.before


# ---- evaluate ---------------------------------------------------------------------------------------------------


@wrong(
    "evaluate",
    because="The losses are added up as tensors, and recorded. The sum holds on to the graphs of all batches.",
    ask="What does `total` remember after the second batch?",
)
def evaluate(loss_of, batches):
    total, count = 0, 0
    for x, y in batches:
        total = total + loss_of(x, y)
        count += 1
    return (total / count).item()


@wrong(
    "evaluate",
    because="The numbers are added up, and nothing is kept; but each batch's graph is still built.",
    ask="Does .item() keep an op from being recorded, or does it only let go of the result?",
)
def evaluate(loss_of, batches):
    total, count = 0.0, 0
    for x, y in batches:
        total += loss_of(x, y).item()
        count += 1
    return total / count


@wrong(
    "evaluate",
    because="The block ends too early: the losses are computed when no_grad is over.",
    ask="Which line calls loss_of, and which mode is in force there?",
)
def evaluate(loss_of, batches):
    with mytorch.no_grad():
        total, count = 0.0, 0
    for x, y in batches:
        total += loss_of(x, y).item()
        count += 1
    return total / count


@wrong(
    "evaluate",
    because="All losses are kept in a list until the end. Memory grows with the number of batches.",
    ask="How long is your list after 10,000 batches, and what did you need from each entry?",
)
def evaluate(loss_of, batches):
    with mytorch.no_grad():
        losses = [loss_of(x, y) for x, y in batches]
    return sum(loss.item() for loss in losses) / len(losses)


@wrong(
    "evaluate",
    because="Recording is switched off by hand, and on again after the loop. When loss_of fails, that line is skipped.",
    ask="Which statement of Python runs its end also after an error?",
)
def evaluate(loss_of, batches):
    mytorch.set_grad_enabled(False)
    total, count = 0.0, 0
    for x, y in batches:
        total += loss_of(x, y).item()
        count += 1
    mytorch.set_grad_enabled(True)
    return total / count


@wrong(
    "evaluate",
    because="It returns the sum of the losses, not their mean.",
    ask="Should the result double when there are twice as many batches of the same kind?",
)
def evaluate(loss_of, batches):
    total = 0.0
    with mytorch.no_grad():
        for x, y in batches:
            total += loss_of(x, y).item()
    return total


# ---- inference_mode ---------------------------------------------------------------------------------------------


@wrong(
    "inference_mode",
    because="Only recording is switched off. Nothing marks the results, so this is no_grad.",
    ask="How is the package to know, later, that a tensor was made inside the block?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled = not self.enabled

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "inference_mode",
    because="Two things are set and one is put back: inference goes on after the block.",
    ask="How many parts of the mode does your __enter__ change?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        self.before = mode.enabled
        mode.enabled, mode.inference = not self.enabled, self.enabled

    def __exit__(self, *error):
        mode.enabled = self.before


@wrong(
    "inference_mode",
    because="At the end the ordinary mode is set, whatever was in force before. Inside no_grad that is too much.",
    ask="What should is_grad_enabled() say after an inference_mode block that stands inside a no_grad block?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        mode.enabled, mode.inference = not self.enabled, self.enabled

    def __exit__(self, *error):
        mode.enabled, mode.inference = True, False


@wrong(
    "inference_mode",
    because="`enabled` is not looked at: inference_mode(False) switches inference on as well.",
    ask="What is inference_mode(False) for, and which of your lines tells it from inference_mode(True)?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        self.before = mode.enabled, mode.inference
        mode.enabled, mode.inference = False, True

    def __exit__(self, *error):
        mode.enabled, mode.inference = self.before


@wrong(
    "inference_mode",
    because="The pair is put back in the wrong order: what was `enabled` becomes `inference`.",
    ask="Which part of the pair did you remember first, and which do you take out first?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        self.before = mode.enabled, mode.inference
        mode.enabled, mode.inference = not self.enabled, self.enabled

    def __exit__(self, *error):
        mode.inference, mode.enabled = self.before


@wrong(
    "inference_mode",
    because="With enabled=False nothing is set, so recording stays off inside a no_grad block.",
    ask="What does the docstring promise for enabled=False, wherever the block stands?",
)
class inference_mode(Switch):
    def __new__(cls, enabled=True):
        return super().__new__(cls, enabled)

    def __init__(self, enabled=True):
        self.enabled = enabled

    def clone(self):
        return type(self)(self.enabled)

    def __enter__(self):
        self.before = mode.enabled, mode.inference
        if self.enabled:
            mode.enabled, mode.inference = False, True

    def __exit__(self, *error):
        mode.enabled, mode.inference = self.before


# ---- detach -----------------------------------------------------------------------------------------------------


@wrong(
    "detach",
    because="The numbers are copied. A detached tensor looks into the memory of the original.",
    ask="Who should see it when you write into the detached tensor?",
)
def detach(tensor):
    return TensorBase.result_type(tensor.array.copy())


@wrong(
    "detach",
    because="The tensor itself loses its history, and everybody who goes on using it loses their gradient.",
    ask="What does y.requires_grad say after y.detach()?",
)
def detach(tensor):
    tensor.edge = None
    return tensor


@wrong(
    "detach",
    because="The new tensor has the node of the old one, and gradients flow on.",
    ask="Which of the two parts of a tensor is its history?",
)
def detach(tensor):
    return TensorBase.result_type(tensor.array, tensor.edge)


@wrong(
    "detach",
    because="The flag requires_grad was taken over, so the result is a new leaf that wants a gradient of its own.",
    ask="Should a constant require grad?",
)
def detach(tensor):
    result = TensorBase.result_type(tensor.array)
    result.requires_grad = tensor.requires_grad
    return result


@wrong(
    "detach",
    because="The tensor is returned as it is. Nothing is cut off.",
    ask="Is the result a new tensor, and what is its grad_fn?",
)
def detach(tensor):
    return tensor


# ---- memory_of --------------------------------------------------------------------------------------------------


@wrong(
    "memory_of",
    because="You follow one base only. A base may be a view itself.",
    ask="What does array.base.base tell you?",
)
def memory_of(array):
    return array if array.base is None else array.base


@wrong(
    "memory_of",
    because="You go on until there is no base at all, and end at the bytes below an array, which are no array.",
    ask="Of which type is the base of np.frombuffer(bytes(8))?",
)
def memory_of(array):
    while array.base is not None:
        array = array.base
    return array


@wrong(
    "memory_of",
    because="The base of the array is returned, which is None for an array that owns its memory.",
    ask="What is .base of an array that is no view?",
)
def memory_of(array):
    return array.base


@wrong(
    "memory_of",
    because="Each array is taken for a memory of its own. A write through a view goes unnoticed.",
    ask="Do a and a[0] have the same memory? What does your function say?",
)
def memory_of(array):
    return array


@wrong(
    "memory_of",
    because="A copy is made on the way, which has a memory of its own.",
    ask="Which of NumPy's functions look into an array, and which make a new one?",
)
def memory_of(array):
    return array if array.base is None else array.ravel().copy()


# ---- record_write -----------------------------------------------------------------------------------------------


@wrong(
    "record_write",
    because="The write is counted, but nobody notes when it happened: no walk will ever find it too late.",
    ask="How is check_unwritten to know whether the write came before or after the op?",
)
def record_write(tensor):
    version_of(tensor.array).count += 1


@wrong(
    "record_write",
    because="The memory knows of the write, and latest_write does not. The walk asks that first, and looks no further.",
    ask="Which condition stands in front of check_unwritten in the walk of lesson 2's Function.visit?",
)
def record_write(tensor):
    version = version_of(tensor.array)
    version.count += 1
    version.tick = tick()


@wrong(
    "record_write",
    because="tick() is called twice, and every call gives a new number: the two do not agree.",
    ask="How many writes took place, and how many numbers did you take from the clock?",
)
def record_write(tensor):
    version = version_of(tensor.array)
    version.count += 1
    version.tick = tick()
    latest_write.tick = tick()


@wrong(
    "record_write",
    because="The count is set to 1 instead of going up.",
    ask="What is the version after two writes?",
)
def record_write(tensor):
    version = version_of(tensor.array)
    version.count = 1
    version.tick = latest_write.tick = tick()


@wrong(
    "record_write",
    because="The time is there, and the write is not counted: _version stays 0.",
    ask="Which two things does a Version know?",
)
def record_write(tensor):
    version_of(tensor.array).tick = latest_write.tick = tick()


# ---- check_unwritten --------------------------------------------------------------------------------------------


@wrong(
    "check_unwritten",
    because="Any write counts, also one from before the op. A tensor that was filled in place can never be used.",
    ask="y is written to, and then z = y * y is computed. Is z wrong?",
)
def check_unwritten(node):
    for array in saved_arrays(node):
        if last_write(array) > 0:
            raise overwritten(node, array)


@wrong(
    "check_unwritten",
    because="The comparison is the wrong way round: writes from before the op are refused, those after it are not.",
    ask="Which number is larger: that of the node, or that of a write that came later?",
)
def check_unwritten(node):
    for array in saved_arrays(node):
        if 0 < last_write(array) < node.number:
            raise overwritten(node, array)


@wrong(
    "check_unwritten",
    because="Only the first of the saved arrays is looked at.",
    ask="How many arrays does a product save?",
)
def check_unwritten(node):
    for array in saved_arrays(node)[:1]:
        if last_write(array) > node.number:
            raise overwritten(node, array)


@wrong(
    "check_unwritten",
    because="The last write to any memory is taken for a write to this one. Every step of an optimizer would stop "
    "every walk.",
    ask="Whose write is latest_write?",
)
def check_unwritten(node):
    for array in saved_arrays(node):
        if latest_write.tick > node.number:
            raise overwritten(node, array)


@wrong(
    "check_unwritten",
    because="The error is made and returned, not raised, and nobody looks at what a check returns.",
    ask="What is the difference between `return error` and `raise error`?",
)
def check_unwritten(node):
    for array in saved_arrays(node):
        if last_write(array) > node.number:
            return overwritten(node, array)


@wrong(
    "check_unwritten",
    because="The number of writes is compared with a time on the clock.",
    ask="Which part of a Version is on the same scale as node.number?",
)
def check_unwritten(node):
    for array in saved_arrays(node):
        if version_of(array).count > node.number:
            raise overwritten(node, array)


# ---- check_writable ---------------------------------------------------------------------------------------------


@wrong(
    "check_writable",
    because="Every tensor that requires grad is refused, results too. A write into a result can be recorded.",
    ask="Which tensors require grad and are no leaves?",
)
def check_writable(tensor):
    if mode.enabled and tensor.requires_grad:
        raise leaf_in_place()
    if not mode.inference and tensor.is_inference():
        raise inference_in_place()


@wrong(
    "check_writable",
    because="Every leaf is refused, also one that wants no gradient. No batch could be filled in place.",
    ask="Is a tensor of zeros that you have made a leaf? Would its old value be missed?",
)
def check_writable(tensor):
    if mode.enabled and tensor.is_leaf:
        raise leaf_in_place()
    if not mode.inference and tensor.is_inference():
        raise inference_in_place()


@wrong(
    "check_writable",
    because="Grad mode is not looked at, so no optimizer could update a weight in place.",
    ask="What is recorded of w -= 0.1 * w.grad inside no_grad?",
)
def check_writable(tensor):
    if tensor.requires_grad and tensor.is_leaf:
        raise leaf_in_place()
    if not mode.inference and tensor.is_inference():
        raise inference_in_place()


@wrong(
    "check_writable",
    because="Inference tensors are refused in inference mode as well, where writing into them is allowed.",
    ask="What could be spoiled by a write, while nothing that is computed can ever be recorded?",
)
def check_writable(tensor):
    if mode.enabled and tensor.requires_grad and tensor.is_leaf:
        raise leaf_in_place()
    if tensor.is_inference():
        raise inference_in_place()


@wrong(
    "check_writable",
    because="Inference tensors are let through: the second kind of tensor was forgotten.",
    ask="Which two kinds of tensors does the docstring name?",
)
def check_writable(tensor):
    if mode.enabled and tensor.requires_grad and tensor.is_leaf:
        raise leaf_in_place()


@wrong(
    "check_writable",
    because="For inference tensors grad mode is asked instead of inference mode. Inside no_grad they are let through.",
    ask="Is a no_grad block an inference_mode block?",
)
def check_writable(tensor):
    if mode.enabled and tensor.requires_grad and tensor.is_leaf:
        raise leaf_in_place()
    if mode.enabled and tensor.is_inference():
        raise inference_in_place()


# ---- is_right ---------------------------------------------------------------------------------------------------


@wrong(
    "is_right",
    because="One block that ends well cannot tell a right switch from most wrong ones.",
    ask="In which situations do the two wrong classes of the check differ from a right one?",
)
def is_right(switch):
    with switch():
        off = not mytorch.is_grad_enabled()
    return off and mytorch.is_grad_enabled()


@wrong(
    "is_right",
    because="Nested blocks are tried, and an error in a block is not.",
    ask="How does a block end, other than at its last line?",
)
def is_right(switch):
    with mytorch.enable_grad():
        with switch():
            with switch():
                off = not mytorch.is_grad_enabled()
            off = off and not mytorch.is_grad_enabled()
        return off and mytorch.is_grad_enabled()


@wrong(
    "is_right",
    because="A wrong switch leaves grad mode off, and the test does not put it back. What runs next is not recorded.",
    ask="Which mode is in force after your test has found a wrong switch?",
)
def is_right(switch):
    try:
        with switch():
            off = not mytorch.is_grad_enabled()
            with switch():
                pass
            off = off and not mytorch.is_grad_enabled()
        on = mytorch.is_grad_enabled()
        try:
            with switch():
                raise ValueError
            return False
        except ValueError:
            return off and on and mytorch.is_grad_enabled()
    except Exception:
        return False


@wrong(
    "is_right",
    because="It compares with the one class that you have written, so other right ones are refused.",
    ask="Does your test look at what a switch does, or at what it is?",
)
def is_right(switch):
    return switch is mytorch.no_grad


@wrong(
    "is_right",
    because="It looks inside the blocks, and never at what comes after them.",
    ask="When does it show whether a switch has put back what was before?",
)
def is_right(switch):
    with mytorch.enable_grad():
        with switch():
            off = not mytorch.is_grad_enabled()
            with switch():
                off = off and not mytorch.is_grad_enabled()
    return off
