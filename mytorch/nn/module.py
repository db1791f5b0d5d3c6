"""Module: the base of everything that holds parameters. It finds them, names them, saves and restores them."""

from __future__ import annotations

from collections import OrderedDict

from mytorch._lessons import later
from mytorch.base import TensorBase, tick
from mytorch.nn.parameter import Parameter

no_grad = later("grad_mode", "no_grad")
zero_grad = later("training", "zero_grad")
KINDS = ("_parameters", "_buffers", "_modules")


class Module:
    """A subclass sets parameters and other modules as attributes in `__init__`, and computes in `forward`."""

    def __init__(self):
        for name, value in self._fresh().items():
            object.__setattr__(self, name, value)

    @staticmethod
    def _fresh():
        return {
            "training": True, "_parameters": {}, "_buffers": {}, "_modules": {}, "_transient": set(),
            "_forward_hooks": OrderedDict(), "_forward_pre_hooks": OrderedDict(),
        }  # fmt: skip

    # ---- calling ---------------------------------------------------------------------------------------------

    def forward(self, *inputs):
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args, **kwargs):
        for hook in tuple(self._forward_pre_hooks.values()):
            changed = hook(self, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*args, **kwargs)
        for hook in tuple(self._forward_hooks.values()):
            changed = hook(self, args, result)
            if changed is not None:
                result = changed
        return result

    def register_forward_hook(self, hook):
        """Call `hook(module, args, result)` after every forward; what it returns, unless None, is the result."""
        return HookHandle(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook):
        """Call `hook(module, args)` before every forward; what it returns, unless None, are the arguments."""
        return HookHandle(self._forward_pre_hooks, hook)

    # ---- attributes ------------------------------------------------------------------------------------------

    def __setattr__(self, name, value):
        own = self.__dict__
        kind = "_parameters" if isinstance(value, Parameter) else "_modules" if isinstance(value, Module) else None
        if kind:
            if kind not in own:
                what = {"_parameters": "parameters", "_modules": "module"}[kind]
                raise AttributeError(f"cannot assign {what} before Module.__init__() call")
            for other in KINDS:
                own[other].pop(name, None)
            own.pop(name, None)
            own[kind][name] = value
            return
        if name in own.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            own["_parameters"][name] = None
        elif name in own.get("_modules", ()) and value is None:
            own["_modules"][name] = None
        elif name in own.get("_buffers", ()):
            if value is not None and not isinstance(value, TensorBase):
                raise TypeError(
                    f"cannot assign '{type_name(value)}' object to buffer '{name}' (torch.Tensor or None expected)"
                )
            own["_buffers"][name] = value
        else:
            object.__setattr__(self, name, value)

    def __getattr__(self, name):
        # Called for what is not an ordinary attribute.
        for kind in KINDS:
            found = self.__dict__.get(kind, {})
            if name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        for kind in KINDS:
            if name in self.__dict__.get(kind, {}):
                del self.__dict__[kind][name]
                return
        object.__delattr__(self, name)

    def __dir__(self):
        return sorted({*super().__dir__(), *self._parameters, *self._buffers, *self._modules})

    def register_parameter(self, name, param):
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """A tensor that is part of the state but is not learned. One that is not persistent is not saved."""
        self._buffers[name] = tensor
        if not persistent:
            self._transient.add(name)

    def register_module(self, name, module):
        self.add_module(name, module)

    def add_module(self, name, module):
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self._modules[name] = module

    # ---- what is inside --------------------------------------------------------------------------------------

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(name, module) of this module and all below it, each once."""
        memo = set() if memo is None else memo
        if self not in memo:
            memo.add(self)
            yield prefix, self
            for name, module in self._modules.items():
                if module is not None:
                    yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name)

    def modules(self):
        return (module for _, module in self.named_modules())

    def named_children(self):
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        return (module for _, module in self.named_children())

    def _named(self, kind, prefix="", recurse=True):
        seen = set()
        for path, module in self.named_modules(prefix=prefix) if recurse else [(prefix, self)]:
            for name, value in getattr(module, kind).items():
                if value is not None and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse=True):
        """The parameters of this module and all below it, each once."""
        return (value for _, value in self._named("_parameters", "", recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse=True):
        return (value for _, value in self._named("_buffers", "", recurse))

    def get_submodule(self, target):
        module = self
        for name in target.split(".") if target else ():
            module = getattr(module, name)
        return module

    def get_parameter(self, target):
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._parameters[name]

    # ---- modes and conversions -------------------------------------------------------------------------------

    def train(self, mode=True):
        """Training mode, or with False evaluation mode, for this module and all below it: Dropout asks for it."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        zero_grad(self.parameters(), set_to_none)

    def apply(self, fn):
        """Call `fn` with every module below this one, and then with this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args, **kwargs):
        """Parameters and buffers in another dtype, in place."""
        for value in (*self.parameters(), *self.buffers()):
            if value.is_floating_point():
                value.data = value.detach().to(*args, **kwargs)
                if value.grad is not None:
                    value._grad = value.grad.to(*args, **kwargs)
        return self

    def float(self):
        return self.to("float32")

    def double(self):
        return self.to("float64")

    def cpu(self):
        return self

    # ---- state -----------------------------------------------------------------------------------------------

    def state_dict(self, *, prefix="", keep_vars=False):
        """{name: tensor} of all parameters and persistent buffers. They share memory with the module."""
        state = OrderedDict()
        for path, module in self.named_modules(prefix=prefix.removesuffix(".")):
            lasting = {n: b for n, b in module._buffers.items() if n not in module._transient}
            for name, value in {**module._parameters, **lasting}.items():
                if value is not None:
                    state[f"{path}.{name}" if path else name] = value if keep_vars else value.detach()
        return state

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy the tensors of `state_dict` into this module. Raises RuntimeError first, if something does not fit."""
        own = self.state_dict(keep_vars=True)
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        wrong = (
            []
            if not strict
            else [
                *([f"Unexpected key(s) in state_dict: {quoted(unexpected)}. "] if unexpected else []),
                *([f"Missing key(s) in state_dict: {quoted(missing)}. "] if missing else []),
            ]
        )
        wrong += [
            f"size mismatch for {name}: copying a param with shape {state_dict[name].shape} from checkpoint, "
            f"the shape in current model is {value.shape}."
            for name, value in own.items()
            if name in state_dict and state_dict[name].shape != value.shape
        ]
        if wrong:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(wrong))
        with no_grad():
            for name, value in own.items():
                if name in state_dict:
                    value.copy_(state_dict[name])
        return IncompatibleKeys((missing, unexpected))

    # ---- printing --------------------------------------------------------------------------------------------

    def extra_repr(self):
        """What stands between the brackets when the module is printed."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        extra = self.extra_repr()
        lines = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._modules.items()]
        if not lines:
            return f"{self._get_name()}({extra})"
        extras = extra.split("\n") if extra else []
        return f"{self._get_name()}(\n  " + "\n  ".join(extras + lines) + "\n)"


class IncompatibleKeys(tuple):
    """(missing_keys, unexpected_keys) of a state dict that was loaded."""

    missing_keys = property(lambda self: self[0])
    unexpected_keys = property(lambda self: self[1])

    def __repr__(self):
        if not any(self):
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self[0]}, unexpected_keys={self[1]})"


def quoted(names):
    return ", ".join(f'"{name}"' for name in names)


def type_name(value):
    kind = type(value)
    module = "torch" if kind.__module__.startswith("mytorch") else kind.__module__
    return f"{module}.{kind.__name__}" if module not in ("builtins",) else kind.__name__


class HookHandle:
    """What the `register_…_hook` methods return: `remove()` takes the hook away again."""

    def __init__(self, hooks, hook):
        self.hooks, self.number = hooks, tick()
        hooks[self.number] = hook

    def remove(self):
        self.hooks.pop(self.number, None)
