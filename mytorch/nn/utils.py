"""PyTorch's torch.nn.utils: gradients, clipped."""

from mytorch._lessons import later

clip_grad_norm_ = later("training", "clip_grad_norm_")
clip_grad_value_ = later("training", "clip_grad_value_")
