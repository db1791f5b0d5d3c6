"""PyTorch's torch.optim: ways to step downhill."""

from mytorch.optim import lr_scheduler
from mytorch.optim.adam import Adam, AdamW
from mytorch.optim.optimizer import Optimizer
from mytorch.optim.rmsprop import RMSprop
from mytorch.optim.sgd import SGD
