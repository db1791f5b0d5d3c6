"""PyTorch's torch.autograd: the engine by its public names."""

from importlib import import_module as _import_module

from mytorch._lessons import later
from mytorch.differentiate import backward, grad

Function = later("custom", "Function")
gradcheck = later("gradcheck", "gradcheck")
gradgradcheck = later("gradcheck", "gradgradcheck")
enable_grad = later("grad_mode", "enable_grad")
inference_mode = later("grad_mode", "inference_mode")
no_grad = later("grad_mode", "no_grad")
set_grad_enabled = later("grad_mode", "set_grad_enabled")

_FILE_OF = {"Variable": "variable", "detect_anomaly": "anomaly_mode", "set_detect_anomaly": "anomaly_mode"}
_FILES = {"anomaly_mode", "function", "functional", "grad_mode", "graph", "profiler"}


def __getattr__(name):
    if name in _FILES:
        return _import_module(f"mytorch.autograd.{name}")
    if name in _FILE_OF:
        return getattr(_import_module(f"mytorch.autograd.{_FILE_OF[name]}"), name)
    raise AttributeError(f"module 'mytorch.autograd' has no attribute {name!r}")
