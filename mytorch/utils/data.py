"""PyTorch's torch.utils.data: examples, and a loader that hands them out in batches. All of it in this process."""

from __future__ import annotations

import numpy as np

import mytorch


class Dataset:
    """What has examples: `dataset[i]`, and for most loaders `len(dataset)`."""

    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")


class TensorDataset(Dataset):
    """Example i is the tuple of every tensor's entry i. The tensors have the same size in dim 0."""

    def __init__(self, *tensors):
        if any(each.size(0) != tensors[0].size(0) for each in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple([each[index] for each in self.tensors])

    def __len__(self):
        return self.tensors[0].size(0)


class Subset(Dataset):
    """The examples of `dataset` at these indices."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """Subsets of these lengths, or of these shares if they sum to 1; no example is in two."""
    if abs(sum(lengths) - 1) < 1e-9 and all(0 <= each <= 1 for each in lengths):
        lengths = _counts(lengths, len(dataset))
    if sum(lengths) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = mytorch.randperm(len(dataset), generator=generator).tolist()
    ends = np.cumsum(lengths).tolist()
    return [Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def _counts(shares, size):
    """How many each share is; what rounding down leaves over goes to the first ones, one each."""
    counts = [int(np.floor(size * share)) for share in shares]
    for i in range(size - sum(counts)):
        counts[i % len(counts)] += 1
    return counts


def default_collate(batch):
    """The examples as one, with a dim more in front: tensors are stacked; tuples and dicts entry by entry."""
    first = batch[0]
    if isinstance(first, mytorch.Tensor):
        return mytorch.stack(batch)
    if isinstance(first, np.ndarray | np.generic):
        return mytorch.as_tensor(np.stack(batch))
    if isinstance(first, float):
        return mytorch.tensor(batch, dtype=mytorch.float64)
    if isinstance(first, int):
        return mytorch.tensor(batch)
    if isinstance(first, dict):
        return {key: default_collate([each[key] for each in batch]) for key in first}
    if isinstance(first, tuple | list):
        return [default_collate(list(entry)) for entry in zip(*batch, strict=True)]
    return batch


class DataLoader:
    """Goes through `dataset` in batches, in a new order each time if `shuffle`. The last batch may be smaller."""

    def __init__(
        self, dataset, batch_size=1, shuffle=False, *, drop_last=False, collate_fn=None, generator=None,
        num_workers=0, pin_memory=False,
    ):  # fmt: skip
        if batch_size < 1:
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        if num_workers:
            raise NotImplementedError("mytorch loads in this process: leave num_workers at 0")
        self.dataset, self.batch_size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.collate_fn, self.generator = collate_fn or default_collate, generator

    def __len__(self):
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self):
        size = len(self.dataset)
        order = mytorch.randperm(size, generator=self.generator).tolist() if self.shuffle else range(size)
        for i in range(len(self)):
            indices = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield self.collate_fn([self.dataset[index] for index in indices])
