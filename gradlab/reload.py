"""Importing the student's package afresh, and giving the notebook the new versions of what it already holds.

    reload_package("mytorch", ["engine"], namespace)

The old modules are set aside, not changed. When the new ones cannot be imported, the old ones come back.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from types import FunctionType, ModuleType


def put_first(folder: Path | str) -> None:
    """Make `folder` the first place that Python looks for modules."""
    folder = str(folder)
    if sys.path[:1] != [folder]:
        sys.path[:] = [folder, *(entry for entry in sys.path if entry != folder)]


def forget_bytecode(module: Path) -> None:
    """Delete what Python compiled from `module`, and what its import system believes about the folder.

    Compiled files are told apart by size and by time in whole seconds: two quick exports can look like one.
    """
    Path(importlib.util.cache_from_source(str(module))).unlink(missing_ok=True)
    importlib.invalidate_caches()


def reload_package(
    package: str,
    modules: Iterable[str] = (),
    namespace: MutableMapping | None = None,
    changing: Iterable[str] | None = None,
) -> None:
    """Import `package` and its `modules` afresh; then refresh `namespace` and every object made by the old classes.

    changing: names of the modules that lessons write; None: any may. Others that need nothing of the package stay as
    they are: what is built on their classes can then be handed from the old classes to the new ones.
    Raises what the import raises; then the modules of before are in place again, and nothing else has changed.
    """
    stay = lasting(package, changing) if changing is not None else {}
    state = [(cls, dict(vars(cls))) for module in stay.values() for cls in _own_classes(module)]
    old = set_aside(package, stay)
    try:
        importlib.invalidate_caches()
        importlib.import_module(package)
        for name in modules:
            importlib.import_module(f"{package}.{name}")
        for name, module in stay.items():  # the import system binds only what it loads: `mytorch.base` must exist too
            parent, _, own = name.rpartition(".")
            setattr(sys.modules[parent], own, module)
    except BaseException:
        set_aside(package, stay)
        sys.modules.update(old)
        for cls, before in state:
            _restore(cls, before)
        raise
    if old:
        successors = Successors(old)
        if namespace is not None:
            refresh(namespace, successors)
        adopt_objects(successors)


def set_aside(package: str, stay: Iterable[str] = ()) -> dict[str, ModuleType]:
    """Take the package and its modules out of sys.modules, but not those that `stay`, and return them."""
    names = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    return {name: sys.modules.pop(name) for name in names if name not in stay}


def lasting(package: str, changing: Iterable[str]) -> dict[str, ModuleType]:
    """The loaded modules of `package` that no lesson writes and that hold nothing of its other modules."""
    changing = {f"{package}.{name}" for name in changing}
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{package}.") and name not in changing and not hasattr(module, "__path__"):
            origins = {
                value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or ""
                for value in vars(module).values()
            }
            if not any(o != name and (o == package or o.startswith(f"{package}.")) for o in map(str, origins)):
                found[name] = module
    return found


def _own_classes(module: ModuleType) -> list[type]:
    return [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__]


def _restore(cls: type, before: dict) -> None:
    """Give a class the attributes that it had: an import that failed may have written to it on its way."""
    for name, value in list(vars(cls).items()):
        if name not in before:
            delattr(cls, name)
        elif value is not before[name]:
            setattr(cls, name, before[name])


class Successors:
    """What took the place of each function, class and module of the old package: where it stood, by identity.

    By identity and not by name, because a stand-in of a lesson to come has the name of nothing.
    """

    def __init__(self, old: dict[str, ModuleType]):
        self.old = old
        self.places: dict[int, list[tuple[str, str]]] = {}
        for module_name, module in sorted(old.items()):
            for name, value in list(vars(module).items()):
                if isinstance(value, type | FunctionType | ModuleType) or type(value).__module__ in old:
                    # Where it is at home comes first: a name imported elsewhere may stand for something else there.
                    home = 0 if getattr(value, "__module__", None) == module_name else 1
                    places = self.places.setdefault(id(value), [])
                    places.insert(0 if home == 0 else len(places), (module_name, name))

    def of(self, value):
        """The successor of `value`, or `value` itself when it has none."""
        if isinstance(value, ModuleType):
            name = value.__name__
            return _module(name) or value if self.old.get(name) is value else value
        for module_name, name in self.places.get(id(value), ()):
            module = _module(module_name)
            if module is not None and hasattr(module, name):
                return getattr(module, name)
        return value

    def classes(self) -> dict[type, type]:
        """{old class: new class} for the classes that the old package defined."""
        found = {}
        for module in self.old.values():
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ in self.old:
                    new = self.of(value)
                    if isinstance(new, type) and new is not value:
                        found[value] = new
        return found


def refresh(namespace: MutableMapping, successors: Successors) -> None:
    """Let every name of `namespace` that stood for something of the old package stand for its successor."""
    for name, value in list(namespace.items()):
        new = successors.of(value)
        if new is not value:
            namespace[name] = new


def adopt_objects(successors: Successors) -> None:
    """Make the tensors and nodes that exist into tensors and nodes of the new classes, so that old and new work
    together: a tensor from before an export can meet one from after it. Likewise the student's own subclasses."""
    classes = successors.classes()
    if not classes:
        return
    for cls in list(classes):
        for child in cls.__subclasses__():
            if child.__module__ not in successors.old:
                _try_set(child, "__bases__", tuple(classes.get(base, base) for base in child.__bases__))
    for thing in [thing for thing in gc.get_objects() if type(thing) in classes]:
        _try_set(thing, "__class__", classes[type(thing)])


def _try_set(thing, name: str, value) -> None:
    try:
        setattr(thing, name, value)
    except (TypeError, AttributeError):  # other slots than before: it stays what it was
        pass


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
