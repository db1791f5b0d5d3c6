"""Other right answers to the exercises of lesson 5: they are to earn all points."""

from autograder.right import right

# ---- no_grad ------------------------------------------------------------------------------------------------------


@right("no_grad", because="It remembers and switches in one line.")
class no_grad(Switch):
    """Record nothing inside the block."""

    def __enter__(self):
        self.before, mode.enabled = mode.enabled, False

    def __exit__(self, *error):
        mode.enabled = self.before


@right("no_grad", because="It names the three arguments of __exit__, and says that errors go on.")
class no_grad(Switch):
    """Record nothing inside the block."""

    def __enter__(self):
        self.was_enabled = mode.enabled
        mode.enabled = False

    def __exit__(self, kind, value, trace):
        mode.enabled = self.was_enabled
        return False


@right("no_grad", because="It keeps a list of modes, as deep as the blocks are nested.")
class no_grad(Switch):
    """Record nothing inside the block."""

    def __enter__(self):
        if not hasattr(self, "found"):
            self.found = []
        self.found.append(mode.enabled)
        mode.enabled = False

    def __exit__(self, *error):
        mode.enabled = self.found.pop()


@right("no_grad", because="It returns the object from __enter__, and uses setattr.")
class no_grad(Switch):
    """Record nothing inside the block."""

    def __enter__(self):
        self.restore = mode.enabled
        mode.enabled = False
        return self

    def __exit__(self, *error):
        mode.enabled = self.restore


@right("no_grad", because="It makes the way back a function.")
class no_grad(Switch):
    """Record nothing inside the block."""

    def __enter__(self):
        def go_back(to=mode.enabled):
            mode.enabled = to

        self.go_back = go_back
        mode.enabled = False

    def __exit__(self, *error):
        self.go_back()


# ---- around_calls -------------------------------------------------------------------------------------------------


@right("around_calls", because="It updates the wrapper by hand.")
def around_calls(switch, function):
    def inner(*args, **kwargs):
        with switch.clone():
            return function(*args, **kwargs)

    return functools.update_wrapper(inner, function)


@right("around_calls", because="It keeps the result until the block has ended.")
def around_calls(switch, function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        with switch.clone():
            result = function(*args, **kwargs)
        return result

    return call


@right("around_calls", because="It names the clone.")
def around_calls(switch, function):
    @functools.wraps(function)
    def wrapper(*a, **k):
        own = switch.clone()
        with own:
            return function(*a, **k)

    return wrapper


@right("around_calls", because="It uses an ExitStack.")
def around_calls(switch, function):
    import contextlib

    @functools.wraps(function)
    def wrapper(*a, **k):
        with contextlib.ExitStack() as stack:
            stack.enter_context(switch.clone())
            return function(*a, **k)

    return wrapper


@right("around_calls", because="It enters and leaves by hand, with try and finally.")
def around_calls(switch, function):
    @functools.wraps(function)
    def wrapper(*a, **k):
        block = switch.clone()
        block.__enter__()
        try:
            return function(*a, **k)
        finally:
            block.__exit__(None, None, None)

    return wrapper


# ---- evaluate -----------------------------------------------------------------------------------------------------


@right("evaluate", because="It keeps a list of numbers: they are small.")
def evaluate(loss_of, batches):
    with mytorch.no_grad():
        losses = [loss_of(x, y).item() for x, y in batches]
    return sum(losses) / len(losses)


@right("evaluate", because="It has a block for each batch.")
def evaluate(loss_of, batches):
    total = count = 0
    for x, y in batches:
        with mytorch.no_grad():
            total += loss_of(x, y).item()
        count += 1
    return float(total / count)


@right("evaluate", because="It uses the switch as a decorator.")
def evaluate(loss_of, batches):
    @mytorch.no_grad()
    def number(x, y):
        return float(loss_of(x, y).item())

    total, count = 0.0, 0
    for pair in batches:
        total += number(*pair)
        count += 1
    return total / count


@right("evaluate", because="It keeps the mean up to date.")
def evaluate(loss_of, batches):
    mean = 0.0
    with mytorch.set_grad_enabled(False):
        for n, (x, y) in enumerate(batches, start=1):
            mean += (loss_of(x, y).item() - mean) / n
    return mean


@right("evaluate", because="It takes the mean with NumPy.")
def evaluate(loss_of, batches):
    with mytorch.no_grad():
        numbers = np.fromiter((loss_of(x, y).item() for x, y in batches), dtype=float)
    return float(np.mean(numbers))
