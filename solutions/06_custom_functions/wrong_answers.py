"""What people really write in lesson 6, and what it tells about their picture of the world."""

import numpy as np

import mytorch
from autograder.wrong import wrong
from mytorch import graph
from mytorch.base import TensorBase
from mytorch.custom import check_gradients, incoming_gradients, record_outputs, reducible, run_forward
from mytorch.differentiate import grad
from mytorch.grad_mode import no_grad, set_grad_enabled
from mytorch.indexing import raw
from mytorch.losses import reduce
from mytorch.results import saved_as_tensors

# ---- Function --------------------------------------------------------------------------------------------------------


@wrong(
    "Function",
    because="forward runs with recording on. Its own ops are recorded, beside the op that was meant to stand for them.",
    ask="Inside of forward, is the result of x * factor part of a graph? Should it be?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )
        self.saved_tensors = tuple(t if t is None else t.array for t in tensors)

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="Recording is switched off and stays off: nothing after the first custom op is recorded any more.",
    ask="Who switches recording back on, and what if forward fails?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )
        self.saved_tensors = tuple(t if t is None else t.array for t in tensors)

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        graph.mode.enabled = False
        out = run_forward(cls, ctx, inputs)
        ctx.next = ctx.next if any(ctx.next) else [None]
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="Inputs that are no tensors are left out of ctx.next: the entries are no longer at their inputs' places.",
    ask="forward takes a number first and a tensor second. Which entry of ctx.next belongs to the tensor?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )
        self.saved_tensors = tuple(t if t is None else t.array for t in tensors)

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge for x in inputs if isinstance(x, TensorBase)]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="The node keeps tensors as forward saw them. A saved result was in no graph then, nor is it in backward.",
    ask="When forward saves its result, is the result in the graph already?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="Anything can be saved. Nobody would notice when a NumPy array that was saved is changed.",
    ask="What should happen when somebody saves 3.5?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        self.saved_tensors = tuple(t.array if isinstance(t, TensorBase) else t for t in tensors)

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="None is refused, or dropped, though an op may have nothing to save at one place.",
    ask="An op saves (x, None, y). How many entries does it unpack in backward?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )
        self.saved_tensors = tuple(t.array for t in tensors if t is not None)

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


@wrong(
    "Function",
    because="What was tensor-like is kept before the check, so a call that fails has changed the node.",
    ask="save_for_backward fails at its second argument. What is in saved_tensors then?",
)
class Function(graph.Function):
    non_differentiable = ()
    materialize_grads = True

    def name(self):
        return f"{type(self).__name__}Backward"

    def save_for_backward(self, *tensors):
        self.saved_tensors = tuple(getattr(t, "array", t) for t in tensors)
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is {type(tensor).__name__}"
                )

    def mark_non_differentiable(self, *outputs):
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs):
        pass

    def set_materialize_grads(self, value):
        self.materialize_grads = bool(value)

    @classmethod
    def apply(cls, *inputs):
        ctx = cls()
        ctx.saved_tensors = None
        ctx.is_tensor = [isinstance(x, TensorBase) for x in inputs]
        ctx.next = [x.edge if isinstance(x, TensorBase) else None for x in inputs]
        with no_grad():
            out = run_forward(cls, ctx, inputs)
        outputs = out if isinstance(out, tuple) else (out,)
        if not any(ctx.next) or not graph.mode.enabled:
            return out
        results = record_outputs(ctx, [raw(x) for x in inputs], outputs)
        return results if isinstance(out, tuple) else results[0]

    def visit(self, grad):
        return self._visit(grad, recorded=False)

    def visit_recorded(self, grad):
        return self._visit(grad, recorded=True)

    def _visit(self, grad, recorded):
        graph.check_unwritten(self)
        values = self.saved_tensors
        self.saved_tensors = saved_as_tensors(self)
        try:
            with set_grad_enabled(recorded):
                grads = self.backward(self, *incoming_gradients(self, grad))
        finally:
            self.saved_tensors = values
        grads = check_gradients(self, grads if isinstance(grads, tuple) else (grads,))
        return grads if recorded else tuple(g if g is None else g.array for g in grads)


# ---- incoming_gradients ----------------------------------------------------------------------------------------------


@wrong(
    "incoming_gradients",
    because="Arrays are handed on as they are. A backward that was written for tensors gets arrays.",
    ask="backward was promised tensors. What does the walk carry?",
)
def incoming_gradients(node, grad):
    grads = grad if isinstance(grad, list) else [grad]
    filled = []
    for i, g in enumerate(grads):
        if g is None and node.materialize_grads:
            g = np.zeros(node.shape[i], node.dtypes[i])
        filled.append(g)
    return filled


@wrong(
    "incoming_gradients",
    because="A missing gradient stays None, and the first rule that multiplies by it fails.",
    ask="Only one of two results was used. What is backward given for the other?",
)
def incoming_gradients(node, grad):
    wrap = TensorBase.result_type
    grads = grad if isinstance(grad, list) else [grad]
    return [g if g is None or isinstance(g, TensorBase) else wrap(g) for g in grads]


@wrong(
    "incoming_gradients",
    because="Zeros are made even for an op that asked for None.",
    ask="What did the op say with set_materialize_grads(False)?",
)
def incoming_gradients(node, grad):
    wrap = TensorBase.result_type
    grads = grad if isinstance(grad, list) else [grad]
    filled = []
    for i, g in enumerate(grads):
        if g is None:
            g = np.zeros(node.shape[i], node.dtypes[i])
        filled.append(g if isinstance(g, TensorBase) else wrap(g))
    return filled


@wrong(
    "incoming_gradients",
    because="A tensor is wrapped anew and loses its history, so no gradient of the gradient is found.",
    ask="While gradients are recorded, what does the arriving tensor know that its numbers do not?",
)
def incoming_gradients(node, grad):
    wrap = TensorBase.result_type
    grads = grad if isinstance(grad, list) else [grad]
    filled = []
    for i, g in enumerate(grads):
        if g is None and node.materialize_grads:
            g = np.zeros(node.shape[i], node.dtypes[i])
        filled.append(g if g is None else wrap(g.array if isinstance(g, TensorBase) else g))
    return filled


@wrong(
    "incoming_gradients",
    because="All missing gradients get the shape and dtype of the first result.",
    ask="Two results of different shapes: of which shape is a gradient of the second?",
)
def incoming_gradients(node, grad):
    wrap = TensorBase.result_type
    grads = grad if isinstance(grad, list) else [grad]
    filled = []
    for g in grads:
        if g is None and node.materialize_grads:
            g = np.zeros(node.shape[0])
        filled.append(g if g is None or isinstance(g, TensorBase) else wrap(g))
    return filled


# ---- check_gradients -------------------------------------------------------------------------------------------------


@wrong(
    "check_gradients",
    because="Surplus Nones are counted as gradients, so a rule that PyTorch accepts is refused.",
    ask="backward returns grad, None, None for two inputs. Is anything lost when the last None is dropped?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="Too many gradients are cut off in silence, and so a rule with a slip in it passes.",
    ask="Three gradients, none of them None, for two inputs. Which one belongs nowhere?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="Too few gradients are accepted: the inputs at the end get none, in silence.",
    ask="zip stops at the shorter one. What does the last input get?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) > expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=False)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="Shapes must be equal, so a gradient that broadcasting has stretched is refused.",
    ask="Your walk sums gradients down. To which shapes can it sum [5, 3] down?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if target is not None and g.array.shape != target.shape:
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="No shape is looked at. A gradient of the wrong shape goes into .grad, or fails later in the walk.",
    ask="An input has shape (3,). May its gradient have shape (2,), or ()?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if False:
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="Anything is taken for a gradient, arrays and floats included.",
    ask="What does the walk do with a float that it takes for a tensor?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            g = TensorBase.result_type(np.broadcast_to(g, target.shape if target else ()))
        if not node.is_tensor[i]:
            raise RuntimeError(f"function {name} returned a gradient at position {i + 1}, where no Variable went in")
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


@wrong(
    "check_gradients",
    because="A gradient for a number is accepted. The rule has probably mixed up its inputs.",
    ask="factor = 3.0 went into forward. Where would its gradient go?",
)
def check_gradients(node, grads):
    name, expected = node.name(), len(node.next)
    while len(grads) > expected and grads[-1] is None:
        grads = grads[:-1]
    if len(grads) != expected:
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(grads)})"
        )
    for i, (g, target) in enumerate(zip(grads, node.next, strict=True)):
        if g is None:
            continue
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__}), of function {name}")
        if target is not None and not reducible(g.array.shape, target.shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but expected "
                f"shape compatible with {list(target.shape)}"
            )
    return grads


# ---- Square ----------------------------------------------------------------------------------------------------------


@wrong(
    "Square",
    because="The rule gives the derivative and forgets the gradient that arrives: no chain rule.",
    ask="If 10 arrives, by how much does y's slope count?",
)
class Square(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 2 * x


@wrong(
    "Square",
    because="The factor 2 is missing.",
    ask="x² = x · x: how many roads lead to x?",
)
class Square(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x


@wrong(
    "Square",
    because="The result is saved in place of the input. 2y is not the derivative.",
    ask="Which number does the derivative 2x need?",
)
class Square(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x * x
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * 2 * y


@wrong(
    "Square",
    because="The rule leaves the world of tensors, so its gradient has no history and no second derivative.",
    ask="With what does NumPy remember where a number came from?",
)
class Square(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return mytorch.tensor(grad.array * 2 * x.array)


@wrong(
    "Square",
    because="x is kept as an attribute, so nobody notices when it is changed before backward.",
    ask="Which values are watched by the version counters of lesson 5?",
)
class Square(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2 * ctx.x


# ---- numerical_jacobian ----------------------------------------------------------------------------------------------


@wrong(
    "numerical_jacobian",
    because="The difference is over 2·eps wide, and is divided by eps: every slope doubles.",
    ask="How far apart are the two inputs?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old - eps
        below = function().array.flatten()
        x.array[i] = old
        row[:] = (above - below) / eps
    return jacobian


@wrong(
    "numerical_jacobian",
    because="Only one step up: the error of such a difference is of order eps, not eps².",
    ask="With eps = 0.1, which is nearer to the slope of t³: one step up, or one up and one down?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old
        below = function().array.flatten()
        x.array[i] = old
        row[:] = (above - below) / eps
    return jacobian


@wrong(
    "numerical_jacobian",
    because="Entries are not put back, so each later one is measured at a place where the earlier ones have moved.",
    ask="After the first entry was moved, where does the second one start from?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old - eps
        below = function().array.flatten()
        row[:] = (above - below) / (2 * eps)
    return jacobian


@wrong(
    "numerical_jacobian",
    because="Rows and columns have changed places.",
    ask="Which shape does the docstring promise, inputs or outputs first?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.flatten()
        x.array[i] = old - eps
        below = function().array.flatten()
        x.array[i] = old
        row[:] = (above - below) / (2 * eps)
    return jacobian.T.copy()


@wrong(
    "numerical_jacobian",
    because="The result of the function may be x's own memory; without a copy, it moves along with x.",
    ask="function returns x itself. What is in `above` after x was moved down?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, i in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        old = x.array[i].copy()
        x.array[i] = old + eps
        above = function().array.reshape(-1)
        x.array[i] = old - eps
        below = function().array.reshape(-1)
        x.array[i] = old
        row[:] = (above - below) / (2 * eps)
    return jacobian


@wrong(
    "numerical_jacobian",
    because="All entries are moved at once: that gives sums over rows, not single derivatives.",
    ask="If all inputs move, which of them made the output move?",
)
def numerical_jacobian(function, x, eps=1e-6):
    jacobian = np.zeros((x.array.size, function().array.size))
    for row, _ in zip(jacobian, np.ndindex(x.array.shape), strict=True):
        x.array[...] += eps
        above = function().array.flatten()
        x.array[...] -= 2 * eps
        below = function().array.flatten()
        x.array[...] += eps
        row[:] = (above - below) / (2 * eps)
    return jacobian


# ---- analytical_jacobian ---------------------------------------------------------------------------------------------


@wrong(
    "analytical_jacobian",
    because="The seed is 1 everywhere: each column is the gradient of the sum of all outputs.",
    ask="Which seed picks out one single entry of the output?",
)
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for column, _ in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[...] = 1
        (found,) = grad(output, x, TensorBase.result_type(one_hot), retain_graph=True, allow_unused=True)
        if found is not None:
            column[:] = found.array.flatten()
    return jacobian


@wrong(
    "analytical_jacobian",
    because="The first walk frees the graph, and the second one fails.",
    ask="How often is the same graph walked here?",
)
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for column, j in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[j] = 1
        (found,) = grad(output, x, TensorBase.result_type(one_hot), allow_unused=True)
        if found is not None:
            column[:] = found.array.flatten()
    return jacobian


@wrong(
    "analytical_jacobian",
    because="The walk adds to x.grad. A check should leave no traces.",
    ask="Which function returns gradients, and which adds them up?",
)
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for column, j in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[j] = 1
        x.grad = None
        output.backward(TensorBase.result_type(one_hot), retain_graph=True)
        found = x.grad
        if found is not None:
            column[:] = found.array.flatten()
    return jacobian


@wrong(
    "analytical_jacobian",
    because="An output that does not depend on x raises an error, where zeros are the right answer.",
    ask="What is the derivative of something that does not depend on x?",
)
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for column, j in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[j] = 1
        (found,) = grad(output, x, TensorBase.result_type(one_hot), retain_graph=True)
        if found is not None:
            column[:] = found.array.flatten()
    return jacobian


@wrong(
    "analytical_jacobian",
    because="Rows and columns have changed places.",
    ask="One walk gives the derivatives of one output entry. Is that a row or a column?",
)
def analytical_jacobian(output, x):
    jacobian = np.zeros((x.array.size, output.array.size))
    for column, j in zip(jacobian.T, np.ndindex(output.array.shape), strict=True):
        one_hot = np.zeros_like(output.array)
        one_hot[j] = 1
        (found,) = grad(output, x, TensorBase.result_type(one_hot), retain_graph=True, allow_unused=True)
        if found is not None:
            column[:] = found.array.flatten()
    return jacobian.T.copy()


# ---- Softplus --------------------------------------------------------------------------------------------------------


@wrong(
    "Softplus",
    because="The formula from the book, as it stands: exp overflows for large x.",
    ask="What is exp(100) in float32?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (1 + x.exp()).log()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()


@wrong(
    "Softplus",
    because="The value is right; the gradient is computed with exponents that overflow.",
    ask="What is exp(x) / (1 + exp(x)) at x = 800?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        e = x.exp()
        return grad * e / (1 + e)


@wrong(
    "Softplus",
    because="The gradient is taken from relu: a step at 0, where softplus is smooth.",
    ask="What is the slope of softplus at 0: 0, ½ or 1?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x > 0).float()


@wrong(
    "Softplus",
    because="The derivative of the sigmoid itself was used. Softplus has the sigmoid as its derivative.",
    ask="What does the slope of softplus go to, for large x?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        s = x.sigmoid()
        return grad * s * (1 - s)


@wrong(
    "Softplus",
    because="1 + u is rounded to 1 for a tiny u, and its log is 0.",
    ask="What is 1 + 1e-13 in float32?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (1 + (-x.abs()).exp()).log()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()


@wrong(
    "Softplus",
    because="The gradient that arrives is not looked at.",
    ask="If 10 arrives, by how much does the slope count?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu() + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return x.sigmoid()


@wrong(
    "Softplus",
    because="The two parts are stacked and summed with keepdim=True, so the result has one dim more than x, of size 1.",
    ask="Which shape has a (2, 5) tensor after .sum(0, keepdim=True), and which without keepdim?",
)
class Softplus(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return mytorch.stack([x.relu(), (-x.abs()).exp().log1p()]).sum(0, keepdim=True)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()


# ---- StraightThrough -------------------------------------------------------------------------------------------------


@wrong(
    "StraightThrough",
    because="A true derivative of rounding: zeros. Nothing will ever learn.",
    ask="What is the straight-through estimator's gradient?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad * 0, None


@wrong(
    "StraightThrough",
    because="There are two inputs, and one gradient.",
    ask="How many things does forward take after ctx?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad


@wrong(
    "StraightThrough",
    because="The gradient is multiplied by the step, as if y were step · x.",
    ask="Is y about x, or about step · x?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        ctx.step = step
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.step, None


@wrong(
    "StraightThrough",
    because="The result is the number of steps, not a multiple of the step.",
    ask="0.8 on a grid of 0.5: is that 2, or 1.0?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return (x / step).round()

    @staticmethod
    def backward(ctx, grad):
        return grad, None


@wrong(
    "StraightThrough",
    because="x is rounded to whole numbers, and the step has no say.",
    ask="On a grid of 0.5, where does 1.3 go?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return x.round()

    @staticmethod
    def backward(ctx, grad):
        return grad, None


@wrong(
    "StraightThrough",
    because="The number step is given a gradient, though it is no tensor.",
    ask="Where would the gradient of a number go?",
)
class StraightThrough(mytorch.autograd.Function):
    @staticmethod
    def forward(ctx, x, step):
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad, grad.sum()


# ---- losses ----------------------------------------------------------------------------------------------------------


@wrong(
    "binary_cross_entropy_with_logits",
    because="Sigmoid first, then log: for large logits, sigmoid is exactly 1 and the log is −inf.",
    ask="What is 1 − sigmoid(40) in float32?",
)
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    p = input.sigmoid()
    return reduce(-(target * p.log() + (1 - target) * (1 - p).log()), reduction)


@wrong(
    "binary_cross_entropy_with_logits",
    because="log(1 + exp(−x)) as it stands: exp overflows for very negative x.",
    ask="What is exp(200) in float32?",
)
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    return reduce(input - input * target + (1 + (-input).exp()).log(), reduction)


@wrong(
    "binary_cross_entropy_with_logits",
    because="The corners of relu and abs cancel in the value, not in the gradient: at 0 it is −t, not ½ − t.",
    ask="What are the slopes of relu and of abs at 0, as your rules give them?",
)
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    return reduce(input.relu() - input * target + (-input.abs()).exp().log1p(), reduction)


@wrong(
    "binary_cross_entropy_with_logits",
    because="The target is used the wrong way round: yes is punished as no.",
    ask="The logit is 2 and the target is 1. Should the loss be 0.13 or 2.13?",
)
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    m = (-input).relu()
    return reduce(input * target + m + ((-m).exp() + (-input - m).exp()).log(), reduction)


@wrong(
    "binary_cross_entropy_with_logits",
    because="Always the mean, whatever reduction was asked for.",
    ask="What should reduction='none' return?",
)
def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    m = (-input).relu()
    return (input - input * target + m + ((-m).exp() + (-input - m).exp()).log()).mean()


@wrong(
    "nll_loss",
    because="input[:, target] picks, from every row, the columns of all targets: n² losses.",
    ask="Two rows and two targets: how many losses should there be?",
)
def nll_loss(input, target, reduction="mean"):
    return reduce(-input[:, target], reduction)


@wrong(
    "nll_loss",
    because="The minus is missing: training would make the right class less and less likely.",
    ask="A log-probability is at most 0. And a loss?",
)
def nll_loss(input, target, reduction="mean"):
    return reduce(input[list(range(input.shape[0])), target], reduction)


@wrong(
    "nll_loss",
    because="Picked from the array: the loss has no history, and no gradient.",
    ask="Which ops are recorded: those on tensors, or those on arrays?",
)
def nll_loss(input, target, reduction="mean"):
    picked = input.array[list(range(len(input))), target.array]
    return reduce(-type(input)(picked), reduction)


@wrong(
    "nll_loss",
    because="input[target] picks rows by the number of the class.",
    ask="Which entry of row 0 belongs to class 2?",
)
def nll_loss(input, target, reduction="mean"):
    return reduce(-input[target][:, 0], reduction)


@wrong(
    "nll_loss",
    because="The log is taken once more, though the input holds log-probabilities.",
    ask="What does `input` hold: probabilities, their logs, or logits?",
)
def nll_loss(input, target, reduction="mean"):
    rows = list(range(input.shape[0]))
    return reduce(-input.log_softmax(1)[rows, target], reduction)


@wrong(
    "diversity_loss",
    because="The features are not scaled to length 1, so films with large numbers count more.",
    ask="Are (1, 0) and (3, 0) alike, or three times alike?",
)
def diversity_loss(scores, items, trade_off):
    p = scores.softmax(0)
    taste = p @ items
    return (1 - trade_off) * -scores.log_softmax(0)[0] + trade_off * (taste * taste).sum()


@wrong(
    "diversity_loss",
    because="The weights have changed places: trade_off 0 should be accuracy alone.",
    ask="trade_off is the weight of diversity. What is left of it at 0?",
)
def diversity_loss(scores, items, trade_off):
    p = scores.softmax(0)
    unit = items / (items * items).sum(1, keepdim=True).sqrt()
    taste = p @ unit
    return trade_off * -scores.log_softmax(0)[0] + (1 - trade_off) * (taste * taste).sum()


@wrong(
    "diversity_loss",
    because="Log of softmax: when the softmax has become 0, its log is −inf.",
    ask="What is softmax of (−200, 200) at its first entry, in float32?",
)
def diversity_loss(scores, items, trade_off):
    p = scores.softmax(0)
    unit = items / (items * items).sum(1, keepdim=True).sqrt()
    taste = p @ unit
    return (1 - trade_off) * -p[0].log() + trade_off * (taste * taste).sum()


@wrong(
    "diversity_loss",
    because="Similarity is subtracted, so the list is rewarded for being all alike.",
    ask="The loss is made small. Should similarity be made small or large?",
)
def diversity_loss(scores, items, trade_off):
    p = scores.softmax(0)
    unit = items / (items * items).sum(1, keepdim=True).sqrt()
    taste = p @ unit
    return (1 - trade_off) * -scores.log_softmax(0)[0] - trade_off * (taste * taste).sum()


@wrong(
    "diversity_loss",
    because="The features are divided by the sum of squares, not by its root: their length is not 1.",
    ask="What is the length of (0, 2) / 4?",
)
def diversity_loss(scores, items, trade_off):
    p = scores.softmax(0)
    unit = items / (items * items).sum(1, keepdim=True)
    taste = p @ unit
    return (1 - trade_off) * -scores.log_softmax(0)[0] + trade_off * (taste * taste).sum()


@wrong(
    "diversity_loss",
    because="Every film has the same room in the list: the scores are not asked.",
    ask="Which part of the loss can make similarity smaller, if p is not in it?",
)
def diversity_loss(scores, items, trade_off):
    unit = items / (items * items).sum(1, keepdim=True).sqrt()
    taste = unit.mean(0)
    return (1 - trade_off) * -scores.log_softmax(0)[0] + trade_off * (taste * taste).sum()


# ---- is_right --------------------------------------------------------------------------------------------------------


@wrong(
    "is_right",
    because="One positive number is tried. It hides rules that fail for negative numbers, or ignore what arrives.",
    ask="For which inputs do 2x and 2|x| agree?",
)
def is_right(op):
    try:
        x = mytorch.tensor(2.0, dtype=mytorch.float64, requires_grad=True)
        return mytorch.autograd.gradcheck(op.apply, x, raise_exception=False)
    except Exception:
        return False


@wrong(
    "is_right",
    because="Only positive numbers are tried.",
    ask="For which inputs do 2x and 2|x| agree?",
)
def is_right(op):
    try:
        x = mytorch.tensor([0.5, 1.5, 2.5], dtype=mytorch.float64, requires_grad=True)
        return mytorch.autograd.gradcheck(op.apply, x, raise_exception=False)
    except Exception:
        return False


@wrong(
    "is_right",
    because="One backward of a sum: the gradient that arrives is 1 everywhere, and a rule that ignores it passes.",
    ask="What does a rule see that it could ignore, if 1 arrives?",
)
def is_right(op):
    x = mytorch.tensor([1.7, -0.6, 0.3], dtype=mytorch.float64, requires_grad=True)
    op.apply(x).sum().backward()
    found, eps = x.grad.tolist(), 1e-6
    slopes = []
    for i in range(3):
        up, down = x.detach().clone(), x.detach().clone()
        up[i] += eps
        down[i] -= eps
        slopes.append((op.apply(up).sum() - op.apply(down).sum()).item() / (2 * eps))
    return bool(np.allclose(found, slopes, atol=1e-4))


@wrong(
    "is_right",
    because="float32: gradcheck refuses it, so every op seems to be wrong.",
    ask="How many digits are left of a difference of 1e-6 in float32?",
)
def is_right(op):
    try:
        x = mytorch.tensor([1.7, -0.6, 0.3], requires_grad=True)
        return mytorch.autograd.gradcheck(op.apply, x, raise_exception=False)
    except Exception:
        return False


@wrong(
    "is_right",
    because="All entries are equal, and so a rule that mixes them up cannot be told from a right one.",
    ask="Which mistakes does an input hide whose entries are all −1?",
)
def is_right(op):
    try:
        x = mytorch.tensor([-1.0, -1.0, -1.0], dtype=mytorch.float64, requires_grad=True)
        return mytorch.autograd.gradcheck(op.apply, x, raise_exception=False)
    except Exception:
        return False
