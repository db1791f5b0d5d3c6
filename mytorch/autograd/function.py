"""PyTorch's torch.autograd.function."""

from mytorch._lessons import later

Function = later("custom", "Function")
FunctionCtx = Function
once_differentiable = later("custom", "once_differentiable")
