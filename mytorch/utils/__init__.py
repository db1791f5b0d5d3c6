"""PyTorch's torch.utils."""

from mytorch.utils import checkpoint
