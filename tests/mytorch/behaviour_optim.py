"""Optimizers and schedules: programs that both engines run."""

from __future__ import annotations

import copy

from programs import error


def _train(torch, make, steps=5, groups=False):
    """A few steps on a small problem: the parameters on the way."""
    w = torch.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
    b = torch.tensor([0.1, -0.3], requires_grad=True)
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    optimizer = make([{"params": [w]}, {"params": [b], "lr": 0.001}] if groups else [w, b])
    seen = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = ((x @ w + b).tanh() ** 2).mean()
        loss.backward()
        optimizer.step()
        seen.append((w.detach().clone(), b.detach().clone(), loss.item()))
    return seen


def sgd(torch):
    S = torch.optim.SGD
    return [
        _train(torch, make)
        for make in (
            lambda p: S(p, lr=0.1),
            lambda p: S(p, lr=0.1, momentum=0.9),
            lambda p: S(p, 0.1, momentum=0.9, nesterov=True),
            lambda p: S(p, lr=0.1, momentum=0.5, dampening=0.3),
            lambda p: S(p, lr=0.1, weight_decay=0.1),
            lambda p: S(p, lr=0.1, momentum=0.9, weight_decay=0.01),
            lambda p: S(p, lr=0.1, maximize=True),
        )
    ]


def adam(torch):
    A, W = torch.optim.Adam, torch.optim.AdamW
    return [
        _train(torch, make)
        for make in (
            lambda p: A(p, lr=0.1),
            lambda p: A(p),
            lambda p: A(p, lr=0.1, betas=(0.5, 0.9), eps=1e-4),
            lambda p: A(p, lr=0.1, weight_decay=0.1),
            lambda p: W(p, lr=0.1),
            lambda p: W(p, lr=0.1, weight_decay=0.5),
            lambda p: A(p, lr=0.1, amsgrad=True),
        )
    ]


def rmsprop(torch):
    R = torch.optim.RMSprop
    return [
        _train(torch, make)
        for make in (
            lambda p: R(p),
            lambda p: R(p, lr=0.1, alpha=0.9, eps=1e-4),
            lambda p: R(p, lr=0.1, momentum=0.9),
            lambda p: R(p, lr=0.1, centered=True),
            lambda p: R(p, lr=0.1, weight_decay=0.1, momentum=0.5, centered=True),
            lambda p: R(p, lr=0.1, maximize=True),
        )
    ]


def groups(torch):
    return _train(torch, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), groups=True)


def printed(torch):
    w = torch.ones(2, requires_grad=True)
    return repr(torch.optim.SGD([w], lr=0.1, momentum=0.9)), repr(torch.optim.Adam([w])), repr(torch.optim.RMSprop([w]))


def schedules(torch):
    L = torch.optim.lr_scheduler
    found = []
    for make in (
        lambda o: L.StepLR(o, 2),
        lambda o: L.StepLR(o, step_size=3, gamma=0.5),
        lambda o: L.ExponentialLR(o, 0.9),
        lambda o: L.LambdaLR(o, lambda epoch: 1 / (epoch + 1)),
        lambda o: L.MultiStepLR(o, [2, 4], gamma=0.1),
        lambda o: L.CosineAnnealingLR(o, T_max=5),
    ):
        w = torch.ones(2, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.5)
        schedule = make(optimizer)
        rates = []
        for _ in range(6):
            (w * w).sum().backward()
            optimizer.step()
            rates.append((round(optimizer.param_groups[0]["lr"], 9), round(schedule.get_last_lr()[0], 9)))
            schedule.step()
        found.append(rates)
    return found


def closures(torch):
    w = torch.tensor([3.0], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    return optimizer.step(closure).item(), w


def zeroing(torch):
    w = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    (w * 2).sum().backward()
    optimizer.zero_grad(set_to_none=False)
    zeros = w.grad.clone()
    optimizer.zero_grad()
    optimizer.step()
    return zeros, w.grad, w


def resumed(torch):
    def start():
        w = torch.tensor([1.0, -2.0], requires_grad=True)
        return w, torch.optim.Adam([w], lr=0.1)

    def step(w, optimizer):
        optimizer.zero_grad()
        (w**2).sum().backward()
        optimizer.step()

    w, optimizer = start()
    for _ in range(3):
        step(w, optimizer)
    state, saved = copy.deepcopy(optimizer.state_dict()), w.detach().clone()
    step(w, optimizer)
    other, second = start()
    with torch.no_grad():
        other.copy_(saved)
    second.load_state_dict(state)
    step(other, second)
    return w, other


def mistakes(torch):
    w = torch.ones(2, requires_grad=True)
    S = torch.optim.SGD
    return (
        error(lambda: S([], lr=0.1)),
        error(lambda: S([w * 2], lr=0.1)),
        error(lambda: S(w, lr=0.1)),
        error(lambda: S([w], lr=-1)),
        error(lambda: S([w], lr=0.1, nesterov=True)),
        error(lambda: S([5], lr=0.1)),
        error(lambda: torch.optim.Adam([w], betas=(1.5, 0.9))),
        error(lambda: torch.optim.RMSprop([w], alpha=-1)),
    )


def a_step_counts_as_a_write(torch):
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()
    w.grad = torch.ones(2)
    torch.optim.SGD([w], lr=0.1).step()
    return error(loss.backward), w._version
