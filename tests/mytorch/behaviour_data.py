"""Datasets and loaders: programs that both engines run."""

from __future__ import annotations

import numpy as np
from programs import error


def _pairs(torch, size=7):
    x = torch.arange(2.0 * size).reshape(size, 2)
    return torch.utils.data.TensorDataset(x, torch.arange(size))


def batches(torch):
    data = _pairs(torch)
    loader = torch.utils.data.DataLoader
    short = loader(data, batch_size=3, drop_last=True)
    return [
        list(loader(data, batch_size=3)),
        list(short),
        len(loader(data, batch_size=3)),
        len(short),
        data[2],
        len(data),
    ]


def shuffled(torch):
    """The order is each engine's own; what must agree is that every example comes once, with its own label."""
    torch.manual_seed(3)
    loader = torch.utils.data.DataLoader(_pairs(torch, 40), batch_size=8, shuffle=True)
    first, second = (torch.cat([y for _, y in loader]) for _ in range(2))
    together = all(bool((x[:, 0] == 2 * y).all()) for x, y in loader)
    return [first.sort().values, second.sort().values, bool((first == second).all()), together]


class _Squares:
    """A dataset of somebody's own: any object with these two methods."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return {"i": i, "half": i / 2, "array": np.full(2, i, dtype=np.float32), "name": f"n{i}", "pair": (i, i * i)}


def collated(torch):
    loader = torch.utils.data.DataLoader
    batches = [list(batch.items()) for batch in loader(_Squares(), batch_size=2)]
    return [batches, list(loader(_Squares(), batch_size=2, collate_fn=len))]


def parts(torch):
    data = _pairs(torch, 10)
    split = torch.utils.data.random_split
    sizes = [[len(part) for part in split(data, shares)] for shares in ([7, 3], [0.5, 0.25, 0.25], [0.33, 0.67])]
    seen = sorted(int(y) for part in split(data, [7, 3]) for _, y in part)
    return [sizes, seen, torch.utils.data.Subset(data, [4, 1])[1]]


def mistakes_with_data(torch):
    data = torch.utils.data
    return [
        error(lambda: data.TensorDataset(torch.ones(2), torch.ones(3))),
        error(lambda: data.DataLoader(_pairs(torch), batch_size=0)),
        error(lambda: data.random_split(_pairs(torch), [3, 3])),
        error(lambda: data.Dataset()[0]),
    ]


def variable(torch):
    x = torch.ones(2)
    v = torch.autograd.Variable(x, requires_grad=True)
    (v * v).sum().backward()
    w = torch.autograd.Variable(v * 2)
    return [v.grad, v.is_leaf, x.requires_grad, v.data_ptr() == x.data_ptr(), w.requires_grad, w.is_leaf]
