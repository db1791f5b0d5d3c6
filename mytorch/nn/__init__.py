"""PyTorch's torch.nn."""

from mytorch.nn import functional, utils

__all__ = ["functional", "utils"]
