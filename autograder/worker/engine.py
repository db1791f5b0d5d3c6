"""The engine in this process: importing it from memory, the notebook's names, and the tools a program may borrow.

All modules come compiled: by the grader, which runs none of them. No file is read or written.
"""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.util
import marshal
import sys
import types
import weakref
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

try:
    import threads
except ImportError:  # the judge's side, where this folder is a package
    from autograder.worker import threads


PLACE = "/engine"  # what tracebacks call the folder that there is not


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads modules of `package` from their texts.

    ready: {module: (code, text, is a package, file)} that are compiled. texts: {module: (text, file)}. codes: what
    these are compiled to, as far as the judge could.
    """

    def __init__(self, package: str, ready: Mapping[str, tuple], texts: Mapping[str, tuple[str, str]], codes: Mapping):
        self.within = f"{package}."
        self.ready, self.texts, self.codes = ready, texts, codes

    def find_spec(self, name, path=None, target=None):
        if name in self.texts:
            return importlib.util.spec_from_loader(name, self, origin=self.texts[name][1])
        if name in self.ready:
            return importlib.util.spec_from_loader(
                name, self, origin=self.ready[name][3], is_package=self.ready[name][2]
            )
        if name.startswith(self.within):  # nobody else has it; and lessons ask for many that are not built
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

    def is_package(self, name):
        return name not in self.texts and self.ready[name][2]

    def get_source(self, name):
        return self.texts[name][0] if name in self.texts else self.ready[name][1]

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        module.__file__ = module.__spec__.origin
        if name in self.texts:
            text, file = self.texts[name]
            code = self.codes.get(name) or compile(text, file, "exec", dont_inherit=True)
        else:
            code = self.ready[name][0]
        exec(code, module.__dict__)


def compiled(folder: Path | str, package: str) -> bytes:
    """The modules of the package in `folder`, compiled, for `compiled_modules`. Done by the grader, of its own code."""
    found = {}
    for path in sorted(Path(folder, package).rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        text, file = path.read_text(encoding="utf-8"), f"{PLACE}/{'/'.join(parts)}.py"
        code = _code(text, file)
        if code is not None:
            found[".".join(parts[:-1] if is_package else parts)] = (code, text, is_package, file)
    return marshal.dumps(found)


def _code(text: str, file: str) -> types.CodeType | None:
    """None for what is no Python: it may be a student's, whose modules are compiled where they run."""
    try:
        return module_code(text, file)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=512)
def module_code(text: str, file: str) -> types.CodeType:
    """What a module is compiled to. Raises as `compile`."""
    return compile(text, file, "exec", dont_inherit=True)


def place_of(package: str, module: str) -> str:
    """What tracebacks call the file of a module."""
    return f"{PLACE}/{package}/{module}.py"


def engine_frame(package: str, texts: Mapping[str, str]) -> bytes:
    """A submission's modules, as texts and, as far as they are Python, compiled. Runs nothing."""
    codes = {f"{package}.{name}": _code(text, place_of(package, name)) for name, text in texts.items()}
    return marshal.dumps((dict(texts), {name: code for name, code in codes.items() if code is not None}))


def compiled_modules(data: bytes) -> dict[str, tuple]:
    """{module: (code, text, is a package, file)}"""
    return marshal.loads(data) if data else {}


def make_importable(package: str, ready: Mapping[str, tuple], frame: bytes) -> None:
    """Let imports find the engine. ready: of `compiled_modules`. frame: of `engine_frame`."""
    texts, codes = marshal.loads(frame)
    texts = {f"{package}.{name}": (text, place_of(package, name)) for name, text in texts.items()}
    sys.meta_path.insert(0, Sources(package, ready, texts, codes))


def forget(package: str) -> None:
    """Let the next import of the package be as the first one was."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def module(name: str) -> types.ModuleType:
    return importlib.import_module(name)


def notebook(package: str, cells: list, wanted: list[str]) -> dict[str, Any]:
    """The names that the notebook has after these cells: [role, name, module, source, must].

    A cell that fails is passed over, unless it `must` run. Only names in `wanted` are returned, if they are there.
    """
    from gradlab.check_namespace import JobCell, Namespace

    class Kept(Namespace):
        """On the package as it is imported here."""

        def __init__(self) -> None:
            self.package, self.flags = package, 0
            self.names = {"__name__": "__main__", package: module(package), "np": sys.modules["numpy"]}

    space = Kept()
    for role, name, of, source, must in cells:
        try:
            space.take(JobCell(role, name, of, source))
        except BaseException:
            if must:
                raise
    return {name: space.names[name] for name in wanted if name in space.names}


#: Parts of Python that must act in this process, and not in the judge's, when a program uses them.
TOOLS = {
    "gc.enable": gc.enable,
    "gc.disable": gc.disable,
    "gc.collect": gc.collect,
    "weakref.ref": weakref.ref,
    "threading.Thread": threads.Thread,
    "sys.setrecursionlimit": sys.setrecursionlimit,
    "sys.getrecursionlimit": sys.getrecursionlimit,
}
