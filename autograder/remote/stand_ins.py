"""What programs and checks get when they import something that must act in the worker, where the engine is.

`import mytorch`, `from mytorch.graph import Node`, `weakref.ref(x)`, `gc.disable()`, `sys.setrecursionlimit(…)` and
`threading.Thread(…)` mean the engine's process. All else that is imported is the judge's own.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import sys
import threading
import types
import weakref
from typing import Any

from autograder.remote.proxies import Called, is_remote
from autograder.remote.session import current

_import = builtins.__import__


class StandIn(types.ModuleType):
    """A module of which some names act in the worker while a session is on."""

    def __init__(self, own: types.ModuleType, there: dict[str, str]):
        super().__init__(own.__name__, own.__doc__)
        self.__dict__["own_module"], self.__dict__["there"] = own, there

    def __getattr__(self, name: str) -> Any:
        session = current()
        tool = self.there.get(name)
        if session and tool:
            return session.ask("tool", tool)
        return getattr(self.own_module, name)


class _WeakReferences(StandIn):
    def __getattr__(self, name: str) -> Any:
        return _weak if name == "ref" and current() else getattr(self.own_module, name)


def _weak(value: Any, *callback: Any) -> Any:
    """A weak reference to the object itself, when it is the engine's; not to its proxy."""
    session = current()
    if is_remote(value) or type(value) is Called or id(value) in session.values.shared.keys:
        return session.ask("tool", "weakref.ref")(value, *callback)
    return weakref.ref(value, *callback)


class _Imports(StandIn):
    def __getattr__(self, name: str) -> Any:
        return _module if name == "import_module" and current() else getattr(self.own_module, name)


def _module(name: str, package: str | None = None) -> Any:
    session = current()
    if name.split(".")[0] == session.name:
        return session.module(name)
    return importlib.import_module(name, package)


STAND_INS: dict[str, types.ModuleType] = {
    "gc": StandIn(gc, {name: f"gc.{name}" for name in ("enable", "disable", "collect")}),
    "sys": StandIn(sys, {name: f"sys.{name}" for name in ("setrecursionlimit", "getrecursionlimit")}),
    "threading": StandIn(threading, {"Thread": "threading.Thread"}),
    "weakref": _WeakReferences(weakref, {}),
    "importlib": _Imports(importlib, {}),
}


def import_there(name: str, globals=None, locals=None, fromlist=(), level=0) -> Any:
    """`__import__` for programs and checks."""
    session = current()
    if session and name.split(".")[0] == session.name and not level:
        if fromlist:
            return session.module(name)
        session.module(name)
        return session.package()
    if name in STAND_INS:
        return STAND_INS[name]
    return _import(name, globals, locals, fromlist, level)


def builtins_there() -> dict[str, Any]:
    """The built-ins of programs and checks."""
    return vars(builtins) | {"__import__": import_there}
