"""What the caller calls each tensor: from `locals()`, also inside lists, dicts and models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradlab.errors import GradlabError

MANY = 1000  # tensors of one container that get names


class Names:
    """Names of tensors, of the nodes that made them, and of their memory.

    names: variables by name, such as locals(). Left out: names that begin with an underscore, and IPython's own.
    """

    def __init__(self, names: Mapping[str, object] | None):
        if names is not None and not isinstance(names, Mapping):
            raise GradlabError(f"names are variables by name, such as names=locals(), not {type(names).__name__}.")
        self.tensors: dict[int, tuple[object, list[str]]] = {}
        self.by_node: dict[int, object] = {}
        self.by_array: dict[int, str] = {}
        for name, value in list((names or {}).items()):
            if not isinstance(name, str) or name.startswith("_") or name in ("In", "Out"):
                continue
            for full, tensor in tensors_in(name, value):
                self.tensors.setdefault(id(tensor), (tensor, []))[1].append(full)
                if tensor.grad_fn is not None:
                    self.by_node.setdefault(id(tensor.grad_fn), tensor)
                array = getattr(tensor, "array", None)
                if array is not None:
                    self.by_array.setdefault(id(array), full)

    def of(self, tensor) -> str:
        """`x`, or `x, w` for a tensor of two names; "" for one without."""
        return ", ".join(self.tensors.get(id(tensor), (None, []))[1][:3])

    def of_array(self, array) -> str:
        """The name of the tensor whose numbers `array` is, or ""."""
        return self.by_array.get(id(array), "")

    def result_of(self, node):
        """The named tensor that `node` made, or None."""
        return self.by_node.get(id(node))


def is_tensor(value) -> bool:
    return not isinstance(value, type) and hasattr(value, "grad_fn") and hasattr(value, "requires_grad")


def tensors_in(name: str, value) -> Iterator[tuple[str, object]]:
    """(name, tensor) of a tensor, or of the tensors right inside a list, a dict or a model."""
    if is_tensor(value):
        yield name, value
        return
    if isinstance(value, list | tuple) and len(value) <= MANY:
        inside = ((f"{name}[{place}]", item) for place, item in enumerate(value))
    elif isinstance(value, dict) and len(value) <= MANY:
        inside = ((f"{name}[{key!r}]", item) for key, item in list(value.items()))
    elif not isinstance(value, type) and callable(getattr(type(value), "named_parameters", None)):
        inside = ((f"{name}.{key}", item) for key, item in value.named_parameters())
    else:
        return
    yield from ((full, item) for full, item in inside if is_tensor(item))
