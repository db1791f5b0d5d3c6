"""PyTorch's torch.autograd.grad_mode."""

from mytorch._lessons import later

enable_grad = later("grad_mode", "enable_grad")
inference_mode = later("grad_mode", "inference_mode")
no_grad = later("grad_mode", "no_grad")
set_grad_enabled = later("grad_mode", "set_grad_enabled")
