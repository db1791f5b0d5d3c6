"""Modules that hold other modules, or parameters, in order or by name."""

from __future__ import annotations

from itertools import groupby

from mytorch.nn.module import Module


class Sequential(Module):
    """Modules one after the other: each takes what the one before it gives."""

    def __init__(self, *modules):
        super().__init__()
        named = modules[0].items() if len(modules) == 1 and isinstance(modules[0], dict) else enumerate(modules)
        for name, module in named:
            self.add_module(str(name), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, key):
        if isinstance(key, slice):
            return type(self)(dict(list(self._modules.items())[key]))
        return list(self._modules.values())[key]

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self


class ModuleList(Module):
    """A list of modules, all of which the parent finds."""

    def __init__(self, modules=()):
        super().__init__()
        self.extend(modules)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, key):
        found = list(self._modules.values())[key]
        return type(self)(found) if isinstance(key, slice) else found

    def __repr__(self):
        """Modules that print alike, one after the other, are printed once: (0-1): 2 x Linear(…)."""
        runs = [(text, len(list(run))) for text, run in groupby(map(repr, self))]
        lines, first = [], 0
        for text, count in runs:
            label = f"({first})" if count == 1 else f"({first}-{first + count - 1})"
            lines.append(f"{label}: " + (text if count == 1 else f"{count} x {text}").replace("\n", "\n  "))
            first += count
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)" if lines else f"{self._get_name()}()"


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules=None):
        super().__init__()
        for name, module in (modules or {}).items():
            self.add_module(name, module)

    def __getitem__(self, name):
        return self._modules[name]

    def __setitem__(self, name, module):
        self.add_module(name, module)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, name):
        return name in self._modules

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()


class ParameterList(Module):
    """A list of parameters."""

    def __init__(self, values=()):
        super().__init__()
        for i, value in enumerate(values):
            self.register_parameter(str(i), value)

    def append(self, value):
        self.register_parameter(str(len(self)), value)
        return self

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters.values())

    def __getitem__(self, i):
        return list(self._parameters.values())[i]


class ParameterDict(Module):
    """Parameters by name."""

    def __init__(self, values=None):
        super().__init__()
        for name, value in (values or {}).items():
            self.register_parameter(name, value)

    def __getitem__(self, name):
        return self._parameters[name]

    def __setitem__(self, name, value):
        self.register_parameter(name, value)

    def keys(self):
        return self._parameters.keys()
