"""What is dropped is gone: no circles for the garbage collector, no list that grows for ever."""

from __future__ import annotations

import gc
import weakref

import pytest


@pytest.fixture(autouse=True)
def swept():
    gc.collect()


def programs(torch):
    x = torch.ones(4, 4, requires_grad=True)

    def views():
        y = x * 1
        rows = [row.t() for row in y.view(2, 8).split(1)]
        y[0].mul_(2)
        (rows[0].sum() + y.sum()).backward()

    def network():
        net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        net(x).sum().backward()

    def hooks():
        y = x * 2
        y.retain_grad()
        y.register_hook(lambda g: g)
        (y * y).sum().backward(create_graph=True)
        x.grad = None

    def anomaly():
        with torch.autograd.detect_anomaly():
            (x * x).sum().backward()

    def checkpoints():
        torch.utils.checkpoint.checkpoint(lambda a: (a * a).exp(), x).sum().backward()

    return {"views": views, "network": network, "hooks": hooks, "anomaly": anomaly, "checkpoints": checkpoints}


@pytest.mark.parametrize("name", ["views", "network", "hooks", "anomaly", "checkpoints"])
def test_nothing_for_the_garbage_collector(name, mt):
    program = programs(mt)[name]
    program()
    gc.collect()
    gc.disable()
    try:
        program()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_base_forgets_views_that_are_gone(mt):
    x = mt.zeros(3)
    for i in range(100):
        x[i % 3].add_(1)
    assert len(x.extra.views) == 0
    kept = x[0]
    assert len(x.extra.views) == 1
    kept.add_(1)


def test_a_view_keeps_its_base_and_nothing_keeps_the_view(mt):
    x = mt.zeros(3)
    gone = weakref.ref(x)
    v = x[1:]
    del x
    assert v._base is gone()
    del v
    assert gone() is None


def test_tools_leave_no_watcher_behind(mt):
    from importlib import import_module

    watchers = import_module(f"{mt.__name__}.results").watchers
    before = list(watchers)
    for program in programs(mt).values():
        program()
    assert watchers == before
