"""Modules, parameters and losses: programs that both engines run. Parameters are set, not drawn."""

from __future__ import annotations

import copy
from collections import OrderedDict

from programs import error


def _set(torch, module):
    """The same numbers in every parameter, on both engines."""
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(((torch.arange(p.numel(), dtype=torch.float32) * (i + 2)).sin() * 0.5).reshape(p.shape))
    return module


def _net(torch):
    nn = torch.nn
    return _set(torch, nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)))


def _own(torch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Linear(3, 4)
            self.blocks = torch.nn.ModuleList([torch.nn.Linear(4, 4) for _ in range(2)])
            self.scale = torch.nn.Parameter(torch.ones(4))
            self.register_buffer("count", torch.zeros(1))
            self.drop = torch.nn.Dropout(0.3)

        def forward(self, x):
            x = self.first(x).tanh()
            for block in self.blocks:
                x = block(x).relu() * self.scale
            return self.drop(x).sum(1)

    return _set(torch, Net())


def sequential(torch):
    net = _net(torch)
    x = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]])
    y = net(x)
    y.sum().backward()
    return y, [p.grad for p in net.parameters()], net, len(net), net[0], net[-1].weight.shape


def own_module(torch):
    net = _own(torch).eval()
    y = net(torch.ones(2, 3))
    y.sum().backward()
    names = [name for name, _ in net.named_parameters()]
    return (
        y,
        names,
        [p.grad for p in net.parameters()],
        net,
        [n for n, _ in net.named_modules()],
        list(net.state_dict()),
    )


def training_and_evaluation(torch):
    net = _own(torch)
    before = net.training, net.drop.training
    net.eval()
    after = net.training, net.drop.training, [m.training for m in net.modules()]
    return before, after, net.train() is net, net.drop.training


def reprs(torch):
    nn = torch.nn
    modules = [
        nn.Linear(3, 2),
        nn.Linear(3, 2, bias=False),
        nn.ReLU(),
        nn.ReLU(inplace=True),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.GELU(),
        nn.GELU(approximate="tanh"),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Embedding(5, 3),
        nn.LayerNorm(4),
        nn.LayerNorm((2, 3)),
        nn.MSELoss(),
        nn.CrossEntropyLoss(),
        nn.Softmax(dim=1),
        nn.LeakyReLU(0.2),
        nn.ELU(),
        nn.Softplus(),
        nn.Identity(),
        nn.SiLU(),
        nn.Hardtanh(),
        nn.LogSoftmax(dim=0),
        nn.Sequential(),
        nn.ModuleList([nn.ReLU()]),
        nn.Unflatten(1, (2, 3)),
        nn.Sequential(OrderedDict(a=nn.Linear(1, 1), b=nn.Sequential(nn.Tanh()))),
        nn.ModuleDict({"x": nn.ReLU()}),
    ]
    return [repr(m) for m in modules]


def parameters(torch):
    p = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    q = torch.nn.Parameter(torch.ones(1), requires_grad=False)
    (p * 2).sum().backward()
    return (
        repr(p),
        repr(q),
        p.grad,
        isinstance(p, torch.Tensor),
        type(p * 1) is torch.Tensor,
        p.is_leaf,
        q.requires_grad,
    )


def state_dicts(torch):
    net, other = _net(torch), _net(torch)
    with torch.no_grad():
        for p in other.parameters():
            p.zero_()
    state = net.state_dict()
    report = repr(other.load_state_dict(state))
    same = all((a == b).all() for a, b in zip(net.parameters(), other.parameters(), strict=True))
    missing = error(lambda: other.load_state_dict({"0.weight": state["0.weight"]}))
    unexpected = error(lambda: other.load_state_dict({**state, "more": torch.ones(1)}))
    wrong = error(lambda: other.load_state_dict({**state, "0.weight": torch.ones(1)}))
    loose = repr(other.load_state_dict({"more": torch.ones(1)}, strict=False))
    return report, bool(same), missing, unexpected, wrong, loose, list(state), state["0.bias"].requires_grad


def zero_grads(torch):
    net = _net(torch)
    net(torch.ones(1, 3)).sum().backward()
    net.zero_grad()
    return [p.grad for p in net.parameters()]


def shared_parameters(torch):
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    net[1].weight = net[0].weight
    _set(torch, net)
    net(torch.ones(1, 2)).sum().backward()
    return len(list(net.parameters())), net[0].weight.grad


def frozen(torch):
    net = _net(torch)
    net[0].requires_grad_(False)
    net(torch.ones(1, 3)).sum().backward()
    return [p.grad is None for p in net.parameters()]


def copies(torch):
    net = _net(torch)
    twin = copy.deepcopy(net)
    with torch.no_grad():
        twin[0].weight.zero_()
    return net[0].weight.sum(), twin[0].weight.sum(), twin[2].bias


def mistakes(torch):
    class Forgot(torch.nn.Module):
        def __init__(self):
            self.layer = torch.nn.Linear(1, 1)

    class Empty(torch.nn.Module):
        pass

    net = _net(torch)
    return (
        error(Forgot),
        error(lambda: Empty()(1)),
        error(lambda: net.nothing),
        error(lambda: setattr(net[0], "weight", torch.ones(2))),
        error(lambda: net(torch.ones(2, 5))),
        error(lambda: torch.nn.Dropout(2.0)),
        error(lambda: net.add_module("x", 5)),
    )


def forward_hooks(torch):
    net, seen = _net(torch), []
    handle = net[0].register_forward_hook(lambda module, args, result: seen.append(tuple(result.shape)))
    net[1].register_forward_hook(lambda module, args, result: result * 2)
    net[2].register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    y = net(torch.ones(2, 3))
    handle.remove()
    net(torch.ones(5, 3))
    return seen, y


def losses(torch):
    nn = torch.nn
    x = torch.tensor([[0.2, -1.0, 0.5], [1.5, 0.3, -0.7]], requires_grad=True)
    t = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    c = torch.tensor([2, 0])
    made = [
        nn.MSELoss()(x, t),
        nn.L1Loss(reduction="sum")(x, t),
        nn.BCEWithLogitsLoss()(x, t),
        nn.BCELoss()(x.sigmoid(), t),
        nn.CrossEntropyLoss()(x, c),
        nn.NLLLoss()(x.log_softmax(1), c),
        nn.SmoothL1Loss()(x, t),
        nn.HuberLoss(delta=0.5)(x, t),
        nn.CrossEntropyLoss(reduction="none")(x, c),
    ]
    grads = [torch.autograd.grad(loss.sum(), x, retain_graph=True)[0] for loss in made]
    return [loss.detach() for loss in made], grads


def losses_with_weights(torch):
    nn = torch.nn
    x = torch.tensor([[0.2, -1.0, 0.5], [1.5, 0.3, -0.7], [0.1, 0.4, 2.0]], requires_grad=True)
    t = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.2, 0.5, 0.3]])
    w, c = torch.tensor([0.5, 2.0, 1.0]), torch.tensor([2, 0, -100])
    first = torch.tensor([1, -1, 2])
    made = [
        loss
        for reduction in ("mean", "sum", "none")
        for loss in (
            nn.BCELoss(w, reduction=reduction)(x.sigmoid(), t),
            nn.BCEWithLogitsLoss(pos_weight=w, reduction=reduction)(x, t),
            nn.BCEWithLogitsLoss(w, pos_weight=w * 2, reduction=reduction)(x, t),
            nn.NLLLoss(w, reduction=reduction)(x.log_softmax(1), c),
            nn.NLLLoss(ignore_index=-1, reduction=reduction)(x.log_softmax(1), first),
            nn.CrossEntropyLoss(w, reduction=reduction)(x, c),
            nn.CrossEntropyLoss(label_smoothing=0.1, reduction=reduction)(x, c),
            nn.CrossEntropyLoss(w, label_smoothing=0.1, reduction=reduction)(x, c),
            nn.CrossEntropyLoss(w, label_smoothing=0.1, reduction=reduction)(x, t),
            nn.CrossEntropyLoss(reduction=reduction)(x, t),
        )
    ]
    grads = [torch.autograd.grad(loss.sum(), x, retain_graph=True)[0] for loss in made]
    return [loss.detach() for loss in made], grads, sorted(nn.CrossEntropyLoss(w).state_dict())


def losses_of_many_places(torch):
    F = torch.nn.functional
    x = (torch.arange(24.0) / 10).sin().reshape(2, 3, 4).requires_grad_()
    c, w = torch.tensor([[0, 1, 2, 1], [2, -100, 0, 0]]), torch.tensor([0.5, 2.0, 1.0])
    made = [
        F.cross_entropy(x, c),
        F.cross_entropy(x, c, w, reduction="none"),
        F.cross_entropy(x, c, label_smoothing=0.2),
        F.cross_entropy(x, (2 - 3 * x).detach().softmax(1)),
        F.cross_entropy(x[0, :, 0], torch.tensor(1), weight=w),
        F.nll_loss(x[0, :, 0].log_softmax(0), torch.tensor(1), reduction="none"),
    ]
    grads = [torch.autograd.grad(loss.sum(), x, retain_graph=True)[0] for loss in made]
    return [loss.detach() for loss in made], grads


def probabilities_of_0_and_1(torch):
    p = torch.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy(p, torch.tensor([0.0, 1.0, 1.0, 0.0]), reduction="none")
    loss.sum().backward()
    return loss.detach().abs(), p.grad.isfinite()


def layers(torch):
    nn = torch.nn
    x = torch.arange(12.0).reshape(2, 2, 3) / 10
    embedding = _set(torch, nn.Embedding(4, 3))
    norm = _set(torch, nn.LayerNorm(3))
    rows = embedding(torch.tensor([[0, 3], [3, 1]]))
    rows.sum().backward()
    return (
        nn.Flatten()(x),
        nn.Flatten(0)(x),
        rows,
        embedding.weight.grad,
        norm(x).detach(),
        nn.Identity()(x),
        nn.Softmax(dim=-1)(x),
        nn.LogSoftmax(dim=0)(x),
        nn.GELU()(x),
        nn.LeakyReLU()(x - 0.5),
        nn.Unflatten(2, (3, 1))(x).shape,
        [error(lambda: embedding(torch.tensor([7])))],
        nn.Hardtanh()(x * 3),
        nn.Softplus()(x),
        nn.ELU()(x - 0.5),
    )


def dropout_scales(torch):
    torch.manual_seed(0)
    drop = torch.nn.Dropout(0.25)
    y = drop(torch.ones(4000))
    kept = (y > 0).float().mean().item()
    return 0.7 < kept < 0.8, y.max(), drop.eval()(torch.ones(3)), torch.nn.functional.dropout(torch.ones(3), 1.0)


def initializers(torch):
    init = torch.nn.init
    w = torch.empty(400, 300)
    found = []
    for fill, spread in (
        (lambda: init.xavier_uniform_(w), (6 / 700) ** 0.5),
        (lambda: init.kaiming_uniform_(w), (6 / 300) ** 0.5),
        (lambda: init.uniform_(w, -2, 2), 2.0),
    ):
        fill()
        found.append(abs(w.abs().max().item() / spread - 1) < 0.01)
    for fill, spread in (
        (lambda: init.xavier_normal_(w, gain=2.0), 2 * (2 / 700) ** 0.5),
        (lambda: init.normal_(w, 0.0, 3.0), 3.0),
        (lambda: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), (2 / 400) ** 0.5),
    ):
        fill()
        found.append(abs(w.std().item() / spread - 1) < 0.02)
    return found, init.zeros_(w).sum(), init.ones_(w).sum(), init.constant_(w, 0.5).mean(), init.calculate_gain("tanh")


def clipping(torch):
    utils = torch.nn.utils
    found = []
    for clip in (
        lambda ps: utils.clip_grad_norm_(ps, 1.0),
        lambda ps: utils.clip_grad_norm_(ps, 100.0),
        lambda ps: utils.clip_grad_norm_(ps, 1.0, norm_type=1),
        lambda ps: utils.clip_grad_norm_(ps, 0.5, float("inf")),
        lambda ps: utils.clip_grad_value_(ps, 0.1),
    ):
        net = _net(torch)
        (net(torch.ones(2, 3)) ** 2).sum().backward()
        found.append([clip(net.parameters()), *(p.grad for p in net.parameters())])
    vector = utils.parameters_to_vector(net.parameters())
    utils.vector_to_parameters(vector.detach() * 2, net.parameters())
    return found, vector.detach(), net[2].bias
