"""Anomaly detection, saved-tensor hooks, checkpoints, copies and pickles: programs that both engines run."""

from __future__ import annotations

import copy
import io
import pickle
import warnings

from programs import error


def anomaly_finds_nan(torch):
    def program():
        x = torch.tensor([0.0, 1.0], requires_grad=True)
        with torch.autograd.detect_anomaly():
            (x.sqrt() * 0).sum().backward()

    return error(program)


def anomaly_names_the_forward_line(torch):
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with torch.autograd.set_detect_anomaly(True):
                culprit = x.sqrt()  # this line
                (culprit * 0).sum().backward()
        except RuntimeError:
            pass
    texts = [str(w.message) for w in caught]
    return any("Error detected in SqrtBackward0" in text and "this line" in text for text in texts)


def anomaly_off(torch):
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    with torch.autograd.set_detect_anomaly(True), torch.autograd.set_detect_anomaly(False):
        (x.sqrt() * 0).sum().backward()
    return x.grad


def anomaly_in_custom_functions(torch):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * float("nan")

    def program():
        with torch.autograd.detect_anomaly():
            F.apply(torch.ones(2, requires_grad=True)).sum().backward()

    return error(program)


def saved_tensor_hooks(torch):
    packed, unpacked = [], []

    def pack(x):
        packed.append(tuple(x.shape))
        return x.numpy(force=True) if hasattr(x, "numpy") else x

    def unpack(x):
        unpacked.append(x.shape)
        return torch.from_numpy(x)

    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = x.exp()
    y.sum().backward()
    return packed, len(unpacked), x.grad


def saved_tensor_hooks_in_less_precision(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.to(torch.float16), lambda t: t.to(torch.float32)):
        y = x * x
    y.sum().backward()
    return x.grad


def saved_tensor_hooks_keep_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        y = x * x * x
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    g.sum().backward()
    return g.detach(), x.grad


def save_on_cpu(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.autograd.graph.save_on_cpu():
        y = (x * x).sum()
    y.backward()
    return x.grad


def checkpoints(torch):
    from_utils = torch.utils.checkpoint.checkpoint
    calls = []

    def block(x, w):
        calls.append(1)
        return (x @ w).tanh() @ w

    x = torch.tensor([[1.0, 2.0], [0.3, -1.0]], requires_grad=True)
    w = torch.tensor([[0.1, 0.2], [0.3, 0.4]], requires_grad=True)
    y = from_utils(block, x, w, use_reentrant=False)
    before = len(calls)
    y.sum().backward()
    return before, len(calls), y.detach(), x.grad, w.grad


def checkpoints_with_random_numbers(torch):
    x = torch.ones(1000, requires_grad=True)
    y = torch.utils.checkpoint.checkpoint(lambda a: torch.nn.functional.dropout(a * a, 0.5), x, use_reentrant=False)
    y.sum().backward()
    return bool(((x.grad == 2 * y) | (x.grad == 0) & (y == 0)).all())


def deepcopies(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = copy.deepcopy(x)
    y.data[0] = 100
    shared = copy.deepcopy([x, x])
    return (
        x,
        y,
        y.grad,
        y.is_leaf,
        shared[0] is shared[1],
        error(lambda: copy.deepcopy(x * 2)),
        copy.deepcopy((x * 2).detach()),
    )


def pickles(torch):
    x = torch.tensor([[1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    y = pickle.loads(pickle.dumps(x))
    file = io.BytesIO()
    torch.save({"x": x, "n": [1, 2]}, file)
    file.seek(0)
    loaded = torch.load(file)
    return y, y.is_leaf, loaded["x"], loaded["n"]


def profiles(torch):
    x = torch.ones(3, 3, requires_grad=True)
    with torch.autograd.profiler.profile() as prof:
        (x @ x).exp().sum().backward()
    table = prof.key_averages().table(sort_by="self_cpu_time_total")
    return "Self CPU" in table, "# of Calls" in table, any("mul" in row.key.lower() for row in prof.key_averages())


def default_dtypes(torch):
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        made = torch.tensor([1.0]), torch.zeros(2), torch.tensor(2) / 3, torch.arange(0, 1, 0.5), torch.tensor([1])
        values = [(str(t.dtype), repr(t)) for t in made]
    finally:
        torch.set_default_dtype(before)
    return values, str(torch.tensor([1.0]).dtype), error(lambda: torch.set_default_dtype(torch.int64))


def limits(torch):
    f, d, i = torch.finfo(torch.float32), torch.finfo(torch.float64), torch.iinfo(torch.int32)
    return f.eps, f.max, f.min, f.tiny, f.bits, d.eps, d.max, i.max, i.min, i.bits


def numbers_in_and_out(torch):
    x = torch.tensor([1.5])
    return (
        float(x),
        int(x),
        bool(x),
        x.item(),
        f"{torch.tensor(2.5):.2f}",
        f"{x}",
        str(torch.tensor(3)),
        len(x),
        1.5 in x,
        [v.item() for v in torch.tensor([1, 2])],
        list(range(torch.tensor(3))),
        [10, 20, 30][torch.tensor(1)],
        round(float(torch.tensor(2.567)), 2),
        error(lambda: int(torch.ones(2))),
        error(lambda: [1, 2][torch.tensor(1.0)]),
    )


def shapes_and_dtypes(torch):
    x = torch.zeros(2, 3)
    return (
        repr(x.shape),
        repr(x.shape[1:]),
        x.shape == (2, 3),
        repr(x.dtype),
        x.dtype is torch.float32,
        x.shape.numel(),
        repr(x.size()),
        x.size(-1),
        str(x.device),
        x.is_contiguous(),
        x.t().is_contiguous(),
        x.stride(),
        x.t().stride(),
        x.nelement(),
        x.element_size(),
        x.is_floating_point(),
        torch.is_tensor(x),
        torch.is_tensor(1),
        x.type(),
    )


def numpy_shares_memory(torch):
    import numpy as np

    a = np.zeros(3, dtype=np.float32)
    x = torch.from_numpy(a)
    x[0] = 5
    a[1] = 7
    y = torch.tensor(a)
    a[2] = 9
    return x, y, x.numpy() is a or np.shares_memory(x.numpy(), a), np.asarray(x).tolist(), torch.as_tensor(a)


def numpy_and_tensors(torch):
    import numpy as np

    x = torch.tensor([1.0, 2.0])
    return (
        np.sqrt(x.numpy()).tolist(),
        np.array(x).tolist(),
        (x * np.float32(2)).tolist(),
        torch.tensor(np.float64(2.0)),
    )
