"""Optimizer: groups of parameters with their options, and a state for every parameter."""

from __future__ import annotations

from collections import defaultdict

from mytorch._lessons import later
from mytorch.base import TensorBase

no_grad = later("grad_mode", "no_grad")
enable_grad = later("grad_mode", "enable_grad")
zero_grad = later("training", "zero_grad")
record_write = later("versions", "record_write")


class Optimizer:
    """A subclass gives `update(p, grad, state, group)`, which changes the array of one parameter in place.

    params: an iterable of tensors, or of dicts with "params" and options that differ from `defaults`.
    """

    def __init__(self, params, defaults):
        self.defaults, self.param_groups, self.state = defaults, [], defaultdict(dict)
        if isinstance(params, TensorBase):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                "torch.FloatTensor"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, group):
        """Take in more parameters, with options of their own."""
        params = group["params"]
        group = {**self.defaults, **group, "params": [params] if isinstance(params, TensorBase) else list(params)}
        known = {id(p) for one in self.param_groups for p in one["params"]}
        for p in group["params"]:
            if not isinstance(p, TensorBase):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + type(p).__name__)
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if id(p) in known:
                raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        """Forget all gradients."""
        for group in self.param_groups:
            zero_grad(group["params"], set_to_none)

    def step(self, closure=None):
        """Change every parameter that has a gradient. closure: computes the loss anew, which is returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p._grad is not None:
                    grad = -p._grad.array if group.get("maximize") else p._grad.array
                    self.update(p.array, grad, self.state[p], group)
                    record_write(p)
        return loss

    def update(self, p, grad, state, group):
        raise NotImplementedError

    # ---- state -----------------------------------------------------------------------------------------------

    def state_dict(self):
        """Options and state as plain data; parameters are numbered."""
        number = {id(p): i for i, p in enumerate(p for group in self.param_groups for p in group["params"])}
        return {
            "state": {number[id(p)]: dict(state) for p, state in self.state.items()},
            "param_groups": [
                {**group, "params": [number[id(p)] for p in group["params"]]} for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict):
        """Go on where `state_dict` was taken."""
        groups = state_dict["param_groups"]
        if [len(g["params"]) for g in groups] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        params = [p for group in self.param_groups for p in group["params"]]
        for own, given in zip(self.param_groups, groups, strict=True):
            own.update({name: value for name, value in given.items() if name != "params"})
        self.state = defaultdict(dict)
        for i, state in state_dict["state"].items():
            self.state[params[i]] = {k: v.copy() if hasattr(v, "copy") else v for k, v in state.items()}

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])
