"""PyTorch's torch.utils."""

from importlib import import_module as _import_module

from mytorch.utils import checkpoint


def __getattr__(name):
    if name == "data":  # few need it, and everybody imports this
        return _import_module("mytorch.utils.data")
    raise AttributeError(f"module 'mytorch.utils' has no attribute {name!r}")
