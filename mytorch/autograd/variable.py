"""PyTorch's old name for a tensor that is part of a graph. Today every tensor is one."""


def Variable(data, requires_grad=False):
    """A leaf with the memory of `data`. Scripts from before PyTorch 0.4 wrap every tensor so."""
    return data.detach().requires_grad_(requires_grad)
