"""The same problems, solved with each engine as its users would write them.

ENGINES maps an engine's name to a function that imports it and returns {workload: builder}; a builder prepares the
inputs and returns the function that is timed. A workload that an engine cannot do is left out. The other engines are
optional: they are imported by name, when they are asked for and there.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from gradlab.benchmark.problems import (
    BY_HAND,
    CHAIN,
    DIAMONDS,
    LARGE_MLP,
    SMALL_MLP,
    chain_inputs,
    diamond_input,
    mlp_inputs,
    numbers,
)


def numpy_by_hand():
    return dict(BY_HAND)


def torch():
    import_module("torch").set_num_threads(1)
    return torchlike("torch")


def mytorch():
    return torchlike("mytorch")


def torchlike(module):
    torch = import_module(module)

    def leaf(array):
        return torch.tensor(array, requires_grad=True)

    def chain():
        arrays = chain_inputs()

        def work():
            z, a, b = leaves = [leaf(array) for array in arrays]
            for _ in range(CHAIN):
                z = z * a + b
            z.sum().backward()
            return tuple(x.grad.numpy() for x in leaves)

        return work

    def no_grad_chain():
        arrays = chain_inputs()

        def work():
            z, a, b = [leaf(array) for array in arrays]
            with torch.no_grad():
                for _ in range(CHAIN):
                    z = z * a + b
            return (z.numpy(),)

        return work

    def diamonds():
        array = diamond_input()

        def work():
            x = y = leaf(array)
            for _ in range(DIAMONDS):
                y = y + y * 0.5
            y.sum().backward()
            return (x.grad.numpy(),)

        return work

    def mlp(sizes, batch):
        x, target, weights = mlp_inputs(sizes, batch)
        x, target, rows = torch.tensor(x), torch.tensor(target), torch.arange(batch)
        weights = [leaf(w) for w in weights]

        def work():
            h = x
            for i in range(0, len(weights), 2):
                h = h @ weights[i] + weights[i + 1]
                if i + 2 < len(weights):
                    h = h.relu()
            loss = -h.log_softmax(1)[rows, target].mean()
            for w in weights:
                w.grad = None
            loss.backward()
            return tuple(w.grad.numpy() for w in weights)

        return work

    def bias():
        x, b = leaf(numbers(256, 1024)), leaf(numbers(1024, seed=1))

        def work():
            x.grad = b.grad = None
            (x + b).sum().backward()
            return x.grad.numpy(), b.grad.numpy()

        return work

    return workloads(chain, no_grad_chain, diamonds, mlp, bias)


def workloads(chain, no_grad_chain, diamonds, mlp, bias):
    made = dict(zip(BY_HAND, (chain, no_grad_chain, diamonds, mlp, mlp, bias), strict=True))
    for name, sizes in zip([n for n in BY_HAND if n.startswith("MLP")], (SMALL_MLP, LARGE_MLP), strict=True):
        made[name] = mlp and (lambda sizes=sizes: mlp(*sizes))
    return {name: builder for name, builder in made.items() if builder}


def hips_autograd():
    np_, grad = import_module("autograd.numpy"), import_module("autograd").grad

    def chain():
        arrays = chain_inputs()

        def f(z, a, b):
            for _ in range(CHAIN):
                z = z * a + b
            return np_.sum(z)

        return lambda: grad(f, (0, 1, 2))(*arrays)

    def diamonds():
        x = diamond_input()

        def f(y):
            for _ in range(DIAMONDS):
                y = y + y * 0.5
            return np_.sum(y)

        return lambda: (grad(f)(x),)

    def mlp(sizes, batch):
        x, target, weights = mlp_inputs(sizes, batch)
        rows = np.arange(batch)

        def f(weights):
            h = x
            for i in range(0, len(weights), 2):
                h = np_.dot(h, weights[i]) + weights[i + 1]
                if i + 2 < len(weights):
                    h = np_.maximum(h, 0)
            shifted = h - np_.max(h, axis=1, keepdims=True)
            log_p = shifted - np_.log(np_.sum(np_.exp(shifted), axis=1, keepdims=True))
            return -np_.mean(log_p[rows, target])

        return lambda: tuple(grad(f)(weights))

    def bias():
        x, b = numbers(256, 1024), numbers(1024, seed=1)
        return lambda: grad(lambda x, b: np_.sum(x + b), (0, 1))(x, b)

    return workloads(chain, None, diamonds, mlp, bias)


def mygrad():
    mg, relu = import_module("mygrad"), import_module("mygrad.nnet.activations").relu
    softmax_crossentropy = import_module("mygrad.nnet.losses").softmax_crossentropy

    def chain():
        arrays = chain_inputs()

        def work():
            z, a, b = leaves = [mg.tensor(array) for array in arrays]
            for _ in range(CHAIN):
                z = z * a + b
            z.sum().backward()
            return tuple(x.grad for x in leaves)

        return work

    def no_grad_chain():
        arrays = chain_inputs()

        def work():
            z, a, b = [mg.tensor(array) for array in arrays]
            with mg.no_autodiff:
                for _ in range(CHAIN):
                    z = z * a + b
            return (z.data,)

        return work

    def diamonds():
        array = diamond_input()

        def work():
            x = y = mg.tensor(array)
            for _ in range(DIAMONDS):
                y = y + y * 0.5
            y.sum().backward()
            return (x.grad,)

        return work

    def mlp(sizes, batch):
        x, target, weights = mlp_inputs(sizes, batch)
        weights = [mg.tensor(w) for w in weights]

        def work():
            h = x
            for i in range(0, len(weights), 2):
                h = h @ weights[i] + weights[i + 1]
                if i + 2 < len(weights):
                    h = relu(h)
            softmax_crossentropy(h, target).backward()
            return tuple(w.grad for w in weights)

        return work

    def bias():
        x, b = mg.tensor(numbers(256, 1024)), mg.tensor(numbers(1024, seed=1))

        def work():
            (x + b).sum().backward()
            return x.grad, b.grad

        return work

    return workloads(chain, no_grad_chain, diamonds, mlp, bias)


def micrograd():
    """Micrograd has numbers only, so it runs the chain and the diamonds for one entry, and needs deep recursion."""
    Value = import_module("micrograd.engine").Value
    sys.setrecursionlimit(10**6)

    def chain():
        arrays = chain_inputs()

        def work():
            z, a, b = leaves = [Value(float(array[0])) for array in arrays]
            for _ in range(CHAIN):
                z = z * a + b
            z.backward()
            return tuple(np.array([x.grad]) for x in leaves)

        return work

    def diamonds():
        number = float(diamond_input()[0])

        def work():
            x = y = Value(number)
            for _ in range(DIAMONDS):
                y = y + y * 0.5
            y.backward()
            return (np.array([x.grad]),)

        return work

    return workloads(chain, None, diamonds, None, None)


ENGINES = {
    "NumPy by hand": numpy_by_hand,
    "PyTorch": torch,
    "HIPS autograd": hips_autograd,
    "MyGrad": mygrad,
    "micrograd": micrograd,
    "mytorch": mytorch,
}

#: What has to be installed for an engine; `mytorch` is the package of the course.
MODULE = {"PyTorch": "torch", "HIPS autograd": "autograd", "MyGrad": "mygrad", "micrograd": "micrograd"}


def installed() -> list[str]:
    """The names of the engines that are here, `mytorch` among them always."""
    return [name for name in ENGINES if find_spec(MODULE.get(name, "numpy"))]
