"""What has not been built yet, and what stands in for it.

`later("engine", "walk")` is `mytorch.engine.walk` as soon as that lesson's cell is exported. Until then it is
`mytorch._standins.engine_walk`, if there is one, or a function that says which lesson builds it.
When all six lessons are exported, nothing in this file does anything but import.
"""

from __future__ import annotations

from importlib import import_module

LESSON_OF = {
    "shapes": 1, "kernels": 1,
    "graph": 2,
    "arithmetic": 3, "reductions": 3, "linalg": 3, "shaping": 3, "activations": 3, "engine": 3,
    "accumulate": 4, "hooks": 4, "training": 4,
    "grad_mode": 5, "versions": 5,
    "custom": 6, "gradcheck": 6, "losses": 6,
}  # fmt: skip


class NotBuilt(NotImplementedError):
    """Something that a lesson builds was used before its cell was run."""


def exported(module: str, name: str):
    """`mytorch.<module>.<name>`, or None while that is not there."""
    try:
        found = import_module(f"mytorch.{module}")
    except ModuleNotFoundError as error:
        if error.name != f"mytorch.{module}":
            raise
        return None
    return getattr(found, name, None)


def not_built(module: str, name: str) -> NotBuilt:
    return NotBuilt(
        f"`{name}` is what you build in lesson {LESSON_OF[module]} (it goes to mytorch/{module}.py). "
        "Complete its cell there and run it."
    )


def later(module: str, name: str):
    """What the lesson that owns `module` makes under `name`, or what stands in for it until then."""
    found = exported(module, name)
    if found is None:
        found = getattr(import_module("mytorch._standins"), f"{module}_{name}", None)
    if found is None:

        def found(*args, **kwargs):
            raise not_built(module, name)

        found.__name__ = found.__qualname__ = name
    return found


def later_op(module: str, name: str):
    """The op that a lesson makes under `name`; until then one that computes, but has no gradient."""
    return exported(module, name) or import_module("mytorch._standins").op(module, name)
