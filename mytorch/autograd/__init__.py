"""PyTorch's torch.autograd: the engine by its public names."""

from mytorch._lessons import later

Function = later("custom", "Function")
backward = later("engine", "backward")
grad = later("engine", "grad")
gradcheck = later("gradcheck", "gradcheck")
gradgradcheck = later("gradcheck", "gradgradcheck")
enable_grad = later("grad_mode", "enable_grad")
inference_mode = later("grad_mode", "inference_mode")
no_grad = later("grad_mode", "no_grad")
set_grad_enabled = later("grad_mode", "set_grad_enabled")
